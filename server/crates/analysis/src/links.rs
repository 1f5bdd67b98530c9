//! What a text points to: files that a playbook names, and the pages of rules that comments name.

use std::sync::Arc;

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use hostwise_syntax::yaml::Node;

use crate::discovery::{join, parent};
use crate::{Rule, Workspace, ignores, occurrences};

/// A place that can be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub range: TextRange,
    pub target: LinkTarget,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A file of the workspace.
    File(Arc<str>),
    Url(String),
}

/// The links of the file at `path`, in document order. Files that are not there are not linked.
pub fn links(workspace: &Workspace, path: &str) -> Vec<Link> {
    let Some(file) = workspace.files().file(path) else { return Vec::new() };
    let ids = ignores::in_file(file).into_iter().flat_map(|ignore| ignore.ids);
    let pages = ids.filter_map(|id| Some(Link { range: id.range, target: LinkTarget::Url(Rule::named(id.text)?.url()) }));
    let mut links: Vec<Link> = pages.collect();
    if !workspace.is_of_inventory(path) {
        links.extend(files_of_plays(workspace, file));
    }
    links.sort_by_key(|link| link.range);
    links
}

/// `import_playbook` and `vars_files`, relative to the playbook.
fn files_of_plays<'w>(workspace: &'w Workspace, file: &'w SourceFile) -> impl Iterator<Item = Link> + 'w {
    let plays = file.yaml().root().into_iter().flat_map(Node::items);
    let named = plays.flat_map(|play| {
        let value = |key: &str| play.get(key).map(|entry| entry.value);
        let imported = ["import_playbook", "ansible.builtin.import_playbook"].into_iter().filter_map(value);
        imported.chain(value("vars_files").into_iter().flat_map(Node::items)).collect::<Vec<_>>()
    });
    named.filter_map(|node| {
        let target = join(parent(file.path()), &node.text());
        let known = workspace.files().file(&target)?;
        Some(Link { range: occurrences::content(node), target: LinkTarget::File(Arc::clone(known.path())) })
    })
}
