//! Host patterns of plays and of `--limit`: unions, `!` and `&`, globs, regular expressions, subscripts (ansible-core `inventory/manager.py`).

use std::collections::HashSet;

use fancy_regex::Regex;
use hostwise_syntax::TextRange;

use crate::graph::HostId;
use crate::{Failure, Inventory, hosts};

/// A host pattern, split into its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern {
    /// In the order as written.
    pub parts: Vec<PatternPart>,
}

/// One part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternPart {
    /// Without blanks around it, with its sign.
    pub text: String,
    /// Bytes of the pattern.
    pub range: TextRange,
    pub role: PatternRole,
}

/// What a part does with the hosts it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PatternRole {
    Add,
    /// `&`
    Intersect,
    /// `!`
    Exclude,
}

/// `[i]` or `[i:j]` behind a pattern.
#[derive(Clone, Copy, Debug)]
enum Subscript {
    One(i64),
    /// Both ends count; -1 as the end is the last.
    Slice(i64, i64),
}

impl HostPattern {
    /// Splits at commas; without one, a text that is no address is split at colons outside brackets.
    pub fn parse(text: &str) -> HostPattern {
        let pieces: Vec<TextRange> = if text.contains(',') {
            split_at_commas(text)
        } else if hosts::is_address(text) {
            vec![TextRange::new(0, text.len())]
        } else {
            split_at_colons(text)
        };
        let trimmed = pieces.into_iter().filter_map(|range| {
            let piece = &text[range.span()];
            let start = range.start as usize + piece.len() - piece.trim_start().len();
            let piece = piece.trim();
            let role = match piece.as_bytes().first()? {
                b'!' => PatternRole::Exclude,
                b'&' => PatternRole::Intersect,
                _ => PatternRole::Add,
            };
            Some(PatternPart { text: piece.to_owned(), range: TextRange::new(start, start + piece.len()), role })
        });
        HostPattern { parts: trimmed.collect() }
    }

    /// The pattern of a list in a play's `hosts`: all parts of all items. The range of a part counts from the beginning of its own item.
    pub fn of_list(items: impl IntoIterator<Item = HostPattern>) -> HostPattern {
        HostPattern { parts: items.into_iter().flat_map(|item| item.parts).collect() }
    }

    /// The parts for which Ansible says that it "could not match supplied host pattern": no group and no host is called so. A name of the local host
    /// always means something.
    pub fn unknown_parts<'p>(&'p self, inventory: &'p Inventory) -> impl Iterator<Item = &'p PatternPart> {
        self.parts.iter().filter(|part| part.is_unknown(inventory))
    }

    /// The hosts this stands for: the plain parts in order, then every `&`, then every `!`. An error for an expression or a subscript that cannot
    /// be applied.
    pub fn hosts(&self, inventory: &Inventory) -> Result<Vec<HostId>, Failure> {
        let mut found: Vec<HostId> = Vec::new();
        if !self.parts.iter().any(|part| part.role == PatternRole::Add) {
            found = HostPattern::parse("all").hosts(inventory)?;
        }
        let mut parts: Vec<&PatternPart> = self.parts.iter().collect();
        parts.sort_by_key(|part| part.role);
        for part in parts {
            // The name of a host is itself, even one that begins with a sign.
            if let Some(host) = inventory.host_named(&part.text) {
                found.push(host);
                continue;
            }
            let these = part.hosts(inventory)?;
            match part.role {
                PatternRole::Add => found.extend(these),
                PatternRole::Intersect => {
                    let these: HashSet<HostId> = these.into_iter().collect();
                    found.retain(|host| these.contains(host));
                }
                PatternRole::Exclude => {
                    let these: HashSet<HostId> = these.into_iter().collect();
                    found.retain(|host| !these.contains(host));
                }
            }
        }
        let mut known = HashSet::new();
        found.retain(|host| known.insert(*host));
        Ok(found)
    }
}

impl PatternPart {
    /// The bytes of the pattern that name a group or a host: without the sign and the subscript. None for a glob and a regular expression.
    pub fn name(&self) -> Option<TextRange> {
        let (name, _) = split_subscript(self.unsigned());
        let is_name = !name.is_empty() && !name.starts_with('~') && !name.contains(['*', '?', '[', ']']);
        let start = self.range.start as usize + self.text.len() - self.unsigned().len();
        is_name.then(|| TextRange::new(start, start + name.len()))
    }

    /// The hosts of this part alone, its sign left out.
    pub fn hosts(&self, inventory: &Inventory) -> Result<Vec<HostId>, Failure> {
        if let Some(host) = inventory.host_named(&self.text) {
            return Ok(vec![host]);
        }
        let (expression, subscript) = split_subscript(self.unsigned());
        let Matches { hosts, .. } = matches(expression, inventory)?;
        match subscript {
            Some(subscript) if !hosts.is_empty() => {
                apply(subscript, &hosts).ok_or_else(|| Failure::Pattern(format!("{} asks for a host behind the last one", self.unsigned())))
            }
            _ => Ok(hosts),
        }
    }

    fn is_unknown(&self, inventory: &Inventory) -> bool {
        let (expression, _) = split_subscript(self.unsigned());
        let is_known = inventory.host_named(&self.text).is_some() || expression == "all" || is_localhost(expression);
        !is_known && matches(expression, inventory).is_ok_and(|found| !found.any_group && found.hosts.is_empty())
    }

    fn unsigned(&self) -> &str {
        self.text.strip_prefix(['!', '&']).unwrap_or(&self.text)
    }
}

/// What an expression matches.
struct Matches {
    any_group: bool,
    hosts: Vec<HostId>,
}

