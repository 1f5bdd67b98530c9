//! Which programs and services are certainly not on which hosts of an inventory.

use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use hostwise_expression::Truth;
use hostwise_inventory::HostId;
use rustc_hash::FxHashMap;

use super::candidates::Candidates;
use super::needs::{Need, NeedKind};
use super::script::Script;
use super::toolset::{ToolTable, Tools};
use crate::cluster::Cluster;
use crate::layout::Role;

/// For each host, what Kubespray certainly installs no component for. Only hosts that Kubespray makes something of count: of others it says nothing.
#[derive(Debug)]
pub(crate) struct Missing {
    table: ToolTable,
    of_host: Vec<Tools>,
}

impl Missing {
    /// `None` when nothing is known of Kubespray.
    pub(crate) fn of(cluster: &Cluster) -> Option<Missing> {
        let release = cluster.kubespray.as_ref()?;
        let table = ToolTable::of(&release.pack);
        let n_hosts = cluster.inventory.hosts().len();
        // Of each component, whether each host is certainly without it.
        let mut absent: FxHashMap<&str, Rc<[bool]>> = FxHashMap::default();
        let mut is_without = |name: &str| -> Rc<[bool]> {
            let Some((name, component)) = release.pack.components.get_key_value(name) else { return vec![false; n_hosts].into() };
            let of_component = || {
                let mut is_without = vec![false; n_hosts];
                for host in component.needs.iter().flat_map(|need| where_false(cluster, &need.when)) {
                    is_without[host.0 as usize] = true;
                }
                is_without.into()
            };
            Rc::clone(absent.entry(name).or_insert_with(of_component))
        };
        let engines = ["containerd", "docker", "cri-o"].map(&mut is_without);
        let mut of_host = vec![Tools::NONE; n_hosts];
        for (one, tool, components) in table.iter() {
            // The packages of one engine bring parts of another.
            let is_part_of_engine = matches!(tool, "containerd" | "ctr" | "runc" | "crun" | "conmon");
            let without: Vec<Rc<[bool]>> = components.iter().map(|component| is_without(component)).collect();
            for (host, tools) in of_host.iter_mut().enumerate() {
                let is_missing = without.iter().all(|without| without[host]);
                if is_missing && (!is_part_of_engine || engines.iter().all(|without| without[host])) {
                    *tools |= one;
                }
            }
        }
        for (host, _) in cluster.inventory.hosts() {
            let role = Role::of(cluster, host);
            if !(role.in_cluster() || role.etcd) || !is_reached_over_ssh(cluster, host) {
                of_host[host.0 as usize] = Tools::NONE;
            }
        }
        Some(Missing { table, of_host })
    }

    /// What is missing on some of these hosts.
    pub(crate) fn on_any(&self, hosts: &[HostId]) -> Tools {
        hosts.iter().fold(Tools::NONE, |all, &host| all | self.on(host))
    }

    /// What is missing somewhere.
    pub(crate) fn anywhere(&self) -> Tools {
        self.of_host.iter().fold(Tools::NONE, |all, &one| all | one)
    }

    pub(crate) fn lacks(&self, host: HostId, need: &Need) -> bool {
        !(self.on(host) & self.table.named(need.kind, &need.name)).is_empty()
    }

    /// The component that would bring it.
    pub(crate) fn component(&self, kind: NeedKind, tool: &str) -> Option<&str> {
        self.table.component(kind, tool)
    }

    fn on(&self, host: HostId) -> Tools {
        self.of_host.get(host.0 as usize).copied().unwrap_or_default()
    }
}

fn where_false(cluster: &Cluster, condition: &str) -> Vec<HostId> {
    let cases = cluster.cases(condition);
    cases.iter().filter(|case| case.truth == Truth::False).flat_map(|case| case.hosts.all(cluster)).collect()
}

/// Whether tasks for the host run on a machine of its own: with `ansible_connection: local` they run here, where anything may be installed.
fn is_reached_over_ssh(cluster: &Cluster, host: HostId) -> bool {
    match cluster.inventory.winner(host, "ansible_connection") {
        None => !matches!(&*cluster.inventory.host(host).name, "localhost" | "127.0.0.1" | "::1"),
        Some(winner) => matches!(&winner.value, hostwise_syntax::Value::String(text) if matches!(&**text, "ssh" | "smart" | "paramiko")),
    }
}

/// What was found of an inventory before, by the path of the script. What a script keeps in memory it holds for as long as it is here.
#[derive(Debug, Default)]
pub(crate) struct FoundTools(Mutex<FxHashMap<Arc<str>, Arc<OfScript>>>);

/// A candidate that lacks what it needs on some hosts.
#[derive(Clone, Debug)]
pub(crate) struct Failing {
    pub(crate) candidate: usize,
    /// Where its task began when the needs were read.
    pub(crate) start: u32,
    pub(crate) hosts: Arc<[(HostId, Need)]>,
}

/// What was found of a script.
#[derive(Debug)]
pub(crate) struct OfScript {
    pub(crate) script: Arc<Script>,
    pub(crate) candidates: Arc<Candidates>,
    /// Of all candidates, in order.
    pub(crate) failing: Vec<Failing>,
    /// The names for which it mattered whether the script sets them, each with the bit that stands for it.
    pub(crate) asked: Arc<FxHashMap<Arc<str>, u128>>,
    /// Of each candidate, for which names it did.
    pub(crate) asked_by: Vec<u128>,
}

impl OfScript {
    /// The bit of a name that was asked for. Of very many names several share one.
    pub(crate) fn bit(&mut self, name: Arc<str>) -> u128 {
        if let Some(bit) = self.asked.get(&name) {
            return *bit;
        }
        let bit = 1 << (self.asked.len() % 128);
        Arc::make_mut(&mut self.asked).insert(name, bit);
        bit
    }
}

impl FoundTools {
    pub(crate) fn get(&self, path: &str) -> Option<Arc<OfScript>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    pub(crate) fn put(&self, found: Arc<OfScript>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(Arc::clone(&found.script.path), found);
    }
}
