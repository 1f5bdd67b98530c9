//! What an inventory of 10,000 hosts with 300 variable files costs: cold, after an edit of a variable file, and printed.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hostwise_inventory::{Content, Entry, Files, Inventory, Output, Request, SourceFile};

const N_HOSTS: usize = 10_000;
const N_HOST_VARS: usize = 280;
const N_GROUP_VARS: usize = 20;

fn source(path: &str, text: String) -> SourceFile {
    SourceFile::new(path, Content::Text(text.into()), false)
}

fn hosts(n_hosts: usize) -> String {
    let mut text = String::from("all:\n  hosts:\n");
    for host in 0..n_hosts {
        let _ = writeln!(text, "    node{host}:\n      ansible_host: 10.{}.{}.{}", host >> 16, host >> 8 & 255, host & 255);
    }
    text.push_str("  children:\n");
    for group in 0..N_GROUP_VARS {
        let _ = writeln!(text, "    group{group}:\n      hosts:");
        (group..n_hosts).step_by(N_GROUP_VARS).for_each(|host| {
            let _ = writeln!(text, "        node{host}:");
        });
    }
    text
}

fn variables(seed: usize) -> String {
    (0..20).fold(String::new(), |mut text, index| {
        let _ = writeln!(text, "variable_{index}: value {seed}");
        text
    })
}

fn files(n_hosts: usize) -> Files {
    let mut files = vec![source("/i/hosts.yaml", hosts(n_hosts)), source("/i/group_vars/all.yml", variables(0))];
    files.extend((0..N_GROUP_VARS).map(|group| source(&format!("/i/group_vars/group{group}.yml"), variables(group))));
    files.extend((0..N_HOST_VARS).map(|host| source(&format!("/i/host_vars/node{host}.yml"), variables(host))));
    files.into_iter().collect()
}

fn request() -> Request {
    Request { sources: vec!["/i/hosts.yaml".into()], ..Request::default() }
}

fn edited(files: &Files, path: &str) -> Files {
    let mut files = files.clone();
    files.insert(path, Entry::File(Arc::new(source(path, variables(99)))));
    files
}

/// The value of one variable on every host.
fn ask(inventory: &Inventory) -> usize {
    inventory.hosts().filter(|(host, _)| inventory.variable(*host, "variable_7").is_some()).count()
}

fn inventories(criterion: &mut Criterion) {
    let (request, warm) = (request(), files(N_HOSTS));
    let before = Inventory::load(&warm, &request, None);
    criterion.bench_function("10,000 hosts, 300 variable files, parsed and merged cold", |bencher| {
        bencher.iter_batched(|| files(N_HOSTS), |files| Inventory::load(&files, &request, None), BatchSize::LargeInput);
    });
    criterion.bench_function("10,000 hosts, 300 variable files, merged from parsed files", |bencher| {
        bencher.iter(|| black_box(Inventory::load(&warm, &request, None)));
    });
    for path in ["/i/host_vars/node7.yml", "/i/group_vars/all.yml"] {
        criterion.bench_function(&format!("10,000 hosts, one edit of {path}"), |bencher| {
            bencher.iter_batched(|| edited(&warm, path), |files| Inventory::load(&files, &request, Some(&before)), BatchSize::LargeInput);
        });
    }
    criterion.bench_function("10,000 hosts, one variable on every host", |bencher| bencher.iter(|| black_box(ask(&before))));
    let thousand = files(1_000);
    criterion.bench_function("1,000 hosts, --list from parsed files", |bencher| {
        bencher.iter(|| {
            let inventory = Inventory::load_strictly(&thousand, &request).expect("no group loop");
            Output::new(&inventory, false, false).list().map(|text| text.len())
        });
    });
}

criterion_group!(benches, inventories);
criterion_main!(benches);
