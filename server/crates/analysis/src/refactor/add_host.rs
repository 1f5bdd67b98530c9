//! A host more: like the last one of its role, with the next name and the next addresses.

use std::net::Ipv4Addr;
use std::sync::Arc;

use hostwise_inventory::{GroupId, HostId, Inventory, LayerKind, MentionKind, Place};
use hostwise_syntax::Value;
use hostwise_syntax::edit::{Edit, ini, yaml};
use hostwise_syntax::ini::{Section, SectionKind};
use rustc_hash::FxHashSet;

use super::{Refactoring, RefactoringKind};
use crate::cluster::Cluster;
use crate::discovery::is_variable_file;
use crate::edit::entry_of;
use crate::occurrences::{self, Kind};
use crate::rename::check_host_name;
use crate::{Change, Refusal, Workspace, fix};

pub(super) const ID: &str = "add-host";

/// Variables that follow those of the host before.
const ADDRESSES: [&str; 3] = ["ansible_host", "ip", "access_ip"];

/// What a new host becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostRole {
    ControlPlane,
    Etcd,
    Worker,
}

impl HostRole {
    pub const ALL: [HostRole; 3] = [HostRole::Worker, HostRole::ControlPlane, HostRole::Etcd];

    /// As requests spell it.
    pub fn name(self) -> &'static str {
        match self {
            HostRole::ControlPlane => "control-plane",
            HostRole::Etcd => "etcd",
            HostRole::Worker => "worker",
        }
    }

    pub fn named(name: &str) -> Option<HostRole> {
        HostRole::ALL.into_iter().find(|role| role.name() == name)
    }

    /// For people, with its article.
    pub fn words(self) -> &'static str {
        match self {
            HostRole::ControlPlane => "a control plane node",
            HostRole::Etcd => "an etcd member",
            HostRole::Worker => "a worker",
        }
    }

    fn group(self) -> &'static str {
        match self {
            HostRole::ControlPlane => "kube_control_plane",
            HostRole::Etcd => "etcd",
            HostRole::Worker => "kube_node",
        }
    }

    /// Groups that a host of this role does not join because another one is in them. The number of etcd members is odd: none comes by the way.
    fn avoids(self) -> &'static [&'static str] {
        match self {
            HostRole::ControlPlane => &["etcd"],
            HostRole::Etcd => &["k8s_cluster", "kube_control_plane", "kube_node", "calico_rr"],
            HostRole::Worker => &["etcd", "kube_control_plane", "calico_rr"],
        }
    }
}

/// A host that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedHost {
    pub name: String,
    pub change: Change,
}

/// At hosts and groups of an inventory for Kubespray: each role that has a group.
pub(super) fn offers(workspace: &Workspace, path: &str, offset: usize) -> Vec<Refactoring> {
    let Some((file, cluster)) = workspace.files().file(path).zip(source(workspace, path)) else { return Vec::new() };
    let is_here = |kind| matches!(kind, Kind::Host | Kind::HostRange | Kind::Group);
    if cluster.kubespray.is_none() || !occurrences::at(cluster, file, offset).is_some_and(|occurrence| is_here(occurrence.kind)) {
        return Vec::new();
    }
    let offer = |role: HostRole| Refactoring {
        id: format!("{ID} {}", role.name()),
        kind: RefactoringKind::Rewrite,
        title: format!("Add {}", role.words()),
        refusal: None,
    };
    HostRole::ALL.into_iter().filter(|role| planned(cluster, path, *role, None).is_ok()).map(offer).collect()
}

/// Adds a host to the inventory of which the file at `path` is a source. Without a name it gets the next one after those of its role. An error in
/// words when the name cannot be one, or the inventory has no place for the host.
pub fn add_host(workspace: &Workspace, path: &str, role: HostRole, name: Option<&str>) -> Result<AddedHost, Refusal> {
    let cluster = source(workspace, path).ok_or("this is no inventory in INI or YAML")?;
    let added = planned(cluster, path, role, name)?;
    let is_there = fix::apply(workspace.files(), &added.change).is_some_and(|files| {
        let after = workspace.change_files(files);
        let has_it = |after: &&Arc<Cluster>| after.plain().host_named(&added.name).is_some();
        after.clusters().iter().find(has_it).is_some_and(|after| after.plain().hosts().len() == cluster.plain().hosts().len() + 1)
    });
    if is_there { Ok(added) } else { Err("there is no place for a host".to_owned()) }
}

