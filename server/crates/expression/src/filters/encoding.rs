//! Filters to and from JSON and base64.

use indexmap::IndexMap;

use crate::arguments::{Bound, text};
use crate::logic::{Eval, Stop};
use crate::ops::bounded_text;
use crate::{Value, python};

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn b64encode(bound: &Bound) -> Eval {
    plain_base64(bound)?;
    let value = python::text(bound.required(0)?);
    let mut out = String::with_capacity(value.len().div_ceil(3) * 4);
    for chunk in value.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let digit = BASE64[(bits >> (18 - 6 * index) & 63) as usize];
            out.push(if index <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    bounded_text(out)
}

/// Python skips characters that are not base64; here they make the result unknown.
pub(super) fn b64decode(bound: &Bound) -> Eval {
    plain_base64(bound)?;
    let value = python::text(bound.required(0)?);
    let digits = value.trim_end_matches('=');
    if !value.len().is_multiple_of(4) || value.len() - digits.len() > 2 {
        return Err(Stop::unsupported("base64 with other characters"));
    }
    let (mut bytes, mut bits, mut n_bits) = (Vec::new(), 0_u32, 0);
    for byte in digits.bytes() {
        let Some(digit) = BASE64.iter().position(|digit| *digit == byte) else {
            return Err(Stop::unsupported("base64 with other characters"));
        };
        bits = bits << 6 | u32::try_from(digit).unwrap_or(0);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push((bits >> n_bits & 255) as u8);
        }
    }
    String::from_utf8(bytes).map(Value::from).map_err(|_| Stop::error("not UTF-8"))
}

fn plain_base64(bound: &Bound) -> Eval<()> {
    let is_plain = bound.text_or(1, "utf-8")?.eq_ignore_ascii_case("utf-8") && !bound.flag(2, false)?;
    if is_plain { Ok(()) } else { Err(Stop::unsupported("base64 with this encoding")) }
}

/// `json.dumps`
pub(super) fn to_json(bound: &Bound) -> Eval {
    let indent = bound.integer(1)?.map(|indent| usize::try_from(indent.clamp(0, 40)).unwrap_or(0));
    dump(bound, Layout { indent, sort_keys: bound.flag(2, false)?, ascii: bound.flag(3, true)? })
}

pub(super) fn to_nice_json(bound: &Bound) -> Eval {
    let indent = bound.integer(1)?.map_or(4, |indent| usize::try_from(indent.clamp(0, 40)).unwrap_or(0));
    dump(bound, Layout { indent: Some(indent), sort_keys: bound.flag(2, true)?, ascii: bound.flag(3, true)? })
}

struct Layout {
    indent: Option<usize>,
    sort_keys: bool,
    ascii: bool,
}

fn dump(bound: &Bound, layout: Layout) -> Eval {
    let mut out = String::new();
    write_json(&mut out, bound.required(0)?, &layout, 0)?;
    bounded_text(out)
}

fn write_json(out: &mut String, value: &Value, layout: &Layout, level: usize) -> Eval<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => out.push_str(&value.to_string()),
        Value::Float(value) if value.is_finite() => out.push_str(&python::float(*value)),
        Value::String(text) => write_json_text(out, text, layout.ascii),
        Value::List(items) | Value::Tuple(items) => {
            write_json_items(out, ['[', ']'], items.iter(), layout, level, |out, item| write_json(out, item, layout, level + 1))?;
        }
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            if !entries.iter().all(|(key, _)| matches!(key, Value::String(_))) {
                return Err(Stop::unsupported("JSON with keys that are not text"));
            }
            if layout.sort_keys {
                entries.sort_by_key(|(key, _)| python::text(key));
            }
            write_json_items(out, ['{', '}'], entries.into_iter(), layout, level, |out, (key, value)| {
                write_json_text(out, &python::text(key), layout.ascii);
                out.push_str(": ");
                write_json(out, value, layout, level + 1)
            })?;
        }
        _ => return Err(Stop::unsupported("JSON of this value")),
    }
    Ok(())
}

fn write_json_items<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl ExactSizeIterator<Item = T>,
    layout: &Layout,
    level: usize,
    mut write: impl FnMut(&mut String, T) -> Eval<()>,
) -> Eval<()> {
    out.push(open);
    let is_empty = items.len() == 0;
    let new_line = |out: &mut String, level: usize| {
        if let Some(indent) = layout.indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent * level));
        }
    };
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push_str(if layout.indent.is_some() { "," } else { ", " });
        }
        new_line(out, level + 1);
        write(out, item)?;
    }
    if !is_empty {
        new_line(out, level);
    }
    out.push(close);
    Ok(())
}

fn write_json_text(out: &mut String, text: &str, ascii: bool) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if u32::from(c) < 0x20 || (ascii && !c.is_ascii()) => {
                let mut units = [0; 2];
                c.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

pub(super) fn from_json(bound: &Bound) -> Eval {
    let source = text(bound.required(0)?)?;
    let doubtful = ["NaN", "Infinity"].iter().any(|word| source.contains(word));
    let refused = || if doubtful { Stop::unsupported("JSON with NaN") } else { Stop::error("not JSON") };
    let json: serde_json::Value = serde_json::from_str(source).map_err(|_| refused())?;
    from_json_value(json)
}

fn from_json_value(json: serde_json::Value) -> Eval {
    Ok(match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Value::Int(value.into()),
            (None, Some(value)) => Value::Int(value.into()),
            _ => Value::Float(number.as_f64().ok_or_else(|| Stop::limit("integer"))?),
        },
        serde_json::Value::String(text) => text.into(),
        serde_json::Value::Array(items) => Value::list(items.into_iter().map(from_json_value).collect::<Eval<_>>()?),
        serde_json::Value::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| Ok((Value::from(key), from_json_value(value)?)));
            Value::map(entries.collect::<Eval<IndexMap<_, _>>>()?)
        }
    })
}
