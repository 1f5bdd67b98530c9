//! One file per request: from the protocol, one question, to the protocol.

pub(crate) mod add_host;
pub(crate) mod call_hierarchy;
pub(crate) mod code_action;
pub(crate) mod code_lens;
pub(crate) mod compare_hosts;
pub(crate) mod completion;
pub(crate) mod definition;
pub(crate) mod diagnostic;
pub(crate) mod document_highlight;
pub(crate) mod document_link;
pub(crate) mod document_symbol;
pub(crate) mod effective_variables;
pub(crate) mod execute_command;
pub(crate) mod explain;
pub(crate) mod folding_range;
pub(crate) mod hover;
pub(crate) mod inlay_hint;
pub(crate) mod probes;
pub(crate) mod references;
pub(crate) mod rename;
pub(crate) mod selection_range;
pub(crate) mod semantic_tokens;
pub(crate) mod topology;
pub(crate) mod will_rename_files;
pub(crate) mod workspace_symbol;
