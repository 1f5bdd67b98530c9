//! Another name for a host, a group or a variable of the user's own: in every text and in the names of its variable files.
//!
//! A name that inventories share through a play or a variable file is one name: it changes in all of them. What cannot be renamed completely is
//! refused in words.

mod names;
mod write;

use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_syntax::TextRange;

use crate::cluster::Cluster;
use crate::discovery::{name_of, parent};
use crate::occurrences::{self, Kind, Site, Thing};
use crate::{Change, FileRename, Workspace};

pub(crate) use names::check_host_name;

/// What would be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    pub range: TextRange,
    /// The present name.
    pub name: Arc<str>,
}

/// Why something is not renamed: one line for people, without a full stop.
pub type Refusal = String;

/// What stands at byte `offset` of the file at `path`, if it can be renamed.
pub fn prepare_rename(workspace: &Workspace, path: &str, offset: usize) -> Result<Renaming, Refusal> {
    let (renaming, thing, clusters) = target(workspace, path, offset)?;
    names::check_old(&clusters, &thing)?;
    let sites = all_sites(workspace, &clusters, &thing);
    check_sites(workspace, &sites, &thing)?;
    Ok(renaming)
}

/// The change that gives what stands at byte `offset` of the file at `path` the name `new_name`.
pub fn rename(workspace: &Workspace, path: &str, offset: usize, new_name: &str) -> Result<Change, Refusal> {
    let (_, thing, clusters) = target(workspace, path, offset)?;
    change(workspace, &clusters, &thing, new_name, &[])
}

/// The change that follows from files or directories getting other paths: what carried the old name of a group or host in its variable file is
/// renamed with it. Empty when nothing follows.
pub fn follow_renamed_files(workspace: &Workspace, renames: &[FileRename]) -> Change {
    let mut change = Change::default();
    for renamed in renames {
        change = merge(change, followed(workspace, renamed, renames).unwrap_or_default());
    }
    change
}

/// `None` when the file belongs to no group or host, or when what follows would be refused.
fn followed(workspace: &Workspace, renamed: &FileRename, renames: &[FileRename]) -> Option<Change> {
    let (directory, end) = (parent(&renamed.from), extension(&renamed.from));
    if parent(&renamed.to) != directory || extension(&renamed.to) != end {
        return None;
    }
    let name = |path: &str| -> Arc<str> { name_of(path).strip_suffix(end).unwrap_or_default().into() };
    let thing = match name_of(directory) {
        "group_vars" => Thing::Group(name(&renamed.from)),
        "host_vars" => Thing::Host(name(&renamed.from)),
        _ => return None,
    };
    let owns = |cluster: &&Arc<Cluster>| cluster.bases(workspace.files()).contains(&parent(directory)) && thing.is_known(cluster);
    let clusters = sharing(workspace, workspace.clusters().iter().find(owns)?, &thing);
    change(workspace, &clusters, &thing, &name(&renamed.to), renames).ok()
}

/// The end of a variable file's name that does not belong to the name of its group or host.
fn extension(path: &str) -> &str {
    [".yml", ".yaml", ".json"].into_iter().find(|end| path.ends_with(end)).unwrap_or_default()
}

fn merge(mut change: Change, other: Change) -> Change {
    change.edits.extend(other.edits);
    change.edits.sort_by(|a, b| (&a.path, a.range).cmp(&(&b.path, b.range)));
    change.edits.dedup();
    change.renames.extend(other.renames);
    change
}

fn target<'w>(workspace: &'w Workspace, path: &str, offset: usize) -> Result<(Renaming, Thing, Vec<&'w Arc<Cluster>>), Refusal> {
    let named = occurrences::named(workspace, path, offset).ok_or("no host, group or variable is named here")?;
    let [thing] = &named.things[..] else {
        return Err(format!("this stands for {} hosts: rename one where it is named alone", named.things.len()));
    };
    let renaming = Renaming { range: named.occurrence.range, name: Arc::clone(thing.name()) };
    Ok((renaming, thing.clone(), sharing(workspace, named.cluster, thing)))
}

