//! The packs against real checkouts: `HOSTWISE_KUBESPRAY` names one, or a directory of several. Without it that is said, and nothing is compared.
//!
//! What a pack names is there; its defaults, conditions and downloads come out as those of the checkout, on every host of a grid of layouts, engines,
//! kinds of etcd and network plugins; and the tasks that install a component run where the pack says so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hostwise_expression::{Evaluator, Value};
use hostwise_inventory::{Content, Entry, Files, HostId, SourceFile};
use hostwise_kubespray::{Pack, Packs};
use hostwise_syntax as syntax;

use super::{fetched, inventory, workspace};
use crate::cluster::Cluster;
use crate::components::State;
use crate::scope::{DIALECT, HostScope};
use crate::{Settings, TaskOutcome, Workspace, explain_play};

const ENGINES: [&str; 3] = ["containerd", "crio", "docker"];
const KINDS_OF_ETCD: [&str; 3] = ["host", "docker", "kubeadm"];

/// Everything that is off by default, so that the conditions behind the switches are asked, too.
const SWITCHES: &str = "etcd_events_cluster_enabled: true
auto_renew_certificates: true
kube_vip_enabled: true
youki_enabled: true
kata_containers_enabled: true
gvisor_enabled: true
typha_enabled: true
calico_apiserver_enabled: true
kube_network_plugin_multus: true
argocd_enabled: true
metrics_server_enabled: true
metallb_enabled: true
registry_enabled: true
cert_manager_enabled: true
ingress_alb_enabled: true
ingress_nginx_enabled: true
local_path_provisioner_enabled: true
local_volume_provisioner_enabled: true
node_feature_discovery_enabled: true
csi_snapshot_controller_enabled: true
cinder_csi_enabled: true
cloud_provider: external
external_cloud_provider: openstack
";

/// A checkout on disk.
struct Live {
    root: PathBuf,
    release: String,
    pack: Arc<Pack>,
}

fn checkouts() -> Vec<Live> {
    let Some(root) = std::env::var_os("HOSTWISE_KUBESPRAY").map(PathBuf::from) else {
        eprintln!("skipped: HOSTWISE_KUBESPRAY names no checkout");
        return Vec::new();
    };
    let mut roots = vec![root.clone()];
    if !root.join("galaxy.yml").is_file() {
        roots = children(&root);
        roots.retain(|root| root.join("galaxy.yml").is_file());
        roots.sort();
    }
    assert!(!roots.is_empty(), "no checkout in {}", root.display());
    let live = |root: PathBuf| {
        let galaxy = std::fs::read_to_string(root.join("galaxy.yml")).expect("galaxy.yml");
        let release = galaxy.lines().find_map(|line| line.strip_prefix("version: ")).expect("a version").trim().to_owned();
        let pack = Arc::clone(Packs::bundled().nearest(release.parse().expect("a release")));
        Live { root, release, pack }
    };
    roots.into_iter().map(live).collect()
}

