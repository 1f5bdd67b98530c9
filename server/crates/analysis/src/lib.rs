//! Everything an editor or a CI may ask, in plain types: here inventory, expressions and Kubespray meet.
//!
//! No IO, no LSP type, no clock, no environment; ranges are bytes. Each feature is one file and one public function over a [`Workspace`].

mod diagnostics;
mod explain;
mod hover;
mod inlay_hints;
mod workspace;

pub use diagnostics::{Diagnostic, Related, Severity};
pub use explain::{
    Because, ComponentState, ComponentVerdict, HostExplanation, Overridden, VariableExplanation, explain_host, explain_variable,
};
pub use hover::{Hover, hover};
pub use inlay_hints::{InlayHint, inlay_hints};
pub use workspace::{Cancelled, Settings, Token, Workspace};
