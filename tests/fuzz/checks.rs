//! What must hold for any text: shared by the fuzz targets and by the short run of the test suite.

use hostwise_syntax::edit::{self, apply};
use hostwise_syntax::paint::{self, Canvas, Spot};
use hostwise_syntax::{Value, ini, jinja, judge, yaml};

/// Any text has a YAML tree: no panic, no hang, every span inside the text, whatever is asked.
pub(crate) fn yaml(text: &str) {
    let document = yaml::parse(text.into());
    let mut open: Vec<yaml::Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = open.pop() {
        assert!(text.get(node.range().span()).is_some());
        let _ = node.text();
        for region in jinja::regions(node) {
            assert!(text.get(region.range.span()).is_some());
            assert!(region.tokens.iter().all(|token| text.get(token.range.span()).is_some()));
        }
        open.extend(node.entries().flat_map(|entry| [entry.key, entry.value]).chain(node.items()));
    }
    let _ = document.root().map(yaml::Node::value);
    if let Some(error) = judge::yaml(&document) {
        assert!(text.get(error.range.span()).is_some());
    }
    let canvas = Canvas::default();
    let _ = paint::folds(&document, &canvas);
    for mark in paint::yaml_marks(&document, &canvas).into_iter().chain(paint::templates(&document)) {
        assert!(text.get(mark.range.span()).is_some());
    }
}

/// Any text is an INI document: no panic, every span inside the text.
pub(crate) fn ini(text: &str) {
    let document = ini::parse(text.into());
    for line in document.sections.iter().flat_map(|section| &section.lines) {
        assert!(text.get(line.range.span()).is_some());
        for assignment in &line.assignments {
            assert!(text.get(assignment.key.span()).is_some() && text.get(assignment.value_range.span()).is_some());
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
    let mut open: Vec<yaml::Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = open.pop() {
        for entry in node.entries().take(20) {
            let edits = [
                edit::yaml::rename_key(entry.key, "new name: x"),
                edit::yaml::replace(entry.value, &Value::String("a: b".into())),
                edit::yaml::delete(&entry),
                edit::yaml::insert(node, edit::yaml::Place::After(entry), &edit::yaml::Fragment::new("new", Value::Null)),
            ];
            for edit in edits.into_iter().flatten() {
                let edited = apply(text, std::slice::from_ref(&edit));
                let error = judge::yaml(&yaml::parse(edited.as_str().into()));
                assert_eq!(error, None, "{edit:?}\n{text:?}\n{edited:?}");
            }
            open.push(entry.value);
        }
        open.extend(node.items());
    }
}
