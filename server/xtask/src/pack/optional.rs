//! Variables that nothing gives a value, and that roles use when somebody does: `x is defined`, `x | default(...)`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use fancy_regex::Regex;

use super::Variables;
use super::checkout::{files, nothing, roles};

/// Names without an underscore that are variables; any other such word is rather a part of something.
const SHORT: [&str; 3] = ["ip", "ip6", "peers"];

/// Adds the names that no file of variables speaks of.
pub(super) fn add(variables: &mut Variables, root: &Path) -> anyhow::Result<()> {
    let mut texts: Vec<String> = Vec::new();
    let mut read = |path: &PathBuf| -> anyhow::Result<()> {
        let is_text = path.extension().is_some_and(|extension| ["yml", "yaml", "j2"].iter().any(|known| extension == *known));
        if is_text {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            // A resource definition is prose with words of its own.
            if !text.contains("kind: CustomResourceDefinition") {
                texts.push(text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n"));
            }
        }
        Ok(())
    };
    for role in roles(&root.join("roles"))? {
        for part in ["tasks", "templates", "handlers", "meta", "defaults", "vars"] {
            files(&role.path.join(part))?.iter().try_for_each(&mut read)?;
        }
    }
    files(&root.join("playbooks"))?.iter().try_for_each(&mut read)?;
    let given = given(&texts)?;
    let asked = Regex::new(r#"(?<![\w.'"\]-])([a-z_]\w+)\s*(?:\|\s*(?:default|d)\(|is (?:not )?defined)"#)?;
    for name in texts.iter().flat_map(|text| asked.captures_iter(text)).filter_map(|found| Some(found.ok()?.get(1)?.as_str())) {
        let is_variable = name.contains('_') || SHORT.contains(&name);
        if is_variable && !name.starts_with("ansible_") && !given.contains(name) && !variables.contains_key(name) {
            variables.insert(name.to_owned(), nothing());
        }
    }
    Ok(())
}

/// Names that tasks and templates make for themselves.
fn given(texts: &[String]) -> anyhow::Result<BTreeSet<String>> {
    let patterns = [r"(?:register|loop_var|index_var):\s*(\w+)", r"\{%-?\s*(?:for|set)\s+(\w+)", r"\{%-?\s*for\s+\w+\s*,\s*(\w+)"];
    let mut given: BTreeSet<String> = BTreeSet::new();
    for pattern in patterns {
        let pattern = Regex::new(pattern)?;
        given.extend(
            texts.iter().flat_map(|text| pattern.captures_iter(text)).filter_map(|found| Some(found.ok()?.get(1)?.as_str().to_owned())),
        );
    }
    for text in texts {
        given.extend(keys_below(text, &["vars:", "set_fact:", "ansible.builtin.set_fact:"]));
    }
    Ok(given)
}

/// The keys of the mappings below lines that hold one of `parents` alone.
fn keys_below(text: &str, parents: &[&str]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    // The columns of parents whose blocks are open.
    let mut open: Vec<usize> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let content = line.trim_start().trim_start_matches("- ");
        let column = line.len() - content.len();
        open.retain(|parent| *parent < column);
        if !open.is_empty()
            && let Some((key, _)) = content.split_once(':')
        {
            keys.insert(key.trim_matches(['"', '\'']).to_owned());
        }
        if parents.contains(&content.trim_end()) {
            open.push(column);
        }
    }
    keys
}
