//! `ansible.cfg`: the paths that its section `[defaults]` names.

use std::sync::Arc;

use hostwise_inventory::SourceFile;

use crate::discovery::{join, parent};

/// The paths behind the first of `keys` that is set, absolute. Paths with `~` or `$` depend on the environment and are left out.
pub(crate) fn paths(config: &SourceFile, keys: &[&str], separator: char) -> Vec<Arc<str>> {
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
    let paths = value.unwrap_or_default().split(separator).map(str::trim).filter(|path| !path.is_empty() && !path.contains(['~', '$']));
    paths.map(|path| join(parent(config.path()), path)).collect()
}
