//! `cargo run -p xtask -- pack`: the facts of one release's variables, read from a checkout and written as changes to the release before.

mod checkout;
mod optional;
mod readers;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use hostwise_kubespray::{Changes, Facts, Version};
use indexmap::IndexMap;

type Variables = IndexMap<String, Facts>;

/// Reads `checkout` as release `version` and writes its file, and that of the next release, whose changes are now to this one.
pub(crate) fn write(root: &Path, checkout: &Path, version: Version) -> anyhow::Result<()> {
    let directory = root.join("server/crates/kubespray/packs/variables");
    let mut releases = known(&directory)?;
    let variables = checkout::variables(checkout)?;
    match releases.binary_search_by_key(&version, |(known, _)| *known) {
        Ok(index) => releases[index].1 = variables,
        Err(index) => releases.insert(index, (version, variables)),
    }
    let at = releases.iter().position(|(known, _)| *known == version).context("just inserted")?;
    for index in at..releases.len().min(at + 2) {
        let none = Variables::new();
        let before = index.checked_sub(1).map_or(&none, |before| &releases[before].1);
        let (release, after) = &releases[index];
        let path = directory.join(format!("{release}.yaml"));
        std::fs::write(&path, text(&Changes::between(*release, before, after))?).with_context(|| path.display().to_string())?;
        eprintln!("written: {}", path.display());
    }
    Ok(())
}

/// The variables of the releases that have a file, oldest first.
fn known(directory: &Path) -> anyhow::Result<Vec<(Version, Variables)>> {
    let entries = std::fs::read_dir(directory).with_context(|| directory.display().to_string())?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<PathBuf>, _>>()?;
    let read = |path: &PathBuf| -> anyhow::Result<Changes> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        serde_yaml::from_str(&text).with_context(|| path.display().to_string())
    };
    let mut changes = paths.iter().map(read).collect::<Result<Vec<Changes>, _>>()?;
    changes.sort_by_key(|changes| changes.release);
    let mut variables = Variables::new();
    let state = |changes: Changes| {
        changes.apply(&mut variables);
        (changes.release, variables.clone())
    };
    Ok(changes.into_iter().map(state).collect())
}

/// A variable a line, so that two releases can be compared by eye.
fn text(changes: &Changes) -> anyhow::Result<String> {
    let mut text =
        String::from("# Written by `cargo run -p xtask -- pack`: what this release changes of the variables of the release before it.\n");
    write!(text, "release: {}\nvariables:\n", changes.release)?;
    for (name, facts) in &changes.variables {
        writeln!(text, "  {name}: {}", serde_json::to_string(facts)?)?;
    }
    if changes.variables.is_empty() {
        text.insert_str(text.len() - 1, " {}");
    }
    if !changes.gone.is_empty() {
        text.push_str("gone:\n");
        changes.gone.iter().try_for_each(|name| writeln!(text, "  - {name}"))?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `HOSTWISE_KUBESPRAY` names a checkout, or a directory of several: what the packs say of their releases is what their files say.
    #[test]
    fn the_facts_are_those_of_the_checkout() -> anyhow::Result<()> {
        let Some(named) = std::env::var_os("HOSTWISE_KUBESPRAY").map(PathBuf::from) else {
            eprintln!("skipped: HOSTWISE_KUBESPRAY names no checkout");
            return Ok(());
        };
        let is_checkout = |path: &PathBuf| path.join("galaxy.yml").is_file();
        let several = if is_checkout(&named) { vec![named] } else { checkout::children(&named)? };
        let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/kubespray/packs/variables");
        let known: IndexMap<Version, Variables> = known(&packs)?.into_iter().collect();
        for checkout in several.into_iter().filter(is_checkout) {
            let galaxy = std::fs::read_to_string(checkout.join("galaxy.yml"))?;
            let version = galaxy.lines().find_map(|line| line.strip_prefix("version: ")).context("a version")?;
            let version: Version = version.trim().parse().map_err(anyhow::Error::msg)?;
            let known = known.get(&version).with_context(|| format!("{version} has no pack"))?;
            let found = checkout::variables(&checkout)?;
            let differs: Vec<&String> = known.keys().chain(found.keys()).filter(|name| known.get(*name) != found.get(*name)).collect();
            assert_eq!(differs, Vec::<&String>::new(), "{version}");
            assert!(known.len() > 1000, "{} variables", known.len());
        }
        Ok(())
    }
}
