//! Where in a YAML text something is typed, by the text itself: the tree of a line that is being typed says little.

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use hostwise_syntax::yaml::{Document, Kind};

use super::{Completion, Found};

/// The word at the cursor and what stands around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The keys above, outermost first.
    pub(super) keys: Vec<String>,
    /// The key whose value is typed; `None` when a key is typed.
    pub(super) value_of: Option<String>,
    /// What a completion replaces: the word around the cursor without quotes.
    pub(super) word: TextRange,
    /// The part of the word before the cursor.
    pub(super) typed: String,
    /// The blanks before what the word belongs to on its line.
    pub(super) column: usize,
    pub(super) style: Style,
}

impl Place {
    pub(super) fn found(&self, items: Vec<Completion>) -> Found {
        Found { word: self.word, typed: self.typed.clone(), items }
    }
}

/// What stands around the word and must not be written again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// A line of its own.
    Block,
    /// Between brackets.
    Flow,
    /// A quote is open, or a colon follows.
    NameOnly,
}

/// The place of byte `offset`; `None` in a comment, or right behind a colon.
pub(super) fn of(file: &SourceFile, offset: usize) -> Option<Place> {
    let text = file.text();
    let line = file.lines().line_range(file.lines().line_of(offset), text);
    let before = text.get(line.start as usize..offset)?;
    if comment(before).is_some() {
        return None;
    }
    // Brackets that are not closed end with the last sign of the line.
    let end = offset - (before.len() - before.trim_end().len());
    let keys =
        flow_keys(file.yaml(), offset).or_else(|| flow_keys(file.yaml(), end).filter(|_| line.start as usize <= end && end < offset));
    match keys {
        Some(keys) => in_flow(text, line, offset, keys),
        None => in_block(text, line, offset),
    }
}

/// The comment that the text before the cursor ends in, if it does.
pub(super) fn comment(before: &str) -> Option<&str> {
    let mut quote = None;
    let mut last = ' ';
    for (at, character) in before.char_indices() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') if !last.is_alphanumeric() => quote = Some(character),
            (None, '#') if last.is_whitespace() => return Some(&before[at..]),
            _ => {}
        }
        last = character;
    }
    None
}

/// The keys around a place between brackets; `None` elsewhere.
fn flow_keys(document: &Document, offset: usize) -> Option<Vec<String>> {
    let path = document.path_at(offset);
    let innermost = path.iter().rev().find(|node| node.is_mapping() || node.is_sequence())?;
    let range = innermost.range();
    let is_flow = matches!(innermost.kind(), Kind::FlowMapping | Kind::FlowSequence);
    let is_closed = innermost.source().ends_with(['}', ']']) && innermost.source().len() > 1;
    let is_inside = (range.start as usize) < offset && (offset < range.end as usize || !is_closed);
    // `{{` begins a template.
    if !is_flow || !is_inside || innermost.source().starts_with("{{") {
        return None;
    }
    let mut keys = Vec::new();
    for pair in path.windows(2) {
        let entry = pair[0].entries().find(|entry| entry.value.id() == pair[1].id());
        keys.extend(entry.filter(|_| pair[1].range().start < innermost.range().end).map(|entry| entry.key.text().into_owned()));
        if pair[1].id() == innermost.id() {
            break;
        }
    }
    Some(keys)
}

fn in_flow(text: &str, line: TextRange, offset: usize, keys: Vec<String>) -> Option<Place> {
    let before = &text[line.start as usize..offset];
    let start = before.rfind(['{', '[', ',']).map_or(0, |at| at + 1);
    let (value_of, typed) = split_key(&before[start..])?;
    Some(place(text, offset, typed, keys, value_of, Style::Flow))
}

fn in_block(text: &str, line: TextRange, offset: usize) -> Option<Place> {
    let before = &text[line.start as usize..offset];
    let indent = indent(before);
    let (value_of, typed) = split_key(before.get(indent..)?)?;
    let keys = keys_above(&text[..line.start as usize], indent);
    Some(place(text, offset, typed, keys, value_of, Style::Block))
}

fn place(text: &str, offset: usize, typed: &str, keys: Vec<String>, value_of: Option<String>, style: Style) -> Place {
    let is_quoted = typed.starts_with(['"', '\'']);
    let typed = typed.trim_start_matches(['"', '\'']);
    let behind = &text[offset..];
    let rest = behind.find(|character: char| !is_word(character)).unwrap_or(behind.len());
    let is_key_before_colon = value_of.is_none() && behind[rest..].trim_start_matches(['"', '\'', ' ']).starts_with(':');
    let word = TextRange::new(offset - typed.len(), offset + rest);
    let style = if is_quoted || is_key_before_colon { Style::NameOnly } else { style };
    let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    Place { keys, value_of, word, typed: typed.to_owned(), column: indent(&text[line_start..offset]), style }
}

