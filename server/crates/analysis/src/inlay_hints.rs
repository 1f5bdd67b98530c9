//! Inlay hints: the role behind each host of an inventory.

use hostwise_inventory::MentionKind;
use hostwise_syntax::TextRange;

use crate::Workspace;
use crate::cluster::Cluster;
use crate::components::State;

/// A short remark behind a place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlayHint {
    /// Byte offset behind which it stands.
    pub offset: usize,
    pub label: String,
    /// Markdown.
    pub tooltip: String,
}

/// The hints of the file at `path` within `range`, in document order; none when they are switched off.
pub fn inlay_hints(workspace: &Workspace, path: &str, range: TextRange) -> Vec<InlayHint> {
    if !workspace.settings().inlay_hints {
        return Vec::new();
    }
    let Some(cluster) = workspace.clusters_of(path).next() else { return Vec::new() };
    if cluster.kubespray.is_none() {
        return Vec::new();
    }
    let Some(file) = cluster.inventory.file_id(path) else { return Vec::new() };
    let text = cluster.inventory.file(file).text();
    let mut hints = Vec::new();
    for (host, data) in cluster.inventory.hosts() {
        for mention in &data.mentions {
            let place = mention.place;
            if place.file == file && range.contains(place.range) && matches!(mention.kind, MentionKind::HostOf(_)) {
                let view = cluster.view(host);
                hints.push(InlayHint {
                    offset: behind_colon(text, place.range.end as usize),
                    label: view.role.to_string(),
                    tooltip: tooltip(cluster, &view.components),
                });
            }
        }
    }
    hints.sort_by_key(|hint| hint.offset);
    hints.dedup_by_key(|hint| hint.offset);
    hints
}

/// Behind the colon that follows a key, if one does: a hint in front of it would tear the two apart.
fn behind_colon(text: &str, end: usize) -> usize {
    if text[end..].starts_with(':') { end + 1 } else { end }
}

fn tooltip(cluster: &Cluster, components: &[crate::components::Verdict]) -> String {
    let installed: Vec<&str> =
        components.iter().filter(|verdict| verdict.state == State::Installed).map(|verdict| &*verdict.name).collect();
    format!("{} layout; installed here: {}", cluster.layout(), installed.join(", "))
}
