//! Everywhere a host, group or variable is named: in the workspace, or in one file.

use hostwise_syntax::TextRange;

use crate::definition::variable_files;
use crate::occurrences::{self, Occurrence, Role, Wanted};
use crate::{Location, Workspace};

/// Whether the places that define a thing count among its references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Definitions {
    Included,
    LeftOut,
}

/// A place of the thing under the cursor in the same file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    pub range: TextRange,
    /// Whether a value is given or a thing is defined here.
    pub is_write: bool,
}

/// The places that name what stands at byte `offset` of the file at `path`, by file, in document order, then the variable files that carry its
/// name. `None` where nothing is named.
pub fn references(workspace: &Workspace, path: &str, offset: usize, definitions: Definitions) -> Option<Vec<Location>> {
    let named = occurrences::named(workspace, path, offset)?;
    let sites = occurrences::sites(workspace, named.cluster, &named.things).into_iter();
    let wanted = sites.filter(|site| definitions == Definitions::Included || site.occurrence.role != Role::Definition);
    let places = wanted.map(|site| Location { path: site.path, range: site.occurrence.range });
    Some(places.chain(variable_files(workspace, &named)).collect())
}

/// The places in the file at `path` that name what stands at byte `offset`, in document order.
pub fn highlights(workspace: &Workspace, path: &str, offset: usize) -> Vec<Highlight> {
    let (Some(named), Some(file)) = (occurrences::named(workspace, path, offset), workspace.files().file(path)) else { return Vec::new() };
    let highlight = |occurrence: &Occurrence| Highlight { range: occurrence.range, is_write: occurrence.role == Role::Definition };
    Wanted::new(&named.things).of_file(named.cluster, file).map(highlight).collect()
}
