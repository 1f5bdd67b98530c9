//! Which inventories a workspace holds.
//!
//! In this order: what the settings name (first the sources of `ANSIBLE_INVENTORY`, when the user hands it over), what an `ansible.cfg` names, every file that reads as an inventory beside `group_vars` or
//! `host_vars`, and an open file that reads as an inventory, even alone. A file belongs to one inventory only.

use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_inventory::{Entry, Files, Request, SourceFile};
use hostwise_syntax::ini::SectionKind;
use hostwise_syntax::yaml::{Kind, Node};

use crate::{Settings, ansible_cfg, ci};

/// The inventories of a workspace: those named first, then by path. A file that is in `known` was an inventory before and stays one while
/// its text is in pieces.
pub(crate) fn discover(files: &Files, open: &BTreeSet<Arc<str>>, settings: &Settings, known: &BTreeSet<Arc<str>>) -> Vec<Request> {
    let mut found = Found { requests: Vec::new(), files, settings };
    found.add(settings.sources.iter().filter(|source| files.get(source).is_some()).cloned().collect());
    for path in &settings.inventories {
        found.add(vec![Arc::clone(path)]);
    }
    let is_searched = |path: &str| settings.discover_in.as_ref().is_none_or(|roots| roots.iter().any(|root| is_below(path, root)));
    for (path, entry) in files.iter() {
        if let Entry::File(config) = entry
            && name_of(path) == "ansible.cfg"
            && is_searched(path)
        {
            found.add(ansible_cfg::paths(config, &["inventory"], ',').into_iter().filter(|source| files.get(source).is_some()).collect());
        }
    }
    let variable_dirs = files.iter().filter(|(path, entry)| matches!(entry, Entry::Directory) && is_variable_dir(name_of(path)));
    let homes: BTreeSet<&str> = variable_dirs.map(|(path, _)| parent(path)).collect();
    for home in homes.into_iter().filter(|home| is_searched(home)) {
        for (_, entry) in files.names_in(home) {
            if let Entry::File(file) = entry
                && (known.contains(file.path()) || usual_name(file.path()) || reads_as_inventory(file))
            {
                found.add(vec![Arc::clone(file.path())]);
            }
        }
    }
    for home in homes_below(files).into_iter().filter(|home| is_searched(home)) {
        for (_, entry) in files.names_in(&home) {
            if let Entry::File(file) = entry
                && (known.contains(file.path()) || reads_as_inventory(file))
            {
                found.add(vec![Arc::clone(file.path())]);
            }
        }
    }
    for path in open {
        if let Some(file) = files.file(path)
            && !is_variable_file(path)
            && !is_part_of_role(path)
            && (known.contains(path) || (usual_name(path) && path.contains('.')) || reads_as_inventory(file))
        {
            found.add(vec![Arc::clone(path)]);
        }
    }
    for (path, entry) in files.iter() {
        if matches!(entry, Entry::File(_)) && ci::is_by_place(path) && is_searched(path) {
            found.add_test(path);
        }
    }
    for path in open.iter().filter(|path| !is_part_of_role(path)) {
        found.add_test(path);
    }
    found.requests
}

/// The directories below one for inventories whose variable files stand above them, where Ansible does not read them.
fn homes_below(files: &Files) -> Vec<String> {
    let is_dir = |entry: &Entry| matches!(entry, Entry::Directory);
    let variable_dirs = files.iter().filter(|(path, entry)| is_dir(entry) && is_variable_dir(name_of(path)));
    let above: BTreeSet<&str> = variable_dirs.map(|(path, _)| parent(path)).filter(|home| is_for_inventories(home)).collect();
    let below = |home: &&str| {
        let home = home.to_string();
        let names = files.names_in(&home).filter(|(name, entry)| is_dir(entry) && !is_variable_dir(name));
        names.map(|(name, _)| format!("{home}/{name}")).collect::<Vec<_>>()
    };
    above.iter().flat_map(below).collect()
}

/// Whether people keep inventories in directories of this name.
pub(crate) fn is_for_inventories(path: &str) -> bool {
    matches!(name_of(path), "inventory" | "inventories")
}

