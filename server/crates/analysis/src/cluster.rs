//! One inventory, as Ansible reads it and as it is once Kubespray's first plays have made their groups.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hostwise_expression as expression;
use hostwise_inventory::{Entry, Files, GroupId, HostId, Inventory, MentionKind, Place, Request};
use hostwise_kubespray::Version;
use rustc_hash::FxHashMap;

use crate::checkout::Checkouts;
use crate::components::{HostView, Views, for_people};
use crate::discovery::{is_below, parent};
use crate::findings::Kept;
use crate::layout::{Layout, Role};
use crate::plays::missing::{FoundTools, Missing};
use crate::plays::model::Text;
use crate::plays::runs;
use crate::release::Release;
use crate::values::Answers;
use crate::{Settings, layout};

/// An inventory with everything derived from it, each thing at most once.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) request: Request,
    /// As Ansible reads it.
    plain: Inventory,
    /// At run time: with `k8s_cluster`, the clients of etcd and their `group_vars`. The same as `plain` when Kubespray makes no group.
    pub(crate) inventory: Inventory,
    /// As it is before the play that makes the group of etcd's clients; `None` when there are none.
    before_etcd: Option<Box<Cluster>>,
    /// `None` when no group of Kubespray is in the inventory.
    pub(crate) kubespray: Option<Release>,
    /// As it is where no playbook of Kubespray has run.
    unprepared: OnceLock<Box<Cluster>>,
    layout: OnceLock<Layout>,
    groups_value: OnceLock<expression::Value>,
    pub(crate) views: Views,
    pub(crate) answers: Answers,
    missing_tools: OnceLock<Option<Missing>>,
    /// What playbooks lack here, as far as it was asked.
    pub(crate) found_tools: FoundTools,
    /// By the texts of `hosts`: what [`Cluster::hosts_of_pattern`] found.
    patterns: Mutex<Patterns>,
    /// What rules found in it. (New settings, which give the severities, make a new inventory.)
    pub(crate) findings: Kept,
}

/// The hosts of patterns; `None` for one that cannot be applied.
type Patterns = FxHashMap<Vec<Arc<str>>, Option<Arc<[HostId]>>>;

impl Cluster {
    pub(crate) fn load(files: &Files, request: Request, settings: &Settings, checkouts: &Checkouts, previous: Option<&Cluster>) -> Cluster {
        let release = Release::of(files, &request, settings, checkouts);
        Self::load_for(files, request, release, previous)
    }

    /// The inventory for a release that is known already.
    pub(crate) fn load_for(files: &Files, request: Request, release: Release, previous: Option<&Cluster>) -> Cluster {
        let plain = Inventory::load(files, &request, previous.map(|cluster| &cluster.plain));
        let telling = ["kube_control_plane", "kube_node", "etcd", "k8s_cluster", "kube-master", "kube-node", "k8s-cluster"];
        let is_kubespray = telling.into_iter().any(|group| plain.group_named(group).is_some());
        let kubespray = is_kubespray.then_some(release);
        let inventory = match &kubespray {
            Some(release) => {
                let same = |before: &&Cluster| before.kubespray.as_ref().is_some_and(|before| before.is_same(release));
                let before = previous.filter(same).map(|before| (&before.plain, &before.prepared().inventory));
                plain.with_runtime_groups(files, before, || runtime_groups(&plain, release))
            }
            None => plain.clone(),
        };
        let prepared = Self::of(request, plain, inventory, kubespray);
        let later = later_groups(&prepared);
        if later.is_empty() {
            return prepared;
        }
        let made = previous.filter(|previous| later.iter().all(|(name, hosts)| previous.has_as_members(name, hosts)));
        let before = made.map(|previous| (&previous.prepared().inventory, &previous.inventory));
        let inventory = prepared.inventory.with_runtime_groups(files, before, || later);
        let Cluster { request, plain, kubespray, .. } = &prepared;
        let complete = Self::of(request.clone(), plain.clone(), inventory, kubespray.clone());
        Cluster { before_etcd: Some(Box::new(prepared)), ..complete }
    }

    fn of(request: Request, plain: Inventory, inventory: Inventory, kubespray: Option<Release>) -> Cluster {
        Cluster {
            request,
            plain,
            inventory,
            before_etcd: None,
            kubespray,
            unprepared: OnceLock::new(),
            layout: OnceLock::new(),
            groups_value: OnceLock::new(),
            views: Views::default(),
            answers: Answers::default(),
            missing_tools: OnceLock::new(),
            found_tools: FoundTools::default(),
            patterns: Mutex::default(),
            findings: Kept::default(),
        }
    }

    /// The inventory before any play has run.
    pub(crate) fn plain(&self) -> &Inventory {
        &self.plain
    }

    /// The same without the groups that Kubespray's playbooks make: what a playbook finds that does not import them.
    pub(crate) fn unprepared(&self) -> &Cluster {
        let of = || Box::new(Self::of(self.request.clone(), self.plain.clone(), self.plain.clone(), self.kubespray.clone()));
        self.unprepared.get_or_init(of)
    }

