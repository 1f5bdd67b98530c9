//! Who is in which group: groups, hosts, and the edges between them, as the sources of an inventory define them.

use std::collections::VecDeque;
use std::net::Ipv6Addr;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use crate::Place;
use crate::precedence::Assignment;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
    )*};
}
ids!(
    /// A group of one inventory.
    GroupId,
    /// A host of one inventory, in the order of creation.
    HostId,
    /// Hosts with the same profile belong to the same groups.
    ProfileId
);

#[derive(Clone, Debug)]
pub struct Group {
    pub name: Arc<str>,
    /// In the order of linking.
    pub children: Vec<GroupId>,
    pub parents: Vec<GroupId>,
    /// Own hosts in the order of addition.
    pub hosts: Vec<HostId>,
    /// Length of the longest path from `all`.
    pub depth: u32,
    /// `ansible_group_priority`, 1 unless set in a source.
    pub priority: i64,
    pub mentions: Vec<Mention>,
    /// Made by [`crate::Inventory::with_runtime_groups`]; no source names it.
    pub runtime: bool,
    pub(crate) assignments: Vec<Assignment>,
}

#[derive(Clone, Debug)]
pub struct Host {
    pub name: Arc<str>,
    /// Direct groups in the order of addition.
    pub groups: SmallVec<[GroupId; 4]>,
    pub mentions: SmallVec<[Mention; 2]>,
    /// `None` when there are none: a copy of a host costs no memory of its own.
    assignments: Option<Arc<Vec<Assignment>>>,
    /// Taken out of `ungrouped`, which forgets more than that when `ungrouped` has relations of its own.
    left_ungrouped: bool,
}

impl Host {
    pub(crate) fn assignments(&self) -> &[Assignment] {
        self.assignments.as_ref().map_or(&[], |assignments| assignments)
    }

    pub(crate) fn assignments_mut(&mut self) -> &mut Vec<Assignment> {
        Arc::make_mut(self.assignments.get_or_insert_default())
    }

    /// The magic variable `inventory_hostname_short`: the name before its first dot, an address as a whole (ansible-core `inventory/host.py`).
    pub fn short_name(&self) -> &str {
        let is_octet = |octet: &str| matches!(octet.len(), 1..=3) && octet.parse::<u8>().is_ok();
        let is_v4 = || self.name.split('.').count() == 4 && self.name.split('.').all(is_octet);
        match self.name.split_once('.') {
            Some((short, _)) if !is_v4() && self.name.parse::<Ipv6Addr>().is_err() => short,
            _ => &self.name,
        }
    }
}

/// A place where a group or host is named, in document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The name, or the whole pattern when it stands for several hosts.
    pub place: Place,
    pub kind: MentionKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MentionKind {
    /// A root key, or an INI header: the group is defined.
    Definition,
    /// Named below `children` of this group.
    ChildOf(GroupId),
    /// A host named below `hosts` of this group.
    HostOf(GroupId),
}

/// Groups and hosts of an inventory. Until [`Graph::reconcile`] it is what the sources said; then it is what Ansible works with.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) groups: Vec<Group>,
    pub(crate) hosts: Vec<Host>,
    group_ids: FxHashMap<Arc<str>, GroupId>,
    /// Shared by the states of an inventory over the same hosts.
    host_ids: Arc<FxHashMap<Arc<str>, HostId>>,
    /// Of each host.
    pub(crate) profiles: Vec<ProfileId>,
    /// Of each profile: all groups but `all`, lowest precedence first.
    pub(crate) profile_groups: Vec<Vec<GroupId>>,
}

pub(crate) const ALL: GroupId = GroupId(0);
pub(crate) const UNGROUPED: GroupId = GroupId(1);

/// Adding an edge would make a group contain itself.
#[derive(Debug)]
pub(crate) struct Cycle;

impl Graph {
    /// `all` and `ungrouped` always exist.
    pub(crate) fn new() -> Self {
        let mut graph = Self {
            groups: Vec::new(),
            hosts: Vec::new(),
            group_ids: FxHashMap::default(),
            host_ids: Arc::default(),
            profiles: Vec::new(),
            profile_groups: Vec::new(),
        };
        graph.add_group("all");
        graph.add_group("ungrouped");
        graph.link(ALL, UNGROUPED);
        graph
    }

    pub(crate) fn group_named(&self, name: &str) -> Option<GroupId> {
        self.group_ids.get(name).copied()
    }

    pub(crate) fn host_named(&self, name: &str) -> Option<HostId> {
        self.host_ids.get(name).copied()
    }

    pub(crate) fn group(&self, id: GroupId) -> &Group {
        &self.groups[id.0 as usize]
    }

    pub(crate) fn group_mut(&mut self, id: GroupId) -> &mut Group {
        &mut self.groups[id.0 as usize]
    }