/// Whether a change of this file's text can change what [`discover`] finds.
pub(crate) fn matters(path: &str) -> bool {
    name_of(path) == "ansible.cfg" || (!is_variable_file(path) && !is_part_of_role(path) && has_inventory_name(path))
}

/// Whether the path is where roles keep what they do. The role that makes the hosts of Kubespray's tests is not meant.
fn is_part_of_role(path: &str) -> bool {
    let is_part = |part: &str| matches!(part, "defaults" | "handlers" | "meta" | "tasks" | "vars");
    let of_role = path.rsplit_once("/roles/").filter(|(above, _)| !above.ends_with("/tests/cloud_playbooks"));
    of_role.is_some_and(|(_, below)| parent(below).split('/').skip(1).any(is_part))
}

/// Whether the path lies below a `group_vars` or `host_vars` directory.
pub(crate) fn is_variable_file(path: &str) -> bool {
    parent(path).split('/').any(is_variable_dir)
}

/// The part of a path before its last name; empty for a name at the root.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether `path` is `directory` or lies below it.
pub(crate) fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The last name of a path.
pub(crate) fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

struct Found<'w> {
    requests: Vec<Request>,
    files: &'w Files,
    settings: &'w Settings,
}

impl Found<'_> {
    fn add(&mut self, sources: Vec<Arc<str>>) {
        let known = |path: &str| {
            let mut sources = self.requests.iter().flat_map(|request| &request.sources);
            sources.any(|source| is_below(path, source))
        };
        if !sources.is_empty() && !sources.iter().all(|path| known(path)) {
            // A test file of Kubespray's CI is no inventory to Ansible, but it stands for one.
            let given = sources.iter().find_map(|path| ci::given(self.files, path, self.settings));
            self.requests.push(Request { sources, given, ..Request::default() });
        }
    }

    fn add_test(&mut self, path: &Arc<str>) {
        if self.files.file(path).is_some_and(|file| ci::read(self.files, file, self.settings).is_some()) {
            self.add(vec![Arc::clone(path)]);
        }
    }
}

fn is_variable_dir(name: &str) -> bool {
    matches!(name, "group_vars" | "host_vars")
}

/// `path` seen from the directory `base`, without `.` and `..`.
pub(crate) fn join(base: &str, path: &str) -> Arc<str> {
    let mut names: Vec<&str> = if path.starts_with('/') { Vec::new() } else { base.split('/').collect() };
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    if names.first() != Some(&"") {
        names.insert(0, "");
    }
    names.join("/").into()
}

fn has_inventory_name(path: &str) -> bool {
    match name_of(path).rsplit_once('.') {
        None | Some(("", _)) => true,
        Some((_, extension)) => matches!(extension, "yml" | "yaml" | "json" | "ini" | "toml"),
    }
}

/// `hosts` or `inventory`, with an extension of inventories or none.
fn usual_name(path: &str) -> bool {
    has_inventory_name(path) && matches!(name_of(path).split('.').next(), Some("hosts" | "inventory"))
}

/// Whether the text has the shape of a static inventory. Strict on purpose: a compose file or a playbook must not be taken for one.
fn reads_as_inventory(file: &SourceFile) -> bool {
    let path = file.path();
    if !has_inventory_name(path) || matches!(name_of(path), "galaxy.yml" | "requirements.yml" | "hostwise.toml") {
        return false;
    }
    if path.ends_with(".toml") || path.ends_with(".ini") {
        return reads_as_ini_inventory(file);
    }
    file.yaml().root().is_some_and(reads_as_yaml_inventory) || reads_as_ini_inventory(file)
}

/// Every root value is a group (nothing, or a mapping), and at least one has hosts or children that are mappings.
fn reads_as_yaml_inventory(root: Node<'_>) -> bool {
    if !root.is_mapping() {
        return false;
    }
    let mut has_group = false;
    for entry in root.entries().filter(|entry| entry.colon.is_some()) {
        let value = entry.value;
        if value.kind() == Kind::Absent {
            continue;
        }
        if !value.is_mapping() {
            return false;
        }
        let members = ["hosts", "children"].into_iter().filter_map(|key| value.get(key));
        let member_maps = members.filter(|entry| entry.value.is_mapping() || entry.value.kind() == Kind::Absent).count();
        has_group |= member_maps > 0 || entry.key.text() == "all";
    }
    has_group
}

