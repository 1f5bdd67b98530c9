//! Verdicts against what real runs of Ansible gave. Some recorded runs stand beside the repository, in `../shared/data`; without them that is said.

#![expect(clippy::disallowed_methods, reason = "tests read recorded runs and a checkout")]

mod checkout;
mod runs;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hostwise_inventory::{Content, Entry, Files, SourceFile};
use hostwise_kubespray::Packs;
use serde_json::Value as Json;

use super::{Answer, State};
use crate::cluster::Cluster;
use crate::{Settings, Workspace};

fn data() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/kubespray/fixtures");
    if !path.is_dir() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

fn workspace(inventory: &str, variables: &str, release: &str) -> Workspace {
    let file = |path: &str, text: &str| SourceFile::new(path, Content::Text(text.into()), false);
    let files: Files = [file("/i/hosts.yml", inventory), file("/i/group_vars/all.yml", variables)].into_iter().collect();
    Workspace::new(files, BTreeSet::new(), Settings { kubespray: Some(release.to_owned()), ..Settings::default() })
}

/// What the download role fetches for a host: `kubelet:F`, `coredns:C`; sorted.
fn fetched(cluster: &Cluster, host: &str) -> BTreeSet<String> {
    let view = cluster.view(cluster.inventory.host_named(host).expect("a host"));
    let all = view.components.iter().flat_map(|verdict| &verdict.downloads);
    let here = all.filter(|fetched| {
        assert_ne!(fetched.answer, Answer::Unknown, "{host}: {}", fetched.item);
        fetched.answer == Answer::Yes
    });
    here.map(|fetched| format!("{}:{}", fetched.item, if fetched.is_image { 'C' } else { 'F' })).collect()
}

fn groups(cluster: &Cluster, host: &str) -> Vec<String> {
    let host = cluster.inventory.host_named(host).expect("a host");
    let names = cluster.inventory.groups_of(host).iter().map(|&group| cluster.inventory.group(group).name.to_string());
    let mut names: Vec<String> = names.filter(|name| name != "all" && !name.starts_with('_')).collect();
    names.sort_unstable();
    names
}

fn check(recorded: &Json, cluster: &Cluster, context: &str) {
    let host = recorded["host"].as_str().expect("a name");
    let texts = |key: &str| recorded[key].as_array().expect("a list").iter().map(|text| text.as_str().expect("text").to_owned());
    assert_eq!(groups(cluster, host), texts("groups").collect::<Vec<_>>(), "{context} {host}");
    assert_eq!(fetched(cluster, host), texts("downloads").collect::<BTreeSet<_>>(), "{context} {host}");
    let view = cluster.view(cluster.inventory.host_named(host).expect("a host"));
    assert_eq!(view.image_tool.as_deref(), recorded["tool"].as_str(), "{context} {host}");
    let engine = view.component("crictl").expect("a component").state == State::Installed;
    assert_eq!(Json::Bool(engine), recorded["deploy_container_engine"], "{context} {host}");
}

const OLD_NAMES: &str = "kube-master: {hosts: {a: , b: }}\nkube-node: {hosts: {c: }}\netcd: {hosts: {a: }}\n";

/// Old group names alone: up to 2.26 the hosts get what the new names give; from 2.27 on they never reach k8s_cluster.
#[test]
fn old_group_names_lead_to_the_cluster_up_to_2_26() {
    let with_cluster = format!("{OLD_NAMES}k8s-cluster: {{children: {{kube-master: , kube-node: }}}}\n");
    for (release, of_a, of_c) in [
        ("2.26.1", "etcd k8s-cluster k8s_cluster kube-master kube_control_plane", "k8s-cluster k8s_cluster kube-node kube_node"),
        ("2.27.0", "etcd k8s-cluster kube-master kube_control_plane", "k8s-cluster kube-node kube_node"),
        ("2.31.0", "etcd k8s-cluster kube-master kube_control_plane", "k8s-cluster kube-node kube_node"),
    ] {
        let workspace = workspace(&with_cluster, "{}", release);
        let cluster = &workspace.clusters()[0];
        assert_eq!((groups(cluster, "a").join(" "), groups(cluster, "c").join(" ")), (of_a.to_owned(), of_c.to_owned()), "{release}");
    }
}

#[test]
fn a_control_plane_of_old_names_has_no_first_host() {
    let workspace = workspace(OLD_NAMES, "metallb_enabled: true\n", "2.31.0");
    let cluster = &workspace.clusters()[0];
    let view = cluster.view(cluster.inventory.host_named("a").expect("a host"));
    let metallb = view.component("metallb").expect("a component");
    assert_eq!(
        (metallb.state, &*metallb.reason),
        (State::Unknown, "depends on the order of kube_control_plane, which is not evaluated here")
    );
}

