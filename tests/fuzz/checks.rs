//! What must hold for any text: shared by the fuzz targets and by the short run of the test suite.

use hostwise_syntax::edit::{self, apply};
use hostwise_syntax::paint::{self, Canvas, Spot};
use hostwise_syntax::yaml::{Kind, Node};
use hostwise_syntax::{Value, ini, jinja, judge, yaml};

/// Any text has a YAML tree: no panic, no hang, every span inside the text and in order, whatever is asked.
pub(crate) fn yaml(text: &str) {
    let document = yaml::parse(text.into());
    if let Some(root) = document.root() {
        in_order(root, text);
        let _ = root.value();
    }
    let errors = document.errors().iter().map(|error| error.range);
    let error = judge::yaml(&document).map(|error| error.range);
    let canvas = Canvas::default();
    let marks = paint::yaml_marks(&document, &canvas).into_iter().chain(paint::templates(&document)).map(|mark| mark.range);
    for range in errors.chain(document.comments().iter().copied()).chain(error).chain(marks) {
        assert!(text.get(range.span()).is_some(), "{range:?} in {text:?}");
    }
    let _ = paint::folds(&document, &canvas);
    for at in 0..=text.len().min(300) {
        let _ = document.path_at(at);
    }
}

/// Nodes lie inside the text, children behind each other and not before their parent.
fn in_order(root: Node<'_>, text: &str) {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        let range = node.range();
        assert!(text.get(range.span()).is_some(), "{range:?} in {text:?}");
        let _ = (node.text(), node.tag(), node.anchor());
        templates_in_order(node, text);
        let mut last = range.start;
        for child in node.entries().flat_map(|entry| [entry.key, entry.value]).chain(node.items()) {
            assert!(last <= child.range().start, "{:?} overlaps in {text:?}", child.range());
            last = child.range().end;
            open.push(child);
        }
    }
}

/// Templates lie in the node, one behind the other, and their tokens stand where they say.
fn templates_in_order(node: Node<'_>, text: &str) {
    let solid = |text: &str| text.replace([' ', '\t', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'], "");
    let undoubled = |text: &str| if node.kind() == Kind::SingleQuoted { text.replace("''", "'") } else { text.to_owned() };
    let mut last = node.range().start;
    for region in jinja::regions(node) {
        assert!(last <= region.range.start && region.range.end <= node.range().end, "{region:?} in {text:?}");
        last = region.range.start;
        for token in &region.tokens {
            assert!(last <= token.range.start && token.range.end <= region.range.end && !token.range.is_empty(), "{token:?} in {text:?}");
            last = token.range.end;
            if node.kind() != Kind::DoubleQuoted {
                assert_eq!(solid(&undoubled(&text[token.range.span()])), solid(&token.text), "{text:?}");
            }
        }
        last = last.max(region.range.end);
    }
}

/// Any text is an INI document: no panic, every span inside the text.
pub(crate) fn ini(text: &str) {
    let document = ini::parse(text.into());
    for line in document.sections.iter().flat_map(|section| &section.lines) {
        let parts = line.assignments.iter().flat_map(|assignment| [assignment.key, assignment.value_range]);
        for range in parts.chain(line.name).chain([line.range]) {
            assert!(text.get(range.span()).is_some(), "{range:?} in {text:?}");
        }
    }
    let _ = paint::ini_marks(&document);
    let _ = paint::ini_selection(&document, text.len() / 2);
}

/// A text under a sequence of edits, each a place, a length and what comes there: what is drawn is what is drawn of a fresh text. And where Ansible
/// reads the text, an entry that is deleted, renamed or set leaves a text that it reads, too.
pub(crate) fn edits(text: &str, edits: &[(usize, usize, &str)]) {
    let (mut text, mut canvas) = (text.to_owned(), Canvas::default());
    for &(at, len, new) in edits {
        let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let from = boundary(at % (text.len() + 1));
        let to = boundary(from + len % 16).max(from);
        let start = Spot::default().behind(&text[..from]);
        canvas = canvas.edited(start, start.behind(&text[from..to]), start.behind(new));
        text.replace_range(from..to, new);
        let document = yaml::parse(text.as_str().into());
        assert_eq!(paint::yaml_marks(&document, &canvas), paint::yaml_marks(&document, &Canvas::default()), "{text:?}");
        assert_eq!(paint::folds(&document, &canvas), paint::folds(&document, &Canvas::default()), "{text:?}");
    }
    structural(&text);
}

fn structural(text: &str) {
    let document = yaml::parse(text.into());
    // Whether libyaml bears a tab in a blank line depends on the quotes of the text above.
    if text.contains('\t')
        || judge::yaml(&document).is_some()
        || !document.errors().is_empty()
        || document.root().is_none_or(|root| root.value().is_err())
    {
        return;
    }
    let mut open: Vec<Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = open.pop() {
        for entry in node.entries().take(20) {
            let edits = [
                edit::yaml::rename_key(entry.key, "new name: x"),
                edit::yaml::replace(entry.value, &Value::String("a: b".into())),
                edit::yaml::delete(&entry),
                edit::yaml::insert(node, edit::yaml::Place::After(entry), &edit::yaml::Fragment::new("new", Value::Null)),
            ];
            still_read(text, edits);
            open.push(entry.value);
        }
        for item in node.items().take(20) {
            let new = edit::yaml::Item::new(Value::String("a: b".into()));
            still_read(text, [edit::yaml::delete_item(item), edit::yaml::insert_item(node, edit::yaml::ItemPlace::Before(item), &new)]);
            open.push(item);
        }
    }
}

/// After each of the edits Ansible reads the text.
fn still_read<const N: usize>(text: &str, edits: [Option<edit::Edit>; N]) {
    for edit in edits.into_iter().flatten() {
        let edited = apply(text, std::slice::from_ref(&edit));
        let error = judge::yaml(&yaml::parse(edited.as_str().into()));
        assert_eq!(error, None, "{edit:?}\n{text:?}\n{edited:?}");
    }
}
