//! The new name in the place of the old one, in quotes where it needs them.

use std::sync::Arc;

use hostwise_inventory::SourceFile;
use hostwise_syntax::{Value, edit};

use super::{Renamed, ranges};
use crate::occurrences::{Kind, Site, content};
use crate::{FileEdit, Workspace};

/// The edit at a site; `None` for a file that is not there. `asked` is what a range of all of them becomes.
pub(super) fn edit(workspace: &Workspace, site: &Site, renamed: &[Renamed], asked: &str) -> Option<FileEdit> {
    let file = workspace.files().file(&site.path)?;
    let path = Arc::clone(&site.path);
    let put = |edit: edit::Edit| FileEdit { path: Arc::clone(&path), range: edit.range, new_text: edit.new_text };
    let name = site.occurrence.name(file.text());
    let new_name = match (site.occurrence.kind, renamed) {
        (Kind::HostRange, [only]) => return ranges::split(file, site, only.thing.name(), &only.new_name).map(put),
        (Kind::HostRange, _) => {
            let port = ranges::without_port(name).1;
            return named(file, site, &format!("{asked}{port}")).map(put);
        }
        _ => &renamed.iter().find(|renamed| &**renamed.thing.name() == name)?.new_name,
    };
    named(file, site, new_name).map(put)
}

fn named(file: &SourceFile, site: &Site, new_name: &str) -> Option<edit::Edit> {
    if let Some(edit) = in_yaml(file, site, new_name) {
        return Some(edit);
    }
    let is_bare = site.occurrence.with_quotes(file.text()) == site.occurrence.range;
    let is_toml_word = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let is_toml = file.path().ends_with(".toml");
    let new_text = if is_bare && is_toml && !is_toml_word(new_name) { format!("\"{new_name}\"") } else { new_name.to_owned() };
    Some(edit::Edit { range: site.occurrence.range, new_text })
}

/// The edit of a scalar that is the name, or the name and a port.
fn in_yaml(file: &SourceFile, site: &Site, new_name: &str) -> Option<edit::Edit> {
    if !file.is_yaml() {
        return None;
    }
    let range = site.occurrence.range;
    let path = file.yaml().path_at(range.start as usize);
    let node = *path.last()?;
    let inside = content(node);
    let has_port = site.occurrence.kind == Kind::Host && file.text()[range.end as usize..].starts_with(':');
    if inside.start != range.start || (inside.end != range.end && !has_port) {
        return None;
    }
    let behind = &file.text()[range.end as usize..inside.end as usize];
    let text = format!("{new_name}{behind}");
    let is_key = path.len() > 1 && path[path.len() - 2].entries().any(|entry| entry.key.id() == node.id());
    if is_key { edit::yaml::rename_key(node, &text) } else { edit::yaml::replace(node, &Value::String(text.into())) }
}
