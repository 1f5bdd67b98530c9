//! The pages of the rules, executed: each example must give exactly the findings of its rule that are written in it, and an example without any
//! must give no error and no warning of any rule.

mod fixes;
mod precision;
mod silence;
mod suppression;
mod unusual;

use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_analysis::{Diagnostic, RULES, Rule, Severity, Token, Workspace, apply};
use hostwise_fixture::{Annotation, File, Fixture};
use hostwise_inventory::{Content, Files, SourceFile};

#[test]
fn every_example_gives_exactly_its_findings() {
    let mut failures = String::new();
    for rule in RULES {
        for (line, example) in examples(rule) {
            let fixture = Fixture::parse(&example, "/inventory/hosts.yaml");
            let (written, found) = (fixture.to_text(), annotated(rule, &fixture));
            if written != found && std::env::var_os("UPDATE_EXPECT").is_some() {
                update(rule, &example, &found);
            } else if written != found {
                failures.push_str(&format!("{}.md:{line}\n--- written\n{written}--- found\n{found}\n", rule.id));
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Every fix of every example does what it says: its finding is gone, and no error or warning came instead.
#[test]
fn every_fix_removes_its_finding_and_brings_no_other() {
    let mut failures = String::new();
    let mut n_fixes = 0;
    for rule in RULES {
        for (line, example) in examples(rule) {
            let workspace = workspace(&Fixture::parse(&example, "/inventory/hosts.yaml"));
            let before = found(&workspace);
            for (key, diagnostic) in &before {
                for fix in &diagnostic.fixes {
                    n_fixes += 1;
                    let files = apply(workspace.files(), &fix.change);
                    let Some(files) = files else {
                        failures.push_str(&format!("{}.md:{line}: {}: does not fit\n", rule.id, fix.title));
                        continue;
                    };
                    let after = found(&workspace.change_files(files));
                    let count = |all: &[(String, Diagnostic)], key: &str| all.iter().filter(|(other, _)| other == key).count();
                    if count(&after, key) >= count(&before, key) {
                        failures.push_str(&format!("{}.md:{line}: {}: still there: {key}\n", rule.id, fix.title));
                    }
                    // A mistake may hide facts, but not other mistakes.
                    let is_new =
                        |(key, new): &&(String, Diagnostic)| new.severity >= Severity::Warning && count(&after, key) > count(&before, key);
                    for (new, _) in after.iter().filter(is_new) {
                        failures.push_str(&format!("{}.md:{line}: {}: brings {new}\n", rule.id, fix.title));
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(n_fixes > 0);
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

/// Writes what was found into the page, for review.
fn update(rule: &Rule, example: &str, found: &str) {
    let path = format!("{}/crates/analysis/src/rules/{}.md", env!("CARGO_MANIFEST_DIR"), rule.id);
    let page = std::fs::read_to_string(&path).expect("a page");
    std::fs::write(&path, page.replace(example, found)).expect("it can be written");
}

/// All findings, each with what it says.
fn found(workspace: &Workspace) -> Vec<(String, Diagnostic)> {
    let found = workspace.diagnostics(&Token::never()).expect("nothing cancels");
    let said = |diagnostic: &Diagnostic| (format!("{}: {}", diagnostic.code, diagnostic.message), diagnostic.clone());
    found.values().flat_map(|diagnostics| diagnostics.iter()).map(said).collect()
}

trait Examples {
    fn n_bad_examples(&self) -> usize;
}

impl Examples for Rule {
    /// A fixture holds text only, so a rule about files without text cannot show one; and a page is no place for a hundred findings.
    fn n_bad_examples(&self) -> usize {
        if matches!(self.id, "file-unreadable" | "too-many-findings") { 0 } else { 2 }
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

/// The files of a fixture, all open, with the settings of its `hostwise.toml`. Files in a folder `HEAD` are those of the last commit.
fn workspace(fixture: &Fixture) -> Workspace {
    let file = |path: &str, file: &File| SourceFile::new(path, Content::Text(file.text.as_str().into()), false);
    let is_committed = |file: &&File| file.path.contains("/HEAD/");
    let committed: Files = fixture.files.iter().filter(is_committed).map(|old| file(&old.path.replace("/HEAD/", "/"), old)).collect();
    let files: Files = fixture.files.iter().filter(|file| !is_committed(file)).map(|new| file(&new.path, new)).collect();
    let open: BTreeSet<Arc<str>> = files.iter().filter(|(path, _)| files.file(path).is_some()).map(|(path, _)| Arc::clone(path)).collect();
    let (settings, wrong) = hostwise::settings(&files);
    assert_eq!(wrong, [""; 0]);
    Workspace::new(files, open, settings).change_committed(committed)
}

/// The fixture with what is found in it as its annotations: by `rule`, and in a good example by any rule that warns.
fn annotated(rule: &Rule, fixture: &Fixture) -> String {
    let is_good = fixture.files.iter().all(|file| file.annotations.is_empty());
    let counts = |diagnostic: &&Diagnostic| diagnostic.code == rule.id || (is_good && diagnostic.severity >= Severity::Warning);
    let workspace = workspace(fixture);
    let found = workspace.diagnostics(&Token::never()).expect("nothing cancels");
    let of_file = |file: &File| -> Vec<Annotation> {
        let annotation = |diagnostic: &Diagnostic| Annotation {
            start: diagnostic.range.start as usize,
            end: diagnostic.range.end as usize,
            label: format!("{}[{}]: {}", diagnostic.severity.name(), diagnostic.code, diagnostic.message),
        };
        found.get(file.path.as_str()).into_iter().flat_map(|diagnostics| diagnostics.iter()).filter(counts).map(annotation).collect()
    };
    fixture.with_annotations(&fixture.files.iter().map(of_file).collect::<Vec<_>>())
}
