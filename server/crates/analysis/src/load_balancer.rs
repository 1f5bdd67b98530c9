//! How the nodes of a cluster reach its API servers.

use std::sync::Arc;

use hostwise_expression::{Evaluator, Value};
use hostwise_inventory::HostId;
use hostwise_syntax::TextRange;

use crate::cluster::Cluster;
use crate::components::for_people;
use crate::layout::Role;
use crate::scope::{DIALECT, HostScope};

/// The way to the API servers.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadBalancer {
    pub kind: LoadBalancerKind,
    /// `10.0.0.10:6443`, as far as it is known.
    pub address: Option<String>,
    /// The program: `nginx`, `haproxy`.
    pub program: Option<String>,
    /// The line that decided; none for what is so by default.
    pub location: Option<(Arc<str>, TextRange)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadBalancerKind {
    /// `loadbalancer_apiserver` is set.
    External,
    /// A virtual address on the control planes.
    KubeVip,
    /// A proxy on every node that is no control plane.
    Local,
    /// Nothing stands between.
    None,
    /// It depends on something that is not in the files.
    Unknown,
}

impl LoadBalancerKind {
    pub fn name(self) -> &'static str {
        match self {
            LoadBalancerKind::External => "external",
            LoadBalancerKind::KubeVip => "kube-vip",
            LoadBalancerKind::Local => "local",
            LoadBalancerKind::None => "none",
            LoadBalancerKind::Unknown => "unknown",
        }
    }
}

/// By Kubespray's `loadbalancer_apiserver`, `kube_vip_enabled` and `loadbalancer_apiserver_localhost` (`docs/operations/ha-mode.md`), as a node
/// that is no control plane sees them; `None` without Kubespray.
pub(crate) fn of(cluster: &Cluster) -> Option<LoadBalancer> {
    cluster.kubespray.as_ref()?;
    let role = |host: &HostId| Role::of(cluster, *host);
    let hosts = || cluster.inventory.hosts().map(|(host, _)| host);
    let client = hosts().find(|host| role(host).in_cluster() && !role(host).control_plane);
    let Some(host) = client.or_else(|| hosts().find(|host| role(host).control_plane)) else { return Some(plain(LoadBalancerKind::None)) };
    let seen = Seen { cluster, host };
    Some(match seen.switch("kube_vip_enabled", Switch::Off) {
        Switch::On => {
            let address = seen.text("kube_vip_address").or_else(|| seen.address());
            LoadBalancer { kind: LoadBalancerKind::KubeVip, address, program: None, location: seen.location("kube_vip_enabled") }
        }
        Switch::Unknown => LoadBalancer { location: seen.location("kube_vip_enabled"), ..plain(LoadBalancerKind::Unknown) },
        Switch::Off if cluster.inventory.variable(host, "loadbalancer_apiserver").is_some() => LoadBalancer {
            kind: LoadBalancerKind::External,
            address: seen.address(),
            program: None,
            location: seen.location("loadbalancer_apiserver"),
        },
        Switch::Off => match seen.switch("loadbalancer_apiserver_localhost", Switch::On) {
            Switch::On if client.is_some() => LoadBalancer {
                kind: LoadBalancerKind::Local,
                address: None,
                program: Some(seen.text("loadbalancer_apiserver_type").unwrap_or_else(|| "nginx".to_owned())),
                location: seen.location("loadbalancer_apiserver_localhost").or_else(|| seen.location("loadbalancer_apiserver_type")),
            },
            Switch::Unknown => {
                LoadBalancer { location: seen.location("loadbalancer_apiserver_localhost"), ..plain(LoadBalancerKind::Unknown) }
            }
            _ => LoadBalancer { location: seen.location("loadbalancer_apiserver_localhost"), ..plain(LoadBalancerKind::None) },
        },
    })
}

fn plain(kind: LoadBalancerKind) -> LoadBalancer {
    LoadBalancer { kind, address: None, program: None, location: None }
}

enum Switch {
    On,
    Off,
    Unknown,
}

/// The variables of one host.
struct Seen<'c> {
    cluster: &'c Cluster,
    host: HostId,
}

impl Seen<'_> {
    /// `default` is what holds when no file sets the variable.
    fn switch(&self, name: &str, default: Switch) -> Switch {
        if self.cluster.inventory.variable(self.host, name).is_none() {
            return default;
        }
        match self.value(name) {
            Value::Bool(true) => Switch::On,
            Value::Bool(false) => Switch::Off,
            _ => Switch::Unknown,
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.cluster.inventory.variable(self.host, name)?;
        known_text(&self.value(name))
    }

    /// The address of an external load balancer.
    fn address(&self) -> Option<String> {
        self.cluster.inventory.variable(self.host, "loadbalancer_apiserver")?;
        let Value::Map(entries) = self.value("loadbalancer_apiserver") else { return None };
        let part = |name: &str| entries.get(&Value::String(name.into())).and_then(known_text);
        let address = part("address")?;
        Some(part("port").map_or_else(|| address.clone(), |port| format!("{address}:{port}")))
    }

    fn value(&self, name: &str) -> Value {
        let scope = HostScope { cluster: self.cluster, host: self.host, without_own: false };
        Evaluator::new(&scope, DIALECT).variable(name).result
    }

    fn location(&self, name: &str) -> Option<(Arc<str>, TextRange)> {
        let key = self.cluster.winner(self.host, name)?.key;
        Some((Arc::clone(self.cluster.inventory.file(key.file).path()), key.range))
    }
}

fn known_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.to_string()),
        Value::Int(_) => Some(for_people(value)),
        _ => None,
    }
}