fn planned(cluster: &Arc<Cluster>, path: &str, role: HostRole, name: Option<&str>) -> Result<AddedHost, Refusal> {
    let inventory = &cluster.inventory;
    let group = cluster.plain().group_named(role.group()).ok_or_else(|| format!("there is no group {}", role.group()))?;
    let model = model(cluster, role, group);
    let name = match name {
        Some(name) => {
            check_host_name(name)?;
            name.to_owned()
        }
        None => next_name(inventory, model),
    };
    if inventory.host_named(&name).is_some() {
        return Err(format!("{name} is a host already"));
    }
    if inventory.group_named(&name).is_some() {
        return Err(format!("{name} is a group already"));
    }
    let new = New { cluster, path, name: &name, variables: model.map(|model| variables(cluster, role, model)).unwrap_or_default() };
    let mut change = Change::default();
    let mut has_variables = false;
    for (place, group) in places(cluster, role, group, model) {
        // The variables go where those of the model are, else to the first place.
        let is_described = place.is_some_and(|place| model.is_some_and(|model| describes(inventory, model, place)));
        let with_variables = is_described && !has_variables;
        has_variables |= with_variables;
        let edit = match place {
            Some(place) => new.beside(place, with_variables),
            None => new.first_of(group),
        };
        change.edits.extend(edit.ok_or("there is no place for a host")?.edits);
    }
    Ok(AddedHost { name, change })
}

fn source<'w>(workspace: &'w Workspace, path: &str) -> Option<&'w Arc<Cluster>> {
    let is_source =
        |cluster: &&Arc<Cluster>| cluster.request.given.is_none() && cluster.plain().source_files().any(|file| &**file.path() == path);
    workspace.clusters().iter().find(is_source).filter(|_| !is_variable_file(path) && !path.ends_with(".toml"))
}

/// The last host of the role, best one that is nothing else.
fn model(cluster: &Cluster, role: HostRole, group: GroupId) -> Option<HostId> {
    let members = cluster.plain().members(group);
    let is_pure = |&&host: &&HostId| !role.avoids().iter().any(|avoided| *avoided != "k8s_cluster" && cluster.is_member(host, avoided));
    members.iter().rev().find(is_pure).or(members.last()).copied()
}

/// Where the model stands, in the groups that the new host joins, too; else the group of the role.
fn places(cluster: &Cluster, role: HostRole, group: GroupId, model: Option<HostId>) -> Vec<(Option<Place>, GroupId)> {
    let inventory = cluster.plain();
    let avoided: Vec<GroupId> = role.avoids().iter().filter_map(|name| inventory.group_named(name)).collect();
    let joins = |owner: GroupId| inventory.is_within(owner, group) || !avoided.iter().any(|&avoided| inventory.is_within(owner, avoided));
    let mut found: Vec<(Option<Place>, GroupId)> = Vec::new();
    for mention in model.into_iter().flat_map(|model| &inventory.host(model).mentions) {
        if let MentionKind::HostOf(owner) = mention.kind
            && joins(owner)
            && !found.iter().any(|&(_, known)| known == owner)
        {
            found.push((Some(mention.place), owner));
        }
    }
    if !found.iter().any(|&(_, owner)| inventory.is_within(owner, group)) {
        found.push((None, group));
    }
    found
}