/// The key whose value the text ends in, and what is typed of the value; or what is typed of a key. `None` right behind a colon.
fn split_key(text: &str) -> Option<(Option<String>, &str)> {
    let colon =
        text.char_indices().find(|&(at, character)| character == ':' && text[at + 1..].chars().next().is_none_or(char::is_whitespace));
    match colon {
        None => Some((None, text.trim_start())),
        Some((at, _)) if at + 1 == text.len() => None,
        Some((at, _)) => Some((Some(text[..at].trim().trim_matches(['"', '\'']).to_owned()), text[at + 1..].trim_start())),
    }
}

pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

/// The columns before the content of a line, the signs of list items included.
fn indent(line: &str) -> usize {
    let mut at = 0;
    loop {
        at += line[at..].len() - line[at..].trim_start_matches(' ').len();
        match line.get(at..) {
            Some(rest) if rest.starts_with("- ") => at += 2,
            _ => return at,
        }
    }
}

/// The keys that a line of this indentation stands below, outermost first.
fn keys_above(text: &str, mut indent_below: usize) -> Vec<String> {
    let mut keys = Vec::new();
    for line in text.lines().rev() {
        if indent_below == 0 {
            break;
        }
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = indent(line);
        // A list may stand at the column of its key.
        let own = line.len() - content.len();
        if own >= indent_below && indent >= indent_below {
            continue;
        }
        if indent < indent_below
            && let Some((key, _)) = line[indent..].split_once(':')
        {
            keys.push(key.trim().trim_matches(['"', '\'']).to_owned());
        }
        indent_below = own.min(indent_below);
    }
    keys.reverse();
    keys
}

#[cfg(test)]
mod tests {
    use hostwise_inventory::Content;

    use super::*;

    fn show(marked: &str) -> String {
        let (before, after) = marked.split_once('|').expect("a cursor");
        let text = format!("{before}{after}");
        let file = SourceFile::new("/w/hosts.yaml", Content::Text(text.as_str().into()), false);
        match of(&file, before.len()) {
            Some(place) => {
                let value = place.value_of.map(|key| format!(" = {key}")).unwrap_or_default();
                format!("{}{value} «{}» {:?}", place.keys.join("."), &text[place.word.span()], place.style)
            }
            None => "nothing".to_owned(),
        }
    }

    #[test]
    fn places_in_block_style() {
        assert_eq!(show("al|"), " «al» Block");
        assert_eq!(show("all:\n  ho|\n"), "all «ho» Block");
        assert_eq!(show("all:\n  hosts:\n    a:\n      x: 1\n    # é€😀\n\n    |\nb:\n"), "all.hosts «» Block");
        assert_eq!(show("all:\n  hosts:\n    é€😀: &x\n      ip|x: 1\n"), "all.hosts.é€😀 «ipx» NameOnly");
        assert_eq!(show("all:\n  vars:\n    'a': tr|ue\n"), "all.vars = a «true» Block");
        assert_eq!(show("x: \"ab|\"\n"), " = x «ab» NameOnly");
        assert_eq!(show("- hosts: we|b\n"), " = hosts «web» Block");
        assert_eq!(show("- name: x\n  ho|\n"), " «ho» Block");
        assert_eq!(show("x:|\n"), "nothing");
        assert_eq!(show("x: 1 # ab|c\n"), "nothing");
        assert_eq!(show("x: a#b|\n"), " = x «b» Block".replace("«b»", "«a#b»"));
    }

    #[test]
    fn places_between_brackets() {
        assert_eq!(show("all: {ho|}\n"), "all «ho» Flow");
        assert_eq!(show("all: {hosts: {a: {ip: 1}, no|}}\n"), "all.hosts «no» Flow");
        assert_eq!(show("all: {hosts: {a: , |\nb: 1\n"), "all.hosts «» Flow");
        assert_eq!(show("all: {vars: {x: tr|, y: 1}}\n"), "all.vars = x «tr» Flow");
        assert_eq!(show("- hosts: [etcd, we|]\n"), "hosts «we» Flow");
        assert_eq!(show("all: {hosts: {\"no|\": }}\n"), "all.hosts «no» NameOnly");
        assert_eq!(show("all: {}|\n"), " = all «{}» Block");
    }
}