/// Up to 2.26 a group k8s_cluster that is there is what it says, and one that is not is taken for what it has to be.
#[test]
fn a_static_cluster_is_as_it_stands_up_to_2_26() {
    let plain = "kube_control_plane: {hosts: {a: }}\nkube_node: {hosts: {b: }}\n";
    let partial = format!("{plain}k8s_cluster: {{children: {{kube_control_plane: }}}}\n");
    for (inventory, release, expected) in [
        (plain, "2.24.0", "k8s_cluster kube_node"),
        (&partial, "2.24.0", "kube_node"),
        (plain, "2.27.0", "k8s_cluster kube_node"),
        (&partial, "2.27.0", "k8s_cluster kube_node"),
    ] {
        let workspace = workspace(inventory, "{}", release);
        assert_eq!(groups(&workspace.clusters()[0], "b").join(" "), expected, "{release}: {inventory}");
    }
}

/// Four hosts, of which the last is a worker without etcd.
const CLIENTS: &str = "kube_control_plane: {hosts: {n1: }}\nkube_node: {hosts: {n1: , n2: , n4: }}\netcd: {hosts: {n1: , n2: , n3: }}\n";

/// The workspace with the release, and beside the inventory these variable files.
fn with_variables(release: &str, variables: &[(&str, &str)]) -> Workspace {
    let file = |path: &str, text: &str| SourceFile::new(path, Content::Text(text.into()), false);
    let beside = variables.iter().map(|(name, text)| file(&format!("/i/group_vars/{name}.yml"), text));
    let files: Files = std::iter::once(file("/i/hosts.yml", CLIENTS)).chain(beside).collect();
    Workspace::new(files, BTreeSet::new(), Settings { kubespray: Some(release.to_owned()), ..Settings::default() })
}

fn clients_of_etcd(workspace: &Workspace) -> Vec<String> {
    let inventory = &workspace.clusters()[0].inventory;
    let members = inventory.group_named("_kubespray_needs_etcd").map(|group| inventory.members(group));
    members.into_iter().flatten().map(|host| inventory.host(host).name.to_string()).collect()
}

fn state_of(workspace: &Workspace, host: &str, component: &str) -> State {
    let cluster = &workspace.clusters()[0];
    cluster.view(cluster.inventory.host_named(host).expect("a host")).component(component).expect("a component").state
}

#[test]
fn clients_of_etcd_are_workers_whose_plugin_talks_to_etcd() {
    for release in ["2.24.0", "2.27.1", "2.31.0", "2.32.0"] {
        for (variables, expected) in [
            ("{}", ""),
            ("kube_network_plugin: cilium", "n1 n2 n4"),
            ("kube_network_plugin: flannel", "n1 n2 n4"),
            ("kube_network_plugin: kube-router", ""),
            ("calico_datastore: etcd", "n1 n2 n4"),
            ("kube_network_plugin: none\ncilium_deploy_additionally: true", "n1 n2 n4"),
            ("kube_network_plugin: cilium\netcd_deployment_type: kubeadm", ""),
            ("kube_network_plugin: \"{{ ansible_facts.something }}\"", ""),
        ] {
            let workspace = with_variables(release, &[("all", variables)]);
            assert_eq!(clients_of_etcd(&workspace).join(" "), expected, "{release}: {variables}");
        }
    }
}

/// Hosts that are alike share their verdicts, not the lines that put each into its groups.
#[test]
fn each_host_has_its_own_lines_behind_a_verdict() {
    let workspace = workspace("etcd:\n  hosts:\n    e1:\n    e2:\nkube_node:\n  hosts:\n    w1:\n    w2:\n", "{}", "2.31.0");
    let cluster = &workspace.clusters()[0];
    for (host, component, group, line) in
        [("e1", "etcd", "etcd", 3), ("e2", "etcd", "etcd", 4), ("w1", "kubelet", "k8s_cluster", 7), ("w2", "kubelet", "k8s_cluster", 8)]
    {
        let because = &cluster.why(cluster.inventory.host_named(host).expect("a host"), component).expect("the component").facts;
        let place = because.iter().find(|because| because.name == group).and_then(|because| because.place);
        assert_eq!(place.map(|place| cluster.path_and_line(place)), Some(("/i/hosts.yml".into(), line)), "{host} {component}");
    }
}

/// What the group brings holds from the installation of etcd on: neither for its own condition, nor for engines and downloads.
#[test]
fn variables_of_the_clients_of_etcd_come_after_the_engine() {
    let brought = "kube_network_plugin: kube-router\ncontainer_manager: crio\nskip_downloads: true\nhelm_enabled: true\n";
    let workspace = with_variables("2.31.0", &[("all", "kube_network_plugin: cilium"), ("_kubespray_needs_etcd", brought)]);
    assert_eq!(clients_of_etcd(&workspace), ["n1", "n2", "n4"]);
    for (component, expected) in [
        ("containerd", State::Installed),
        ("cri-o", State::NotInstalled),
        ("etcd-client-certificates", State::Installed),
        ("helm", State::Installed),
        ("kube-router", State::Installed),
        ("cilium", State::NotInstalled),
    ] {
        assert_eq!(state_of(&workspace, "n1", component), expected, "{component}");
    }
    let cluster = &workspace.clusters()[0];
    let view = cluster.view(cluster.inventory.host_named("n4").expect("a host"));
    let nerdctl = view.component("nerdctl").expect("a component");
    assert_eq!((nerdctl.downloaded, view.image_tool.as_deref()), (Some(Answer::Yes), Some("nerdctl")));
    let because = &cluster.why(cluster.inventory.host_named("n4").expect("a host"), "nerdctl").expect("the component").facts;
    let place = because.iter().find(|because| because.name == "k8s_cluster").and_then(|because| because.place);
    assert_eq!(place.map(|place| cluster.path_and_line(place)), Some(("/i/hosts.yml".into(), 2)));
}

