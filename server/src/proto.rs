//! The only conversions between the types of the protocol and ours.

pub(crate) mod change;
pub(crate) mod completion;
pub(crate) mod from;
pub(crate) mod names;
pub(crate) mod symbols;
pub(crate) mod to;
