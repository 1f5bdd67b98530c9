//! Refactorings: another shape of the inventory that says the same, and hosts that are added to it.
//!
//! What is offered is found quickly; the edits are made when one is chosen ([`refactor`]). Whatever must not change for any host is compared before
//! and after over the whole inventory ([`same`]): a refactoring that would change it is not offered, or says why it cannot be done.

mod add_host;
mod convert;
mod extract;
mod same;
mod split;

use crate::{Change, Refusal, Workspace};

pub use add_host::{AddedHost, HostRole, add_host};
pub use convert::{Converted, convert};

/// Something that can be done at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refactoring {
    /// What [`refactor`] knows it by.
    pub id: String,
    pub kind: RefactoringKind,
    /// An imperative in one line without a full stop.
    pub title: String,
    /// Why it cannot be done here, when that is worth saying.
    pub refusal: Option<Refusal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefactoringKind {
    /// The same said once instead of several times.
    Extract,
    /// The same written in another form.
    Rewrite,
}

/// What can be done at byte `offset` of the file at `path`.
pub fn refactorings(workspace: &Workspace, path: &str, offset: usize) -> Vec<Refactoring> {
    let mut found = extract::offers(workspace, path, offset);
    found.extend(add_host::offers(workspace, path, offset));
    found.extend(convert::offers(workspace, path, offset));
    found.extend(split::offers(workspace, path, offset));
    found
}

/// The change of what [`refactorings`] offered under `id` at the same place; an error in words when it cannot be made (any more).
pub fn refactor(workspace: &Workspace, path: &str, offset: usize, id: &str) -> Result<Change, Refusal> {
    let (name, argument) = id.split_once(' ').unwrap_or((id, ""));
    let gone = || "this cannot be done here any more".to_owned();
    match name {
        add_host::ID => match HostRole::named(argument) {
            Some(role) => add_host(workspace, path, role, None).map(|added| added.change),
            None => Err(gone()),
        },
        convert::ID => convert::change(workspace, path),
        extract::ID => extract::change(workspace, path, offset, argument).ok_or_else(gone),
        split::ID => split::change(workspace, path).unwrap_or_else(|| Err(gone())),
        _ => Err(gone()),
    }
}
