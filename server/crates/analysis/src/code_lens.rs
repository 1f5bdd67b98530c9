//! Remarks above lines: whom a variable file reaches, on how many hosts another line says something else, and how large groups are.

use std::sync::Arc;

use hostwise_inventory::{FileId, SourceFile};
use hostwise_syntax::TextRange;

use crate::Workspace;
use crate::cluster::Cluster;
use crate::discovery::is_variable_file;
use crate::occurrences::{self, Kind, Occurrence, Role};
use crate::reach::{self, Reach, hosts};

/// A remark about what begins at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLens {
    pub range: TextRange,
    /// One short line.
    pub title: String,
}

/// The remarks of the file at `path`, in document order; none when they are switched off.
pub fn code_lenses(workspace: &Workspace, path: &str) -> Vec<CodeLens> {
    if !workspace.settings().code_lens {
        return Vec::new();
    }
    let reader = workspace.clusters().iter().find_map(|cluster| Some((cluster, cluster.inventory.file_id(path)?)));
    let (Some((cluster, id)), Some(file)) = (reader, workspace.files().file(path)) else { return Vec::new() };
    if is_variable_file(path) {
        return of_variable_file(cluster, id, file);
    }
    if cluster.is_test(path) {
        return Vec::new();
    }
    occurrences::of_file(cluster, file).iter().filter_map(|occurrence| of_group(cluster, file, occurrence)).collect()
}

/// The size of a group where its hosts are listed; of a group of Kubespray, the layout that it is a part of.
fn of_group(cluster: &Cluster, file: &SourceFile, occurrence: &Occurrence) -> Option<CodeLens> {
    if occurrence.kind != Kind::Group || occurrence.role != Role::Definition {
        return None;
    }
    let name = occurrence.name(file.text());
    let n_hosts = cluster.inventory.members(cluster.inventory.group_named(name)?).len();
    let is_kubesprays = cluster.kubespray.as_ref().is_some_and(|release| release.pack.groups.contains_key(name));
    let size = hosts(n_hosts);
    let title = if is_kubesprays { format!("{size}; {} layout", cluster.layout()) } else { size };
    Some(CodeLens { range: occurrence.range, title })
}

fn of_variable_file(cluster: &Cluster, id: FileId, file: &Arc<SourceFile>) -> Vec<CodeLens> {
    let Some((whole, lines)) = reach::of_file(cluster, id, file) else { return Vec::new() };
    let of_line = |(range, reach): (TextRange, Reach)| {
        (!reach.differs.is_empty()).then(|| CodeLens { range, title: format!("differs on {}", hosts(reach.differs.len())) })
    };
    let first = CodeLens { range: TextRange::empty(0), title: whole.to_string() };
    std::iter::once(first).chain(lines.into_iter().filter_map(of_line)).collect()
}
