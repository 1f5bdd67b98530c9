//! The names that files and tasks give values to.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::build::keys;
use crate::plays::model::{Content, Module, PlayFile};

/// The root entries of a file with variables.
pub(super) fn variables(file: &PlayFile) -> Vec<Arc<str>> {
    match &file.content {
        Content::Variables(entries) => {
            let mut names: Vec<Arc<str>> = entries.keys().cloned().collect();
            names.sort_unstable();
            names
        }
        Content::Playbook(_) | Content::Tasks(_) | Content::Dependencies(_) => Vec::new(),
    }
}

/// What a `set_fact` sets.
pub(super) fn assigned(file: &PlayFile, module: &Module) -> Vec<Arc<str>> {
    if &*module.name != "set_fact" {
        return Vec::new();
    }
    let mut names: Vec<Arc<str>> = keys(file.node(module.value)).collect();
    names.extend(module.args.into_iter().flat_map(|args| keys(file.node(args)).collect::<Vec<_>>()));
    if let Some(text) = file.free_form(module) {
        names.extend(text.text.split_whitespace().filter_map(|word| word.split_once('=')).map(|(name, _)| Arc::from(name)));
    }
    names
}

/// Everything that any file of a role may set while it runs, and the handlers that it may notify.
pub(super) fn of_role(role: &str, files: &[Arc<PlayFile>], into: &mut FxHashSet<Arc<str>>, notified: &mut FxHashSet<Arc<str>>) {
    for file in files {
        let below = &file.path()[role.len() + 1..];
        if below.starts_with("vars/") {
            into.extend(variables(file));
        } else if below.starts_with("tasks/") {
            into.extend(file.keywords.iter().flat_map(|keywords| keywords.registered.iter().cloned()));
            notified.extend(file.keywords.iter().flat_map(|keywords| keywords.notify.iter().map(|text| Arc::clone(&text.text))));
            into.extend(file.tasks.iter().filter_map(|task| task.module.as_ref()).flat_map(|module| assigned(file, module)));
        }
    }
}
