//! Another name for a host, a group or a variable of the user's own: in every text and in the names of its variable files.
//!
//! A name that inventories share through a play or a variable file is one name: it changes in all of them. A host that leaves its range takes the
//! variables of the range with it, and the rest of the range stays; a range as a whole gets the names of another one of as many hosts. What cannot be
//! renamed completely is refused in words.

mod names;
mod ranges;
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

/// A thing and the name that it gets.
struct Renamed {
    thing: Thing,
    new_name: String,
}

/// What stands at byte `offset` of the file at `path`, if it can be renamed.
pub fn prepare_rename(workspace: &Workspace, path: &str, offset: usize) -> Result<Renaming, Refusal> {
    let Target { renaming, things, clusters } = target(workspace, path, offset)?;
    things.iter().try_for_each(|thing| names::check_old(&clusters, thing))?;
    check_sites(workspace, &all_sites(workspace, &clusters, &things), &things)?;
    Ok(renaming)
}

/// The change that gives what stands at byte `offset` of the file at `path` the name `new_name`.
pub fn rename(workspace: &Workspace, path: &str, offset: usize, new_name: &str) -> Result<Change, Refusal> {
    let Target { renaming, things, clusters } = target(workspace, path, offset)?;
    let new_names = match &things[..] {
        [_] => vec![new_name.to_owned()],
        _ if new_name == &*renaming.name => return Ok(Change::default()),
        hosts => ranges::new_names(&hosts.iter().map(|host| Arc::clone(host.name())).collect::<Vec<_>>(), new_name)?,
    };
    let renamed = things.into_iter().zip(new_names).map(|(thing, new_name)| Renamed { thing, new_name });
    change(workspace, &clusters, &renamed.collect::<Vec<_>>(), new_name, &[])
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
    let clusters = sharing(workspace, workspace.clusters().iter().find(owns)?, std::slice::from_ref(&thing));
    let new_name = name(&renamed.to).to_string();
    change(workspace, &clusters, &[Renamed { thing, new_name: new_name.clone() }], &new_name, renames).ok()
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

/// What is asked for: one thing, or all hosts of a range.
struct Target<'w> {
    renaming: Renaming,
    things: Vec<Thing>,
    clusters: Vec<&'w Arc<Cluster>>,
}

fn target<'w>(workspace: &'w Workspace, path: &str, offset: usize) -> Result<Target<'w>, Refusal> {
    let named = occurrences::named(workspace, path, offset).ok_or("no host, group or variable is named here")?;
    let range = named.occurrence.range;
    let renaming = match (&named.things[..], workspace.files().file(path)) {
        ([thing], _) => Renaming { range, name: Arc::clone(thing.name()) },
        (_, Some(file)) if named.occurrence.is_literal() => {
            let (address, _) = ranges::without_port(&file.text()[range.span()]);
            Renaming { range: TextRange::new(range.start as usize, range.start as usize + address.len()), name: address.into() }
        }
        (things, _) => return Err(format!("this stands for {} hosts", things.len())),
    };
    let clusters = sharing(workspace, named.cluster, &named.things);
    Ok(Target { renaming, things: named.things, clusters })
}

/// The inventories in which `things` are the same as in `cluster`: they share a file that names one, or a variable file of its name.
fn sharing<'w>(workspace: &'w Workspace, cluster: &'w Arc<Cluster>, things: &[Thing]) -> Vec<&'w Arc<Cluster>> {
    let paths = |cluster: &Cluster| -> BTreeSet<Arc<str>> {
        let sites = occurrences::sites(workspace, cluster, things);
        let files = things.iter().flat_map(|thing| occurrences::variable_paths(workspace, cluster, thing));
        sites.into_iter().map(|site| site.path).chain(files).collect()
    };
    let is_known = |other: &Arc<Cluster>| things.iter().any(|thing| thing.is_known(other));
    let mut sharing = vec![cluster];
    let mut shared = paths(cluster);
    let mut others: Vec<_> = workspace.clusters().iter().filter(|other| !Arc::ptr_eq(other, cluster) && is_known(other)).collect();
    while let Some(index) = others.iter().position(|other| !paths(other).is_disjoint(&shared)) {
        let other = others.remove(index);
        shared.extend(paths(other));
        sharing.push(other);
    }
    sharing
}

/// `asked` is the new name as it was given: that of the one thing, or a range. `under_way` are file renames that happen anyway.
fn change(
    workspace: &Workspace,
    clusters: &[&Arc<Cluster>],
    renamed: &[Renamed],
    asked: &str,
    under_way: &[FileRename],
) -> Result<Change, Refusal> {
    let things: Vec<Thing> = renamed.iter().map(|renamed| renamed.thing.clone()).collect();
    things.iter().try_for_each(|thing| names::check_old(clusters, thing))?;
    let news: Vec<&Renamed> = renamed.iter().filter(|renamed| renamed.new_name != **renamed.thing.name()).collect();
    if news.is_empty() {
        return Ok(Change::default());
    }
    news.iter().try_for_each(|renamed| names::check_new(workspace, clusters, &renamed.thing, &renamed.new_name))?;
    let sites = all_sites(workspace, clusters, &things);
    check_sites(workspace, &sites, &things)?;
    let mut change = Change::default();
    for site in &sites {
        change.edits.extend(write::edit(workspace, site, renamed, asked));
    }
    for (renamed, cluster) in news.iter().flat_map(|renamed| clusters.iter().map(move |cluster| (renamed, cluster))) {
        for from in occurrences::variable_paths(workspace, cluster, &renamed.thing) {
            let end = &name_of(&from)[renamed.thing.name().len()..];
            let to: Arc<str> = format!("{}/{}{end}", parent(&from), renamed.new_name).into();
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
fn all_sites(workspace: &Workspace, clusters: &[&Arc<Cluster>], things: &[Thing]) -> Vec<Site> {
    let mut sites: Vec<Site> = clusters.iter().flat_map(|cluster| occurrences::sites(workspace, cluster, things)).collect();
    sites.sort_by(|a, b| (&a.path, a.occurrence.range).cmp(&(&b.path, b.occurrence.range)));
    sites.dedup_by(|a, b| a.path == b.path && a.occurrence.range == b.occurrence.range);
    sites
}

/// Whether the names can be replaced wherever they stand.
fn check_sites(workspace: &Workspace, sites: &[Site], things: &[Thing]) -> Result<(), Refusal> {
    for site in sites {
        let Some(file) = workspace.files().file(&site.path) else { continue };
        let line = format!("{}:{}", name_of(&site.path), file.lines().line_of(site.occurrence.range.start as usize) + 1);
        let name = site.occurrence.name(file.text());
        if !site.occurrence.is_literal() {
            return Err(format!("{name} is written with escapes or as an alias in {line}: write it as it is first"));
        }
        if site.occurrence.kind != Kind::HostRange || ranges::is_all(name, things) {
            continue;
        }
        match things {
            [host] if ranges::split(file, site, host.name(), host.name()).is_some() => {}
            [host] => {
                return Err(format!("{} is one of a range of hosts in {line}: write the hosts of the range one by one first", host.name()));
            }
            _ => return Err(format!("some of these hosts are in another range in {line}: write its hosts one by one first")),
        }
    }
    Ok(())
}

/// The last two names of a path.
fn tail(path: &str) -> &str {
    let start = path.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    &path[start..]
}
