//! `ansible.cfg`: what its section `[defaults]` says of paths and inventories.

use std::sync::Arc;

use hostwise_inventory::SourceFile;

use crate::discovery::{join, parent};

/// The paths behind the last of `keys` that is set, absolute. Paths with `~` or `$` depend on the environment and are left out.
pub(crate) fn paths(config: &SourceFile, keys: &[&str], separator: char) -> Vec<Arc<str>> {
    let paths = items(value(config, keys), separator).filter(|path| !path.contains(['~', '$']));
    paths.map(|path| join(parent(config.path()), path)).collect()
}

/// The ends of names that a directory of inventories may have and that are not read.
pub(crate) fn ignored_ends(config: &SourceFile) -> Vec<&str> {
    items(value(config, &["inventory_ignore_extensions"]), ',').collect()
}

fn value<'c>(config: &'c SourceFile, keys: &[&str]) -> &'c str {
    let (mut in_defaults, mut value) = (false, None);
    for line in config.text().lines().map(str::trim) {
        if line.starts_with('[') {
            in_defaults = line == "[defaults]";
        } else if in_defaults
            && let Some((key, text)) = line.split_once('=')
            && keys.contains(&key.trim())
        {
            value = Some(text.split(" ;").next().unwrap_or(text).trim());
        }
    }
    value.unwrap_or_default()
}

fn items(value: &str, separator: char) -> impl Iterator<Item = &str> {
    value.split(separator).map(str::trim).filter(|item| !item.is_empty())
}