    pub(crate) fn host(&self, id: HostId) -> &Host {
        &self.hosts[id.0 as usize]
    }

    pub(crate) fn host_mut(&mut self, id: HostId) -> &mut Host {
        &mut self.hosts[id.0 as usize]
    }

    /// The group of this name, made when it is new.
    pub(crate) fn add_group(&mut self, name: &str) -> GroupId {
        if let Some(id) = self.group_named(name) {
            return id;
        }
        let (id, name) = (GroupId(self.groups.len() as u32), Arc::<str>::from(name));
        self.group_ids.insert(Arc::clone(&name), id);
        self.groups.push(Group {
            name,
            children: Vec::new(),
            parents: Vec::new(),
            hosts: Vec::new(),
            depth: 0,
            priority: 1,
            mentions: Vec::new(),
            runtime: false,
            assignments: Vec::new(),
        });
        id
    }

    /// The host of this name in `group`, made when it is new; the flag says that it was.
    pub(crate) fn add_host(&mut self, name: &str, group: GroupId) -> (HostId, bool) {
        let known = self.host_named(name);
        let id = known.unwrap_or_else(|| {
            let (id, name) = (HostId(self.hosts.len() as u32), Arc::<str>::from(name));
            Arc::make_mut(&mut self.host_ids).insert(Arc::clone(&name), id);
            self.hosts.push(Host { name, groups: SmallVec::new(), mentions: SmallVec::new(), assignments: None, left_ungrouped: false });
            id
        });
        self.join(id, group);
        (id, known.is_none())
    }

    pub(crate) fn join(&mut self, host: HostId, group: GroupId) {
        let groups = &mut self.host_mut(host).groups;
        if !groups.contains(&group) {
            groups.push(group);
            self.group_mut(group).hosts.push(host);
        }
    }

    /// Makes `child` a child of `parent`; an edge that exists stays one.
    pub(crate) fn add_child(&mut self, parent: GroupId, child: GroupId) -> Result<(), Cycle> {
        if self.is_within(parent, child) {
            return Err(Cycle);
        }
        self.link(parent, child);
        Ok(())
    }

    fn link(&mut self, parent: GroupId, child: GroupId) {
        if !self.group(parent).children.contains(&child) {
            self.group_mut(parent).children.push(child);
            self.group_mut(child).parents.push(parent);
        }
    }

    /// Whether `group` is `ancestor` or lies below it.
    pub(crate) fn is_within(&self, group: GroupId, ancestor: GroupId) -> bool {
        group == ancestor || self.ancestors(group).contains(&ancestor)
    }

    fn ancestors(&self, group: GroupId) -> FxHashSet<GroupId> {
        let mut found = FxHashSet::default();
        let mut open = self.group(group).parents.clone();
        while let Some(group) = open.pop() {
            if found.insert(group) {
                open.extend_from_slice(&self.group(group).parents);
            }
        }
        found
    }

    /// The hosts of a group and its descendants: own hosts, then those of the children, level by level, each once. (Ansible leaves the order of
    /// deeper levels to the memory addresses of its objects.)
    pub(crate) fn members(&self, group: GroupId) -> Vec<HostId> {
        let (mut members, mut hosts, mut groups) = (Vec::new(), vec![false; self.hosts.len()], vec![false; self.groups.len()]);
        let mut open = VecDeque::from([group]);
        while let Some(group) = open.pop_front() {
            if std::mem::replace(&mut groups[group.0 as usize], true) {
                continue;
            }
            let group = self.group(group);
            members.extend(group.hosts.iter().filter(|host| !std::mem::replace(&mut hosts[host.0 as usize], true)));
            open.extend(&group.children);
        }
        members
    }

    /// After all sources: loose groups join `all`, loose hosts join `ungrouped`, depths and profiles are counted
    /// (ansible-core `InventoryData.reconcile_inventory`). An error when `all` was put below a group: Ansible ends there.
    pub(crate) fn reconcile(&mut self) -> Result<(), Cycle> {
        let mut outcome = if self.group(ALL).parents.is_empty() { Ok(()) } else { Err(Cycle) };
        self.cut(ALL);
        for index in 1..self.groups.len() {
            if self.groups[index].parents.is_empty() {
                self.link(ALL, GroupId(index as u32));
            }
        }
        let ungrouped_has_parents = self.group(UNGROUPED).parents.iter().any(|&parent| parent != ALL);
        for index in 0..self.hosts.len() {
            let host = HostId(index as u32);
            let groups = &self.hosts[index].groups;
            let in_other = groups.iter().any(|&group| group != ALL && (group != UNGROUPED || ungrouped_has_parents));
            if in_other && groups.contains(&UNGROUPED) {
                self.host_mut(host).groups.retain(|group| *group != UNGROUPED);
                self.host_mut(host).left_ungrouped = true;
                self.group_mut(UNGROUPED).hosts.retain(|&other| other != host);
            } else if !in_other && !groups.contains(&UNGROUPED) {
                // Ansible looks the name up among groups first.
                match self.group_named(&Arc::clone(&self.host(host).name)) {
                    Some(namesake) => outcome = outcome.and(self.add_child(UNGROUPED, namesake)),
                    None => self.join(host, UNGROUPED),
                }
            }
        }
        self.count();
        outcome
    }