/// Groups first; hosts when no group matched, or when the pattern has a sign of an expression.
fn matches(expression: &str, inventory: &Inventory) -> Result<Matches, Failure> {
    let regex = match expression.strip_prefix('~') {
        Some(regex) => Regex::new(&format!("^(?:{regex})")),
        None => Regex::new(&glob(expression)),
    };
    let regex = regex.map_err(|_| Failure::Pattern(format!("{expression} is no pattern of hosts")))?;
    let is_match = |name: &str| regex.is_match(name).unwrap_or(false);
    let groups: Vec<_> = inventory.groups().filter(|(_, group)| is_match(&group.name)).map(|(id, _)| id).collect();
    let mut hosts: Vec<HostId> = groups.iter().flat_map(|&group| inventory.members(group)).collect();
    if groups.is_empty() || expression.starts_with('~') || expression.contains(['.', '?', '*', '[']) {
        hosts.extend(inventory.hosts().filter(|(_, host)| is_match(&host.name)).map(|(id, _)| id));
    }
    if hosts.is_empty() && is_localhost(expression) {
        hosts.extend(inventory.hosts().find(|(_, host)| is_localhost(&host.name)).map(|(id, _)| id));
    }
    let mut known = HashSet::new();
    hosts.retain(|host| known.insert(*host));
    Ok(Matches { any_group: !groups.is_empty(), hosts })
}

/// The names of the one local host.
fn is_localhost(name: &str) -> bool {
    matches!(name, "localhost" | "127.0.0.1" | "::1")
}

/// A shell glob as an expression, as Python's `fnmatch.translate`.
fn glob(pattern: &str) -> String {
    let characters: Vec<char> = pattern.chars().collect();
    let mut out = String::from("(?s)^(?:");
    let mut at = 0;
    while at < characters.len() {
        let character = characters[at];
        at += 1;
        match character {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            '[' => match set(&characters[at..]) {
                Some((set, length)) => {
                    out.push_str(&set);
                    at += length;
                }
                None => out.push_str("\\["),
            },
            other => out.push_str(&fancy_regex::escape(&other.to_string())),
        }
    }
    out.push_str(")\\z");
    out
}

/// The characters of `[…]` from behind the bracket, and how many of the pattern they take; `None` when it is not closed.
fn set(rest: &[char]) -> Option<(String, usize)> {
    let negated = rest.first() == Some(&'!');
    let start = usize::from(negated);
    // A bracket right at the beginning is one of the characters.
    let close = start + rest.get(start..)?.iter().enumerate().position(|(index, &c)| c == ']' && index > 0)?;
    let mut out = String::from(if negated { "[^" } else { "[" });
    let inner = &rest[start..close];
    for (index, &character) in inner.iter().enumerate() {
        let is_range = character == '-' && index > 0 && index + 1 < inner.len();
        if !is_range && !character.is_alphanumeric() {
            out.push('\\');
        }
        out.push(character);
    }
    out.push(']');
    Some((out, close + 1))
}

fn split_subscript(text: &str) -> (&str, Option<Subscript>) {
    let whole = (text, None);
    if text.starts_with('~') {
        return whole;
    }
    let Some(open) = text.strip_suffix(']').and_then(|inner| inner.rfind('[')).filter(|&open| open > 0) else { return whole };
    let inner = &text[open + 1..text.len() - 1];
    let digits =
        |text: &str| (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse::<i64>().ok()).flatten();
    let one = match inner.strip_prefix('-') {
        Some(rest) => digits(rest).map(|index| -index),
        None => digits(inner),
    };
    let subscript = one.map(Subscript::One).or_else(|| {
        let (start, end) = inner.split_once([':', '-'])?;
        let end = if end.is_empty() { Some(-1) } else { digits(end) };
        Some(Subscript::Slice(digits(start)?, end?))
    });
    match subscript {
        Some(subscript) => (&text[..open], Some(subscript)),
        None => whole,
    }
}

/// `None` when a single index is out of range; a slice is clipped.
fn apply(subscript: Subscript, hosts: &[HostId]) -> Option<Vec<HostId>> {
    let n_hosts = hosts.len() as i64;
    match subscript {
        Subscript::One(index) => {
            let index = if index < 0 { index + n_hosts } else { index };
            hosts.get(usize::try_from(index).ok()?).map(|&host| vec![host])
        }
        // Ansible takes an end of 0 for none at all.
        Subscript::Slice(start, 0) => apply(Subscript::One(start), hosts),
        Subscript::Slice(start, end) => {
            let end = if end == -1 { n_hosts } else { (end + 1).min(n_hosts) };
            let start = start.min(end);
            Some(hosts[start as usize..end as usize].to_vec())
        }
    }
}

fn split_at_commas(text: &str) -> Vec<TextRange> {
    let mut start = 0;
    let ends = text.match_indices(',').map(|(at, _)| at).chain([text.len()]);
    ends.map(|end| TextRange::new(std::mem::replace(&mut start, end + 1), end)).collect()
}

/// Runs of what is neither blank, colon nor bracket, or a complete pair of brackets.
fn split_at_colons(text: &str) -> Vec<TextRange> {
    let mut pieces = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let bracket = (character == '[').then(|| text[at..].find(']')).flatten();
        let length = bracket.map_or(character.len_utf8(), |close| close + 1);
        let is_part = bracket.is_some() || !(character.is_whitespace() || matches!(character, ':' | '[' | ']'));
        match (is_part, open) {
            (true, None) => open = Some(at),
            (false, Some(start)) => {
                pieces.push(TextRange::new(start, at));
                open = None;
            }
            _ => {}
        }
        at += length;
    }
    pieces.extend(open.map(|start| TextRange::new(start, at)));
    pieces
}
