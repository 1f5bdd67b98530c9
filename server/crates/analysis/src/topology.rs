//! The data of a picture: who plays which role, what each host gets and lacks, and where the findings are. Hosts in the same situation are one
//! profile, so that a thousand workers are as quickly taken in as three.

use std::collections::BTreeMap;
use std::sync::Arc;

use hostwise_inventory::HostId;
use hostwise_syntax::TextRange;

use crate::cluster::Cluster;
use crate::load_balancer::{self, LoadBalancer};
use crate::{ComponentExplanation, Diagnostic, HostExplanation, KubesprayRelease, Severity, Token, Workspace, explain};

/// One inventory in a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// The `-i` arguments: absolute paths.
    pub sources: Vec<Arc<str>>,
    pub layout: String,
    /// `None` when the inventory has no group of Kubespray.
    pub kubespray: Option<KubesprayRelease>,
    pub n_hosts: usize,
}

/// One inventory.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    pub overview: Overview,
    /// Control planes first, then etcd, workers, the rest; large ones first among equals.
    pub profiles: Vec<Profile>,
    /// `None` without Kubespray.
    pub load_balancer: Option<LoadBalancer>,
    /// Findings that are about no single host.
    pub findings: Vec<TopologyFinding>,
}

/// Hosts with the same roles on which the same things are installed for the same reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// `control plane`, `worker`, `route reflector`, `etcd`, `bastion`; empty for other hosts.
    pub roles: Vec<&'static str>,
    /// In words: `control plane + etcd`, `etcd-only`.
    pub role: String,
    /// Those that all its hosts share, sorted.
    pub groups: Vec<Arc<str>>,
    /// What decided is told for the first host.
    pub components: Vec<ComponentExplanation>,
    /// In the order of the inventory.
    pub hosts: Vec<TopologyHost>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TopologyHost {
    pub name: Arc<str>,
    /// Groups that not all hosts of the profile share, sorted.
    pub groups: Vec<Arc<str>>,
    /// Where it is given its role, or else named.
    pub location: Option<(Arc<str>, TextRange)>,
    pub findings: Vec<TopologyFinding>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TopologyFinding {
    pub severity: Severity,
    pub code: &'static str,
    pub message: String,
    pub location: (Arc<str>, TextRange),
}

/// The inventories of a workspace; only those that read the file at `path` when one is given.
pub fn topology(workspace: &Workspace, path: Option<&str>) -> Vec<Topology> {
    let Ok(found) = workspace.diagnostics(&Token::never()) else { return Vec::new() };
    let clusters = workspace.clusters().iter().filter(|cluster| path.is_none_or(|path| cluster.concerns(path)));
    clusters.map(|cluster| of_cluster(cluster, found)).collect()
}

/// Roles, and state and reason of each component.
type Situation = (Vec<&'static str>, Vec<(&'static str, String)>);

/// All inventories of a workspace.
pub fn overview(workspace: &Workspace) -> Vec<Overview> {
    workspace.clusters().iter().map(|cluster| overview_of(cluster)).collect()
}

fn overview_of(cluster: &Cluster) -> Overview {
    Overview {
        sources: cluster.request.sources.clone(),
        layout: cluster.layout().to_string(),
        kubespray: cluster.kubespray.as_ref().map(explain::of_release),
        n_hosts: cluster.inventory.hosts().len(),
    }
}

fn of_cluster(cluster: &Cluster, found: &BTreeMap<Arc<str>, Arc<[Diagnostic]>>) -> Topology {
    let mut findings = HostFindings::of(cluster, found);
    let mut profiles: Vec<Profile> = Vec::new();
    let mut known: BTreeMap<Situation, usize> = BTreeMap::new();
    for (id, host) in cluster.inventory.hosts() {
        let explanation = explain::of_host(cluster, id);
        let roles = roles(cluster, id);
        let situation = explanation.components.iter().map(|component| (component.state.name(), component.reason.clone())).collect();
        let index = *known.entry((roles.clone(), situation)).or_insert(profiles.len());
        let findings = findings.take(cluster, id);
        let HostExplanation { role, groups, mut components, .. } = explanation;
        let host = TopologyHost { name: Arc::clone(&host.name), groups: groups.clone(), location: location(cluster, id), findings };
        match profiles.get_mut(index) {
            Some(profile) => {
                profile.groups.retain(|group| groups.contains(group));
                profile.hosts.push(host);
            }
            None => {
                explain::add_facts(cluster, id, &mut components);
                profiles.push(Profile { roles, role, groups, components, hosts: vec![host] });
            }
        }
    }
    for Profile { groups: shared, hosts, .. } in &mut profiles {
        hosts.iter_mut().for_each(|host| host.groups.retain(|group| shared.binary_search(group).is_err()));
    }
    profiles.sort_by_key(|profile| (rank(&profile.roles), std::cmp::Reverse(profile.hosts.len())));
    Topology { overview: overview_of(cluster), profiles, load_balancer: load_balancer::of(cluster), findings: findings.rest }
}

