//! Filters over text and paths.

use crate::arguments::{Bound, iterate, text};
use crate::logic::{Eval, Stop};
use crate::ops::{Number, bounded_text, number};
use crate::{Value, python};

pub(super) fn string(bound: &Bound) -> Eval {
    Ok(python::text(bound.required(0)?).into())
}

pub(super) fn lower(bound: &Bound) -> Eval {
    Ok(python::text(bound.required(0)?).to_lowercase().into())
}

pub(super) fn upper(bound: &Bound) -> Eval {
    Ok(python::text(bound.required(0)?).to_uppercase().into())
}

pub(super) fn capitalize(bound: &Bound) -> Eval {
    Ok(capitalized(&python::text(bound.required(0)?)).into())
}

/// `str.capitalize`
pub(crate) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
}

pub(super) fn trim(bound: &Bound) -> Eval {
    let value = python::text(bound.required(0)?);
    match bound.get(1) {
        None | Some(Value::Null) => Ok(Value::text(value.trim())),
        Some(chars) => {
            let chars = text(chars)?;
            Ok(Value::text(value.trim_matches(|c| chars.contains(c))))
        }
    }
}

pub(super) fn replace(bound: &Bound) -> Eval {
    let value = python::text(bound.required(0)?);
    let (old, new) = (python::text(bound.required(1)?), python::text(bound.required(2)?));
    let count = bound.integer(3)?.unwrap_or(-1);
    replaced(&value, &old, &new, count)
}

/// `str.replace`; all occurrences when `count` is negative.
pub(crate) fn replaced(value: &str, old: &str, new: &str, count: i128) -> Eval {
    let occurrences = value.len().saturating_add(1).saturating_mul(new.len());
    if old.is_empty() && occurrences > crate::ops::MAX_LENGTH {
        return Err(Stop::limit("length"));
    }
    bounded_text(match usize::try_from(count) {
        Ok(count) => value.replacen(old, new, count),
        Err(_) => value.replace(old, new),
    })
}

pub(super) fn join(bound: &Bound) -> Eval {
    if bound.get(2).is_some_and(|attribute| *attribute != Value::Null) {
        return Err(Stop::unsupported("join by attribute"));
    }
    let separator = bound.get(1).map_or_else(String::new, python::text);
    let items = iterate(bound.required(0)?)?;
    bounded_text(items.iter().map(python::text).collect::<Vec<_>>().join(&separator))
}

pub(super) fn split(bound: &Bound) -> Eval {
    split_text(text(bound.required(0)?)?, bound.get(1), bound.integer(2)?.unwrap_or(-1))
}

/// `str.split`: on white space without a separator; everywhere when `limit` is negative.
pub(crate) fn split_text(value: &str, separator: Option<&Value>, limit: i128) -> Eval {
    let parts: Vec<&str> = match separator {
        None | Some(Value::Null) if limit < 0 => value.split_whitespace().collect(),
        None | Some(Value::Null) => return Err(Stop::unsupported("split on white space with a limit")),
        Some(separator) => {
            let separator = &**text(separator)?;
            if separator.is_empty() {
                return Err(Stop::error("empty separator"));
            }
            match usize::try_from(limit) {
                Ok(limit) => value.splitn(limit.saturating_add(1), separator).collect(),
                Err(_) => value.split(separator).collect(),
            }
        }
    };
    Ok(Value::list(parts.into_iter().map(Value::text).collect()))
}

pub(super) fn indent(bound: &Bound) -> Eval {
    let value = text(bound.required(0)?)?;
    let indention = match bound.get(1) {
        None => " ".repeat(4),
        Some(Value::String(text)) => text.to_string(),
        Some(width) => " ".repeat(usize::try_from(crate::arguments::integer(width)?.min(1_000)).unwrap_or(0)),
    };
    let (first, blank) = (bound.flag(2, false)?, bound.flag(3, false)?);
    if has_unusual_line_end(value) {
        return Err(Stop::unsupported("indent with unusual line ends"));
    }
    let mut out = String::new();
    for (index, line) in value.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        if (index > 0 || first) && (!line.is_empty() || blank) {
            out.push_str(&indention);
        }
        out.push_str(line);
    }
    bounded_text(out)
}

/// Whether Python sees line ends in the text other than `\n`.
pub(crate) fn has_unusual_line_end(text: &str) -> bool {
    text.contains(['\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'])
}

