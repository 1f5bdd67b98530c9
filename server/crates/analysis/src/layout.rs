//! Roles of hosts and the layout of a cluster, in Kubespray's words.

use std::fmt;

use hostwise_inventory::HostId;

use crate::cluster::Cluster;

/// The Kubespray groups a host belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) control_plane: bool,
    pub(crate) worker: bool,
    pub(crate) etcd: bool,
    pub(crate) route_reflector: bool,
}

impl Role {
    pub(crate) fn of(cluster: &Cluster, host: HostId) -> Role {
        let mut role = Role::default();
        for &group in cluster.inventory.groups_of(host) {
            match &*cluster.inventory.group(group).name {
                "kube_control_plane" => role.control_plane = true,
                "kube_node" => role.worker = true,
                "etcd" => role.etcd = true,
                "calico_rr" => role.route_reflector = true,
                _ => {}
            }
        }
        role
    }

    /// Whether the host becomes a Kubernetes node.
    pub(crate) fn in_cluster(self) -> bool {
        self.control_plane || self.worker || self.route_reflector
    }

    /// A dedicated etcd member.
    pub(crate) fn is_etcd_only(self) -> bool {
        self.etcd && !self.in_cluster()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_etcd_only() {
            return write!(f, "etcd-only");
        }
        let words = [
            (self.control_plane, "control plane"),
            (self.worker, "worker"),
            (self.route_reflector, "route reflector"),
            (self.etcd, "etcd"),
        ];
        let words: Vec<&str> = words.into_iter().filter_map(|(has, word)| has.then_some(word)).collect();
        if words.is_empty() { write!(f, "no Kubespray role") } else { write!(f, "{}", words.join(" + ")) }
    }
}

/// The shape of a whole cluster, named after the modes of Kubespray's own tests (`tests/files`, `mode:`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One host is everything.
    AllInOne,
    /// No etcd member is a Kubernetes node.
    Separate,
    /// Several control planes, etcd on Kubernetes nodes.
    Ha,
    /// One control plane, etcd beside it, workers.
    Default,
    /// One control plane, etcd also on workers.
    NodeEtcdClient,
    /// Some etcd members are Kubernetes nodes and some are not.
    Mixed,
    /// No control plane, or no etcd.
    Incomplete,
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Layout::AllInOne => "all-in-one",
            Layout::Separate => "separate",
            Layout::Ha => "ha",
            Layout::Default => "default",
            Layout::NodeEtcdClient => "node-etcd-client",
            Layout::Mixed => "mixed",
            Layout::Incomplete => "incomplete",
        })
    }
}

/// The layout of an inventory, by who shares a host with whom.
pub(crate) fn classify(cluster: &Cluster) -> Layout {
    let (mut control_planes, mut nodes, mut etcd_only, mut etcd_stacked, mut etcd_on_workers) = (0, 0, 0, 0, 0);
    for (host, _) in cluster.inventory.hosts() {
        let role = Role::of(cluster, host);
        control_planes += usize::from(role.control_plane);
        nodes += usize::from(role.in_cluster());
        etcd_only += usize::from(role.is_etcd_only());
        etcd_stacked += usize::from(role.etcd && role.in_cluster());
        etcd_on_workers += usize::from(role.etcd && role.in_cluster() && !role.control_plane);
    }
    match (control_planes, etcd_only, etcd_stacked) {
        (0, _, _) | (_, 0, 0) => Layout::Incomplete,
        (_, 1.., 0) => Layout::Separate,
        (_, 1.., 1..) => Layout::Mixed,
        (1, 0, _) if nodes == 1 => Layout::AllInOne,
        (1, 0, _) if etcd_on_workers > 0 => Layout::NodeEtcdClient,
        (1, 0, _) => Layout::Default,
        _ => Layout::Ha,
    }
}