const ROLE_GROUPS: [(&str, &str); 5] = [
    ("kube_control_plane", "control plane"),
    ("kube_node", "worker"),
    ("calico_rr", "route reflector"),
    ("etcd", "etcd"),
    ("bastion", "bastion"),
];

fn roles(cluster: &Cluster, host: HostId) -> Vec<&'static str> {
    ROLE_GROUPS.iter().filter(|(group, _)| cluster.is_member(host, group)).map(|&(_, role)| role).collect()
}

/// By the first role: dedicated etcd members come before the workers.
fn rank(roles: &[&str]) -> usize {
    let order = ["control plane", "etcd", "worker", "route reflector", "bastion"];
    order.iter().position(|role| roles.first() == Some(role)).unwrap_or(order.len())
}

fn location(cluster: &Cluster, host: HostId) -> Option<(Arc<str>, TextRange)> {
    let role = ROLE_GROUPS.iter().find_map(|(group, _)| cluster.membership_place(host, group));
    let place = role.or_else(|| cluster.inventory.host(host).mentions.first().map(|mention| mention.place))?;
    Some((Arc::clone(cluster.inventory.file(place.file).path()), place.range))
}

/// The findings in the files of an inventory, by the host they are about.
struct HostFindings {
    of_host: BTreeMap<Arc<str>, Vec<TopologyFinding>>,
    /// Those that name no host, by their place: it may be the name of one or several.
    at: BTreeMap<(Arc<str>, TextRange), Vec<TopologyFinding>>,
    rest: Vec<TopologyFinding>,
}

impl HostFindings {
    fn of(cluster: &Cluster, found: &BTreeMap<Arc<str>, Arc<[Diagnostic]>>) -> HostFindings {
        let mut findings = HostFindings { of_host: BTreeMap::new(), at: BTreeMap::new(), rest: Vec::new() };
        let mut mentioned = Vec::new();
        for (_, host) in cluster.inventory.hosts() {
            mentioned.extend(
                host.mentions.iter().map(|mention| (Arc::clone(cluster.inventory.file(mention.place.file).path()), mention.place.range)),
            );
        }
        mentioned.sort_unstable();
        for (path, diagnostics) in found.iter().filter(|(path, _)| cluster.concerns(path)) {
            for diagnostic in diagnostics.iter() {
                let location = (Arc::clone(path), diagnostic.range);
                let finding = TopologyFinding {
                    severity: diagnostic.severity,
                    code: diagnostic.code,
                    message: diagnostic.message.clone(),
                    location: location.clone(),
                };
                match &diagnostic.host {
                    Some(host) if cluster.inventory.host_named(host).is_some() => {
                        findings.of_host.entry(Arc::clone(host)).or_default().push(finding);
                    }
                    _ if mentioned.binary_search(&location).is_ok() => findings.at.entry(location).or_default().push(finding),
                    _ => findings.rest.push(finding),
                }
            }
        }
        findings
    }

    /// Those of a host; of a finding at a pattern every host that it stands for has one.
    fn take(&mut self, cluster: &Cluster, host: HostId) -> Vec<TopologyFinding> {
        let host = cluster.inventory.host(host);
        let mut findings = self.of_host.remove(&host.name).unwrap_or_default();
        for mention in host.mentions.iter().filter(|_| !self.at.is_empty()) {
            let at = (Arc::clone(cluster.inventory.file(mention.place.file).path()), mention.place.range);
            findings.extend(self.at.get(&at).into_iter().flatten().cloned());
        }
        findings
    }
}