    /// Depths and profiles: what the queries need, also of a graph that is not reconciled because no source was read.
    pub(crate) fn count(&mut self) {
        self.count_depths();
        self.count_profiles();
    }

    /// Takes a group out of its parents.
    fn cut(&mut self, group: GroupId) {
        for parent in std::mem::take(&mut self.group_mut(group).parents) {
            self.group_mut(parent).children.retain(|&child| child != group);
        }
    }

    /// Adds groups as a play makes them (`group_by`): below `all`, or more hosts for a group that exists.
    pub(crate) fn add_runtime_groups(&mut self, groups: &[(Arc<str>, Vec<HostId>)]) {
        for (name, hosts) in groups {
            let is_new = self.group_named(name).is_none();
            let group = self.add_group(name);
            if is_new {
                self.group_mut(group).runtime = true;
                self.link(ALL, group);
            }
            let mut known = vec![false; self.hosts.len()];
            self.members(group).into_iter().for_each(|host| known[host.0 as usize] = true);
            for &host in hosts.iter().filter(|host| !known[host.0 as usize]) {
                self.host_mut(host).groups.push(group);
                self.group_mut(group).hosts.push(host);
            }
        }
        self.count();
    }

    /// The longest path from `all`, or from any other group without parents. There are no cycles: [`Self::add_child`] refuses them.
    fn count_depths(&mut self) {
        let mut open: Vec<GroupId> =
            (0..self.groups.len() as u32).map(GroupId).filter(|&group| self.group(group).parents.is_empty()).collect();
        while let Some(group) = open.pop() {
            let depth = self.group(group).depth + 1;
            for child in self.group(group).children.clone() {
                if self.group(child).depth < depth {
                    self.group_mut(child).depth = depth;
                    open.push(child);
                }
            }
        }
    }

    fn count_profiles(&mut self) {
        let mut known: FxHashMap<(SmallVec<[GroupId; 4]>, bool), ProfileId> = FxHashMap::default();
        let ungrouped_has_relations = self.group(UNGROUPED).parents.len() + self.group(UNGROUPED).children.len() > 1;
        self.profiles.clear();
        self.profile_groups.clear();
        for index in 0..self.hosts.len() {
            let mut direct = self.hosts[index].groups.clone();
            direct.sort_unstable();
            let forgets = ungrouped_has_relations && self.hosts[index].left_ungrouped;
            let situation = (direct, forgets);
            let profile = match known.get(&situation) {
                Some(profile) => *profile,
                None => {
                    let profile = ProfileId(self.profile_groups.len() as u32);
                    self.profile_groups.push(self.closure(&situation.0, forgets));
                    known.insert(situation, profile);
                    profile
                }
            };
            self.profiles.push(profile);
        }
    }

    /// These groups and their ancestors without `all`, by (depth, priority, name). A host that `forgets` has left `ungrouped`, with what only that
    /// brought.
    fn closure(&self, direct: &[GroupId], forgets: bool) -> Vec<GroupId> {
        let mut all: FxHashSet<GroupId> = direct.iter().copied().collect();
        direct.iter().for_each(|&group| all.extend(self.ancestors(group)));
        all.remove(&ALL);
        if forgets {
            all.extend(self.ancestors(UNGROUPED));
            all.insert(UNGROUPED);
            all.remove(&ALL);
            self.forget(UNGROUPED, &mut all);
        }
        let mut sorted = sorted(&all);
        sorted.sort_unstable_by(|&a, &b| {
            let (a, b) = (self.group(a), self.group(b));
            (a.depth, a.priority, &a.name).cmp(&(b.depth, b.priority, &b.name))
        });
        sorted
    }

    /// Takes a group out of a host's groups, and its ancestors that no other of them has (ansible-core `Host.remove_group`).
    fn forget(&self, group: GroupId, groups: &mut FxHashSet<GroupId>) {
        if !groups.remove(&group) {
            return;
        }
        let ancestors = self.ancestors(group);
        for &ancestor in sorted(&ancestors).iter().filter(|&&ancestor| ancestor != ALL) {
            if !sorted(groups).iter().any(|&other| self.ancestors(other).contains(&ancestor)) {
                self.forget(ancestor, groups);
            }
        }
    }
}

fn sorted(groups: &FxHashSet<GroupId>) -> Vec<GroupId> {
    let mut sorted: Vec<GroupId> = groups.iter().copied().collect();
    sorted.sort_unstable();
    sorted
}