/// Whether the variables of a host stand at this mention of it.
fn describes(inventory: &Inventory, host: HostId, place: Place) -> bool {
    let names = inventory.variable_names(host);
    let own = names.iter().filter_map(|name| inventory.winner(host, name)).filter(|layer| layer.kind == LayerKind::InventoryHost);
    let file = inventory.file(place.file);
    own.into_iter().any(|layer| {
        let key = layer.key;
        let is_inside = |range: hostwise_syntax::TextRange| key.file == place.file && range.contains(key.range);
        if file.is_yaml() {
            return entry_of(file, place.range).is_some_and(|(_, entry)| is_inside(entry.range()));
        }
        let lines = file.ini().sections.iter().flat_map(|section| &section.lines);
        lines.filter(|line| line.range.contains(place.range)).any(|line| is_inside(line.range))
    })
}

/// What the new host sets for itself: the next addresses, and what all hosts of its role have alike.
fn variables(cluster: &Cluster, role: HostRole, model: HostId) -> Vec<(Arc<str>, Value)> {
    let inventory = &cluster.inventory;
    let own = |host: HostId, name: &str| {
        inventory.winner(host, name).filter(|layer| layer.kind == LayerKind::InventoryHost).map(|layer| layer.value)
    };
    let others: Vec<HostId> = inventory.group_named(role.group()).map(|group| inventory.members(group)).unwrap_or_default();
    let taken = addresses(inventory);
    let mut known: Vec<(Value, Value)> = Vec::new();
    let mut found = Vec::new();
    for name in inventory.variable_names(model) {
        let Some(value) = own(model, &name) else { continue };
        let next = match &*name {
            "etcd_member_name" if role != HostRole::Etcd => None,
            "etcd_member_name" => value.as_str().and_then(numbered).map(|pattern| {
                let members = inventory.hosts().filter_map(|(host, _)| own(host, "etcd_member_name"));
                let members: Vec<Arc<str>> = members.filter_map(|value| value.as_str().map(Arc::from)).collect();
                Value::String(pattern.next(members.iter().map(|name| &**name)).into())
            }),
            address if ADDRESSES.contains(&address) => match known.iter().find(|(before, _)| *before == value) {
                Some((_, next)) => Some(next.clone()),
                None => next_address(&value, &taken).inspect(|next| known.push((value.clone(), next.clone()))),
            },
            _ => (others.len() > 1 && others.iter().all(|&host| own(host, &name).as_ref() == Some(&value))).then_some(value),
        };
        found.extend(next.map(|next| (name, next)));
    }
    found
}

/// The addresses of all hosts.
fn addresses(inventory: &Inventory) -> FxHashSet<Ipv4Addr> {
    let of_host = |host: HostId| ADDRESSES.iter().filter_map(move |name| address(&inventory.winner(host, name)?.value));
    inventory.hosts().flat_map(|(host, _)| of_host(host)).collect()
}

fn address(value: &Value) -> Option<Ipv4Addr> {
    value.as_str()?.parse().ok()
}

/// The first free address behind the last one of the network of 256 addresses that this one is in.
fn next_address(value: &Value, taken: &FxHashSet<Ipv4Addr>) -> Option<Value> {
    let [a, b, c, d] = address(value)?.octets();
    let last = (d..255).rev().find(|&last| taken.contains(&Ipv4Addr::new(a, b, c, last))).unwrap_or(d);
    let next = last.checked_add(1).filter(|&next| next < 255)?;
    Some(Value::String(Ipv4Addr::new(a, b, c, next).to_string().into()))
}

/// The name after those that are numbered like the model.
fn next_name(inventory: &Inventory, model: Option<HostId>) -> String {
    let names = || inventory.hosts().map(|(_, host)| &*host.name);
    let like = model.map_or("node0", |model| &*inventory.host(model).name);
    let pattern = numbered(like).filter(|_| like.parse::<std::net::IpAddr>().is_err());
    pattern.unwrap_or(Numbered { head: "node", number: 0, width: 1, tail: "" }).next(names())
}

/// A name with a number in it: the last one before the first dot.
struct Numbered<'n> {
    head: &'n str,
    number: u64,
    /// With leading zeros.
    width: usize,
    tail: &'n str,
}

