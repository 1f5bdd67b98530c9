//! The pages of the rules, executed: each example must give exactly the findings of its rule that are written in it, and an example without any
//! must give no error and no warning of any rule.

use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_analysis::{RULES, Rule, Settings, Severity, Token, Workspace};
use hostwise_fixture::{Annotation, File, Fixture};
use hostwise_inventory::{Content, Files, SourceFile};

#[test]
fn every_example_gives_exactly_its_findings() {
    let mut failures = String::new();
    for rule in RULES {
        for (line, example) in examples(rule) {
            let fixture = Fixture::parse(&example, "/inventory/hosts.yaml");
            let (written, found) = (fixture.to_text(), annotated(rule, &fixture));
            if written != found {
                failures.push_str(&format!("{}.md:{line}\n--- written\n{written}--- found\n{found}\n", rule.id));
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn every_page_has_a_title_a_summary_and_examples_of_both_kinds() {
    for rule in RULES {
        assert!(rule.page.starts_with(&format!("# {}\n\n", rule.id)), "{}: the title is the id", rule.id);
        let summary = rule.summary();
        assert!(summary.ends_with('.') && !summary.contains('|'), "{}: one sentence for the table: {summary}", rule.id);
        let label = format!("[{}]", rule.id);
        let (bad, good): (Vec<_>, Vec<_>) = examples(rule).into_iter().partition(|(_, example)| example.contains(&label));
        assert!(bad.len() >= rule.n_bad_examples() && good.len() >= 2, "{}: {} bad, {} good examples", rule.id, bad.len(), good.len());
    }
}

#[test]
fn rules_are_sorted_and_unique() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
}

trait Examples {
    fn n_bad_examples(&self) -> usize;
}

impl Examples for Rule {
    /// A fixture holds text only, so a rule about files without text cannot show one.
    fn n_bad_examples(&self) -> usize {
        if self.id == "file-unreadable" { 0 } else { 2 }
    }
}

/// The fenced blocks of a page, each with its one-based line.
fn examples(rule: &Rule) -> Vec<(usize, String)> {
    let mut examples = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in rule.page.lines().enumerate() {
        match &mut open {
            Some(_) if line == "```" => examples.extend(open.take()),
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None if line.starts_with("```") => open = Some((index + 2, String::new())),
            None => {}
        }
    }
    assert!(open.is_none(), "{}: a block without an end", rule.id);
    examples
}

/// The fixture with what is found in it as its annotations: by `rule`, and in a good example by any rule that warns. All files count as open.
fn annotated(rule: &Rule, fixture: &Fixture) -> String {
    let is_good = fixture.files.iter().all(|file| file.annotations.is_empty());
    let counts =
        |diagnostic: &&hostwise_analysis::Diagnostic| diagnostic.code == rule.id || (is_good && diagnostic.severity >= Severity::Warning);
    let file = |file: &File| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false);
    let files: Files = fixture.files.iter().map(file).collect();
    let open: BTreeSet<Arc<str>> = fixture.files.iter().map(|file| file.path.as_str().into()).collect();
    let found = Workspace::new(files, open, Settings::default()).diagnostics(&Token::never()).expect("nothing cancels");
    let of_file = |file: &File| -> Vec<Annotation> {
        let annotation = |diagnostic: &hostwise_analysis::Diagnostic| Annotation {
            start: diagnostic.range.start as usize,
            end: diagnostic.range.end as usize,
            label: format!("{}[{}]: {}", diagnostic.severity.name(), diagnostic.code, diagnostic.message),
        };
        found.get(file.path.as_str()).into_iter().flat_map(|diagnostics| diagnostics.iter()).filter(counts).map(annotation).collect()
    };
    fixture.with_annotations(&fixture.files.iter().map(of_file).collect::<Vec<_>>())
}