/// The inventories in which `thing` is the same as in `cluster`: they share a file that names it, or a variable file of its name.
fn sharing<'w>(workspace: &'w Workspace, cluster: &'w Arc<Cluster>, thing: &Thing) -> Vec<&'w Arc<Cluster>> {
    let paths = |cluster: &Cluster| -> BTreeSet<Arc<str>> {
        let sites = occurrences::sites(workspace, cluster, std::slice::from_ref(thing));
        sites.into_iter().map(|site| site.path).chain(occurrences::variable_paths(workspace, cluster, thing)).collect()
    };
    let mut sharing = vec![cluster];
    let mut shared = paths(cluster);
    let mut others: Vec<_> = workspace.clusters().iter().filter(|other| !Arc::ptr_eq(other, cluster) && thing.is_known(other)).collect();
    while let Some(index) = others.iter().position(|other| !paths(other).is_disjoint(&shared)) {
        let other = others.remove(index);
        shared.extend(paths(other));
        sharing.push(other);
    }
    sharing
}

/// `under_way` are file renames that happen anyway.
fn change(
    workspace: &Workspace,
    clusters: &[&Arc<Cluster>],
    thing: &Thing,
    new_name: &str,
    under_way: &[FileRename],
) -> Result<Change, Refusal> {
    names::check_old(clusters, thing)?;
    if new_name == &**thing.name() {
        return Ok(Change::default());
    }
    names::check_new(workspace, clusters, thing, new_name)?;
    let sites = all_sites(workspace, clusters, thing);
    check_sites(workspace, &sites, thing)?;
    let edits = sites.iter().filter_map(|site| write::edit(workspace, site, new_name));
    let mut change = Change { edits: edits.collect(), renames: Vec::new() };
    for cluster in clusters {
        for from in occurrences::variable_paths(workspace, cluster, thing) {
            let to: Arc<str> = format!("{}/{new_name}{}", parent(&from), &name_of(&from)[thing.name().len()..]).into();
            let rename = FileRename { from, to };
            if under_way.contains(&rename) || change.renames.contains(&rename) {
                continue;
            }
            if workspace.files().get(&rename.to).is_some() {
                return Err(format!("{} exists already", tail(&rename.to)));
            }
            change.renames.push(rename);
        }
    }
    Ok(change)
}

/// Each once, by file and place.
fn all_sites(workspace: &Workspace, clusters: &[&Arc<Cluster>], thing: &Thing) -> Vec<Site> {
    let mut sites: Vec<Site> =
        clusters.iter().flat_map(|cluster| occurrences::sites(workspace, cluster, std::slice::from_ref(thing))).collect();
    sites.sort_by(|a, b| (&a.path, a.occurrence.range).cmp(&(&b.path, b.occurrence.range)));
    sites.dedup_by(|a, b| a.path == b.path && a.occurrence.range == b.occurrence.range);
    sites
}

/// Whether the name can be replaced wherever it stands.
fn check_sites(workspace: &Workspace, sites: &[Site], thing: &Thing) -> Result<(), Refusal> {
    let line = |site: &Site| {
        let lines = workspace.files().file(&site.path).map(|file| file.lines().line_of(site.occurrence.range.start as usize) + 1);
        format!("{}:{}", name_of(&site.path), lines.unwrap_or_default())
    };
    let name = thing.name();
    for site in sites {
        if site.occurrence.kind == Kind::HostRange {
            return Err(format!("{name} is one of a range of hosts in {}: write the hosts of the range one by one first", line(site)));
        }
        if !site.occurrence.is_literal() {
            return Err(format!("{name} is written with escapes or as an alias in {}: write it as it is first", line(site)));
        }
    }
    Ok(())
}

/// The last two names of a path.
fn tail(path: &str) -> &str {
    let start = path.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    &path[start..]
}
