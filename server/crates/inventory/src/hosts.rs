//! Host patterns in host lists: ranges and ports (`node[01:10]`, `db[a:c].example.org`, `h1:2222`).

/// The hosts a pattern stands for, and their port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expanded {
    pub(crate) names: Vec<String>,
    /// 1 and above; a written `:0` is none.
    pub(crate) port: Option<i64>,
}

/// More hosts than this from one pattern are refused.
const LIMIT: usize = 1_000_000;

/// Expands a pattern as ansible-core does (`plugins/inventory/__init__.py`, `parsing/utils/addresses.py`); an error in words when it refuses it.
pub(crate) fn expand(pattern: &str) -> Result<Expanded, String> {
    let (address, port) = split_port(pattern);
    let names = if address.contains('[') { ranges(address)? } else { vec![address.to_owned()] };
    Ok(Expanded { names, port })
}

/// Address and port; the whole text without a port when the address is none.
fn split_port(pattern: &str) -> (&str, Option<i64>) {
    if let Some((inner, port)) = pattern.strip_prefix('[').and_then(|rest| rest.rsplit_once("]:"))
        && let Ok(number) = port.parse::<i64>()
        && !inner.contains(['[', ']'])
    {
        return (inner, Some(number).filter(|&port| port != 0));
    }
    let outside = colons_outside_brackets(pattern);
    let [colon] = outside[..] else { return (pattern, None) };
    let (address, port) = (&pattern[..colon], &pattern[colon + 1..]);
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse::<i64>() {
        Ok(number) if is_port && is_address(address) => (address, Some(number).filter(|&port| port != 0)),
        _ => (pattern, None),
    }
}

fn colons_outside_brackets(text: &str) -> Vec<usize> {
    let mut depth = 0usize;
    let mut colons = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => colons.push(at),
            _ => {}
        }
    }
    colons
}

/// A host name or IPv4 address, ranges allowed: labels of word characters and `-` that start with a word character and end with neither `-` nor `_`.
fn is_address(text: &str) -> bool {
    let without_ranges = replace_ranges(text);
    !without_ranges.is_empty()
        && without_ranges.split('.').all(|label| {
            let inner = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
            label.chars().all(inner) && !label.starts_with('-') && !label.ends_with(['-', '_']) && !label.is_empty()
        })
}

/// Each `[…]` as one word character.
fn replace_ranges(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[')
        && let Some((_, behind)) = after.split_once(']')
    {
        out.push_str(before);
        out.push('x');
        rest = behind;
    }
    out + rest
}

fn ranges(text: &str) -> Result<Vec<String>, String> {
    let mut names = vec![String::new()];
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let (range, behind) = after.split_once(']').ok_or("this range is not closed")?;
        let parts = range_items(range)?;
        if names.len().saturating_mul(parts.len()) > LIMIT {
            return Err("this range stands for too many hosts".to_owned());
        }
        names = names.iter().flat_map(|name| parts.iter().map(move |part| format!("{name}{before}{part}"))).collect();
        rest = behind;
    }
    names.iter_mut().for_each(|name| name.push_str(rest));
    Ok(names)
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
    let width = if begin.len() > 1 && begin.starts_with('0') { begin.len() } else { 0 };
    if width > 0 && width != end.len() {
        return Err("a range with leading zeros needs an end of the same length".to_owned());
    }
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("{text} is no number"));
    let step = number(step)?;
    if step == 0 {
        return Err("a range cannot go in steps of 0".to_owned());
    }
    if let (Some(first), Some(last)) = (LETTERS.find(begin), LETTERS.find(end)) {
        if first > last {
            return Err("this range ends before it begins".to_owned());
        }
        let letters = LETTERS[first..=last].chars().step_by(usize::try_from(step).unwrap_or(usize::MAX));
        return Ok(letters.map(String::from).collect());
    }
    let (first, last) = (number(begin)?, number(end)?);
    if step > 0 && (last - first) / step > LIMIT as i64 {
        return Err("this range stands for too many hosts".to_owned());
    }
    let numbers = std::iter::successors(Some(first), |n| n.checked_add(step));
    let in_range = numbers.take_while(|&n| if step > 0 { n <= last } else { n > last + 1 });
    let in_range: Box<dyn Iterator<Item = i64>> = if step < 0 && first < last { Box::new(std::iter::empty()) } else { Box::new(in_range) };
    Ok(in_range.map(|n| format!("{n:0width$}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pattern: &str) -> String {
        match expand(pattern) {
            Ok(Expanded { names, port }) => format!("{}{}", names.join(" "), port.map_or(String::new(), |port| format!(" @{port}"))),
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
            ("n[:2]:22", "n0 n1 n2 @22"),
            ("db-[a:c]", "db-a db-b db-c"),
            ("r[1:2]s[1:2]", "r1s1 r1s2 r2s1 r2s2"),
            ("n[1:5:2]", "n1 n3 n5"),
            ("n[3:1]", ""),
            ("foo_:22", "foo_:22"),
            ("user@host:22", "user@host:22"),
            ("h3:abc", "h3:abc"),
            ("::1", "::1"),
            ("[2001:db8::1]:22", "2001:db8::1 @22"),
            ("n[1]", "! a range is [begin:end] or [begin:end:step]"),
            ("n[1:2", "! this range is not closed"),
        ] {
            assert_eq!(names(pattern), expected, "{pattern}");
        }
    }
}
