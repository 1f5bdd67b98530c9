//! Remarks above lines: whom a variable file reaches, on how many hosts another line says something else, and how large groups are.

use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_inventory::{FileId, HostId, Layer, SourceFile};
use hostwise_syntax::TextRange;

use crate::Workspace;
use crate::cluster::Cluster;
use crate::discovery::is_variable_file;
use crate::occurrences::{self, Kind, Occurrence, Role};

/// A remark about what begins at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLens {
    pub range: TextRange,
    /// One short line.
    pub title: String,
}

/// The remarks of the file at `path`, in document order.
pub fn code_lenses(workspace: &Workspace, path: &str) -> Vec<CodeLens> {
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
    let mut lenses = Vec::new();
    let (mut reached, mut n_overridden) = (BTreeSet::new(), 0);
    for occurrence in occurrences::of_file(cluster, file) {
        if occurrence.kind != Kind::Variable || occurrence.role != Role::Definition {
            continue;
        }
        let key = occurrence.with_quotes(file.text());
        let reach = reach(cluster, occurrence.name(file.text()), |layer| layer.key.file == id && layer.key.range == key);
        n_overridden += usize::from(!reach.elsewhere.is_empty());
        if !reach.differs.is_empty() {
            lenses.push(CodeLens { range: occurrence.range, title: format!("differs on {}", hosts(reach.differs.len())) });
        }
        reached.extend(reach.here);
        reached.extend(reach.elsewhere);
    }
    if !(reached.is_empty() && lenses.is_empty()) {
        let overridden = match n_overridden {
            0 => String::new(),
            1 => "; 1 value overridden".to_owned(),
            n => format!("; {n} values overridden"),
        };
        let title = format!("applies to {}{overridden}", hosts(reached.len()));
        lenses.insert(0, CodeLens { range: TextRange::empty(0), title });
    }
    lenses
}

/// The hosts for which a line says something.
#[derive(Default)]
struct Reach {
    /// It gives the value.
    here: Vec<HostId>,
    /// Another line gives the value.
    elsewhere: Vec<HostId>,
    /// Another line gives another value.
    differs: Vec<HostId>,
}

fn reach(cluster: &Cluster, name: &str, is_here: impl Fn(&Layer) -> bool) -> Reach {
    let mut reach = Reach::default();
    for situation in cluster.situations(name).iter() {
        let Some(variable) = cluster.inventory.variable(situation.hosts.example, name) else { continue };
        if is_here(&variable.winner) {
            reach.here.extend(situation.hosts.all(cluster));
        } else if let Some(beaten) = variable.overridden.iter().find(|layer| is_here(layer)) {
            let all = situation.hosts.all(cluster);
            if beaten.value != variable.winner.value {
                reach.differs.extend(&all);
            }
            reach.elsewhere.extend(all);
        }
    }
    reach
}

fn hosts(n: usize) -> String {
    if n == 1 { "1 host".to_owned() } else { format!("{n} hosts") }
}
