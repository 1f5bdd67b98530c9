//! `check --fix`: writes what the safe fixes make of the files, and says what was done.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use hostwise_analysis::{AppliedFix, Fixed, Step};

use crate::cli::load::Loaded;

/// Writes all steps, each file at once or not at all, and what was done to stderr: stdout belongs to the findings.
pub(super) fn write(loaded: &Loaded, fixed: &Fixed) -> anyhow::Result<()> {
    for step in &fixed.steps {
        match step {
            Step::Write { path, text } => replace(Path::new(&**path), text).with_context(|| format!("cannot write {path}"))?,
            Step::Rename(rename) => {
                fs::rename(&*rename.from, &*rename.to).with_context(|| format!("cannot rename {} to {}", rename.from, rename.to))?;
            }
        }
    }
    let mut out = std::io::stderr().lock();
    let mut say =
        |verb: &str, fix: &AppliedFix| writeln!(out, "{verb} {}:{} {} ({})", loaded.relative(&fix.path), fix.line, fix.title, fix.code);
    fixed.applied.iter().try_for_each(|fix| say("fixed", fix))?;
    fixed.skipped.iter().try_for_each(|fix| say("skipped, other fixes change the same lines:", fix))?;
    Ok(())
}

/// Replaces the text of a file: whoever reads it sees the old text or the new one. Permissions stay, and a link stays a link.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = target.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    match fs::metadata(&target) {
        Ok(metadata) => file.as_file().set_permissions(metadata.permissions())?,
        Err(_) => make_readable(file.as_file())?,
    }
    file.as_file().sync_all()?;
    file.persist(&target)?;
    Ok(())
}

/// A temporary file is private; a new inventory file is not.
#[cfg(unix)]
fn make_readable(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}
