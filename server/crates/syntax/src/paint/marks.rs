//! Parts of a text by what they are, for their colour.

use super::Canvas;
use crate::jinja::{self, Region, RegionKind, Role};
use crate::value::resolve;
use crate::yaml::{Document, Kind, Node};
use crate::{TextRange, Value, ini};

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Over several lines for comments in Jinja and long texts.
    pub range: TextRange,
    pub class: Class,
}

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Comment,
    Key,
    Text,
    Number,
    /// A truth value or null.
    Constant,
    Anchor,
    Alias,
    Tag,
    /// The brackets of a template.
    Bracket,
    Variable,
    Local,
    Attribute,
    /// A filter or a test.
    Function,
    Argument,
    Keyword,
    Operator,
}

/// Comments, keys, values, anchors and tags of a YAML text, in order, none inside another.
pub fn yaml_marks(document: &Document, canvas: &Canvas) -> Vec<Mark> {
    let mut marks = match canvas.sound_tree(document) {
        Some(tree) => concrete(tree.root_node(), document.text()),
        None => tolerant(document),
    };
    marks.sort_unstable();
    marks
}

fn concrete(root: tree_sitter::Node<'_>, text: &str) -> Vec<Mark> {
    let (mut marks, mut cursor) = (Vec::new(), root.walk());
    loop {
        let node = cursor.node();
        let range = TextRange::new(node.start_byte(), node.end_byte());
        let class = match node.kind() {
            "comment" => Some(Class::Comment),
            "anchor" => Some(Class::Anchor),
            "alias" if is_key(node) => Some(Class::Key),
            "alias" => Some(Class::Alias),
            "tag" => Some(Class::Tag),
            "plain_scalar" | "single_quote_scalar" | "double_quote_scalar" | "block_scalar" if is_key(node) => Some(Class::Key),
            "plain_scalar" if !is_tagged(node) => Some(class_of(&text[range.span()])),
            "plain_scalar" | "single_quote_scalar" | "double_quote_scalar" | "block_scalar" => Some(Class::Text),
            _ => None,
        };
        // A block scalar ends with its last line, not behind it.
        let range = TextRange::new(node.start_byte(), node.start_byte() + text[range.span()].trim_end_matches(['\n', '\r', ' ']).len());
        marks.extend(class.filter(|_| !range.is_empty()).map(|class| Mark { range, class }));
        if class.is_none() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return marks;
            }
        }
    }
}

/// Whether a scalar stands where a key does.
fn is_key(scalar: tree_sitter::Node<'_>) -> bool {
    let Some(node) = scalar.parent() else { return false };
    let Some(holder) = node.parent() else { return false };
    match holder.kind() {
        "block_mapping_pair" | "flow_pair" => holder.child_by_field_name("key").is_some_and(|key| key.id() == node.id()),
        "flow_mapping" => true,
        _ => false,
    }
}

fn is_tagged(scalar: tree_sitter::Node<'_>) -> bool {
    let Some(node) = scalar.parent() else { return false };
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == "tag")
}

