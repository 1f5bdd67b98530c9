//! Text in, fault-tolerant trees out: YAML and INI with byte spans, the line index, Ansible's scalar table, and the
//! verdict of the parser that Ansible itself uses.
//!
//! Nothing here fails: every function takes any text and returns a tree and a list of errors. This crate knows nothing
//! of Ansible's inventory model, of files or of editors; it does know which YAML dialect Ansible reads (YAML 1.1 as PyYAML resolves it).
//!
//! # How it works, and why
//!
//! **The tree that decides is ours** ([`yaml`]). People look at an inventory exactly while it is broken: between two keystrokes. General parsers stop at the
//! first error or lose what follows it. What must survive typing is YAML's block structure, and that is carried by indentation alone: so the parser takes
//! line by line, and each line finds its place among the open collections by its column, whatever stands on it. A line in an odd column is placed by the
//! lines below it. Brackets and quotes that are not closed end where the block goes on. A key without its colon is an entry without a colon. Nothing
//! recurses over the depth of the input; all nodes lie in one arena of 20 bytes each, tags and anchors beside it. Where a guess would be wrong on a sound
//! text (a quoted text over lines that look like entries), libyaml is asked which it is, and a sound text is read again as it stands. A whole file is parsed at hundreds of
//! megabytes a second: to parse the changed file again *is* the incremental step.
//!
//! **The verdict is libyaml's** ([`judge`]). Whether Ansible reads a file is asked of the parser that Ansible uses. Nearly all lines of an inventory are
//! `name: word`, in quotes or not, or simple entries in brackets; of a long file only the others are shown to libyaml, with their neighbours and the keys
//! above them, so that neither a verdict nor a guess costs a pass of libyaml over the file. libyaml says whether; where our parser stumbled at or before
//! that place, it knows better where a person must type: at the half-typed key, not on the line after it.
//!
//! **Values are PyYAML's** ([`Value`]): YAML 1.1 in its patterns, octal `0755` and sexagesimal `1:30` included, merge keys, tags. No Rust crate does this, so
//! the table is here, and compared with PyYAML text by text. Aliases cost from a budget: a bomb of them ends.
//!
//! **INI** ([`ini`]) is read line by line as Ansible's plugin does, which stops at the first error; here every line stands for itself. Words are split as
//! `shlex` splits them, values typed as Python literals.
//!
//! **Templates** ([`jinja`]) are found in the content of a scalar and mapped back through escapes, folds and indentation: the n-th character of the content
//! that is no blank is the n-th one of the source.
//!
//! **Edits** ([`edit`]) are small replacements over the tree. What they do not replace stays as it is, byte for byte; what could change the meaning of
//! something else is refused.
//!
//! **What is only drawn** ([`paint`]) comes from tree-sitter, incrementally, one tree for each open buffer. Its YAML grammar counts lines in 16 bits, aborts
//! the process at 254 open columns and drops most of a broken text: so the text is looked at first, and where tree-sitter cannot serve, our tree does,
//! with the same result. Nothing is decided by it.
//!
//! How this is held: broken lines of real files keep the rest, and PyYAML, a strict parser and tree-sitter are second opinions on real, odd and generated
//! texts (`tests/syntax`); random edits leave what a fresh text would give; hostile texts end in bounded time (`tests/robustness.rs`); the benchmark
//! (`tests/bench/syntax.rs`) prints speed and memory; the fuzz targets and a fixed number of odd texts share their checks (`tests/fuzz/checks.rs`).

pub mod edit;
pub mod ini;
pub mod jinja;
pub mod judge;
pub mod paint;
pub mod text;
pub mod value;
pub mod yaml;

pub use text::{Encoding, LineIndex, Position, TextRange};
pub use value::Value;

/// Something wrong in a text, at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Bytes of the text where a person must type.
    pub range: TextRange,
    /// One line, no full stop.
    pub message: String,
}
