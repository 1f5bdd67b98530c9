//! Edits of who is in which group.

use hostwise_inventory::{GroupId, HostId, Place, SourceFile};
use hostwise_syntax::Value;
use hostwise_syntax::edit::{Edit, ini, yaml};
use hostwise_syntax::ini::{Section, SectionKind};
use hostwise_syntax::yaml::{Kind, Node};

use super::entry_of;
use crate::Change;
use crate::cluster::Cluster;

impl Cluster {
    /// Makes a host a member of a group, in the file that names it at `place`. None for a group that has the host, and where another file defines it.
    pub(crate) fn add_to_group(&self, host: HostId, place: Place, group: &str) -> Option<Change> {
        let file = self.inventory.file(place.file);
        let name = &self.inventory.host(host).name;
        // A range of hosts stands for others as well.
        if self.is_member(host, group) || file.text().get(place.range.span()) != Some(name) {
            return None;
        }
        let edit = if file.is_yaml() { self.in_yaml(file, group, "hosts", name)? } else { in_ini(file, group, SectionKind::Hosts, name)? };
        Some(Change::of_file(file.path(), [edit]))
    }

    /// Makes a group with one child, in the file of `place`.
    pub(crate) fn add_group_of(&self, place: Place, group: &str, child: &str) -> Option<Change> {
        let file = self.inventory.file(place.file);
        let edit =
            if file.is_yaml() { self.in_yaml(file, group, "children", child)? } else { in_ini(file, group, SectionKind::Children, child)? };
        Some(Change::of_file(file.path(), [edit]))
    }

    /// Lets a group have one child, and no hosts of its own. None when more is written about it than the names of hosts.
    pub(crate) fn change_members(&self, group: GroupId, child: &str) -> Option<Change> {
        let place = self.group_place(group)?;
        let file = self.inventory.file(place.file);
        if !file.is_yaml() {
            let section = self.only_section(group, file)?;
            let name = &self.inventory.group(group).name;
            let mut edits = vec![Edit { range: section.header, new_text: format!("[{name}:children]\n{child}") }];
            edits.extend(section.lines.iter().map(|line| ini::delete_line(file.ini(), line)));
            return Some(Change::of_file(file.path(), edits));
        }
        let (_, entry) = entry_of(file, place.range)?;
        let is_plain = entry.value.entries().all(|section| section.key.text() == "hosts");
        let hosts = entry.value.get("hosts")?.value;
        if !is_plain || !hosts.entries().all(|host| host.value.kind() == Kind::Absent || host.value.source().is_empty()) {
            return None;
        }
        let members = Value::Map([(Value::String("children".into()), mapping_of(child))].into());
        Some(Change::of_file(file.path(), [yaml::replace(entry.value, &members)?]))
    }

    /// The section of an INI file that alone says who is in the group, by plain names.
    fn only_section<'f>(&self, group: GroupId, file: &'f SourceFile) -> Option<&'f Section> {
        let name = &self.inventory.group(group).name;
        let is_it = |section: &&Section| section.name.and_then(|range| file.text().get(range.span())) == Some(name);
        let mut sections = file.ini().sections.iter().filter(is_it).filter(|section| section.kind != SectionKind::Vars);
        let section = sections.next().filter(|section| section.kind == SectionKind::Hosts)?;
        let are_plain = section.lines.iter().all(|line| line.name.is_some() && line.assignments.is_empty());
        (are_plain && sections.next().is_none()).then_some(section)
    }

    /// A name below `hosts` or `children` of a group; the group is made where the others are when the file does not have it.
    fn in_yaml(&self, file: &SourceFile, group: &str, section: &str, name: &str) -> Option<Edit> {
        let member = || yaml::Fragment::new(name, Value::Null);
        let known = self.inventory.group_named(group).and_then(|group| self.group_place(group));
        if let Some(place) = known {
            let (_, entry) = (self.inventory.file(place.file).path() == file.path()).then(|| entry_of(file, place.range))??;
            return match entry.value.get(section) {
                Some(section) => yaml::insert(section.value, yaml::Place::Last, &member()),
                None => yaml::insert(entry.value, yaml::Place::Last, &yaml::Fragment::new(section, mapping_of(name))),
            };
        }
        let root = file.yaml().root()?;
        let fragment = yaml::Fragment::new(group, Value::Map([(Value::String(section.into()), mapping_of(name))].into()));
        let beside: Option<Node<'_>> = root.get("all").and_then(|all| all.value.get("children")).map(|children| children.value);
        yaml::insert(beside.filter(|children| children.is_mapping()).unwrap_or(root), yaml::Place::Last, &fragment)
    }
}

fn mapping_of(name: &str) -> Value {
    Value::Map([(Value::String(name.into()), Value::Null)].into())
}

fn in_ini(file: &SourceFile, group: &str, kind: SectionKind, name: &str) -> Option<Edit> {
    let is_it = |section: &&Section| section.kind == kind && section.name.and_then(|range| file.text().get(range.span())) == Some(group);
    match file.ini().sections.iter().find(is_it) {
        Some(section) => Some(ini::insert_line(file.ini(), section, name)),
        None => ini::add_section(file.ini(), group, kind, &[name.to_owned()]),
    }
}
