//! The names in a file below `group_vars` or `host_vars`: its root keys, and what its templates name.

use hostwise_inventory::SourceFile;
use hostwise_syntax::yaml::{Entry, Kind as NodeKind};

use super::{Occurrence, jinja, yaml};

pub(super) fn read(file: &SourceFile) -> Vec<Occurrence> {
    let Some(root) = file.yaml().root().filter(|_| !file.is_encrypted()) else { return Vec::new() };
    let is_merge = |entry: &Entry<'_>| entry.key.kind() == NodeKind::Plain && entry.key.source() == "<<";
    let is_key = |entry: &Entry<'_>| entry.colon.is_some() || root.kind() == NodeKind::FlowMapping;
    let keys = root.entries().filter(|entry| is_key(entry) && !is_merge(entry)).filter_map(yaml::variable);
    keys.chain(jinja::in_yaml(file)).collect()
}
