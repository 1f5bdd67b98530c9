//! Any bytes that are text have a tree: no panic, no hang, every span inside the text, whatever is asked.
#![no_main]

use hostwise_syntax::{judge, paint, yaml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let document = yaml::parse(text.into());
    let mut open: Vec<yaml::Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = open.pop() {
        assert!(text.get(node.range().span()).is_some());
        let _ = node.text();
        open.extend(node.entries().flat_map(|entry| [entry.key, entry.value]).chain(node.items()));
    }
    let _ = document.root().map(yaml::Node::value);
    if let Some(error) = judge::yaml(&document) {
        assert!(text.get(error.range.span()).is_some());
    }
    let _ = paint::folds(&document);
});
