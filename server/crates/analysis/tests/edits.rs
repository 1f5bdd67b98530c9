//! A workspace that was edited finds what one finds that never was anything else: whatever is remembered, by any way of editing.
//!
//! `HOSTWISE_ROUNDS` is the number of edits (300); with `HOSTWISE_KUBESPRAY=DIR` the checkout there gets a tenth of that.

#![expect(clippy::disallowed_methods, reason = "a test may read a checkout")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use hostwise_analysis::{Diagnostics, Settings, Token, Workspace};
use hostwise_fixture::Fixture;
use hostwise_inventory::{Content, Entry, Files, SourceFile};

const TREE: &str = "\
#- /w/one/hosts.yaml
kube_control_plane: {hosts: {cp: }}
kube_node: {hosts: {worker: }}
etcd: {hosts: {db: }}
#- /w/one/group_vars/all.yml
container_manager: containerd
images: false
#- /w/two/hosts.yaml
kube_control_plane: {hosts: {node1: }}
kube_node: {hosts: {node1: , node2: {images: true}}}
etcd: {hosts: {node1: }}
#- /w/site.yml
- import_playbook: images.yml
  vars: {where: etcd}
- hosts: all
  vars_files: [names.yml]
  roles:
    - images
    - {role: health, when: images}
  tasks:
    - command: nerdctl images
      notify: restart
    - include_role: {name: health}
  handlers:
    - name: restart
      service: {name: containerd, state: restarted}
#- /w/images.yml
- hosts: kube_node:etcd
  roles: [images]
  post_tasks:
    - command: etcdctl member list
      when: \"'etcd' in group_names\"
#- /w/names.yml
listed: 1
#- /w/roles/images/meta/main.yml
dependencies:
  - {role: health, vars: {tool: crictl}}
#- /w/roles/images/defaults/main.yml
tool: nerdctl
#- /w/roles/images/vars/main.yml
engine: containerd
#- /w/roles/images/tasks/main.yml
- name: List the images
  command: \"{{ tool }} images\"
  register: listed
- command: |
    kubectl get nodes
  when: listed.rc == 0
- include_tasks: more.yml
- block:
    - shell: nerdctl ps
    - {command: ctr version, when: engine == 'containerd'}
  when: \"'kube_node' not in group_names\"
#- /w/roles/images/tasks/more.yml
- set_fact: {seen: true}
- command: crictl images
  when: seen
- include_vars: more.yml
#- /w/roles/images/vars/more.yml
known: true
#- /w/roles/images/handlers/main.yml
- name: restart
  command: nerdctl restart x
#- /w/roles/health/tasks/main.yml
- command: etcdctl endpoint health
  when: \"inventory_hostname in groups['etcd']\"
- command: \"{{ tool | default('nerdctl') }} ps\"
  run_once: true
- systemd: {name: kubelet, state: started}
  notify: restart
";

/// Things that people write into tasks and plays.
const LINES: [&str; 22] = [
    "- command: nerdctl images",
    "- {command: kubectl get nodes, when: listed.rc == 0}",
    "- {command: crictl ps, when: seen}",
    "- {shell: etcdctl member list, register: tool}",
    "- {command: ctr version, register: listed}",
    "- set_fact: {engine: docker}",
    "- {set_fact: {seen: true}, when: images}",
    "- include_role: {name: health}",
    "- include_role: {name: images, tasks_from: more}",
    "- include_tasks: more.yml",
    "- include_tasks: \"{{ what }}.yml\"",
    "- {package: {name: nerdctl}}",
    "- {script: x.sh}",
    "- {meta: end_host, when: \"'etcd' not in group_names\"}",
    "- {fail: {msg: no}, when: seen}",
    "- hosts: etcd\n  tasks:\n    - {command: nerdctl images, delegate_to: db}",
    "  when: \"'etcd' in group_names\"",
    "  notify: restart",
    "  ignore_errors: true",
    "tool: kubectl",
    "images: true",
    "# a comment",
];

/// Words, each with one that may stand in its place.
const WORDS: [(&str, &str); 18] = [
    ("nerdctl", "kubectl"),
    ("kubectl", "etcdctl"),
    ("etcdctl", "nerdctl"),
    ("hosts: all", "hosts: etcd"),
    ("hosts: etcd", "hosts: kube_node"),
    ("kube_node", "etcd"),
    ("listed", "seen"),
    ("seen", "images"),
    ("restart", "begin"),
    ("begin", "restart"),
    ("health", "images"),
    ("images", "health"),
    ("when:", "name:"),
    ("block:", "rescue:"),
    ("rescue:", "always:"),
    ("register:", "when:"),
    ("include_", "import_"),
    ("tool", "engine"),
];

/// Numbers as if by chance, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }
}

/// The text after one edit.
fn edited(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = dice.below(lines.len());
    let replaced = |text: &str, dice: &mut Dice| {
        let known: Vec<&(&str, &str)> = WORDS.iter().filter(|(word, _)| text.contains(word)).collect();
        if known.is_empty() { text.to_owned() } else { text.replacen(dice.of(&known).0, dice.of(&known).1, 1) }
    };
    match dice.below(7) {
        0 | 1 => {
            let depth = lines.get(at).map_or(0, |line| line.len() - line.trim_start().len());
            let indented: Vec<String> = dice.of(&LINES).lines().map(|line| format!("{:depth$}{line}", "")).collect();
            lines.splice(at..at, indented);
        }
        2 if lines.len() > 1 => {
            lines.remove(at);
        }
        3 if lines.len() > 1 => {
            let line = lines.remove(at);
            lines.insert(dice.below(lines.len()), line);
        }
        4 => {
            let line = lines.get(at).cloned().unwrap_or_default();
            lines[at] = if dice.below(2) == 0 { format!("  {line}") } else { line.strip_prefix("  ").unwrap_or(&line).to_owned() };
        }
        5 => lines[at] = replaced(&lines[at], dice),
        _ => return replaced(text, dice),
    }
    lines.join("\n") + "\n"
}