#[test]
fn clients_of_etcd_follow_an_edit() {
    let file = |text: &str| SourceFile::new("/i/group_vars/all.yml", Content::Text(text.into()), false);
    let mut workspace = with_variables("2.31.0", &[("all", "{}"), ("_kubespray_needs_etcd", "helm_enabled: true\n")]);
    for (text, expected) in [
        ("kube_network_plugin: cilium", "n1 n2 n4"),
        ("kube_network_plugin: cilium # as before", "n1 n2 n4"),
        ("kube_network_plugin: \"{{ 'cilium' if inventory_hostname == 'n4' else 'calico' }}\"", "n4"),
        ("kube_network_plugin: calico", ""),
    ] {
        let mut files = workspace.files().clone();
        files.insert("/i/group_vars/all.yml", Entry::File(file(text).into()));
        workspace = workspace.change_files(files);
        assert_eq!(clients_of_etcd(&workspace).join(" "), expected, "{text}");
        let helm = if expected.contains("n1") { State::Installed } else { State::NotInstalled };
        assert_eq!(state_of(&workspace, "n1", "helm"), helm, "{text}");
    }
}

fn json(path: &Path) -> Json {
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON")
}

#[test]
fn layouts_become_what_ansible_made_of_them() {
    let Some(data) = data() else { return };
    let mut n_hosts = 0;
    for (folder, release) in [("HEAD", "2.32.0"), ("v2.24.0", "2.24.0")] {
        for layout in ["all-in-one", "default", "ha", "scale", "separate"] {
            let inventory = std::fs::read_to_string(data.join(format!("inventories/{layout}.yml"))).expect("a file");
            let workspace = workspace(&inventory, "{}", release);
            let recorded = json(&data.join(format!("expected/{folder}/{layout}.json")));
            for recorded in recorded.as_array().expect("a list") {
                check(recorded, &workspace.clusters()[0], &format!("{release} {layout}"));
                n_hosts += 1;
            }
        }
    }
    assert_eq!(n_hosts, 24);
}

#[test]
fn engines_and_kinds_of_etcd_become_what_ansible_made_of_them() {
    let Some(data) = data() else { return };
    let inventory = std::fs::read_to_string(data.join("inventories/separate.yml")).expect("a file");
    for release in ["2.24.0", "2.31.0"] {
        let recorded = json(&data.join(format!("expected/separate-3x3/v{release}.json")));
        let recorded = recorded.as_array().expect("a list");
        assert_eq!(recorded.len(), 27);
        for recorded in recorded {
            let text = |key: &str| recorded[key].as_str().expect("text");
            let (engine, etcd) = (text("container_manager"), text("etcd_deployment_type"));
            let variables = format!("container_manager: {engine}\netcd_deployment_type: {etcd}\nkube_network_plugin: cilium\n");
            let workspace = workspace(&inventory, &variables, release);
            check(recorded, &workspace.clusters()[0], &format!("{release} {engine} {etcd}"));
        }
    }
}

/// Nothing depends on what no file says, on hosts of any layout with the defaults of any release.
#[test]
fn defaults_decide_every_component() {
    for pack in Packs::bundled().all() {
        for (name, layout) in &pack.layouts {
            let workspace = workspace(&inventory(&layout.hosts), "{}", &pack.version.to_string());
            let cluster = &workspace.clusters()[0];
            for (host, _) in cluster.inventory.hosts() {
                for verdict in &cluster.view(host).components {
                    assert_ne!(verdict.state, State::Unknown, "{} {name} {}: {}", pack.version, verdict.name, verdict.reason);
                    assert_ne!(verdict.downloaded, Some(Answer::Unknown), "{} {name} {}", pack.version, verdict.name);
                    assert_ne!(verdict.running, Some(Answer::Unknown), "{} {name} {}", pack.version, verdict.name);
                }
            }
        }
    }
}

fn inventory(hosts: &[Vec<String>]) -> String {
    let groups: BTreeSet<&String> = hosts.iter().flatten().collect();
    let of = |group: &&String| {
        let members = hosts.iter().enumerate().filter(|(_, groups)| groups.contains(group));
        let members: String = members.map(|(index, _)| format!("    n{}:\n", index + 1)).collect();
        format!("{group}:\n  hosts:\n{members}")
    };
    groups.iter().map(of).collect()
}
