//! What playbooks cost: `cargo bench --bench plays`. With `HOSTWISE_KUBESPRAY=DIR` a checkout is measured, else a tree of our own of that size.
//!
//! Prints the time from files in memory to all findings (cold), and from an edit of one file to all findings again, by kind of edit, with one inventory
//! and with several. `HOSTWISE_ROUNDS` is the number of edits of each kind (100).

#![expect(clippy::print_stdout, reason = "the table is the result")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hostwise_analysis::{Settings, Token, Workspace};
use hostwise_inventory::{Content, Entry, Files, SourceFile};

const HOSTS: &str = "\
kube_control_plane: {hosts: {node1: }}
kube_node: {hosts: {node2: }}
etcd: {hosts: {node3: }}
";

/// Layouts of which several inventories are made besides the tests of the checkout.
const MORE: [&str; 4] = [
    "kube_control_plane: {hosts: {node1: }}\nkube_node: {hosts: {node1: }}\netcd: {hosts: {node1: }}\n",
    "kube_control_plane: {hosts: {node1: }}\nkube_node: {hosts: {node2: }}\netcd: {hosts: {node1: }}\n",
    "kube_control_plane: {hosts: {node1: , node2: }}\nkube_node: {hosts: {node3: }}\netcd: {hosts: {node1: , node2: , node3: }}\n",
    "kube_control_plane: {hosts: {node1: }}\nkube_node: {hosts: {node[2:200]: }}\netcd: {hosts: {node1: }}\n",
];