pub(super) fn format(bound: &Bound) -> Eval {
    percent_format(&python::text(bound.required(0)?), &bound.rest.positional)
}

/// Python's `template % arguments` for `%s`, `%r` and `%d` without a precision.
pub(crate) fn percent_format(template: &str, arguments: &[Value]) -> Eval {
    let (mut out, mut arguments, mut rest) = (String::new(), arguments.iter(), template);
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let flags = &after[..after.len() - after.trim_start_matches(['0', '-']).len()];
        let width_and_more = &after[flags.len()..];
        let digits = width_and_more.len() - width_and_more.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let width: usize = if digits == 0 { 0 } else { width_and_more[..digits].parse().map_err(|_| Stop::limit("length"))? };
        let Some(kind) = width_and_more[digits..].chars().next() else { return Err(Stop::error("incomplete format")) };
        rest = &width_and_more[digits + kind.len_utf8()..];
        if kind == '%' && flags.is_empty() && digits == 0 {
            out.push('%');
            continue;
        }
        crate::ops::bounded(width)?;
        let mut next = || arguments.next().ok_or_else(|| Stop::error("not enough arguments for format string"));
        let piece = match kind {
            's' => python::text(next()?),
            'r' => python::repr(next()?),
            'd' | 'i' => match number(next()?) {
                Some(Number::Int(value)) => value.to_string(),
                Some(Number::Float(_)) => return Err(Stop::unsupported("format")),
                None => return Err(Stop::error("%d format: a number is required")),
            },
            _ => return Err(Stop::unsupported("format")),
        };
        match flags {
            "-" => out.push_str(&format!("{piece:<width$}")),
            "0" if kind == 'd' && piece.starts_with('-') => return Err(Stop::unsupported("format")),
            "0" if kind == 'd' => out.push_str(&format!("{piece:0>width$}")),
            "" => out.push_str(&format!("{piece:>width$}")),
            _ => return Err(Stop::unsupported("format")),
        }
    }
    if arguments.next().is_some() {
        return Err(Stop::error("not all arguments converted during string formatting"));
    }
    out.push_str(rest);
    bounded_text(out)
}

/// `shlex.quote`
pub(super) fn quote(bound: &Bound) -> Eval {
    let value = match bound.required(0)? {
        Value::Null => String::new(),
        value => python::text(value),
    };
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    Ok(if !value.is_empty() && value.chars().all(is_safe) { value } else { format!("'{}'", value.replace('\'', r#"'"'"'"#)) }.into())
}

pub(super) fn basename(bound: &Bound) -> Eval {
    let path = text(bound.required(0)?)?;
    Ok(Value::text(path.rsplit('/').next().unwrap_or_default()))
}

pub(super) fn dirname(bound: &Bound) -> Eval {
    let path = text(bound.required(0)?)?;
    let head = path.rfind('/').map_or("", |slash| &path[..=slash]);
    let trimmed = head.trim_end_matches('/');
    Ok(Value::text(if trimmed.is_empty() { head } else { trimmed }))
}

pub(super) fn splitext(bound: &Bound) -> Eval {
    let path = text(bound.required(0)?)?;
    let name_at = path.rfind('/').map_or(0, |slash| slash + 1);
    let name = &path[name_at..];
    let leading_dots = name.len() - name.trim_start_matches('.').len();
    let at = name[leading_dots..].rfind('.').map_or(path.len(), |dot| name_at + leading_dots + dot);
    Ok(Value::tuple(vec![Value::text(&path[..at]), Value::text(&path[at..])]))
}

pub(super) fn path_join(bound: &Bound) -> Eval {
    let parts = match bound.required(0)? {
        path @ Value::String(_) => vec![path.clone()],
        Value::List(parts) | Value::Tuple(parts) => parts.to_vec(),
        _ => return Err(Stop::error("path_join expects string or sequence")),
    };
    if parts.is_empty() {
        return Err(Stop::error("join() missing 1 required positional argument"));
    }
    let mut path = String::new();
    for part in &parts {
        let part = text(part)?;
        if part.starts_with('/') {
            path.clear();
        } else if !path.is_empty() && !path.ends_with('/') {
            path.push('/');
        }
        path.push_str(part);
    }
    bounded_text(path)
}
