//! The layout of a test file of Kubespray's CI: each host with its role and its components.

use hostwise_inventory::SourceFile;

use super::{Hover, release_line};
use crate::ci::{self, LayoutName};
use crate::cluster::Cluster;
use crate::components::State;
use crate::{Workspace, explain};

/// The hover on `mode` or `cluster_layout`, key or value; the groups of a layout that is spelt out have hovers of their own.
pub(super) fn hover(workspace: &Workspace, cluster: &Cluster, file: &SourceFile, offset: usize) -> Option<Hover> {
    if !cluster.is_test(file.path()) {
        return None;
    }
    let root = file.yaml().root()?;
    let test = ci::read(workspace.files(), file, workspace.settings())?;
    let (range, title) = match &test.layout {
        LayoutName::Mode(mode, range) => {
            let key = root.get("mode")?.key.range();
            let range = [key, *range].into_iter().find(|range| range.touches(offset))?;
            let known = ci::modes(workspace.files(), &test.release).into_iter().find(|known| known.name == *mode);
            let purpose = known.map(|mode| mode.purpose).filter(|purpose| !purpose.is_empty());
            (range, purpose.map_or_else(|| format!("**{mode}**"), |purpose| format!("**{mode}**: {purpose}")))
        }
        LayoutName::Implied(mode, range) if range.touches(offset) => (*range, format!("No mode is named: the test runs in **{mode}**")),
        LayoutName::Explicit(range) if range.touches(offset) => (*range, format!("**{}** layout", cluster.layout())),
        LayoutName::Implied(..) | LayoutName::Explicit(_) => return None,
    };
    let mut lines = vec![title];
    match test.n_hosts() {
        None => lines.extend([String::new(), format!("Kubespray {} has no such mode", test.release)]),
        Some(n_hosts) => {
            lines.extend([String::new(), if n_hosts == 1 { "1 host:".to_owned() } else { format!("{n_hosts} hosts:") }, String::new()]);
            let hosts = test.host_names().into_iter().filter_map(|name| cluster.inventory.host_named(&name));
            lines.extend(hosts.map(|host| line_of(&explain::of_host(cluster, host))));
        }
    }
    lines.extend(release_line(cluster).into_iter().flat_map(|release| [String::new(), release]));
    Some(Hover { range, markdown: lines.join("\n") })
}

/// A host in one line: what is there, and why the rest is not.
fn line_of(host: &explain::HostExplanation) -> String {
    let names = |state| -> Vec<&str> {
        let components = host.components.iter().filter(move |component| component.state == state);
        components.map(|component| &*component.name).collect()
    };
    let mut line = format!("- **{}**: {}", host.host, host.role);
    for (title, state) in [("installed", State::Installed), ("not known", State::Unknown)] {
        let names = names(state);
        if !names.is_empty() {
            line.push_str(&format!("; {title}: {}", names.join(", ")));
        }
    }
    for (names, reason) in host.by_reason(State::NotInstalled) {
        line.push_str(&format!("; not installed: {} ({reason})", names.join(", ")));
    }
    line
}
