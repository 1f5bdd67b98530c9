//! Variable files that no inventory reads: whether that is certain, and how they could be called.

use std::sync::Arc;

use hostwise_inventory::{ProblemKind, SourceFile, UnreadVariables};

use crate::cluster::Cluster;
use crate::discovery::{is_for_inventories, name_of, parent};
use crate::{Change, FileRename, Fix, Workspace};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Group,
    Host,
}

/// What of the `group_vars` or `host_vars` beside a cluster's sources neither it nor another inventory beside the same directory reads.
pub(crate) fn of(cluster: &Cluster, workspace: &Workspace, kind: Kind) -> Vec<UnreadVariables> {
    let files = workspace.files();
    let mut found = Vec::new();
    for base in cluster.inventory.variable_bases(files) {
        let unread = |cluster: &Cluster| match kind {
            Kind::Group => cluster.inventory.unread_group_vars(files, &base),
            Kind::Host => cluster.inventory.unread_host_vars(files, &base),
        };
        let own = unread(cluster);
        if own.is_empty() {
            continue;
        }
        let others: Vec<&Arc<Cluster>> =
            workspace.clusters().iter().filter(|other| other.inventory.variable_bases(files).contains(&base)).collect();
        let all_are_known = others.iter().all(|other| is_known(other));
        let of_others: Vec<Vec<UnreadVariables>> = others.iter().map(|other| unread(other)).collect();
        let by_nobody = |unread: &UnreadVariables| of_others.iter().all(|other| other.iter().any(|theirs| theirs.path == unread.path));
        let is_certain = |unread: &UnreadVariables| (unread.hidden_by.is_some() || all_are_known) && by_nobody(unread);
        found.extend(own.into_iter().filter(is_certain));
    }
    found
}

/// Whether all groups and hosts of an inventory are known here.
fn is_known(cluster: &Cluster) -> bool {
    use ProblemKind::{DynamicSource, Encrypted, MisplacedSection, Unavailable, WrongFormat};
    let hides = |kind| matches!(kind, DynamicSource | Encrypted | Unavailable | WrongFormat | MisplacedSection);
    let sources: Vec<&Arc<SourceFile>> = cluster.inventory.source_files().collect();
    let mut problems = cluster.inventory.problems().iter().filter(|problem| hides(problem.kind));
    problems.all(|problem| problem.place.file.0 as usize >= sources.len())
}

/// The variable files above the sources of a cluster, where people put them by mistake: `inventory/group_vars` for `inventory/prod/hosts.yaml`. Only in
/// a directory for inventories, as those beside a playbook are read.
pub(crate) fn above<'w>(cluster: &Cluster, workspace: &'w Workspace) -> Vec<&'w Arc<SourceFile>> {
    let files = workspace.files();
    let mut found = Vec::new();
    for base in cluster.inventory.variable_bases(files) {
        let above = parent(&base);
        let is_read = |cluster: &Arc<Cluster>| cluster.inventory.variable_bases(files).iter().any(|base| base == above);
        if !is_for_inventories(above) || workspace.clusters().iter().any(is_read) {
            continue;
        }
        for name in ["group_vars", "host_vars"] {
            let directory = format!("{above}/{name}");
            found.extend(files.under(&directory).filter_map(|(path, _)| files.file(path)));
        }
    }
    found
}

/// The fix that gives the file or directory the name of what was meant, when nothing is called so yet.
pub(crate) fn rename(workspace: &Workspace, unread: &UnreadVariables, meant: &str) -> Option<Fix> {
    let (directory, entry) = unread.path.rsplit_once('/')?;
    let files = workspace.files();
    let is_free = ["", ".yml", ".yaml", ".json"].iter().all(|end| files.get(&format!("{directory}/{meant}{end}")).is_none());
    let to: Arc<str> = format!("{directory}/{meant}{}", entry.strip_prefix(&*unread.name)?).into();
    is_free.then(|| {
        let title = format!("Rename {entry} to {}", name_of(&to));
        let renames = vec![FileRename { from: Arc::clone(&unread.path), to: Arc::clone(&to) }];
        Fix { title, is_safe: false, change: Change { edits: Vec::new(), renames } }
    })
}
