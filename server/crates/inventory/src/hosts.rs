//! Host patterns in host lists: ranges and ports (`node[01:10]`, `db[a:c].example.org`, `h1:2222`).

use std::borrow::Cow;
use std::sync::LazyLock;

use fancy_regex::Regex;
use hostwise_syntax::Value;
use smallvec::{SmallVec, smallvec};

use crate::python;

/// The hosts a pattern stands for, and their port.
#[derive(Clone, Debug, PartialEq)]
pub struct Expanded<'p> {
    pub names: SmallVec<[Cow<'p, str>; 1]>,
    /// A written `:0` is none.
    pub port: Option<Value>,
}

/// More hosts than this from one pattern are refused.
const LIMIT: usize = 1_000_000;

/// Expands a pattern as ansible-core does (`plugins/inventory/__init__.py`); an error in words when it refuses it.
pub fn expand(pattern: &str) -> Result<Expanded<'_>, String> {
    if !pattern.contains([':', '[']) {
        return Ok(Expanded { names: smallvec![pattern.into()], port: None });
    }
    let (address, port) = parse_address(pattern).unwrap_or((pattern, None));
    if !address.contains('[') {
        return Ok(Expanded { names: smallvec![address.into()], port });
    }
    let mut names = Vec::new();
    expand_ranges(address, &mut names)?;
    Ok(Expanded { names: names.into_iter().map(Cow::Owned).collect(), port })
}

/// A host of a host list such as `h1,h2:22`: no range is expanded, and a name with one has no port.
pub(crate) fn single(text: &str) -> (&str, Option<Value>) {
    match parse_address(text) {
        Some((host, port)) if !host.contains('[') => (host, port),
        _ => (text, None),
    }
}

/// Whether a text is a host name or address, with or without ranges and a port.
pub(crate) fn is_address(text: &str) -> bool {
    parse_address(text).is_some()
}

/// The expressions of ansible-core's `parsing/utils/addresses.py`, ranges included.
struct Addresses {
    bracketed_port: Regex,
    port: Regex,
    address: Regex,
}

static ADDRESSES: LazyLock<Option<Addresses>> = LazyLock::new(|| {
    let octet = r"(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|\[[0-9]+:[0-9]+(?::[0-9]+)?\])";
    let group = r"(?:[0-9a-f]{1,4}|\[[0-9a-f]+:[0-9a-f]+(?::[0-9]+)?\])";
    let range = r"\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]";
    let label = format!(r"(?:\w|{range})(?:[\w-]|{range})*(?<![_-])");
    let ipv4 = format!(r"(?:{octet}\.){{3}}{octet}");
    let ipv6 = [
        r"(?:G:){7}G",
        r"(?:G:){1,6}:",
        r"(?:G:)(?::G){1,6}",
        r"(?:G:){2}(?::G){1,5}",
        r"(?:G:){3}(?::G){1,4}",
        r"(?:G:){4}(?::G){1,3}",
        r"(?:G:){5}(?::G){1,2}",
        r"(?:G:){6}(?::G)",
        r":(?::G){1,6}",
        r"G?::",
        r"(?:0:){6}(?:G\.){3}G",
        r"::(?:ffff:)?(?:G\.){3}G",
        r"(?:0:){5}ffff:(?:G\.){3}G",
    ];
    let ipv6 = ipv6.join("|").replace('G', group);
    Some(Addresses {
        bracketed_port: Regex::new(r"^\[(.+)\]:([0-9]+)$").ok()?,
        port: Regex::new(r"^((?:[^:\[\]]|\[[^\]]*\])*):([0-9]+)$").ok()?,
        address: Regex::new(&format!(r"(?i)^(?:{ipv4}|(?:{ipv6})|{label}(?:\.{label})*)$")).ok()?,
    })
});

/// Address and port of a text; `None` when it is no address, and then it has no port either.
fn parse_address(text: &str) -> Option<(&str, Option<Value>)> {
    let addresses = ADDRESSES.as_ref()?;
    let (mut address, mut port) = (text, None);
    for expression in [&addresses.bracketed_port, &addresses.port] {
        if !address.contains(':') {
            break;
        }
        if let Ok(Some(found)) = expression.captures(address)
            && let (Some(inner), Some(digits)) = (found.get(1), found.get(2))
        {
            address = &address[inner.range()];
            port = python::int(digits.as_str());
        }
    }
    let is_address = addresses.address.is_match(address).unwrap_or(false);
    is_address.then_some((address, port.filter(|port| *port != Value::Int(0))))
}

