//! Who reads a variable, and which variables tasks set: by the words in the files of roles and playbooks.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;

use super::Variables;
use super::checkout::{files, roles};

/// Fills in `roles` and `set_by_tasks`.
pub(super) fn add(variables: &mut Variables, root: &Path) -> anyhow::Result<()> {
    for role in roles(&root.join("roles"))? {
        let mut words = BTreeSet::new();
        for part in ["tasks", "templates", "handlers", "meta", "defaults", "vars"] {
            for path in files(&role.path.join(part))? {
                let Some(text) = read(&path)? else { continue };
                collect(&text, matches!(part, "defaults" | "vars"), &mut words);
                if part == "tasks" {
                    mark_set(&text, variables);
                }
            }
        }
        mark_read(&words, &role.name, variables);
    }
    let mut words = BTreeSet::new();
    for path in files(&root.join("playbooks"))? {
        if let Some(text) = read(&path)? {
            collect(&text, false, &mut words);
        }
    }
    mark_read(&words, "playbooks", variables);
    Ok(())
}

fn mark_read(words: &BTreeSet<String>, reader: &str, variables: &mut Variables) {
    for word in words {
        if let Some(facts) = variables.get_mut(word) {
            facts.roles.push(reader.to_owned());
        }
    }
}

/// `None` for what is not text.
fn read(path: &Path) -> anyhow::Result<Option<String>> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    Ok(String::from_utf8(bytes).ok())
}

/// The words of a text without its comments. In files of variables a key at the start of a line is no reading of it.
fn collect(text: &str, of_variables: bool, words: &mut BTreeSet<String>) {
    for line in text.lines() {
        let trimmed = line.trim_start();
        if trimmed.starts_with('#') {
            continue;
        }
        let line = match line.split_once(':') {
            Some((key, value)) if of_variables && !key.contains([' ', '{']) => value,
            _ => line,
        };
        for word in line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            if word.len() > 1 && !word.starts_with(|c: char| c.is_ascii_digit()) {
                words.insert(word.to_owned());
            }
        }
    }
}

/// The keys below `set_fact:` and the names behind `register:`.
fn mark_set(text: &str, variables: &mut Variables) {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut inside: Option<usize> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let trimmed = line.trim_start().trim_start_matches("- ");
        if let Some(at) = inside {
            if indent(line) <= at {
                inside = None;
            } else if let Some((name, _)) = trimmed.split_once(':') {
                set(name, variables);
            }
        }
        if trimmed == "set_fact:" || trimmed == "ansible.builtin.set_fact:" {
            inside = Some(line.len() - trimmed.len());
        } else if let Some(name) = trimmed.strip_prefix("register:") {
            set(name.trim(), variables);
        }
    }
}

fn set(name: &str, variables: &mut Variables) {
    if let Some(facts) = variables.get_mut(name.trim_matches(['"', '\''])) {
        facts.set_by_tasks = true;
    }
}