fn children(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

impl Live {
    /// The texts of these parts of the checkout, by their paths below it.
    fn texts(&self, parts: &[&str]) -> BTreeMap<String, String> {
        let mut open: Vec<PathBuf> = parts.iter().map(|part| self.root.join(part)).collect();
        let mut texts = BTreeMap::new();
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(children(&path));
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let below = path.strip_prefix(&self.root).expect("below the root");
                texts.insert(below.to_str().expect("UTF-8").to_owned(), text);
            }
        }
        texts
    }

    /// A workspace with the files that say what the roles do and know, as if the checkout stood in `/ks`.
    fn workspace(&self) -> Workspace {
        let texts = self.texts(&["galaxy.yml", "ansible.cfg", "roles", "playbooks"]);
        let read = texts.into_iter().filter(|(path, _)| path.ends_with("yml") || path.ends_with("yaml") || path.ends_with("cfg"));
        let files: Files = read.map(|(path, text)| SourceFile::new(format!("/ks/{path}"), Content::Text(text.into()), false)).collect();
        let settings = Settings { kubespray: Some("/ks".to_owned()), ..Settings::default() };
        let workspace = Workspace::new(files, BTreeSet::new(), settings);
        // Built now, the checkout is read once for all inventories beside it.
        assert_eq!(workspace.clusters().len(), 0);
        workspace
    }

    /// The parents of roles that are included by a template: `container-engine/{{ item.role }}`.
    fn roles_by_template(&self) -> Vec<&'static str> {
        let texts = self.texts(&["roles"]);
        let is_named = |parent: &&str| texts.values().any(|text| text.contains(&format!("name: \"{parent}/{{{{")));
        ["container-engine", "network_plugin"].into_iter().filter(is_named).collect()
    }

    /// Every layout with every engine, kind of etcd and network plugin: the inventory and the variables of all hosts.
    fn grid(&self, layouts: &[&str], plugins: &[&str]) -> Vec<(String, String, String)> {
        let mut grid = Vec::new();
        let known = &self.pack.variable("kube_network_plugin").expect("a variable").values;
        let plugins = known.iter().map(ToString::to_string).filter(|plugin| plugins.is_empty() || plugins.contains(&plugin.as_str()));
        let plugins: Vec<String> = plugins.collect();
        for (name, layout) in self.pack.layouts.iter().filter(|(name, _)| layouts.is_empty() || layouts.contains(&name.as_str())) {
            for (engine, etcd) in ENGINES.iter().flat_map(|engine| KINDS_OF_ETCD.iter().map(move |etcd| (engine, etcd))) {
                for plugin in &plugins {
                    let variables = format!("container_manager: {engine}\netcd_deployment_type: {etcd}\nkube_network_plugin: {plugin}\n");
                    let what = format!("{} {name} {engine} {etcd} {plugin}", self.release);
                    grid.push((what, inventory(&layout.hosts), variables));
                }
            }
        }
        grid
    }

    /// All of the grid, and a part of it again with everything on.
    fn whole_grid(&self) -> Vec<(String, String, String)> {
        let on = self.grid(&["separate", "node-etcd-client"], &["calico", "cilium"]).into_iter();
        let on = on.map(|(what, inventory, variables)| (format!("{what}, all on"), inventory, format!("{variables}{SWITCHES}")));
        self.grid(&[], &[]).into_iter().chain(on).collect()
    }
}

/// The workspace of a checkout with an inventory beside it.
fn with_inventory(checkout: &Workspace, inventory: &str, variables: &str) -> Workspace {
    let mut files = checkout.files().clone();
    for (path, text) in [("/i/hosts.yml", inventory), ("/i/group_vars/all.yml", variables)] {
        let file = SourceFile::new(path, Content::Text(text.into()), false);
        files.insert(path, Entry::File(Arc::new(file)));
    }
    checkout.change_files(files)
}

fn cluster_of_inventory(workspace: &Workspace) -> &Cluster {
    let is_ours = |cluster: &&Arc<Cluster>| cluster.concerns("/i/hosts.yml");
    workspace.clusters().iter().find(is_ours).expect("the inventory")
}

#[test]
fn what_a_pack_names_is_in_its_checkout() {
    for live in checkouts() {
        let texts = live.texts(&["roles", "playbooks", "tests", "extra_playbooks", "contrib", "docs", "inventory"]);
        for group in live.pack.groups.keys() {
            assert!(texts.values().any(|text| text.contains(group.as_str())), "{}: {group}", live.release);
        }
        let table: BTreeSet<String> = downloads(&live.root).into_iter().map(|entry| entry.item).collect();
        let components = live.pack.components.values();
        let named: BTreeSet<String> = components.flat_map(|component| &component.downloads).map(|download| download.item.clone()).collect();
        assert_eq!(named, table, "{}", live.release);
        let commands =
            live.pack.components.iter().flat_map(|(name, component)| component.commands.iter().map(move |command| (name, command)));
        for (name, command) in
            commands.filter(|(_, command)| !matches!(command.as_str(), "ctr" | "containerd" | "kata-runtime" | "kubectl-krew"))
        {
            assert!(texts.values().any(|text| text.contains(command.as_str())), "{}: {name}: {command}", live.release);
        }
        layouts(&live, &texts);
    }
}

