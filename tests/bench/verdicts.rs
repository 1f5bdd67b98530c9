//! What all components of 10,000 hosts in a dozen profiles cost, asked by a hover on their group: cold, and after an edit of a variable.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hostwise_analysis::{Settings, Workspace, hover};
use hostwise_inventory::{Content, Files, SourceFile};

const N_HOSTS: usize = 10_000;
const N_KINDS: usize = 12;
const INVENTORY: &str = "/i/hosts.yaml";
const VARIABLES: &str = "/i/group_vars/all.yml";

fn source(path: &str, text: String) -> SourceFile {
    SourceFile::new(path, Content::Text(text.into()), false)
}

/// Control planes, etcd members, and workers in ten pools.
fn hosts() -> String {
    let mut text =
        String::from("kube_control_plane:\n  hosts:\n    node[0:2]:\netcd:\n  hosts:\n    node[3:5]:\nkube_node:\n  children:\n");
    (2..N_KINDS).for_each(|pool| {
        let _ = writeln!(text, "    pool{pool}:");
    });
    for pool in 2..N_KINDS {
        let _ = writeln!(text, "pool{pool}:\n  hosts:");
        (6 + pool..N_HOSTS).step_by(N_KINDS - 2).for_each(|host| {
            let _ = writeln!(text, "    node{host}:");
        });
    }
    text
}

fn files(plugin: &str) -> Files {
    [source(INVENTORY, hosts()), source(VARIABLES, format!("kube_network_plugin: {plugin}\nkube_owner: root\n"))].into_iter().collect()
}

fn workspace(files: Files) -> Workspace {
    let workspace = Workspace::new(files, BTreeSet::new(), Settings::default());
    black_box(workspace.n_hosts());
    workspace
}

fn ask(workspace: &Workspace, at: usize) {
    assert!(hover(workspace, INVENTORY, at).is_some());
}

fn verdicts(criterion: &mut Criterion) {
    let (before, after) = (files("calico"), files("cilium"));
    let known = workspace(before.clone());
    let at = hosts().find("kube_node:").expect("the group") + 1;
    ask(&known, at);
    criterion.bench_function("verdicts/10000 hosts, cold", |bencher| {
        bencher.iter_batched_ref(|| workspace(before.clone()), |workspace| ask(workspace, at), BatchSize::PerIteration);
    });
    criterion.bench_function("verdicts/10000 hosts, one edit", |bencher| {
        let edited = || {
            let mut files = before.clone();
            files.insert(VARIABLES, after.get(VARIABLES).expect("a file").clone());
            let workspace = known.change_files(files);
            black_box(workspace.n_hosts());
            workspace
        };
        bencher.iter_batched_ref(edited, |workspace| ask(workspace, at), BatchSize::PerIteration);
    });
}

criterion_group!(benches, verdicts);
criterion_main!(benches);
