//! Python's regular expressions, by an engine that also has look-around and back-references.

use std::sync::Arc;

use fancy_regex::{Captures, Regex, RegexBuilder};

use crate::arguments::{Bound, known_truth, text};
use crate::kept::Kept;
use crate::logic::{Eval, Stop};
use crate::ops::bounded_text;
use crate::{Value, python};

/// Steps back a match may take.
const BACKTRACK_LIMIT: usize = 100_000;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) ignore_case: bool,
    pub(crate) multi_line: bool,
}

/// The pattern as the engine has it. What the engine refuses is unknown: Python may accept it.
pub(crate) fn compile(pattern: &str, flags: Flags, haystack: &str) -> Eval<Regex> {
    // In Python `$` also matches before a newline at the end.
    if haystack.ends_with('\n') && pattern.contains('$') && !flags.multi_line {
        return Err(Stop::unsupported("$ before a newline"));
    }
    static KNOWN: [Kept<Eval<Regex>>; 4] = [const { Kept::new() }; 4];
    let flavour = usize::from(flags.ignore_case) + 2 * usize::from(flags.multi_line);
    KNOWN[flavour].get(pattern, || build(pattern, flags))
}

fn build(pattern: &str, flags: Flags) -> Eval<Regex> {
    let pattern = pattern.replace("\\Z", "\\z");
    let mut builder = RegexBuilder::new(&pattern);
    builder.case_insensitive(flags.ignore_case).multi_line(flags.multi_line).backtrack_limit(BACKTRACK_LIMIT);
    builder.build().map_err(|_| Stop::unsupported("regular expression"))
}

/// Whether the text matches: anywhere, or from its start.
pub(crate) fn is_match(pattern: &str, flags: Flags, haystack: &str, from_start: bool) -> Eval<bool> {
    let pattern = if from_start { format!("\\A(?:{pattern})") } else { pattern.to_owned() };
    compile(&pattern, flags, haystack)?.is_match(haystack).map_err(|_| Stop::limit("regular expression"))
}

pub(super) fn regex_replace(bound: &Bound) -> Eval {
    let value = python::text(bound.required(0)?);
    let (pattern, replacement) = (bound.text_or(1, "")?, bound.text_or(2, "")?);
    let flags = Flags { ignore_case: bound.flag(3, false)?, multi_line: bound.flag(4, false)? };
    let count = usize::try_from(bound.integer(5)?.unwrap_or(0)).unwrap_or(0);
    let mandatory = usize::try_from(bound.integer(6)?.unwrap_or(0)).unwrap_or(0);
    let regex = compile(pattern, flags, &value)?;
    let (mut out, mut copied, mut done) = (String::new(), 0, 0);
    for captures in regex.captures_iter(value.as_str()) {
        if count > 0 && done == count {
            break;
        }
        let captures = captures.map_err(|_| Stop::limit("regular expression"))?;
        let Some(whole) = captures.get(0) else { break };
        out.push_str(&value[copied..whole.start()]);
        expand(&mut out, replacement, &captures)?;
        crate::ops::bounded(out.len())?;
        (copied, done) = (whole.end(), done + 1);
    }
    if mandatory > 0 && mandatory != done {
        return Err(Stop::error(format!("'{pattern}' should match {mandatory} times, but matches {done} times")));
    }
    out.push_str(&value[copied..]);
    bounded_text(out)
}

/// Python's replacement templates: `\1`, `\g<1>`, `\g<name>`, `\n`.
fn expand(out: &mut String, replacement: &str, captures: &Captures<'_, str>) -> Eval<()> {
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if let Some(named) = after.strip_prefix("g<") {
            let Some((name, behind)) = named.split_once('>') else { return Err(Stop::error("missing >, unterminated name")) };
            push_group(out, name, captures)?;
            rest = behind;
        } else if (1..=2).contains(&digits) && !after.starts_with('0') {
            push_group(out, &after[..digits], captures)?;
            rest = &after[digits..];
        } else {
            let Some(escaped) = after.chars().next() else { return Err(Stop::error("bad escape (end of pattern)")) };
            match escaped {
                '\\' => out.push('\\'),
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                _ => return Err(Stop::unsupported("escape in a replacement")),
            }
            rest = &after[escaped.len_utf8()..];
        }
    }
    out.push_str(rest);
    Ok(())
}

fn push_group(out: &mut String, name: &str, captures: &Captures<'_, str>) -> Eval<()> {
    let group = match name.parse::<usize>() {
        Ok(index) if index < captures.len() => captures.get(index),
        Ok(_) => return Err(Stop::error("invalid group reference")),
        Err(_) => captures.name(name),
    };
    out.push_str(group.map_or("", |group| group.as_str()));
    Ok(())
}

pub(super) fn regex_search(bound: &Bound) -> Eval {
    let value = python::text(bound.required(0)?);
    let mut flags = Flags::default();
    for (name, flag) in &bound.rest.named {
        match &**name {
            "ignorecase" => flags.ignore_case = known_truth(flag)?,
            "multiline" => flags.multi_line = known_truth(flag)?,
            _ => {}
        }
    }
    let regex = compile(text(bound.required(1)?)?, flags, &value)?;
    let Some(captures) = regex.captures(&value).map_err(|_| Stop::limit("regular expression"))? else { return Ok(Value::Null) };
    if bound.rest.positional.is_empty() {
        return Ok(captures.get(0).map_or(Value::Null, |whole| Value::text(whole.as_str())));
    }
    let mut groups = Vec::new();
    for argument in &bound.rest.positional {
        let argument = text(argument)?;
        let named = argument.strip_prefix("\\g<").and_then(|rest| rest.split_once('>')).map(|(name, _)| name);
        let Some(name) = named.or_else(|| argument.strip_prefix('\\')) else { return Err(Stop::error("Unknown argument")) };
        let group = match name.parse::<usize>() {
            Ok(index) if index < captures.len() => captures.get(index),
            Ok(_) => return Err(Stop::error("no such group")),
            Err(_) => captures.name(name),
        };
        groups.push(group.map_or(Value::Null, |group| Value::text(group.as_str())));
    }
    Ok(Value::list(groups))
}

/// `re.findall`: the matches, or their groups when the pattern has some.
pub(super) fn regex_findall(bound: &Bound) -> Eval {
    let value = python::text(bound.required(0)?);
    let flags = Flags { multi_line: bound.flag(2, false)?, ignore_case: bound.flag(3, false)? };
    let regex = compile(bound.text(1)?, flags, &value)?;
    let mut found = Vec::new();
    for captures in regex.captures_iter(value.as_str()) {
        let captures = captures.map_err(|_| Stop::limit("regular expression"))?;
        let group = |index: usize| captures.get(index).map_or_else(|| Value::text(""), |group| Value::text(group.as_str()));
        found.push(match captures.len() {
            1 => group(0),
            2 => group(1),
            n => Value::list((1..n).map(group).collect()),
        });
    }
    Ok(Value::list(found))
}

/// `re.escape`
pub(super) fn regex_escape(bound: &Bound) -> Eval {
    if bound.text_or(1, "python")? != "python" {
        return Err(Stop::unsupported("regex_escape for another dialect"));
    }
    let value: Arc<str> = python::text(bound.required(0)?).into();
    let special = "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}";
    let escaped = value.chars().flat_map(|c| special.contains(c).then_some('\\').into_iter().chain([c]));
    bounded_text(escaped.collect())
}
