//! Release numbers.

use std::fmt;
use std::str::FromStr;

/// A Kubespray release, `2.31.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

impl FromStr for Version {
    type Err = String;

    /// Reads `2.31.0`, `2.31` and `v2.31.0`; an error in words for anything else.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is no release number like 2.31.0");
        let parts: Vec<&str> = text.strip_prefix('v').unwrap_or(text).split('.').collect();
        let number = |part: &str| part.parse::<u32>().map_err(|_| wrong());
        match parts[..] {
            [major, minor] => Ok(Version { major: number(major)?, minor: number(minor)?, patch: 0 }),
            [major, minor, patch] => Ok(Version { major: number(major)?, minor: number(minor)?, patch: number(patch)? }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl serde::Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_as_people_write_them() {
        for text in ["2.31.0", "2.31", "v2.31.0"] {
            assert_eq!(text.parse::<Version>().map(|version| version.to_string()), Ok("2.31.0".to_owned()), "{text}");
        }
        for text in ["", "2", "2.x", "2.31.0.1", "latest", "/opt/kubespray"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
