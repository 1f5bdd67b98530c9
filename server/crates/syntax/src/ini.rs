//! The fault-tolerant tree of an INI inventory: line by line, with spans for every part.
//!
//! Splitting into words and the types of values follow Ansible's INI plugin (`plugins/inventory/ini.py`): words as `shlex` splits them, values as
//! Python literals. What the words mean is the business of the inventory crate.

pub(crate) mod literal;
pub(crate) mod words;

use std::sync::Arc;

use crate::{SyntaxError, TextRange, Value};

/// A parsed INI inventory.
#[derive(Debug)]
pub struct Document {
    text: Arc<str>,
    /// What stands before the first header is a section without one.
    pub sections: Vec<Section>,
    pub comments: Vec<TextRange>,
    /// In document order. Ansible stops at the first; everything else in the tree is still there.
    pub errors: Vec<SyntaxError>,
}

/// What the lines of a section are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    Hosts,
    Children,
    Vars,
}

/// A section: its header and its lines.
#[derive(Debug)]
pub struct Section {
    /// The name between the brackets without `:children` and the like; `None` for the lines before the first header.
    pub name: Option<TextRange>,
    /// The whole header with its brackets.
    pub header: TextRange,
    pub kind: SectionKind,
    pub lines: Vec<Line>,
}

/// One line of a section.
#[derive(Debug)]
pub struct Line {
    /// The line without its comment and the blanks around it.
    pub range: TextRange,
    /// The host pattern or the child group; nothing in a `:vars` section.
    pub name: Option<TextRange>,
    /// `key=value` words of a host line, or the one assignment of a `:vars` line.
    pub assignments: Vec<Assignment>,
}

/// `key=value`.
#[derive(Debug)]
pub struct Assignment {
    pub key: TextRange,
    /// The value as written, quotes included.
    pub value_range: TextRange,
    /// The value as Ansible types it (Python literals, else text).
    pub value: Value,
}

/// Parses any text.
pub fn parse(text: Arc<str>) -> Document {
    let mut parser = Parser { text: &text, sections: vec![unnamed()], comments: Vec::new(), errors: Vec::new() };
    let mut start = 0;
    for line in text.split_inclusive(is_break) {
        parser.line(start, start + line.trim_end_matches(is_break).len());
        start += line.len();
    }
    let Parser { mut sections, comments, errors, .. } = parser;
    sections.retain(|section| section.name.is_some() || !section.lines.is_empty());
    Document { text, sections, comments, errors }
}

impl Document {
    /// The text this was parsed from.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }
}

/// The line breaks of Python's `splitlines`.
fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn unnamed() -> Section {
    Section { name: None, header: TextRange::empty(0), kind: SectionKind::Hosts, lines: Vec::new() }
}

struct Parser<'t> {
    text: &'t str,
    sections: Vec<Section>,
    comments: Vec<TextRange>,
    errors: Vec<SyntaxError>,
}

