//! Literal and folded scalars.

use super::{BREAKS, Breaks, break_len, lines};
use crate::yaml::{Kind, Node};

pub(super) fn text(node: Node<'_>) -> String {
    let range = node.range();
    let after = &node.document().text[range.end as usize..];
    // The break behind the last line belongs to the content.
    let source = &node.document().text[range.start as usize..range.end as usize + break_len(after)];
    let body = source.find(BREAKS).map_or("", |end| &source[end + break_len(&source[end..])..]);
    let header = source[..source.len() - body.len()].split('#').next().unwrap_or_default();
    let indent = node.document().arena.block_indent(node.id);
    let is_folded = node.kind() == Kind::Folded;

    let mut out = String::with_capacity(body.len());
    // The break behind the last line of content, and those of the empty lines since.
    let (mut last, mut empty) = (Breaks::default(), Breaks::default());
    let mut was_indented = false;
    for (line, line_break) in lines(body) {
        let content = line.get(indent..).unwrap_or_default();
        if content.is_empty() {
            empty.push(line_break);
            continue;
        }
        let is_indented = content.starts_with([' ', '\t']);
        if is_folded && !is_indented && !was_indented && last.is_line_feed() {
            last.clear();
            if empty.is_empty() {
                out.push(' ');
            }
        }
        last.keep(&mut out);
        empty.keep(&mut out);
        out.push_str(content);
        last.push(line_break);
        was_indented = is_indented;
    }
    if !header.contains('-') {
        last.keep(&mut out);
    }
    if header.contains('+') {
        empty.keep(&mut out);
    }
    out
}