fn numbered(name: &str) -> Option<Numbered<'_>> {
    let label = name.split('.').next()?;
    let end = label.rfind(|character: char| character.is_ascii_digit())? + 1;
    let start = label[..end]
        .rfind(|character: char| !character.is_ascii_digit())
        .map_or(0, |at| at + label[at..].chars().next().map_or(1, char::len_utf8));
    let digits = &label[start..end];
    Some(Numbered { head: &name[..start], number: digits.parse().ok()?, width: digits.len(), tail: &name[end..] })
}

impl Numbered<'_> {
    fn next<'n>(&self, names: impl Iterator<Item = &'n str>) -> String {
        let alike = names.filter_map(numbered).filter(|other| other.head == self.head && other.tail == self.tail);
        let last = alike.map(|other| other.number).max().unwrap_or_default().max(self.number);
        format!("{}{:0width$}{}", self.head, last.saturating_add(1), self.tail, width = self.width)
    }
}

/// The host on its way into the texts.
struct New<'w> {
    cluster: &'w Cluster,
    path: &'w str,
    name: &'w str,
    variables: Vec<(Arc<str>, Value)>,
}

impl New<'_> {
    fn value(&self, with_variables: bool) -> Value {
        match self.variables.as_slice() {
            variables if with_variables && !variables.is_empty() => {
                Value::Map(variables.iter().map(|(name, value)| (Value::String(Arc::clone(name)), value.clone())).collect())
            }
            _ => Value::Null,
        }
    }

    fn line(&self, with_variables: bool) -> Option<String> {
        let words = self.variables.iter().filter(|_| with_variables).map(|(name, value)| ini::word(name, value));
        let words = words.collect::<Option<Vec<_>>>()?;
        Some([&[self.name.to_owned()], &words[..]].concat().join(" ")).filter(|_| ini::is_word(self.name))
    }

    /// At the end of the list that a host is in.
    fn beside(&self, place: Place, with_variables: bool) -> Option<Change> {
        let file = self.cluster.inventory.file(place.file);
        let edit = if file.is_yaml() {
            let (mapping, _) = entry_of(file, place.range)?;
            yaml::insert(mapping, yaml::Place::Last, &yaml::Fragment::new(self.name, self.value(with_variables)))?
        } else {
            let has_it = |section: &&Section| section.lines.iter().any(|line| line.range.contains(place.range));
            ini::insert_line(file.ini(), file.ini().sections.iter().find(has_it)?, &self.line(with_variables)?)
        };
        Some(Change::of_file(file.path(), [edit]))
    }

    /// As the first host of a group.
    fn first_of(&self, group: GroupId) -> Option<Change> {
        let inventory = &self.cluster.inventory;
        let id = inventory.file_id(self.path)?;
        let file = inventory.file(id);
        let group = inventory.group(group);
        let edit = if file.is_yaml() {
            let body = group
                .mentions
                .iter()
                .filter(|mention| mention.place.file == id)
                .find_map(|mention| entry_of(file, mention.place.range).map(|(_, entry)| entry.value))?;
            self.first_in(body)?
        } else {
            let name = |section: &&Section| section.name.is_some_and(|name| file.text()[name.span()] == *group.name);
            let sections = &file.ini().sections;
            match sections.iter().find(|section| section.kind == SectionKind::Hosts && name(section)) {
                Some(section) => ini::insert_line(file.ini(), section, &self.line(true)?),
                None => ini::add_section(file.ini(), &group.name, SectionKind::Hosts, &[self.line(true)?])?,
            }
        };
        Some(Change::of_file(file.path(), [edit]))
    }

    fn first_in(&self, group: hostwise_syntax::yaml::Node<'_>) -> Option<Edit> {
        if let Some(hosts) = group.get("hosts") {
            return yaml::insert(hosts.value, yaml::Place::Last, &yaml::Fragment::new(self.name, self.value(true)));
        }
        let host = (Value::String(self.name.into()), self.value(true));
        yaml::insert(group, yaml::Place::Last, &yaml::Fragment::new("hosts", Value::Map([host].into())))
    }
}
