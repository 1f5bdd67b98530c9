//! The command line: the same analysis without an editor.

pub(crate) mod check;
pub(crate) mod convert;
pub(crate) mod explain;
pub(crate) mod inventory;
mod load;
pub(crate) mod rule;