/// A section for children or variables, a section with a name that inventories use, or the usual file name.
fn reads_as_ini_inventory(file: &SourceFile) -> bool {
    let usual_name = usual_name(file.path());
    let text = file.text();
    let mut sections = file.ini().sections.iter();
    sections.any(|section| {
        let group = section.name.map_or("", |range| &text[range.span()]);
        section.kind != SectionKind::Hosts
            || (usual_name && !group.is_empty())
            || matches!(group, "all" | "kube_control_plane" | "kube_node" | "etcd")
    })
}

#[cfg(test)]
mod tests {
    use hostwise_fixture::Fixture;
    use hostwise_inventory::Content;

    use super::*;

    fn check(fixture: &str, open: &[&str], expected: &[&[&str]]) {
        check_with(&Settings::default(), fixture, open, expected);
    }

    fn check_with(settings: &Settings, fixture: &str, open: &[&str], expected: &[&[&str]]) {
        let fixture = Fixture::parse(fixture, "/hosts.yaml");
        let files: Files =
            fixture.files.iter().map(|file| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false)).collect();
        let open = open.iter().map(|&path| path.into()).collect();
        let found = discover(&files, &open, settings, &BTreeSet::new());
        let found: Vec<Vec<&str>> = found.iter().map(|request| request.sources.iter().map(|path| &**path).collect()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_file_beside_group_vars_that_reads_as_an_inventory_is_one() {
        check(
            "\
#- /w/prod/hosts.yaml
all:
  hosts:
    a:
#- /w/prod/group_vars/all.yml
x: 1
#- /w/prod/docker-compose.yml
services: {web: {image: x}}
#- /w/prod/site.yml
- hosts: all
#- /w/other/hosts.yaml
all: {hosts: {b: }}
",
            &[],
            &[&["/w/prod/hosts.yaml"]],
        );
    }

    #[test]
    fn an_open_file_counts_alone_but_only_when_it_reads_as_an_inventory() {
        check(
            "\
#- /w/hosts.yaml
etcd:
  hosts:
    a:
#- /w/inventory.ini
[kube_node]
#- /w/values.yaml
image: {tag: x}
#- /w/setup.ini
[metadata]
name = x
",
            &["/w/hosts.yaml", "/w/inventory.ini", "/w/values.yaml", "/w/setup.ini"],
            &[&["/w/hosts.yaml"], &["/w/inventory.ini"]],
        );
    }

    #[test]
    fn what_the_settings_name_comes_before_ansible_cfg_and_discovery() {
        let settings = Settings {
            inventories: vec!["/w/named.yml".into()],
            sources: vec!["/w/b.yml".into(), "/w/gone.yml".into(), "/w/a.yml".into()],
            ..Settings::default()
        };
        let fixture = "\
#- /w/ansible.cfg
[defaults]
inventory = c.yml
#- /w/a.yml
all: {hosts: {a: }}
#- /w/b.yml
all: {hosts: {b: }}
#- /w/c.yml
all: {hosts: {c: }}
#- /w/d.yml
all: {hosts: {d: }}
#- /w/named.yml
all: {hosts: {n: }}
#- /w/group_vars/all.yml
x: 1
";
        check_with(&settings, fixture, &[], &[&["/w/b.yml", "/w/a.yml"], &["/w/named.yml"], &["/w/c.yml"], &["/w/d.yml"]]);
    }

    #[test]
    fn ansible_cfg_names_sources_and_they_are_not_found_twice() {
        check(
            "\
#- /w/ansible.cfg
[defaults]
inventory = ./inv , ../w/extra.yml,missing ; both
[other]
inventory = no
#- /w/inv/a.yml
all: {hosts: {a: }}
#- /w/inv/group_vars/all.yml
x: 1
#- /w/extra.yml
all: {hosts: {b: }}
",
            &["/w/inv/a.yml"],
            &[&["/w/inv", "/w/extra.yml"]],
        );
    }
}
