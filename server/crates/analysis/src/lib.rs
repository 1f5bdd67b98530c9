//! Everything an editor or a CI may ask, in plain types: here inventory, expressions and Kubespray meet.
//!
//! No IO, no LSP type, no clock, no environment; ranges are bytes. Each feature is one file and one public function over a [`Workspace`].

mod workspace;

mod change;
mod code_lens;
mod completion;
mod contains;
mod definition;
mod diagnostics;
mod effective;
mod explain;
mod fix;
mod hover;
mod inlay_hints;
mod links;
mod reach;
mod refactor;
mod references;
mod rename;
mod rules;
mod semantic_tokens;
mod symbols;
mod topology;

mod ansible_cfg;
mod checkout;
mod ci;
mod cluster;
mod committed;
mod components;
mod discovery;
mod edit;
mod findings;
mod ignores;
mod json;
mod knowledge;
mod layout;
mod load_balancer;
mod magic;
mod nearest;
mod occurrences;
mod plays;
mod release;
mod scope;
mod unread;
mod values;

pub use change::{Change, FileEdit, FileRename, Fix};
pub use checkout::{CHECKOUT_TAG, RECORDED_COMMIT, SHARED_ROLES, checkout_problems, is_identity, named_places, submodules};
pub use ci::{CiMode, ci_modes};
pub use code_lens::{CodeLens, code_lenses};
pub use completion::{Completion, CompletionKind, Completions, completions, documentation, settings_completions};
pub use components::{Answer, BecauseKind, State};
pub use contains::{Containment, Member, containers, member, members};
pub use definition::{Definition, Location, declaration, definition};
pub use diagnostics::{Diagnostic, Related, Severity};
pub use effective::{ComparedVariable, Comparison, Defaults, EffectiveVariables, compare_hosts, effective_variables};
pub use explain::{
    BecauseExplanation, ComponentExplanation, HostExplanation, KubesprayRelease, Origin, Overridden, VariableExplanation,
    explain_component, explain_host, explain_variable, explainable_hosts, explainable_names,
};
pub use fix::{AppliedFix, Fixed, Step, apply, fix_all};
pub use hover::{Hover, hover};
pub use inlay_hints::{InlayHint, InlayHintKinds, inlay_hints};
pub use json::value_in_line;
pub use links::{Link, LinkTarget, links};
pub use load_balancer::{LoadBalancer, LoadBalancerKind};
pub use nearest::near_misses;
pub use plays::explain::{PlayExplanation, PlayRuns, Situation, TaskOutcome, TaskRun, explain_play};
pub use refactor::{AddedHost, Converted, HostRole, Refactoring, RefactoringKind, add_host, convert, refactor, refactorings};
pub use references::{Definitions, Highlight, highlights, references};
pub use rename::{Refusal, Renaming, follow_renamed_files, prepare_rename, rename};
pub use rules::{ALL as RULES, Rule, Tag};
pub use semantic_tokens::{SemanticToken, TokenType, semantic_tokens};
pub use symbols::{DocumentSymbol, SymbolKind, WorkspaceSymbol, document_symbols, workspace_symbols};
pub use topology::{Overview, Profile, Topology, TopologyFinding, TopologyHost, overview, topology};
pub use workspace::{Cancelled, Diagnostics, Environment, PathIgnore, Settings, Token, Workspace};
