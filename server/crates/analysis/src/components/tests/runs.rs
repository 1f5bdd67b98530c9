//! Verdicts against whole runs of Kubespray's `playbooks/cluster.yml`.
//!
//! `runs.json` was recorded with ansible-core 2.16 (for 2.24 to 2.28) and 2.18 on the real playbooks and roles: Ansible evaluated every condition, loop
//! and include, and only the modules were replaced by ones that do nothing, so that every host of an inventory could be a name. A component counts as
//! installed where the task that puts it there ran; what is applied once for all nodes, and what the operating system decides, is not asked.

use std::collections::{BTreeMap, BTreeSet};

use hostwise_inventory::{Content, Files, SourceFile};
use serde::Deserialize;
use serde_json::Value as Json;

use super::fetched;
use crate::components::State;
use crate::{Settings, Workspace};

#[derive(Deserialize)]
struct Recorded {
    /// The components that were looked for.
    asked: Vec<String>,
    inventories: BTreeMap<String, Inventory>,
}

#[derive(Deserialize)]
struct Inventory {
    groups: BTreeMap<String, Vec<String>>,
    /// By the group whose `group_vars` they are.
    variables: BTreeMap<String, Json>,
    /// By release, then by host.
    runs: BTreeMap<String, BTreeMap<String, Host>>,
}

#[derive(Deserialize)]
struct Host {
    client_of_etcd: bool,
    downloads: BTreeSet<String>,
    installed: BTreeSet<String>,
}

impl Inventory {
    /// As the release wants it: `k8s_cluster` has children up to 2.26.
    fn workspace(&self, release: &str) -> Workspace {
        let mut hosts = String::new();
        for (group, members) in &self.groups {
            let members: String = members.iter().map(|host| format!("    {host}:\n")).collect();
            hosts.push_str(&format!("{group}:\n  hosts:\n{members}"));
        }
        if release.starts_with("2.24.") {
            let children = ["kube_control_plane", "kube_node", "calico_rr"].into_iter().filter(|group| self.groups.contains_key(*group));
            let children: String = children.map(|group| format!("    {group}:\n")).collect();
            hosts.push_str(&format!("k8s_cluster:\n  children:\n{children}"));
        }
        let file = |path: &str, text: String| SourceFile::new(path, Content::Text(text.into()), false);
        let variables = self.variables.iter().map(|(group, variables)| file(&format!("/i/group_vars/{group}.yml"), variables.to_string()));
        let files: Files = std::iter::once(file("/i/hosts.yml", hosts)).chain(variables).collect();
        Workspace::new(files, BTreeSet::new(), Settings { kubespray: Some(release.to_owned()), ..Settings::default() })
    }
}

#[test]
fn whole_runs_install_what_was_foretold() {
    let recorded: Recorded = serde_json::from_str(include_str!("runs.json")).expect("recorded runs");
    let mut n_verdicts = 0;
    for (name, inventory) in &recorded.inventories {
        for (release, hosts) in &inventory.runs {
            let workspace = inventory.workspace(release);
            let cluster = &workspace.clusters()[0];
            for (host, expected) in hosts {
                let context = format!("{name} {release} {host}");
                assert_eq!(fetched(cluster, host), expected.downloads, "{context}");
                let host = cluster.inventory.host_named(host).expect("a host");
                assert_eq!(cluster.is_member(host, "_kubespray_needs_etcd"), expected.client_of_etcd, "{context}");
                let view = cluster.view(host);
                for verdict in view.components.iter().filter(|verdict| recorded.asked.iter().any(|asked| **asked == *verdict.name)) {
                    assert_ne!(verdict.state, State::Unknown, "{context} {}: {}", verdict.name, verdict.reason);
                    let is_installed = verdict.state == State::Installed;
                    assert_eq!(is_installed, expected.installed.contains(&*verdict.name), "{context} {}: {}", verdict.name, verdict.reason);
                    n_verdicts += 1;
                }
            }
        }
    }
    assert!(n_verdicts > 3000, "{n_verdicts}");
}
