//! What holds on which hosts: values and conditions over all hosts, each evaluated once per situation.
//!
//! Hosts in the same groups are alike unless they set, for themselves, a variable that was read. So a question costs as much as there are kinds of
//! hosts, plus the hosts that differ; it does not cost as much as there are hosts.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hostwise_expression::{Evaluator, Truth, Value};
use hostwise_inventory::{HostId, Layer, ProfileId};
use rustc_hash::FxHashMap;

use crate::cluster::Cluster;
use crate::scope::{DIALECT, HostScope, from_inventory};

/// Hosts that are alike in what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alike {
    /// One of them, for further questions about the variables that were read.
    pub(crate) example: HostId,
    others: Others,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Others {
    None,
    /// The hosts of the profile without these (sorted).
    OfProfile(ProfileId, Vec<HostId>),
}

/// A value of a variable, and where it holds.
#[derive(Clone, Debug)]
pub(crate) struct Situation {
    /// With all templates resolved; [`Value::Unknown`] when nothing here says what it is.
    pub(crate) value: Value,
    /// What gave it; none for a default of the release, and for what nothing sets.
    pub(crate) winner: Option<Layer>,
    pub(crate) hosts: Alike,
}

/// The truth of a condition, and where it holds.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) truth: Truth,
    pub(crate) hosts: Alike,
}

/// What was asked so far.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    situations: Mutex<FxHashMap<Arc<str>, Arc<[Situation]>>>,
    cases: Mutex<FxHashMap<Arc<str>, Arc<[Case]>>>,
    of_profiles: OnceLock<Vec<Vec<HostId>>>,
    owners: Mutex<FxHashMap<Arc<str>, Arc<Owners>>>,
}

/// The hosts of each profile that set a variable for themselves.
type Owners = FxHashMap<ProfileId, Vec<HostId>>;

impl Alike {
    pub(crate) fn only(host: HostId) -> Alike {
        Alike { example: host, others: Others::None }
    }

    /// How many there are.
    pub(crate) fn count(&self, cluster: &Cluster) -> usize {
        match &self.others {
            Others::None => 1,
            Others::OfProfile(profile, without) => cluster.hosts_of_profile(*profile).len() - without.len(),
        }
    }

    /// All of them, in the order of the inventory.
    pub(crate) fn all(&self, cluster: &Cluster) -> Vec<HostId> {
        match &self.others {
            Others::None => vec![self.example],
            Others::OfProfile(profile, without) => {
                let is_there = |host: &HostId| without.binary_search(host).is_err();
                cluster.hosts_of_profile(*profile).iter().copied().filter(is_there).collect()
            }
        }
    }
}

impl Cluster {
    /// The values of a variable on all hosts. Hosts with one value may come in several situations.
    pub(crate) fn situations(&self, name: &str) -> Arc<[Situation]> {
        memo(&self.answers.situations, name, || {
            let is_shadowed = self.kubespray.as_ref().is_some_and(|release| release.shadowing_value(name).is_some());
            let own_name: Arc<str> = name.into();
            let of_host = |host, without_own, read: &mut Vec<Arc<str>>| {
                let winner = match without_own {
                    _ if is_shadowed => None,
                    true => self.inventory.group_winner(host, name),
                    false => self.inventory.winner(host, name),
                };
                if let Some(value) = winner.as_ref().map(|winner| from_inventory(&winner.value, name))
                    && is_plain(&value)
                {
                    read.push(Arc::clone(&own_name));
                    return (value, winner);
                }
                let scope = HostScope { cluster: self, host, without_own };
                let outcome = Evaluator::new(&scope, DIALECT).variable(name);
                read.extend(outcome.read);
                (outcome.result, winner)
            };
            let found = self.partition(of_host).into_iter();
            found.map(|((value, winner), hosts)| Situation { value, winner, hosts }).collect()
        })
    }

