//! Hover: what is known of the host, group or variable under the cursor. Markdown with lists; tables come out raw in two of three editors.

mod ci_test;
mod group;
mod host;
mod variable;

use hostwise_syntax::TextRange;

use crate::Workspace;
use crate::at::{self, Subject};
use crate::cluster::Cluster;

/// What is known of the thing under the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub range: TextRange,
    /// Markdown without tables.
    pub markdown: String,
}

/// The hover at byte `offset` of the file at `path`; `None` where there is nothing to say.
pub fn hover(workspace: &Workspace, path: &str, offset: usize) -> Option<Hover> {
    let file = workspace.files().file(path)?;
    workspace.clusters_of(path).find_map(|cluster| {
        if let Some(hover) = ci_test::hover(workspace, cluster, file, offset) {
            return Some(hover);
        }
        let (subject, range) = at::subject(cluster, file, offset)?;
        let markdown = match subject {
            Subject::Hosts(hosts) => host::markdown(cluster, &hosts),
            Subject::Group(group) => group::markdown(cluster, group),
            Subject::Variable(name) => variable::markdown(cluster, file, &name, range)?,
        };
        Some(Hover { range, markdown })
    })
}

/// The last line of every hover about Kubespray.
fn release_line(cluster: &Cluster) -> Option<String> {
    let release = cluster.kubespray.as_ref()?;
    Some(format!("Kubespray {release} ({})", release.source))
}