fn tolerant(document: &Document) -> Vec<Mark> {
    let mark = |class: Class| move |range: TextRange| Mark { range, class };
    let mut marks: Vec<Mark> = document.comments().iter().copied().map(mark(Class::Comment)).collect();
    marks.extend(document.anchors().map(mark(Class::Anchor)));
    marks.extend(document.tags().map(mark(Class::Tag)));
    let mut open: Vec<(Node<'_>, bool)> = document.root().map(|root| (root, false)).into_iter().collect();
    while let Some((node, is_key)) = open.pop() {
        let class = match node.kind() {
            Kind::Absent | Kind::BlockMapping | Kind::FlowMapping | Kind::BlockSequence | Kind::FlowSequence => None,
            _ if is_key => Some(Class::Key),
            Kind::Alias => Some(Class::Alias),
            Kind::Plain if node.tag().is_none() => Some(class_of(node.source())),
            _ => Some(Class::Text),
        };
        let range = node.range();
        let range = TextRange::new(range.start as usize, range.start as usize + node.source().trim_end_matches(['\n', '\r', ' ']).len());
        marks.extend(class.filter(|_| !range.is_empty()).map(|class| Mark { range, class }));
        open.extend(node.entries().flat_map(|entry| [(entry.key, true), (entry.value, false)]));
        open.extend(node.items().map(|item| (item, false)));
    }
    marks
}

/// What a plain scalar is, as Ansible reads it.
fn class_of(plain: &str) -> Class {
    match resolve(plain) {
        Ok(value) => class_of_value(&value),
        Err(_) => Class::Text,
    }
}

fn class_of_value(value: &Value) -> Class {
    match value {
        Value::Null | Value::Bool(_) => Class::Constant,
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Timestamp(_) => Class::Number,
        _ => Class::Text,
    }
}

/// The parts of the templates in a YAML text, in order, none inside another.
pub fn templates(document: &Document) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut open: Vec<Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = open.pop() {
        let regions = jinja::regions(node);
        // A mapping that was meant to be a template has no entries.
        if regions.is_empty() {
            open.extend(node.entries().flat_map(|entry| [entry.key, entry.value]).chain(node.items()));
        }
        regions.iter().for_each(|region| of_region(region, &mut marks));
    }
    marks.sort_unstable();
    marks
}

fn of_region(region: &Region, marks: &mut Vec<Mark>) {
    let range = region.range;
    if region.kind == RegionKind::Comment {
        return marks.push(Mark { range, class: Class::Comment });
    }
    let end = if region.is_closed { range.end.saturating_sub(2) } else { range.end };
    marks.push(Mark { range: TextRange { start: range.start, end: range.start + 2 }, class: Class::Bracket });
    let tokens = region.tokens.iter().filter(|token| token.range.end <= end);
    marks.extend(tokens.map(|token| Mark { range: token.range, class: class_of_role(token.role) }));
    if region.is_closed {
        marks.push(Mark { range: TextRange { start: end, end: range.end }, class: Class::Bracket });
    }
}

fn class_of_role(role: Role) -> Class {
    match role {
        Role::Variable => Class::Variable,
        Role::Local => Class::Local,
        Role::Attribute => Class::Attribute,
        Role::Filter | Role::Test => Class::Function,
        Role::Argument => Class::Argument,
        Role::Keyword => Class::Keyword,
        Role::String => Class::Text,
        Role::Number => Class::Number,
        Role::Operator => Class::Operator,
    }
}

/// Comments, headers' kinds, keys and values of an INI inventory, and the templates in its values: in order, none inside another.
pub fn ini_marks(document: &ini::Document) -> Vec<Mark> {
    let text = document.text();
    let mut marks: Vec<Mark> = document.comments.iter().map(|&range| Mark { range, class: Class::Comment }).collect();
    for section in &document.sections {
        let kind = section.name.map(|name| TextRange { start: name.end + 1, end: section.header.end.saturating_sub(1) });
        marks.extend(kind.filter(|kind| kind.start < kind.end).map(|range| Mark { range, class: Class::Keyword }));
        for assignment in section.lines.iter().flat_map(|line| &line.assignments) {
            marks.push(Mark { range: assignment.key, class: Class::Key });
            let value = assignment.value_range;
            let class = class_of_value(&assignment.value);
            let mut at = value.start;
            for region in jinja::in_text(&text[value.span()], value.start as usize) {
                marks.push(Mark { range: TextRange { start: at, end: region.range.start }, class });
                of_region(&region, &mut marks);
                at = region.range.end;
            }
            marks.push(Mark { range: TextRange { start: at, end: value.end }, class });
        }
    }
    marks.retain(|mark| mark.range.start < mark.range.end);
    marks.sort_unstable();
    marks
}