impl Parser<'_> {
    fn line(&mut self, start: usize, end: usize) {
        let trimmed = self.trimmed(start, end);
        let line = &self.text[trimmed.span()];
        match line.bytes().next() {
            None => {}
            Some(b'#' | b';') => self.comments.push(trimmed),
            Some(b'[') if self.header(trimmed) => {}
            Some(_) => self.entry(trimmed),
        }
    }

    /// `[name]`, `[name:kind]`, then an optional comment. Other lines that start with a bracket are host patterns unless they also end with one.
    fn header(&mut self, range: TextRange) -> bool {
        let line = &self.text[range.span()];
        let Some(close) = line.find(']') else { return false };
        let rest = line[close + 1..].trim_start_matches([' ', '\t']);
        let has_tail = !rest.is_empty() && !rest.starts_with('#');
        let inner = &line[1..close];
        let (name, kind) = inner.split_once(':').map_or((inner, None), |(name, kind)| (name, Some(kind)));
        let is_name = !name.is_empty() && !name.contains(char::is_whitespace);
        let is_kind = kind.is_none_or(|kind| !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        if has_tail || !is_name || !is_kind {
            if !line.ends_with(']') {
                return false;
            }
            self.error(range, "this is no section header: [group], [group:children] or [group:vars]");
            return true;
        }
        let start = range.start as usize;
        let header = TextRange::new(start, start + close + 1);
        if let Some(hash) = line[close + 1..].find('#') {
            self.comments.push(TextRange::new(start + close + 1 + hash, range.end as usize));
        }
        let kind = match kind {
            None | Some("hosts") => SectionKind::Hosts,
            Some("children") => SectionKind::Children,
            Some("vars") => SectionKind::Vars,
            Some(kind) => {
                let message = format!("a section cannot be of the kind {kind}: use hosts, children or vars");
                self.error(header, &message);
                SectionKind::Hosts
            }
        };
        self.sections.push(Section { name: Some(TextRange::new(start + 1, start + 1 + name.len())), header, kind, lines: Vec::new() });
        true
    }

    fn entry(&mut self, range: TextRange) {
        let line = match self.sections.last().map_or(SectionKind::Hosts, |section| section.kind) {
            SectionKind::Hosts => self.host(range),
            SectionKind::Children => self.child(range),
            SectionKind::Vars => self.variable(range),
        };
        if let Some(section) = self.sections.last_mut() {
            section.lines.extend(line);
        }
    }

    /// A host pattern, then `key=value` words.
    fn host(&mut self, range: TextRange) -> Option<Line> {
        let split = words::split(self.text, range);
        if let Some(error) = split.error {
            self.errors.push(error);
        }
        self.comments.extend(split.comment);
        let mut words = split.words.into_iter();
        let name = words.next()?;
        let mut end = name.range.end;
        let mut assignments = Vec::new();
        for word in words {
            end = word.range.end;
            match self.assignment(&word) {
                Some(assignment) => assignments.push(assignment),
                None => self.error(word.range, "a word behind the host must be key=value"),
            }
        }
        Some(Line { range: TextRange { start: range.start, end }, name: Some(name.range), assignments })
    }

    fn assignment(&self, word: &words::Word) -> Option<Assignment> {
        let (_, value) = word.content.split_once('=')?;
        let source = &self.text[word.range.span()];
        let equals = word.range.start as usize + source.find('=')?;
        let key = TextRange::new(word.range.start as usize, equals);
        Some(Assignment { key, value_range: TextRange::new(equals + 1, word.range.end as usize), value: literal::value(value) })
    }

    fn child(&mut self, range: TextRange) -> Option<Line> {
        let line = &self.text[range.span()];
        let content = match line.find('#') {
            Some(hash) => {
                self.comments.push(TextRange::new(range.start as usize + hash, range.end as usize));
                line[..hash].trim_end()
            }
            None => line,
        };
        let range = TextRange::new(range.start as usize, range.start as usize + content.len());
        if content.is_empty() {
            return None;
        }
        if content.contains(|c: char| c.is_whitespace() || matches!(c, ':' | ']')) {
            self.error(range, "one group name is expected here");
        }
        Some(Line { range, name: Some(range), assignments: Vec::new() })
    }

    /// Everything before the first `=` is the name, everything behind it the value; no quotes, no comments.
    fn variable(&mut self, range: TextRange) -> Option<Line> {
        let line = &self.text[range.span()];
        let Some((key, value)) = line.split_once('=') else {
            self.error(range, "key=value is expected here");
            return Some(Line { range, name: None, assignments: Vec::new() });
        };
        let start = range.start as usize;
        let key_range = TextRange::new(start, start + key.trim_end().len());
        let value_start = range.end as usize - value.trim_start().len();
        let value_range = TextRange::new(value_start, range.end as usize);
        let assignment = Assignment { key: key_range, value_range, value: literal::value(value.trim()) };
        Some(Line { range, name: None, assignments: vec![assignment] })
    }

    fn trimmed(&self, start: usize, end: usize) -> TextRange {
        let line = &self.text[start..end];
        let left = line.len() - line.trim_start().len();
        TextRange::new(start + left, start + left + line.trim().len())
    }

    fn error(&mut self, range: TextRange, message: &str) {
        self.errors.push(SyntaxError { range, message: message.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> Vec<String> {
        let document = parse(text.into());
        let of = |range: TextRange| &text[range.span()];
        let mut out = Vec::new();
        for section in &document.sections {
            out.push(format!("[{}] {:?}", section.name.map_or("", of), section.kind));
            for line in &section.lines {
                let assignments = line.assignments.iter().map(|a| format!(" {}={:?}", of(a.key), a.value));
                out.push(format!("{}{}", line.name.map_or("", of), assignments.collect::<String>()));
            }
        }
        out.extend(document.errors.iter().map(|error| format!("! {}: {}", of(error.range), error.message)));
        out
    }

    #[test]
    fn sections_hosts_children_and_vars() {
        let text = "lone\n[web]  # front\nh1 a=1 b=\"x y\" c=[1,'z']#c\nh[1:3]:22\n; comment\n[web:vars]\nport = 8080\ntext=a # b\nflag=true\nreal=True\n[all:children]\nweb # c\n";
        assert_eq!(
            outline(text),
            [
                "[] Hosts",
                "lone",
                "[web] Hosts",
                "h1 a=Int(1) b=String(\"x y\") c=String(\"[1,z]\")",
                "h[1:3]:22",
                "[web] Vars",
                " port=Int(8080)",
                " text=String(\"a # b\")",
                " flag=String(\"true\")",
                " real=Bool(true)",
                "[all] Children",
                "web",
            ]
        );
        assert_eq!(parse(text.into()).comments.len(), 4);
    }

    #[test]
    fn a_broken_line_leaves_the_others() {
        let text = "[a b]\n[web]\nh1 x\nh2 a='1\n[web:sons]\nh3\n[g:children]\ntwo words\n[g:vars]\nnothing\n[2001:db8::1]:22";
        assert_eq!(
            outline(text),
            [
                "[web] Hosts",
                "h1",
                "h2 a=Int(1)",
                "[web] Hosts",
                "h3",
                "[g] Children",
                "two words",
                "[g] Vars",
                "",
                "",
                "! [a b]: this is no section header: [group], [group:children] or [group:vars]",
                "! x: a word behind the host must be key=value",
                "! '1: this quote is not closed",
                "! [web:sons]: a section cannot be of the kind sons: use hosts, children or vars",
                "! two words: one group name is expected here",
                "! nothing: key=value is expected here",
                "! [2001:db8::1]:22: key=value is expected here",
            ]
        );
    }
}