    /// The truth of a condition, an expression as in `when:`, on all hosts.
    pub(crate) fn cases(&self, condition: &str) -> Arc<[Case]> {
        memo(&self.answers.cases, condition, || {
            let of_host = |host, without_own, read: &mut Vec<Arc<str>>| {
                let scope = HostScope { cluster: self, host, without_own };
                let outcome = Evaluator::new(&scope, DIALECT).condition(condition);
                read.extend(outcome.read);
                outcome.result
            };
            self.partition(of_host).into_iter().map(|(truth, hosts)| Case { truth, hosts }).collect()
        })
    }

    /// The hosts on which a condition certainly holds.
    pub(crate) fn where_true(&self, condition: &str) -> Vec<Alike> {
        let cases = self.cases(condition);
        cases.iter().filter(|case| case.truth == Truth::True).map(|case| case.hosts.clone()).collect()
    }

    /// Whether a condition certainly holds on one host.
    pub(crate) fn holds(&self, host: HostId, condition: &str) -> bool {
        let scope = HostScope { cluster: self, host, without_own: false };
        Evaluator::new(&scope, DIALECT).condition(condition).result == Truth::True
    }

    /// The values of several variables that belong together, on all hosts.
    pub(crate) fn together(&self, names: &[&str]) -> Vec<(Vec<Value>, Alike)> {
        self.partition(|host, without_own, read| {
            let scope = HostScope { cluster: self, host, without_own };
            let evaluator = Evaluator::new(&scope, DIALECT);
            let values = names.iter().map(|name| {
                let outcome = evaluator.variable(name);
                read.extend(outcome.read);
                outcome.result
            });
            values.collect()
        })
    }

    /// The value of a variable on one host with all templates resolved.
    pub(crate) fn value(&self, host: HostId, name: &str) -> Value {
        let scope = HostScope { cluster: self, host, without_own: false };
        Evaluator::new(&scope, DIALECT).variable(name).result
    }

    /// What gives a variable its value on a host; none for a default of the release.
    pub(crate) fn winner(&self, host: HostId, name: &str) -> Option<Layer> {
        self.inventory.winner(host, name)
    }

    /// The hosts of a profile, in the order of the inventory.
    pub(crate) fn hosts_of_profile(&self, profile: ProfileId) -> &[HostId] {
        self.hosts_by_profile().get(profile.0 as usize).map_or(&[], Vec::as_slice)
    }

    fn hosts_by_profile(&self) -> &[Vec<HostId>] {
        self.answers.of_profiles.get_or_init(|| {
            let mut hosts: Vec<Vec<HostId>> = Vec::new();
            for (host, _) in self.inventory.hosts() {
                let profile = self.inventory.profile(host).0 as usize;
                if hosts.len() <= profile {
                    hosts.resize(profile + 1, Vec::new());
                }
                hosts[profile].push(host);
            }
            hosts
        })
    }

    /// Judges all hosts: the hosts of a profile together, but those alone that set a name of their own that was read. `judge` is given a host and
    /// whether to leave out what is set for it alone; it adds what it read.
    pub(crate) fn partition<T>(&self, judge: impl Fn(HostId, bool, &mut Vec<Arc<str>>) -> T) -> Vec<(T, Alike)> {
        let (mut found, mut read) = (Vec::new(), Vec::new());
        for (index, hosts) in self.hosts_by_profile().iter().enumerate() {
            let profile = ProfileId(index as u32);
            let Some(&first) = hosts.first() else { continue };
            read.clear();
            let judgement = judge(first, true, &mut read);
            let alone = self.alone(profile, &read);
            if let Some(&example) = hosts.iter().find(|host| alone.binary_search(host).is_err()) {
                found.push((judgement, Alike { example, others: Others::OfProfile(profile, alone.clone()) }));
            }
            for host in alone {
                read.clear();
                found.push((judge(host, false, &mut read), Alike::only(host)));
            }
        }
        found
    }

