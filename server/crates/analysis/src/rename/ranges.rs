//! Ranges of hosts (`node[1:3]`) in a rename: one host leaves its range, or the range as a whole gets other names.

use std::sync::Arc;

use hostwise_inventory::{SourceFile, expand};
use hostwise_syntax::edit::{Edit, yaml};
use hostwise_syntax::yaml::Kind;

use super::Refusal;
use crate::edit::entry_of;
use crate::occurrences::{Site, Thing};

/// Longer ranges of an odd kind are not written out.
const MAX_WRITTEN: usize = 32;

/// A pattern of a host list without its port, and the port with its colon.
pub(super) fn without_port(pattern: &str) -> (&str, &str) {
    match pattern.rsplit_once(':') {
        Some((address, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => (address, &pattern[address.len()..]),
        _ => (pattern, ""),
    }
}

/// Whether a range stands for these hosts, in this order.
pub(super) fn is_all(pattern: &str, hosts: &[Thing]) -> bool {
    hosts.len() > 1
        && expand(pattern).is_ok_and(|expanded| expanded.names.iter().map(|name| &**name).eq(hosts.iter().map(|host| &**host.name())))
}

/// The hosts of a range that shall stand for as many as `old` does.
pub(super) fn new_names(old: &[Arc<str>], new: &str) -> Result<Vec<String>, Refusal> {
    let names: Vec<String> = expand(new).map(|expanded| expanded.names.iter().map(|name| name.to_string()).collect()).unwrap_or_default();
    let is_range = new.contains('[') && without_port(new).1.is_empty();
    if !is_range || names.len() != old.len() {
        return Err(format!("this stands for {} hosts: give a range of as many, like node[1:{}]", old.len(), old.len()));
    }
    Ok(names)
}

/// The range that stands at a site with `new` in the place of its host `old`: what is said of the range is said of each part. `None` where that cannot
/// be written with certainty.
pub(super) fn split(file: &SourceFile, site: &Site, old: &str, new: &str) -> Option<Edit> {
    let pattern = &file.text()[site.occurrence.range.span()];
    let parts = parts(pattern, old, new)?;
    if file.is_yaml() {
        return in_yaml(file, site, &parts);
    }
    let lines = file.ini().sections.iter().flat_map(|section| &section.lines);
    let line = lines.into_iter().find(|line| line.name.is_some_and(|name| name.contains(site.occurrence.range)))?;
    let name = line.name.filter(|&name| name == site.occurrence.range)?;
    let rest = &file.text()[name.end as usize..line.range.end as usize];
    let lines: Vec<String> = parts.iter().map(|part| format!("{part}{rest}")).collect();
    Some(Edit { range: line.range, new_text: lines.join(line_break(file.text())) })
}

fn in_yaml(file: &SourceFile, site: &Site, parts: &[String]) -> Option<Edit> {
    let text = file.text();
    let key = site.occurrence.with_quotes(text);
    let (mapping, entry) = entry_of(file, key)?;
    let range = entry.range();
    let rest = text.get(key.end as usize..range.end as usize)?;
    // A second anchor of a name would catch the aliases of the first.
    if rest.contains('&') || entry.colon.is_none() {
        return None;
    }
    let is_flow = mapping.kind() == Kind::FlowMapping;
    let quote = text[key.span()].chars().next().filter(|quote| matches!(quote, '\'' | '"'));
    let spelled = |part: &String| match quote {
        Some(quote) => Some(format!("{quote}{part}{quote}")),
        None if is_flow && part.contains('[') => Some(format!("\"{part}\"")),
        None => yaml::key(part),
    };
    let start = range.start as usize;
    let column = start - text[..start].rfind('\n').map_or(0, |at| at + 1);
    let between = if is_flow { ", ".to_owned() } else { format!("{}{}", line_break(text), " ".repeat(column)) };
    let entries = parts.iter().map(|part| Some(format!("{}{rest}", spelled(part)?))).collect::<Option<Vec<_>>>()?;
    Some(Edit { range, new_text: entries.join(&between) })
}

/// The patterns that stand for the same hosts with another name for one of them.
fn parts(pattern: &str, old: &str, new: &str) -> Option<Vec<String>> {
    let (address, port) = without_port(pattern);
    let names: Vec<String> = expand(pattern).ok()?.names.iter().map(|name| name.to_string()).collect();
    let at = names.iter().position(|name| name == old)?;
    let (before, after) = (&names[..at], &names[at + 1..]);
    let mut parts = Vec::new();
    let simple = simple(address, &names);
    let mut add = |names: &[String]| match (names, simple) {
        ([], _) => Some(()),
        ([one], _) => {
            parts.push(format!("{one}{port}"));
            Some(())
        }
        ([first, .., last], Some((head, tail))) => {
            let item = |name: &str| name.strip_prefix(head).and_then(|name| name.strip_suffix(tail)).map(str::to_owned);
            parts.push(format!("{head}[{}:{}]{tail}{port}", item(first)?, item(last)?));
            Some(())
        }
        (names, None) if names.len() <= MAX_WRITTEN => {
            parts.extend(names.iter().map(|name| format!("{name}{port}")));
            Some(())
        }
        _ => None,
    };
    add(before)?;
    add(std::slice::from_ref(&new.to_owned()))?;
    add(after)?;
    Some(parts)
}

/// What stands around the only range of a pattern, when it goes in steps of one.
fn simple<'p>(address: &'p str, names: &[String]) -> Option<(&'p str, &'p str)> {
    let (head, rest) = address.split_once('[')?;
    let (range, tail) = rest.split_once(']')?;
    let is_plain = !tail.contains('[') && range.split(':').count() == 2;
    (is_plain && names.iter().all(|name| name.starts_with(head) && name.ends_with(tail))).then_some((head, tail))
}

fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_without_one_of_their_hosts() {
        for (pattern, old, expected) in [
            ("n[1:3]", "n2", "n1 x n3"),
            ("n[1:5]", "n1", "x n[2:5]"),
            ("n[1:5]", "n5", "n[1:4] x"),
            ("n[08:12].y:22", "n10.y", "n[08:09].y:22 x:22 n[11:12].y:22"),
            ("d[a:d]", "db", "da x d[c:d]"),
            ("n[1:5:2]", "n3", "n1 x n5"),
            ("r[1:2]s[1:2]", "r1s2", "r1s1 x r2s1 r2s2"),
        ] {
            assert_eq!(parts(pattern, old, "x").expect("parts").join(" "), expected, "{pattern}");
            let hosts = |patterns: &[String]| -> Vec<String> {
                patterns
                    .iter()
                    .flat_map(|part| expand(part).expect("a pattern").names.iter().map(|name| name.to_string()).collect::<Vec<_>>())
                    .collect()
            };
            let others: Vec<String> = hosts(&parts(pattern, old, "x").expect("parts")).into_iter().filter(|name| name != "x").collect();
            let before: Vec<String> = hosts(&[pattern.to_owned()]).into_iter().filter(|name| name != old).collect();
            assert_eq!(others, before, "{pattern}");
        }
        assert_eq!(parts("n[1:99:2]", "n3", "x"), None);
    }
}