/// Adds the names of a text with at least one `[`: the first range decides first, the others below it.
fn expand_ranges(text: &str, names: &mut Vec<String>) -> Result<(), String> {
    let unclosed = || "this range is not closed".to_owned();
    if text.contains('|') {
        return Err("a name with a range cannot hold a |".to_owned());
    }
    let (open, close) = (text.find('[').ok_or_else(unclosed)?, text.find(']').ok_or_else(unclosed)?);
    if close < open {
        return Err(unclosed());
    }
    let (head, range, tail) = (&text[..open], &text[open + 1..close], &text[close + 1..]);
    for item in range_items(range)? {
        let name = format!("{head}{item}{tail}");
        if name.contains('[') {
            expand_ranges(&name, names)?;
        } else {
            names.push(name);
        }
        if names.len() > LIMIT {
            return Err("this range stands for too many hosts".to_owned());
        }
    }
    Ok(())
}

/// `begin:end` or `begin:end:step`.
fn range_items(range: &str) -> Result<Vec<String>, String> {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let parts: Vec<&str> = range.split(':').collect();
    let (begin, end, step) = match parts[..] {
        [begin, end] => (begin, end, "1"),
        [begin, end, step] => (begin, end, step),
        _ => return Err("a range is [begin:end] or [begin:end:step]".to_owned()),
    };
    let begin = if begin.is_empty() { "0" } else { begin };
    if end.is_empty() {
        return Err("a range needs an end".to_owned());
    }
    let width = if begin.len() > 1 && begin.starts_with('0') { begin.chars().count() } else { 0 };
    if width > 0 && width != end.chars().count() {
        return Err("a range with leading zeros needs an end of the same length".to_owned());
    }
    let number = |text: &str| match python::int(text) {
        Some(Value::Int(number)) => Ok(number),
        _ => Err(format!("{text} is no number")),
    };
    if let (Some(first), Some(last)) = (LETTERS.find(begin), LETTERS.find(end)) {
        if first > last {
            return Err("this range ends before it begins".to_owned());
        }
        let step = match number(step)? {
            0 => return Err("a range cannot go in steps of 0".to_owned()),
            step => usize::try_from(step).ok(),
        };
        let letters = step.into_iter().flat_map(|step| LETTERS[first..=last].chars().step_by(step));
        return Ok(letters.map(|letter| format!("{:0>width$}", letter)).collect());
    }
    let (first, last, step) = (number(begin)?, number(end)?, number(step)?);
    if step == 0 {
        return Err("a range cannot go in steps of 0".to_owned());
    }
    let is_inside = |&n: &i64| if step > 0 { n <= last } else { n > last.saturating_add(1) };
    let numbers = std::iter::successors(Some(first), |n| n.checked_add(step)).take_while(is_inside).take(LIMIT + 1);
    let names: Vec<String> = numbers.map(|n| format!("{n:0width$}")).collect();
    if names.len() > LIMIT { Err("this range stands for too many hosts".to_owned()) } else { Ok(names) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pattern: &str) -> String {
        match expand(pattern) {
            Ok(Expanded { names, port }) => format!(
                "{}{}",
                names.join(" "),
                port.map_or(String::new(), |port| if let Value::Int(port) = port { format!(" @{port}") } else { format!(" @{port:?}") })
            ),
            Err(message) => format!("! {message}"),
        }
    }

    /// Checked against ansible-core 2.19's `ansible-inventory --list`.
    #[test]
    fn ranges_and_ports() {
        for (pattern, expected) in [
            ("h1", "h1"),
            ("h1:2222", "h1 @2222"),
            ("h1:0", "h1"),
            ("n[1:3]", "n1 n2 n3"),
            ("n[01:03].x", "n01.x n02.x n03.x"),
            ("n[:2]:22", "n0:22 n1:22 n2:22"),
            ("n[0:2]:22", "n0 n1 n2 @22"),
            ("db-[a:c]", "db-a db-b db-c"),
            ("r[1:2]s[1:2]", "r1s1 r1s2 r2s1 r2s2"),
            ("n[1:5:2]", "n1 n3 n5"),
            ("n[3:1]", ""),
            ("foo_:22", "foo_:22"),
            ("user@host:22", "user@host:22"),
            ("h3:abc", "h3:abc"),
            ("::1", "::1"),
            ("[2001:db8::1]:22", "2001:db8::1 @22"),
            ("[h1:22]:33", "h1 @22"),
            ("10.0.0.[1:2]:22", "10.0.0.1 10.0.0.2 @22"),
            ("a..b:22", "a..b:22"),
            ("h1:99999", "h1 @99999"),
            ("n[5:1:-2]", "n5 n3"),
            ("n[3:1]x[", ""),
            ("n[abc:c]", "na nb nc"),
            ("n[09:11]", "n09 n10 n11"),
            ("n[1]", "! a range is [begin:end] or [begin:end:step]"),
            ("n[1:2", "! this range is not closed"),
        ] {
            assert_eq!(names(pattern), expected, "{pattern}");
        }
    }
}