    /// The hosts of a profile that must be judged one by one when these names were read; sorted.
    pub(crate) fn alone(&self, profile: ProfileId, read: &[Arc<str>]) -> Vec<HostId> {
        if read.iter().any(|name| name.starts_with("inventory_hostname")) {
            return self.hosts_of_profile(profile).to_vec();
        }
        let mut alone: Vec<HostId> = Vec::new();
        for name in read {
            alone.extend(self.owners(name).get(&profile).into_iter().flatten());
        }
        alone.sort_unstable();
        alone.dedup();
        alone
    }

    fn owners(&self, name: &str) -> Arc<Owners> {
        memo(&self.answers.owners, name, || {
            let mut owners = Owners::default();
            for host in self.inventory.hosts_with_own_variable(name) {
                owners.entry(self.inventory.profile(host)).or_default().push(host);
            }
            Arc::new(owners)
        })
    }
}

/// Whether nothing in the value needs evaluation.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Template(_) => false,
        Value::List(items) => items.iter().all(is_plain),
        Value::Map(entries) => entries.iter().all(|(key, value)| is_plain(key) && is_plain(value)),
        _ => true,
    }
}

/// The answer to a question, computed at the first asking. Two threads may compute it both; they compute the same.
pub(crate) fn memo<T: Clone>(known: &Mutex<FxHashMap<Arc<str>, T>>, question: &str, compute: impl FnOnce() -> T) -> T {
    let answer = known.lock().unwrap_or_else(PoisonError::into_inner).get(question).cloned();
    answer.unwrap_or_else(|| {
        let answer = compute();
        known.lock().unwrap_or_else(PoisonError::into_inner).insert(question.into(), answer.clone());
        answer
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hostwise_fixture::Fixture;
    use hostwise_inventory::{Content, Files, SourceFile};

    use super::*;
    use crate::{Settings, Workspace};

    const INVENTORY: &str = "\
#- /i/hosts.yaml
kube_control_plane:
  hosts:
    m1:
kube_node:
  hosts:
    w[1:6]:
    w2: {site_ip: 10.0.0.2}
    w5: {site_ip: 10.0.0.5, kube_owner: root}
#- /i/group_vars/k8s_cluster.yml
address: \"{{ site_ip | default('none') }}\"
kube_network_plugin: cilium
";

    fn workspace(text: &str) -> Workspace {
        let fixture = Fixture::parse(text, "/i/hosts.yaml");
        let file = |file: &hostwise_fixture::File| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false);
        let files: Files = fixture.files.iter().map(file).collect();
        Workspace::new(files, BTreeSet::new(), Settings::default())
    }

    fn names(cluster: &Cluster, hosts: &Alike) -> String {
        let names: Vec<String> = hosts.all(cluster).iter().map(|&host| cluster.inventory.host(host).name.to_string()).collect();
        names.join(" ")
    }

    #[test]
    fn hosts_that_are_alike_are_judged_together() {
        let workspace = workspace(INVENTORY);
        let cluster = &workspace.clusters()[0];
        let shown: Vec<String> = cluster
            .situations("address")
            .iter()
            .map(|situation| format!("{}: {:?}", names(cluster, &situation.hosts), situation.value.reasons().is_empty()))
            .collect();
        assert_eq!(shown, ["m1: false", "w1 w3 w4 w6: false", "w2: true", "w5: true"]);
        let hosts: Vec<String> = cluster.where_true("kube_owner != 'root'").iter().map(|hosts| names(cluster, hosts)).collect();
        assert_eq!(hosts, ["m1", "w1 w2 w3 w4 w6"]);
    }

    #[test]
    fn names_of_hosts_make_every_host_alone() {
        let workspace = workspace(INVENTORY);
        let cluster = &workspace.clusters()[0];
        let hosts: Vec<String> =
            cluster.where_true("inventory_hostname is match('w[12]')").iter().map(|hosts| names(cluster, hosts)).collect();
        assert_eq!(hosts, ["w1", "w2"]);
    }
}
