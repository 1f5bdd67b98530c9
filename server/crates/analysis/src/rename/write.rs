//! The new name in the place of the old one, in quotes where it needs them.

use std::sync::Arc;

use hostwise_inventory::SourceFile;
use hostwise_syntax::{Value, edit};

use crate::occurrences::{Kind, Site, content};
use crate::{FileEdit, Workspace};

/// `None` for a file that is not there.
pub(super) fn edit(workspace: &Workspace, site: &Site, new_name: &str) -> Option<FileEdit> {
    let file = workspace.files().file(&site.path)?;
    let path = Arc::clone(&site.path);
    if let Some(edit) = in_yaml(file, site, new_name) {
        return Some(FileEdit { path, range: edit.range, new_text: edit.new_text });
    }
    let is_bare = site.occurrence.with_quotes(file.text()) == site.occurrence.range;
    let is_toml_word = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let new_text =
        if is_bare && path.ends_with(".toml") && !is_toml_word(new_name) { format!("\"{new_name}\"") } else { new_name.to_owned() };
    Some(FileEdit { path, range: site.occurrence.range, new_text })
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