    /// As it is in the plays before the one that installs etcd.
    pub(crate) fn prepared(&self) -> &Cluster {
        self.before_etcd.as_deref().unwrap_or(self)
    }

    /// Whether the group has these hosts and no others. `hosts` are sorted.
    fn has_as_members(&self, group: &str, hosts: &[HostId]) -> bool {
        self.inventory.group_named(group).is_some_and(|group| {
            let mut members = self.inventory.members(group);
            members.sort_unstable();
            members == hosts
        })
    }

    /// Whether the inventory reads the file at `path`, or would if it existed: a source, something below one, or a variable file beside one. What a
    /// test of the CI borrows from another inventory is not meant.
    pub(crate) fn concerns(&self, path: &str) -> bool {
        let of_source = |source: &Arc<str>| is_below(path, source) || is_variable_file_beside(path, parent(source));
        self.request.sources.iter().any(of_source)
            || self.request.given.as_ref().is_some_and(|given| given.extra.iter().any(|extra| **extra == *path))
    }

    /// The same with what a test of the CI borrows.
    pub(crate) fn is_fed_by(&self, path: &str) -> bool {
        self.concerns(path) || self.borrows(path)
    }

    /// Whether the `group_vars` in this directory are those of the inventory.
    pub(crate) fn is_beside(&self, directory: &str) -> bool {
        self.request.sources.iter().any(|source| parent(source) == directory || &**source == directory)
    }

    /// Whether it is a variable file of another inventory that a test of the CI reads as well.
    pub(crate) fn borrows(&self, path: &str) -> bool {
        self.request.given.as_ref().and_then(|given| given.home.as_ref()).is_some_and(|home| is_variable_file_beside(path, home))
    }

    /// Whether the file at `path` is a test file of Kubespray's CI that stands for this inventory.
    pub(crate) fn is_test(&self, path: &str) -> bool {
        self.request.given.as_ref().is_some_and(|given| &*given.path == path)
    }

    /// The directories that hold the `group_vars` and `host_vars` of this inventory, each once.
    pub(crate) fn bases<'c>(&'c self, files: &Files) -> Vec<&'c str> {
        let mut bases: Vec<&str> = Vec::new();
        for source in self.request.sources.iter().filter(|source| !source.contains(',')) {
            let base = if matches!(files.get(source), Some(Entry::Directory)) { source } else { parent(source) };
            if !bases.contains(&base) {
                bases.push(base);
            }
        }
        bases
    }

    pub(crate) fn layout(&self) -> Layout {
        *self.layout.get_or_init(|| layout::classify(self))
    }

    /// What a host becomes. Hosts in the same situation share one evaluation.
    pub(crate) fn view(&self, host: HostId) -> Arc<HostView> {
        self.views.of(self, host)
    }

    /// The hosts that the `hosts` of a play stand for; `None` for an expression or a subscript that cannot be applied.
    pub(crate) fn hosts_of_pattern(&self, hosts: &[Text]) -> Option<Arc<[HostId]>> {
        let texts: Vec<Arc<str>> = hosts.iter().map(|hosts| Arc::clone(&hosts.text)).collect();
        let mut known = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.entry(texts).or_insert_with(|| runs::pattern(hosts).hosts(&self.inventory).ok().map(Arc::from));
        found.clone()
    }

    /// The programs and services that are certainly not installed; `None` when Kubespray has nothing to do here.
    pub(crate) fn missing_tools(&self) -> Option<&Missing> {
        self.missing_tools.get_or_init(|| Missing::of(self)).as_ref()
    }

    /// The magic variable `groups`.
    pub(crate) fn groups_value(&self) -> &expression::Value {
        self.groups_value.get_or_init(|| {
            let names = |hosts: Vec<HostId>| -> Vec<expression::Value> {
                hosts.into_iter().map(|host| expression::Value::String(Arc::clone(&self.inventory.host(host).name))).collect()
            };
            let entry = |(id, group): (_, &hostwise_inventory::Group)| {
                let hosts = self.inventory.members(id);
                let members = if self.has_random_order(&group.name, hosts.len()) {
                    let unknown = expression::Reason::Unsupported(format!("the order of {}", group.name).into());
                    vec![expression::Value::Unknown(vec![unknown]); hosts.len()]
                } else {
                    names(hosts)
                };
                (expression::Value::String(Arc::clone(&group.name)), expression::Value::List(Arc::new(members)))
            };
            expression::Value::Map(Arc::new(self.inventory.groups().map(entry).collect()))
        })
    }

    /// Whether Ansible orders the hosts of a group anew in every run: those that a play adds come as they finish. It matters where the first host
    /// is special only.
    fn has_random_order(&self, group: &str, n_hosts: usize) -> bool {
        let n_before = || self.plain.group_named(group).map_or(0, |group| self.plain.members(group).len());
        group == "kube_control_plane" && n_hosts > 1 && n_before() < n_hosts
    }

    /// Whether the host belongs to the group, directly or through other groups.
    pub(crate) fn is_member(&self, host: HostId, group: &str) -> bool {
        self.inventory.groups_of(host).iter().any(|&id| &*self.inventory.group(id).name == group)
    }

    /// Whether Kubespray does anything with the host beyond reaching others through it.
    pub(crate) fn has_role(&self, host: HostId) -> bool {
        let role = Role::of(self, host);
        role.in_cluster() || role.etcd
    }

    /// The name of `host` below the `hosts` of `group` or of a group in it; the group's own list first.
    pub(crate) fn membership_place(&self, host: HostId, group: &str) -> Option<Place> {
        let group = self.inventory.group_named(group)?;
        let places = self.inventory.host(host).mentions.iter().filter_map(|mention| match mention.kind {
            MentionKind::HostOf(owner) if owner == group => Some((0, mention.place)),
            MentionKind::HostOf(owner) if self.inventory.is_within(owner, group) => Some((1, mention.place)),
            _ => None,
        });
        places.min_by_key(|&(distance, _)| distance).map(|(_, place)| place)
    }

    /// The line by which `host` is in `group` at run time: of [`Self::membership_place`], else the same of a group that fills this one.
    pub(crate) fn membership_source(&self, host: HostId, group: &str) -> Option<Place> {
        let filling = || {
            let knowledge = self.kubespray.as_ref()?.pack.groups.get(group).filter(|_| self.is_member(host, group))?;
            knowledge.filled_from.iter().chain(&knowledge.meant).find_map(|source| self.membership_place(host, source))
        };
        self.membership_place(host, group).or_else(filling)
    }

    /// The line that makes a group: its definition, else where it is first named.
    pub(crate) fn group_place(&self, group: GroupId) -> Option<Place> {
        let mentions = &self.inventory.group(group).mentions;
        mentions.iter().find(|mention| mention.kind == MentionKind::Definition).or(mentions.first()).map(|mention| mention.place)
    }

    /// Whether the inventory is for Kubespray 2.`minor` or newer.
    pub(crate) fn is_since(&self, minor: u32) -> bool {
        let first = Version { major: 2, minor, patch: 0 };
        self.kubespray.as_ref().is_some_and(|release| release.version >= first)
    }

    /// The value of a variable on a host, in one line.
    pub(crate) fn value_for_people(&self, host: HostId, name: &str) -> String {
        for_people(&self.value(host, name))
    }

    /// The path of a place, and its one-based line.
    pub(crate) fn path_and_line(&self, place: Place) -> (Arc<str>, u32) {
        let file = self.inventory.file(place.file);
        (Arc::clone(file.path()), file.lines().line_of(place.range.start as usize) as u32 + 1)
    }
}