fn main() {
    let checkout = std::env::var("HOSTWISE_KUBESPRAY").ok();
    let (name, mut files) = match &checkout {
        Some(directory) => ("a checkout", read(Path::new(directory))),
        None => ("a tree of our own", generate()),
    };
    let n_rounds = std::env::var("HOSTWISE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(100);
    let tests: Vec<(Arc<str>, Entry)> =
        files.iter().filter(|(path, _)| path.contains("/tests/files/")).map(|(path, entry)| (Arc::clone(path), entry.clone())).collect();
    tests.iter().for_each(|(path, _)| files.remove(path));
    put(&mut files, "/bench/inventory/hosts.yaml", HOSTS);
    put(&mut files, "/bench/inventory/group_vars/all.yml", "x: 1\n");
    measure(&format!("{name}, one inventory"), &files, n_rounds);
    for (index, hosts) in MORE.iter().enumerate() {
        put(&mut files, &format!("/bench/more{index}/hosts.yaml"), hosts);
        put(&mut files, &format!("/bench/more{index}/group_vars/all.yml"), "x: 1\n");
    }
    tests.iter().for_each(|(path, entry)| files.insert(path, entry.clone()));
    measure(&format!("{name}, five inventories and {} tests", tests.len()), &files, n_rounds);
}

/// Something that people add to a file.
struct Edit {
    what: &'static str,
    is_meant: fn(&str) -> bool,
    /// With a name for `NAME` that grows as it is typed.
    lines: &'static str,
}

const EDITS: [Edit; 7] = [
    Edit { what: "a comment in a task file", is_meant: is_tasks, lines: "# NAME" },
    Edit { what: "a task in it", is_meant: is_tasks, lines: "- command: kubectl get nodes NAME" },
    Edit { what: "a registered name in it", is_meant: is_tasks, lines: "- command: kubectl get nodes\n  register: NAME" },
    Edit { what: "a task in a big role", is_meant: is_big, lines: "- command: kubectl get nodes NAME" },
    Edit { what: "a play in a playbook", is_meant: is_playbook, lines: "- hosts: all\n  tasks:\n    - command: kubectl get NAME" },
    Edit { what: "a variable of an inventory", is_meant: |path| path.starts_with("/bench/inventory/group_vars/"), lines: "NAME: 1" },
    Edit { what: "a default of a role", is_meant: is_defaults, lines: "NAME: 1" },
];

fn is_tasks(path: &str) -> bool {
    path.contains("/roles/") && path.ends_with("/tasks/main.yml")
}

fn is_big(path: &str) -> bool {
    let names = ["container-engine", "download", "kubernetes/control-plane", "kubernetes/preinstall"];
    is_tasks(path) && names.iter().any(|name| path.contains(&format!("/roles/{name}/tasks/")))
}

fn is_playbook(path: &str) -> bool {
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    path.ends_with(".yml") && matches!(directory, "/bench/playbooks" | "/bench")
}

fn is_defaults(path: &str) -> bool {
    path.contains("/roles/") && path.ends_with("/defaults/main.yml")
}

/// Prints what the files cost cold, and after each of `n_rounds` edits of a kind and its undoing.
fn measure(name: &str, files: &Files, n_rounds: usize) {
    let mut cold: Vec<Duration> = Vec::new();
    for _ in 0..n_rounds.div_ceil(20) {
        // Files that were parsed before would remember it.
        let fresh = copy(files);
        let started = Instant::now();
        let n_found = n_findings(&Workspace::new(fresh, BTreeSet::new(), Settings::default()));
        cold.push(started.elapsed());
        assert!(n_found > 0, "at least the sentence");
    }
    let mut workspace = Workspace::new(copy(files), BTreeSet::new(), Settings::default());
    n_findings(&workspace);
    println!("{name}: {} files, {} inventories", files.iter().count(), workspace.n_inventories());
    print("cold", cold);
    for edit in EDITS {
        let mut times: Vec<Duration> = Vec::new();
        let mut paths: Vec<&Arc<str>> = files.iter().map(|(path, _)| path).filter(|path| (edit.is_meant)(path)).collect();
        paths = paths.iter().step_by((paths.len() / n_rounds).max(1)).copied().collect();
        for (index, path) in paths.iter().cycle().take(n_rounds).enumerate() {
            let text = files.file(path).map(|file| file.text().to_owned()).unwrap_or_default();
            let lines = edit.lines.replace("NAME", &"x".repeat(index % 9 + 1));
            for text in [format!("{text}{lines}\n"), text] {
                let mut files = workspace.files().clone();
                put(&mut files, path, &text);
                let started = Instant::now();
                let edited = workspace.change_files(files);
                n_findings(&edited);
                times.push(started.elapsed());
                workspace = edited;
            }
        }
        print(edit.what, times);
    }
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times.get(times.len().saturating_sub(1) * percent / 100).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    println!("  {what}: p50 {:.1} ms, p95 {:.1} ms", at(50), at(95));
}

fn n_findings(workspace: &Workspace) -> usize {
    workspace.diagnostics(&Token::never()).expect("nothing cancels").values().map(|found| found.len()).sum()
}

fn put(files: &mut Files, path: &str, text: &str) {
    files.insert(path, Entry::File(Arc::new(SourceFile::new(path, Content::Text(text.into()), false))));
}

fn copy(files: &Files) -> Files {
    let mut copy = Files::default();
    for (path, entry) in files.iter() {
        if let Entry::File(file) = entry {
            put(&mut copy, path, file.text());
        }
    }
    copy
}

/// The YAML files of a checkout, as if it stood at `/bench`.
fn read(directory: &Path) -> Files {
    let mut files = Files::default();
    let mut open = vec![directory.to_owned()];
    while let Some(at) = open.pop() {
        for path in std::fs::read_dir(at).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !path.is_symlink() && !name.starts_with('.') {
                open.push(path);
            } else if let Ok(below) = path.strip_prefix(directory)
                && (name.ends_with(".yml") || name.ends_with(".yaml") || name == "ansible.cfg")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                put(&mut files, &format!("/bench/{}", below.display()), &text);
            }
        }
    }
    files
}

/// Fifteen playbooks over sixty roles of thirty tasks each.
fn generate() -> Files {
    let mut files = Files::default();
    for role in 0..60 {
        let mut tasks = String::new();
        for task in 0..30 {
            let _ = write!(
                tasks,
                "- name: Task {task} of role {role}\n  command: \"{{{{ bin_dir }}}}/{} --number {task}\"\n  register: result_{task}\n  when:\n    - \
                 inventory_hostname in groups['kube_node'] or 'etcd' in group_names\n    - role_{role}_enabled | default(true)\n",
                ["kubectl", "nerdctl", "mkdir", "etcdctl"][task % 4]
            );
        }
        put(&mut files, &format!("/bench/roles/role{role}/tasks/main.yml"), &tasks);
        put(&mut files, &format!("/bench/roles/role{role}/defaults/main.yml"), &format!("role_{role}_enabled: true\n"));
    }
    for playbook in 0..15 {
        let mut text = String::new();
        for (index, pattern) in ["k8s_cluster:etcd", "kube_control_plane", "kube_node"].iter().enumerate() {
            let roles: Vec<String> = (0..20).map(|role| format!("role{}", (playbook + index * 20 + role) % 60)).collect();
            let _ = writeln!(text, "- hosts: {pattern}\n  roles: [{}]", roles.join(", "));
        }
        put(&mut files, &format!("/bench/playbook{playbook}.yml"), &text);
    }
    files
}