/// The modes of the CI: their hosts from 2.27 on, how many there are before.
fn layouts(live: &Live, texts: &BTreeMap<String, String>) {
    let text = &texts["tests/cloud_playbooks/roles/packet-ci/vars/main.yml"];
    let document = syntax::yaml::parse(text.as_str().into());
    let root = document.root().expect("a mapping");
    let modes = root.get("scenarios").or(root.get("_vm_count_dict")).expect("modes").value;
    let names: BTreeSet<String> = modes.entries().map(|entry| entry.key.text().into_owned()).collect();
    assert_eq!(names, live.pack.layouts.keys().cloned().collect(), "{}", live.release);
    for entry in modes.entries() {
        let layout = &live.pack.layouts[&*entry.key.text()];
        if !entry.value.is_sequence() {
            assert_eq!(*entry.value.text(), layout.hosts.len().to_string(), "{} {}", live.release, entry.key.text());
            continue;
        }
        let hosts = entry.value.items().map(|host| host.get("node_groups").map_or(host, |groups| groups.value));
        let hosts: Vec<BTreeSet<String>> = hosts.map(|groups| groups.items().map(|group| group.text().into_owned()).collect()).collect();
        let expected: Vec<BTreeSet<String>> = layout.hosts.iter().map(|groups| groups.iter().cloned().collect()).collect();
        assert_eq!(hosts, expected, "{} {}", live.release, entry.key.text());
    }
}

/// Of every variable that the pack or the checkout gives a value, on every host of a layout with all roles.
#[test]
fn defaults_of_a_checkout_are_those_of_its_pack() {
    for live in checkouts() {
        let checkout = live.workspace();
        let (mut n_equal, mut unknown) = (0, BTreeSet::new());
        for (what, inventory, variables) in live.grid(&["separate", "node-etcd-client"], &["calico", "cilium"]) {
            let (of_pack, of_checkout) =
                (workspace(&inventory, &variables, &live.release), with_inventory(&checkout, &inventory, &variables));
            let (by_pack, by_checkout) = (cluster_of_inventory(&of_pack), cluster_of_inventory(&of_checkout));
            let names: BTreeSet<Arc<str>> = by_checkout.kubespray.iter().flat_map(|release| release.names()).collect();
            for (host, _) in by_pack.inventory.hosts() {
                let value = |cluster: &Cluster, name: &str| -> Value {
                    let scope = HostScope { cluster, host, without_own: false };
                    Evaluator::new(&scope, DIALECT).variable(name).result
                };
                for name in &names {
                    let (pack, checkout) = (value(by_pack, name), value(by_checkout, name));
                    match (pack.reasons().is_empty(), checkout.reasons().is_empty()) {
                        (true, true) => assert_eq!(without_sums(name, pack), without_sums(name, checkout), "{what} {host:?}: {name}"),
                        (false, true) => _ = unknown.insert(Arc::clone(name)),
                        _ => {}
                    }
                    n_equal += 1;
                }
            }
        }
        eprintln!("{}: {n_equal} values compared; known by the checkout alone: {unknown:?}", live.release);
    }
}