fn file(path: &str, text: &str) -> Entry {
    Entry::File(Arc::new(SourceFile::new(path, Content::Text(text.into()), false)))
}

/// The same files, none of which remembers anything.
fn copy(files: &Files) -> Files {
    let mut copy = Files::default();
    for (path, entry) in files.iter() {
        copy.insert(path, if let Entry::File(known) = entry { file(path, known.text()) } else { Entry::Directory });
    }
    copy
}

/// Edits the files that are meant, asks the workspace and a fresh one after most edits, and gives how many missing tools they found.
fn edit(original: &Files, n_edits: usize, seed: u64, is_meant: impl Fn(&str) -> bool) -> usize {
    let mut dice = Dice(seed);
    let mut workspace = Workspace::new(copy(original), BTreeSet::new(), Settings::default());
    let paths: Vec<&Arc<str>> =
        original.iter().map(|(path, _)| path).filter(|path| original.file(path).is_some() && is_meant(path)).collect();
    let mut n_found = 0;
    for round in 0..n_edits {
        let path = *dice.of(&paths);
        let mut files = workspace.files().clone();
        let text = files.file(path).map(|file| file.text().to_owned());
        match (text, dice.below(30)) {
            (Some(_), 0) => files.remove(path),
            (Some(text), 1..24) => files.insert(path, file(path, &edited(&text, &mut dice))),
            _ => files.insert(path, file(path, original.file(path).map_or("", |file| file.text()))),
        }
        workspace = workspace.change_files(files);
        if dice.below(5) == 0 {
            continue;
        }
        let fresh = Workspace::new(copy(workspace.files()), BTreeSet::new(), Settings::default());
        let known = workspace.diagnostics(&Token::never()).expect("nothing cancels");
        let expected = fresh.diagnostics(&Token::never()).expect("nothing cancels");
        assert!(known == expected, "seed {seed}, edit {round}, of {path}: {}", first_difference(known, expected));
        n_found += known.values().flat_map(|found| found.iter()).filter(|found| found.code == "tool-not-installed").count();
    }
    n_found
}

/// The first path with other findings, and what they are.
fn first_difference(known: &Diagnostics, expected: &Diagnostics) -> String {
    let paths: BTreeSet<&Arc<str>> = known.keys().chain(expected.keys()).collect();
    let path = paths.into_iter().find(|path| known.get(*path) != expected.get(*path));
    path.map_or_else(String::new, |path| format!("{path}\nedited {:#?}\nfresh {:#?}", known.get(path), expected.get(path)))
}

/// `HOSTWISE_ROUNDS`, or what is usual.
fn n_rounds(usual: usize) -> usize {
    std::env::var("HOSTWISE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(usual)
}

#[test]
fn an_edited_workspace_finds_what_a_fresh_one_finds() {
    let fixture = Fixture::parse(TREE, "/w/site.yml");
    let mut files = Files::default();
    fixture.files.iter().for_each(|of_fixture| files.insert(&of_fixture.path, file(&of_fixture.path, &of_fixture.text)));
    let n_found: usize = (0..10).map(|seed| edit(&files, n_rounds(300) / 10, seed, |_| true)).sum();
    assert!(n_found > n_rounds(300) / 2, "only {n_found} findings to compare");
}

#[test]
fn an_edited_checkout_finds_what_a_fresh_one_finds() {
    let Some(root) = std::env::var_os("HOSTWISE_KUBESPRAY") else {
        eprintln!("skipped: HOSTWISE_KUBESPRAY names no checkout");
        return;
    };
    let mut files = read(Path::new(&root));
    for (name, hosts) in [("one", "node1: "), ("two", "node1: , node2: ")] {
        let text = format!("kube_control_plane: {{hosts: {{node1: }}}}\nkube_node: {{hosts: {{{hosts}}}}}\netcd: {{hosts: {{db: }}}}\n");
        let path = format!("/ks/{name}/hosts.yaml");
        files.insert(&path, file(&path, &text));
    }
    let is_meant = |path: &str| {
        let is_play = path.contains("/playbooks/") || path.contains("/tasks/") || path.contains("/handlers/") || path.contains("/meta/");
        is_play || path.contains("/defaults/") || path.contains("/vars/") || path.ends_with("/hosts.yaml")
    };
    edit(&files, n_rounds(300) / 10, 0, is_meant);
}

/// The YAML files of a checkout, as if it stood at `/ks`, without the tests of its CI.
fn read(root: &Path) -> Files {
    let mut files = Files::default();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        let mut paths: Vec<_> = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        paths.sort_unstable();
        for path in paths {
            if path.is_dir() && !path.is_symlink() && !path.ends_with("tests/files") {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
                && let Ok(text) = std::fs::read_to_string(&path)
                && let Ok(below) = path.strip_prefix(root)
            {
                let path = format!("/ks/{}", below.display());
                files.insert(&path, file(&path, &text));
            }
        }
    }
    files
}
