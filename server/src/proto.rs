//! The only conversions between the types of the protocol and ours.

#[cfg_attr(not(test), expect(dead_code, reason = "rename and code actions ask for it"))]
pub(crate) mod change;
pub(crate) mod from;
pub(crate) mod names;
pub(crate) mod to;