/// A pack keeps the versions of a table of checksums and not the sums.
fn without_sums(name: &str, value: Value) -> String {
    match &value {
        Value::Map(_) if name.ends_with("_checksums") => String::new(),
        Value::String(_) if name.ends_with("_checksum") => String::new(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_checkout_and_its_pack_agree_on_every_host() {
    for live in checkouts() {
        let checkout = live.workspace();
        let (mut n_verdicts, mut n_unknown) = (0, 0);
        for (what, inventory, variables) in live.whole_grid() {
            let (of_pack, of_checkout) =
                (workspace(&inventory, &variables, &live.release), with_inventory(&checkout, &inventory, &variables));
            let (by_pack, by_checkout) = (cluster_of_inventory(&of_pack), cluster_of_inventory(&of_checkout));
            for (host, _) in by_pack.inventory.hosts() {
                let (pack, checkout) = (by_pack.view(host), by_checkout.view(host));
                assert_eq!(pack.image_tool, checkout.image_tool, "{what}");
                for (pack, checkout) in pack.components.iter().zip(&checkout.components) {
                    let outcomes = (pack.state, pack.downloaded, pack.running);
                    assert_eq!(outcomes, (checkout.state, checkout.downloaded, checkout.running), "{what} {host:?}: {}", pack.name);
                    n_verdicts += 1;
                    n_unknown += usize::from(pack.state == State::Unknown);
                }
            }
        }
        eprintln!("{}: {n_verdicts} verdicts agree, {n_unknown} of them unknown", live.release);
    }
}

#[test]
fn a_checkout_downloads_what_its_pack_says() {
    for live in checkouts() {
        let table = downloads(&live.root);
        let mut n_compared = 0;
        for (what, inventory, variables) in live.whole_grid() {
            let workspace = workspace(&inventory, &variables, &live.release);
            let cluster = &workspace.clusters()[0];
            for (host, _) in cluster.inventory.hosts() {
                let scope = HostScope { cluster: cluster.prepared(), host, without_own: false };
                let evaluator = Evaluator::new(&scope, DIALECT);
                let is = |text: &str| match evaluator.template(text).result {
                    Value::Bool(value) => value,
                    Value::String(text) => text.eq_ignore_ascii_case("true"),
                    other => panic!("{text}: {other:?}"),
                };
                let here =
                    table.iter().filter(|entry| entry.groups.iter().any(|group| cluster.is_member(host, group)) && is(&entry.enabled));
                let expected: BTreeSet<String> =
                    here.map(|entry| format!("{}:{}", entry.item, if is(&entry.file) { 'F' } else { 'C' })).collect();
                let host = &cluster.inventory.host(host).name;
                assert_eq!(fetched(cluster, host), expected, "{what} {host}");
                n_compared += 1;
            }
        }
        eprintln!("{}: downloads of {n_compared} hosts compared", live.release);
    }
}

/// The task that puts a component on a host: the end of the directory of its role's file, and a part of its name.
const TASKS: &[(&str, &str, &str)] = &[
    ("containerd", "container-engine/containerd/tasks", "Unpack containerd archive"),
    ("runc", "container-engine/runc/tasks", "Copy runc binary"),
    ("nerdctl", "container-engine/nerdctl/tasks", "Copy nerdctl binary"),
    ("crictl", "container-engine/crictl/tasks", "Copy crictl binary"),
    ("docker", "container-engine/docker/tasks", "Ensure docker packages are installed"),
    ("cri-dockerd", "container-engine/cri-dockerd/tasks", "Copy cri-dockerd binary"),
    ("skopeo", "container-engine/skopeo/tasks", "Copy skopeo binary"),
    ("youki", "container-engine/youki/tasks", "Copy youki binary"),
    ("kata-containers", "container-engine/kata-containers/tasks", "Copy kata-containers binary"),
    ("gvisor", "container-engine/gvisor/tasks", "Copy binaries"),
    ("kubelet", "kubernetes/node/tasks", "Copy kubelet binary"),
    ("kubectl", "kubernetes/control-plane/tasks", "Copy kubectl binary"),
    ("k8s-certs-renew", "kubernetes/control-plane/tasks", "Install script to renew"),
    ("etcd", "roles/etcd/tasks", "Ensure etcd is running"),
    ("etcd-events", "roles/etcd/tasks", "Ensure etcd-events is running"),
    ("nginx-proxy", "kubernetes/node/tasks/loadbalancer", "Nginx-proxy | Write static pod"),
    ("haproxy", "kubernetes/node/tasks/loadbalancer", "Haproxy | Write static pod"),
    ("kube-vip", "kubernetes/node/tasks/loadbalancer", "Kube-vip | Write static pod"),
    ("cni-plugins", "network_plugin/cni/tasks", "Copy cni plugins"),
    ("calicoctl", "network_plugin/calico/tasks", "Copy calicoctl binary"),
    ("cilium", "network_plugin/cilium/tasks", "Copy Ciliumcli binary"),
    ("calico-kube-controllers", "policy_controller/calico/tasks", "Create calico-kube-controllers manifests"),
    ("calico-typha", "network_plugin/calico/tasks", "Create calico manifests for typha"),
    ("calico-apiserver", "network_plugin/calico/tasks", "Create calico manifests for apiserver"),
    ("argocd", "kubernetes-apps/argocd/tasks", "Install ArgoCD"),
    ("metrics-server", "kubernetes-apps/metrics_server/tasks", "Create manifests"),
    ("metallb", "kubernetes-apps/metallb/tasks", "Lay Down MetalLB"),
    ("registry", "kubernetes-apps/registry/tasks", "Create manifests"),
    ("cert-manager", "ingress_controller/cert_manager/tasks", "Create manifests"),
    ("ingress-alb", "alb_ingress_controller/tasks", "Create manifests"),
    ("ingress-nginx", "ingress_nginx/tasks", "Create manifests"),
    ("local-path-provisioner", "local_path_provisioner/tasks", "Create manifests"),
    ("local-volume-provisioner", "local_volume_provisioner/tasks", "Create manifests"),
    ("node-feature-discovery", "node_feature_discovery/tasks", "Create manifests"),
    ("csi-snapshot-controller", "snapshots/snapshot-controller/tasks", "Generate Manifests"),
    ("cinder-csi", "csi_driver/cinder/tasks", "Generate Manifests"),
    ("openstack-cloud-controller", "external_cloud_controller/openstack/tasks", "Generate Manifests"),
];

/// The playbook is followed task by task, and its own conditions are evaluated. Where a template names a role, nothing is compared.
#[test]
fn tasks_of_a_checkout_install_what_its_pack_says() {
    for live in checkouts() {
        let checkout = live.workspace();
        let (mut compared, mut n_compared) = (BTreeSet::new(), 0);
        let by_template = live.roles_by_template();
        for (what, inventory, variables) in live.grid(&["separate", "node-etcd-client"], &["calico", "cilium"]) {
            for switches in ["", SWITCHES] {
                let workspace = with_inventory(&checkout, &inventory, &format!("{variables}{switches}"));
                let cluster = cluster_of_inventory(&workspace);
                for ((component, host), runs) in installing_tasks(&workspace, cluster, &by_template) {
                    let view = cluster.view(host);
                    let Some(verdict) = view.component(component) else { continue };
                    let context = format!("{what} {} {component}: {}", cluster.inventory.host(host).name, verdict.reason);
                    assert_eq!(verdict.state == State::Installed, runs, "{context}{}", if switches.is_empty() { "" } else { ", all on" });
                    compared.insert(component);
                    n_compared += 1;
                }
            }
        }
        let missed: Vec<&str> = TASKS.iter().map(|(component, ..)| *component).filter(|name| !compared.contains(name)).collect();
        eprintln!("{}: {n_compared} verdicts by tasks; not compared: {missed:?}", live.release);
        assert!(compared.len() > 5, "{}: {compared:?}", live.release);
    }
}

/// Whether the task of a component runs on a host. One that depends on the run says nothing, nor does one that is skipped where a template may have
/// included its role, too.
fn installing_tasks(workspace: &Workspace, cluster: &Cluster, by_template: &[&str]) -> BTreeMap<(&'static str, HostId), bool> {
    let mut found: BTreeMap<(&str, HostId), bool> = BTreeMap::new();
    let mut unknown: BTreeSet<(&str, HostId)> = BTreeSet::new();
    let explanation = explain_play(workspace, "/ks/playbooks/cluster.yml", None).expect("a playbook");
    let situations = explanation.plays.iter().flat_map(|play| &play.situations);
    for (situation, task) in situations.flat_map(|situation| situation.tasks.iter().map(move |task| (situation, task))) {
        let directory = task.path.rsplit_once('/').map_or("", |(directory, _)| directory);
        let of_component = TASKS.iter().filter(|(_, role, name)| directory.ends_with(role) && task.task.contains(name));
        for ((component, ..), host) in of_component.flat_map(|known| situation.hosts.iter().map(move |host| (known, host))) {
            let key = (*component, cluster.inventory.host_named(host).expect("a host"));
            match task.outcome {
                TaskOutcome::Runs => _ = found.insert(key, true),
                TaskOutcome::Skipped => _ = found.entry(key).or_insert(false),
                TaskOutcome::Unknown | TaskOutcome::NotReached => _ = unknown.insert(key),
            }
        }
    }
    let role_of = |component: &str| TASKS.iter().find(|(name, ..)| *name == component).map_or("", |(_, role, _)| role);
    let is_certain = |component: &str| !by_template.iter().any(|parent| role_of(component).starts_with(parent));
    found.retain(|key, runs| *runs || !unknown.contains(key) && is_certain(key.0));
    found
}

struct TableEntry {
    item: String,
    enabled: String,
    file: String,
    groups: Vec<String>,
}

/// The checkout's own table.
fn downloads(root: &Path) -> Vec<TableEntry> {
    let path = |role: &str| root.join("roles").join(role).join("defaults/main/download.yml");
    let path = ["kubespray_defaults", "kubespray-defaults"].into_iter().map(path).find(|path| path.is_file()).expect("a table");
    let document = syntax::yaml::parse(Arc::from(std::fs::read_to_string(path).expect("a file")));
    let table = document.root().and_then(|root| root.get("downloads")).expect("downloads");
    let entry = |entry: syntax::yaml::Entry<'_>| {
        let text = |key: &str| entry.value.get(key).map_or_else(String::new, |entry| entry.value.text().into_owned());
        let groups = entry.value.get("groups").map(|groups| groups.value.items().map(|group| group.text().into_owned()).collect());
        TableEntry { item: entry.key.text().into_owned(), enabled: text("enabled"), file: text("file"), groups: groups.unwrap_or_default() }
    };
    table.value.entries().map(entry).collect()
}
