//! Any text is an INI document: no panic, every span inside the text.
#![no_main]

use hostwise_syntax::ini;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let document = ini::parse(text.into());
    for line in document.sections.iter().flat_map(|section| &section.lines) {
        assert!(text.get(line.range.span()).is_some());
        for assignment in &line.assignments {
            assert!(text.get(assignment.key.span()).is_some() && text.get(assignment.value_range.span()).is_some());
        }
    }
});
