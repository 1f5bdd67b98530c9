//! The parsers on real, broken and odd texts, beside second opinions. Real files stand beside the repository, in `../shared`; the tests that want them say
//! so when they are not there.

#![expect(clippy::disallowed_methods, reason = "tests read files, ask other readers, and are told how long to run")]

mod any_text;
#[path = "../fuzz/checks.rs"]
mod checks;
mod damage;
mod judgement;
#[path = "../fuzz/texts.rs"]
mod odd;
mod opinions;
mod values;

use std::fs;
use std::path::{Path, PathBuf};

/// The real files, when they are there.
fn data() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/kubespray");
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// The YAML files below a folder, in order.
fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).expect("a folder").flatten().map(|entry| entry.path()));
        } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// How often something is tried: as an environment variable says, or else a number that takes seconds.
fn n_tries(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}