fn is_variable_file_beside(path: &str, home: &str) -> bool {
    let beside = path.strip_prefix(home).and_then(|rest| rest.strip_prefix('/'));
    beside.is_some_and(|rest| is_below(rest, "group_vars") || is_below(rest, "host_vars"))
}

/// What the first plays do: groups that are filled from others while Ansible runs (Kubespray's `dynamic_groups`).
fn runtime_groups(plain: &Inventory, release: &Release) -> Vec<(Arc<str>, Vec<HostId>)> {
    let groups = release.pack.groups.iter().filter(|(_, knowledge)| knowledge.when.is_none()).map(|(name, knowledge)| {
        let spelt_out = std::iter::once(name).chain(&knowledge.legacy_names).any(|group| plain.group_named(group).is_some());
        let meant = knowledge.meant.iter().filter(|_| !spelt_out);
        (Arc::from(name.as_str()), members_of(plain, knowledge.filled_from.iter().chain(meant)))
    });
    groups.filter(|(_, hosts)| !hosts.is_empty()).collect()
}

/// What the play before etcd's does: groups of the hosts on which a condition holds. They bring their variables too late to change the condition.
fn later_groups(prepared: &Cluster) -> Vec<(Arc<str>, Vec<HostId>)> {
    let known = prepared.kubespray.iter().flat_map(|release| &release.pack.groups);
    let groups = known.filter_map(|(name, knowledge)| {
        let condition = knowledge.when.as_deref()?;
        let mut hosts = members_of(&prepared.inventory, knowledge.filled_from.iter());
        let mut where_true: Vec<HostId> = prepared.where_true(condition).iter().flat_map(|alike| alike.all(prepared)).collect();
        where_true.sort_unstable();
        hosts.retain(|host| where_true.binary_search(host).is_ok());
        Some((Arc::from(name.as_str()), hosts))
    });
    groups.filter(|(_, hosts)| !hosts.is_empty()).collect()
}

/// The hosts of these groups, sorted.
fn members_of<'g>(inventory: &Inventory, groups: impl Iterator<Item = &'g String>) -> Vec<HostId> {
    let groups = groups.filter_map(|group| inventory.group_named(group));
    let mut hosts: Vec<HostId> = groups.flat_map(|group| inventory.members(group)).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}
