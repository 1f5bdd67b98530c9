//! Which texts tree-sitter-yaml 0.7.2 can bear.

use memchr::memchr_iter;

/// It counts lines in 16 bits.
const MAX_LINES: usize = 32_000;

/// It aborts the process at 254 columns that are open at once.
const MAX_DEPTH: usize = 200;

/// It takes 50 bytes of memory for each byte.
const MAX_BYTES: usize = 4_000_000;

pub(super) fn is_bearable(text: &str) -> bool {
    text.len() < MAX_BYTES && memchr_iter(b'\n', text.as_bytes()).count() < MAX_LINES && !is_deep(text)
}

/// Whether more columns may be open at once, or more brackets, than can be borne: whatever the text means, each line, dash, question mark and colon
/// counts as the start of a collection, as it may to a parser that recovers from an error.
fn is_deep(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut n_brackets = 0_usize;
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        // At the first byte of a line.
        let content = at + bytes[at..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
        if !matches!(bytes.get(content), None | Some(b'\n' | b'\r' | b'#')) {
            while open.last().is_some_and(|&(column, _)| column > content - start) {
                open.pop();
            }
            push(&mut open, content - start, bytes, content);
        }
        at = content;
        while let Some(&byte) = bytes.get(at).filter(|&&byte| byte != b'\n') {
            match byte {
                b'[' | b'{' => n_brackets += 1,
                b']' | b'}' => n_brackets = n_brackets.saturating_sub(1),
                b'-' | b'?' | b':' if matches!(bytes.get(at + 1), Some(b' ' | b'\t')) => {
                    let next = at + 1 + bytes[at + 1..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
                    push(&mut open, next - start, bytes, next);
                }
                _ => {}
            }
            at += 1;
            if open.len() > MAX_DEPTH || n_brackets > MAX_DEPTH {
                return true;
            }
        }
        at += 1;
        start = at;
    }
    false
}

/// A list and a mapping may start at the same column.
fn push(open: &mut Vec<(usize, bool)>, column: usize, bytes: &[u8], at: usize) {
    let level = (column, bytes.get(at) == Some(&b'-'));
    if open.last() != Some(&level) {
        open.push(level);
    }
}
