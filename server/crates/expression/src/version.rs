//! The test `version`: Python's loose versions, and semantic ones.

use std::cmp::Ordering;

use crate::logic::{Eval, Stop};

/// A component of a loose version.
#[derive(Debug, PartialEq)]
enum Part {
    Number(String),
    Word(String),
}

/// `left operator right` for loose versions; an error when a number meets a word, or the operator is not one.
pub(crate) fn compare_loose(left: &str, operator: &str, right: &str) -> Eval<bool> {
    let test = operator_test(operator)?;
    let (left, right) = (parts(left), parts(right));
    for (left, right) in left.iter().zip(&right) {
        let ordering = match (left, right) {
            (Part::Number(left), Part::Number(right)) => compare_digits(left, right),
            (Part::Word(left), Part::Word(right)) => left.cmp(right),
            _ => return Err(Stop::error("Version comparison failed: a number and a word have no order")),
        };
        if ordering.is_ne() {
            return Ok(test(ordering));
        }
    }
    Ok(test(left.len().cmp(&right.len())))
}

/// The same for semantic versions, without their build part.
pub(crate) fn compare_semantic(left: &str, operator: &str, right: &str) -> Eval<bool> {
    let test = operator_test(operator)?;
    Ok(test(semantic(left)?.compare(&semantic(right)?)))
}

fn operator_test(operator: &str) -> Eval<fn(Ordering) -> bool> {
    Ok(match operator {
        "==" | "=" | "eq" => Ordering::is_eq,
        "<" | "lt" => Ordering::is_lt,
        "<=" | "le" => Ordering::is_le,
        ">" | "gt" => Ordering::is_gt,
        ">=" | "ge" => Ordering::is_ge,
        "!=" | "<>" | "ne" => Ordering::is_ne,
        _ => return Err(Stop::error(format!("Invalid operator type ({operator})"))),
    })
}

/// Runs of digits, runs of lower-case letters, and whatever is between them, without the dots.
fn parts(version: &str) -> Vec<Part> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Digits,
        Letters,
        Dot,
        Other,
    }
    let kind = |c: char| match c {
        c if c.is_ascii_digit() => Kind::Digits,
        'a'..='z' => Kind::Letters,
        '.' => Kind::Dot,
        _ => Kind::Other,
    };
    let mut parts = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let of = kind(first);
        let length = if of == Kind::Dot { 1 } else { rest.find(|c| kind(c) != of).unwrap_or(rest.len()) };
        let part = rest[..length].to_owned();
        match of {
            Kind::Digits => parts.push(Part::Number(part)),
            Kind::Letters | Kind::Other => parts.push(Part::Word(part)),
            Kind::Dot => {}
        }
        rest = &rest[length..];
    }
    parts
}

fn compare_digits(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

struct Semantic<'t> {
    core: [&'t str; 3],
    pre_release: Option<&'t str>,
}

/// Anything but plain `MAJOR.MINOR.PATCH[-pre][+build]` is an error.
fn semantic(version: &str) -> Eval<Semantic<'_>> {
    let invalid = || Stop::error(format!("Version comparison failed: invalid semantic version '{version}'"));
    let without_build = version.split_once('+').map_or(version, |(before, _)| before);
    let (core, pre_release) = match without_build.split_once('-') {
        Some((core, pre_release)) => (core, Some(pre_release)),
        None => (without_build, None),
    };
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) && (*part == "0" || !part.starts_with('0'));
    let numbers: Vec<&str> = core.split('.').collect();
    let core: [&str; 3] = numbers.try_into().map_err(|_| invalid())?;
    let is_identifier = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_valid = core.iter().all(is_number) && pre_release.is_none_or(|pre_release| pre_release.split('.').all(is_identifier));
    if is_valid { Ok(Semantic { core, pre_release }) } else { Err(invalid()) }
}

impl Semantic<'_> {
    fn compare(&self, other: &Semantic<'_>) -> Ordering {
        let core = self.core.iter().zip(other.core).map(|(left, right)| compare_digits(left, right)).find(|ordering| ordering.is_ne());
        core.unwrap_or_else(|| match (self.pre_release, other.pre_release) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(left), Some(right)) => compare_pre_releases(left, right),
        })
    }
}

fn compare_pre_releases(left: &str, right: &str) -> Ordering {
    let (left, right): (Vec<&str>, Vec<&str>) = (left.split('.').collect(), right.split('.').collect());
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let differing = left.iter().zip(&right).map(|(left, right)| match (is_number(left), is_number(right)) {
        (true, true) => compare_digits(left, right),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => left.cmp(right),
    });
    differing.into_iter().find(|ordering| ordering.is_ne()).unwrap_or_else(|| left.len().cmp(&right.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loose_versions_compare_by_part() {
        let cases =
            [("1.30.4", "<", "1.31.0"), ("1.9", "<", "1.10"), ("v1.2", "==", "v1.2"), ("1.2.0", ">", "1.2"), ("1.0-rc1", "!=", "1.0")];
        for (left, operator, right) in cases {
            assert_eq!(compare_loose(left, operator, right), Ok(true), "{left} {operator} {right}");
        }
        assert!(compare_loose("v1.36.4", ">=", "1.34").is_err());
        assert!(compare_loose("1", "~", "1").is_err());
    }

    #[test]
    fn a_pre_release_is_before_its_semantic_version() {
        assert_eq!(compare_semantic("1.0.0-rc.1", "<", "1.0.0"), Ok(true));
        assert_eq!(compare_semantic("1.0.0-rc.2", "<", "1.0.0-rc.10"), Ok(true));
        assert!(compare_semantic("1.0", "<", "1.0.0").is_err());
    }
}
