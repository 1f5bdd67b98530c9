//! Where a host, group or variable is defined.

use std::sync::Arc;

use hostwise_syntax::TextRange;

use crate::links::links;
use crate::occurrences::{self, Kind, Named, Role, Thing};
use crate::{LinkTarget, Workspace};

/// Bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub path: Arc<str>,
    pub range: TextRange,
}

/// A name, and the places it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name at the cursor.
    pub origin: TextRange,
    /// In order of the files; from the definition itself, where else something is said about the thing.
    pub targets: Vec<Location>,
}

/// Where the thing named at byte `offset` of the file at `path` is defined: a host where it has variables, a group where it has members, a variable
/// where it is set, else where the user's Kubespray declares its default. A host or group that is nowhere more than named is defined where it is
/// named first. A file that a play or task names is defined where it begins.
pub fn definition(workspace: &Workspace, path: &str, offset: usize) -> Option<Definition> {
    let Some(named) = occurrences::named(workspace, path, offset) else { return file_named(workspace, path, offset) };
    let origin = named.occurrence.range;
    let definitions = places(workspace, &named);
    let is_here = |location: &Location| &*location.path == path && location.range == origin;
    let targets = if definitions.iter().any(is_here) {
        // From the definition itself on to the others, then to the variable files.
        let others = definitions.iter().filter(|location| !is_here(location)).cloned();
        let elsewhere: Vec<Location> = others.chain(variable_files(workspace, &named)).collect();
        if elsewhere.is_empty() { definitions } else { elsewhere }
    } else {
        definitions
    };
    let targets = if targets.is_empty() { declarations(&named) } else { targets };
    (!targets.is_empty()).then_some(Definition { origin, targets })
}

/// Where the thing named at byte `offset` of the file at `path` comes from: the default of a variable in the user's own Kubespray, the role that
/// all others share first. `None` for everything else.
pub fn declaration(workspace: &Workspace, path: &str, offset: usize) -> Option<Definition> {
    let named = occurrences::named(workspace, path, offset)?;
    let targets = declarations(&named);
    (!targets.is_empty()).then_some(Definition { origin: named.occurrence.range, targets })
}

fn file_named(workspace: &Workspace, path: &str, offset: usize) -> Option<Definition> {
    let link = links(workspace, path).into_iter().find(|link| link.range.touches(offset))?;
    let LinkTarget::File(target) = link.target else { return None };
    Some(Definition { origin: link.range, targets: vec![Location { path: target, range: TextRange::new(0, 0) }] })
}

fn declarations(named: &Named<'_>) -> Vec<Location> {
    let ([Thing::Variable(name)], Some(release)) = (&named.things[..], &named.cluster.kubespray) else { return Vec::new() };
    let declared = release.shadowing(name).into_iter().chain(release.declared(name));
    declared.map(|declared| Location { path: Arc::clone(declared.file.path()), range: declared.key }).collect()
}

fn places(workspace: &Workspace, named: &Named<'_>) -> Vec<Location> {
    let mut sites = occurrences::sites(workspace, named.cluster, &named.things);
    if sites.iter().any(|site| site.occurrence.role == Role::Definition) {
        sites.retain(|site| site.occurrence.role == Role::Definition);
    } else {
        // A variable that nothing sets is defined nowhere.
        sites.retain(|site| site.occurrence.kind != Kind::Variable);
        sites.truncate(1);
    }
    sites.into_iter().map(|site| Location { path: site.path, range: site.occurrence.range }).collect()
}

/// The starts of the variable files that carry the names of the things.
pub(crate) fn variable_files(workspace: &Workspace, named: &Named<'_>) -> Vec<Location> {
    let paths = named.things.iter().flat_map(|thing| occurrences::variable_paths(workspace, named.cluster, thing));
    let files = paths.flat_map(|path| occurrences::files_at(workspace, &path));
    files.map(|path| Location { path: Arc::clone(path), range: TextRange::empty(0) }).collect()
}
