//! Real inventories. The data stands beside the repository, in `../shared`; without it these tests say so and pass.

mod checkouts;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/kubespray").join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

fn hostwise(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_hostwise")).args(arguments).output().expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// The samples of all releases, with their hosts commented out: an empty inventory is no error, and nothing in the sample is wrong.
#[test]
fn the_samples_of_all_releases_are_silent() {
    let Some(samples) = data("sample") else { return };
    let mut n_samples = 0;
    for sample in fs::read_dir(samples).expect("a folder").flatten() {
        let found = hostwise(&["check", "--format", "json", &sample.path().to_string_lossy()]);
        assert_eq!(found["diagnostics"], Value::Array(Vec::new()), "{}", sample.path().display());
        n_samples += 1;
    }
    assert!(n_samples >= 4, "{n_samples} samples");
}

/// The same files with the hosts of the separate layout filled in: the finding on the etcd host, and nothing else.
#[test]
fn a_sample_with_hosts_gives_the_sentence_only() {
    let Some(samples) = data("sample") else { return };
    for sample in fs::read_dir(samples).expect("a folder").flatten() {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&sample.path(), folder.path());
        let inventory = "[kube_control_plane]\nnode1\n[kube_node]\nnode2\n[etcd]\nnode3\n";
        fs::write(folder.path().join("inventory.ini"), inventory).expect("a file");
        let found = hostwise(&["check", "--format", "json", &folder.path().to_string_lossy()]);
        let messages: Vec<&Value> = found["diagnostics"].as_array().expect("a list").iter().map(|finding| &finding["message"]).collect();
        assert_eq!(messages, ["etcd-only in separate mode: nerdctl not installed here"], "{}", sample.path().display());
        assert_eq!(found["summary"]["hosts"], 3);
    }
}

/// Membership and the container engine of Kubespray's test layouts, as real Ansible runs gave them.
#[test]
fn the_layouts_become_what_ansible_made_of_them() {
    let Some(fixtures) = data("fixtures") else { return };
    let mut n_hosts = 0;
    for expected in fs::read_dir(fixtures.join("expected/HEAD")).expect("a folder").flatten() {
        let layout = expected.path().file_stem().expect("a name").to_string_lossy().into_owned();
        let inventory = fixtures.join(format!("inventories/{layout}.yml"));
        let hosts: Value = serde_json::from_str(&fs::read_to_string(expected.path()).expect("a file")).expect("JSON");
        for host in hosts.as_array().expect("a list") {
            let name = host["host"].as_str().expect("a name");
            let explained = hostwise(&["explain", "-i", &inventory.to_string_lossy(), name, "--format", "json"]);
            assert_eq!(explained["groups"], host["groups"], "{layout}: {name}");
            assert_engine(&explained, host, &format!("{layout}: {name}"));
            n_hosts += 1;
        }
    }
    assert!(n_hosts >= 10, "{n_hosts} hosts");
}

/// Every container engine with every kind of etcd in the separate layout, as real Ansible runs gave them.
#[test]
fn engines_and_kinds_of_etcd_become_what_ansible_made_of_them() {
    let Some(fixtures) = data("fixtures") else { return };
    let text = fs::read_to_string(fixtures.join("expected/separate-3x3/v2.31.0.json")).expect("a file");
    let hosts: Value = serde_json::from_str(&text).expect("JSON");
    let mut combinations = BTreeSet::new();
    for host in hosts.as_array().expect("a list") {
        let folder = tempfile::tempdir().expect("a folder");
        let inventory = folder.path().join("hosts.yml");
        fs::copy(fixtures.join("inventories/separate.yml"), &inventory).expect("a file");
        let (engine, etcd) = (host["container_manager"].as_str().expect("text"), host["etcd_deployment_type"].as_str().expect("text"));
        let variables = format!("container_manager: {engine}\netcd_deployment_type: {etcd}\nkube_network_plugin: cilium\n");
        fs::create_dir(folder.path().join("group_vars")).expect("a folder");
        fs::write(folder.path().join("group_vars/all.yml"), variables).expect("a file");
        let name = host["host"].as_str().expect("a name");
        let explained = hostwise(&["explain", "-i", &inventory.to_string_lossy(), name, "--format", "json"]);
        assert_eq!(explained["groups"], host["groups"], "{name}");
        assert_engine(&explained, host, &format!("{engine} {etcd} {name}"));
        combinations.insert((engine.to_owned(), etcd.to_owned()));
    }
    assert_eq!(combinations.len(), 9);
}

/// Ansible's facts about a host: whether the engine is deployed, and which downloads apply. What is downloaded for a host of the cluster as a file
/// is also installed there; on a host without the engine nothing of it is.
fn assert_engine(explained: &Value, host: &Value, context: &str) {
    let states: BTreeMap<&str, bool> = explained["components"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|component| (component["name"].as_str().expect("text"), component["state"] == "installed"))
        .collect();
    let deployed = host["deploy_container_engine"] == true;
    assert_eq!(states["crictl"], deployed, "{context}: crictl");
    let tool = host["tool"].as_str().expect("text");
    assert_eq!(states[tool], deployed, "{context}: {tool}");
    let downloads: BTreeSet<&str> = host["downloads"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    for (download, component) in
        [("kubelet:F", "kubelet"), ("kubeadm:F", "kubeadm"), ("kubectl:F", "kubectl"), ("cni:F", "cni-plugins"), ("ciliumcli:F", "cilium")]
    {
        assert_eq!(states[component], downloads.contains(download), "{context}: {component}");
    }
    for (download, component) in [("containerd:F", "containerd"), ("nerdctl:F", "nerdctl"), ("runc:F", "runc")] {
        assert_eq!(states[component], deployed && host["container_manager"] == "containerd", "{context}: {component}");
        assert!(!downloads.contains(download) || states[component], "{context}: {download}");
    }
    let etcd = downloads.contains("etcd:F") || (downloads.contains("etcd:C") && host["etcd_deployment_type"] == "docker");
    assert_eq!(states["etcd"], etcd, "{context}: etcd");
}

/// A thousand hosts: every etcd-only one is found, and only those.
#[test]
fn a_thousand_hosts() {
    let folder = tempfile::tempdir().expect("a folder");
    let inventory = folder.path().join("hosts.yml");
    let names = |range: std::ops::Range<u32>| {
        range.map(|n| format!("    node-{n}: {{ansible_host: 10.0.{}.{}}}\n", n / 250, n % 250)).collect::<String>()
    };
    let text = format!(
        "kube_control_plane:\n  hosts:\n{}kube_node:\n  hosts:\n{}etcd:\n  hosts:\n{}",
        names(0..3),
        names(3..995),
        names(995..1000)
    );
    fs::write(&inventory, text).expect("a file");
    let found = hostwise(&["check", "--format", "json", &inventory.to_string_lossy()]);
    let hosts: Vec<&str> = found["diagnostics"].as_array().expect("a list").iter().filter_map(|finding| finding["host"].as_str()).collect();
    assert_eq!(hosts, ["node-995", "node-996", "node-997", "node-998", "node-999"]);
    assert_eq!(found["summary"]["hosts"], 1000);
}

/// Every prefix and every deletion of one byte of a real file: no panic, and the spans of the tree stay in order.
#[test]
fn damaged_files_keep_the_tree_in_order() {
    let Some(samples) = data("sample") else { return };
    let file = samples.join("v2.31.0/group_vars/all/all.yml");
    let text = fs::read_to_string(file).expect("a file");
    let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    for &at in boundaries.iter().step_by(7) {
        assert_in_order(&text[..at]);
        let next = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
        assert_in_order(&format!("{}{}", &text[..at], &text[next..]));
    }
}

fn assert_in_order(text: &str) {
    let document = hostwise_syntax::yaml::parse(text.into());
    let mut open: Vec<hostwise_syntax::yaml::Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = open.pop() {
        let range = node.range();
        assert!(range.start <= range.end && range.end as usize <= text.len(), "{range:?}");
        let _ = node.text();
        let mut last = range.start;
        for entry in node.entries() {
            let key = entry.key.range();
            assert!(last <= key.start && key.end <= range.end.max(key.end), "{key:?} in {range:?}");
            last = key.end;
            open.push(entry.value);
        }
        open.extend(node.items());
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        #[cfg(unix)]
        if let Ok(link) = fs::read_link(entry.path()) {
            std::os::unix::fs::symlink(link, target).expect("a link");
            continue;
        }
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file");
        }
    }
}

/// The tests of Kubespray's own CI: only the dedicated etcd hosts of two of them are spoken of, and nothing is wrong.
#[test]
fn the_tests_of_kubespray_are_right() {
    let Some(releases) = data("ci") else { return };
    for (release, files) in [
        ("v2.24.0", vec![("packet_ubuntu20-cilium-sep.yml", 1)]),
        ("v2.31.0", vec![("ubuntu24-cilium-sep.yml", 1), ("ubuntu24-ha-separate-etcd.yml", 3)]),
    ] {
        let found = hostwise(&["check", "--format", "json", &releases.join(release).to_string_lossy()]);
        let mut by_file: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in found["diagnostics"].as_array().expect("a list") {
            assert_eq!(finding["severity"], "information", "{finding}");
            if finding["code"] != "component-not-installed" {
                continue;
            }
            let path = finding["path"].as_str().expect("a path");
            *by_file.entry(path.rsplit('/').next().unwrap_or_default()).or_default() += 1;
        }
        assert_eq!(by_file.into_iter().collect::<Vec<_>>(), files, "{release}");
        assert!(found["summary"]["hosts"].as_u64().is_some_and(|n_hosts| n_hosts > 100), "{release}: {}", found["summary"]);
    }
}

/// Every inventory of the data in the other language and back: what is listed stays.
#[test]
fn inventories_are_converted_and_come_back() {
    let (Some(samples), Some(fixtures)) = (data("sample"), data("fixtures/inventories")) else { return };
    let of = |folder: PathBuf| fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let sources: Vec<PathBuf> = of(samples).map(|sample| sample.join("inventory.ini")).chain(of(fixtures)).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let listed = |path: &Path| hostwise(&["inventory", "-i", &path.to_string_lossy(), "--list"]);
    let convert = |path: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_hostwise")).arg("convert").arg(path).output().expect("the program runs");
        assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    for (index, source) in sources.iter().enumerate() {
        let (ini, yaml) = (folder.path().join(format!("{index}.ini")), folder.path().join(format!("{index}.yaml")));
        let (own, other) = if source.ends_with("inventory.ini") { (ini, yaml) } else { (yaml, ini) };
        let text = fs::read_to_string(source).expect("a file");
        fs::write(&own, &text).expect("a file");
        fs::write(&other, convert(&own)).expect("a file");
        assert_eq!(listed(&other), listed(&own), "{}", source.display());
        let back = convert(&other);
        fs::write(&own, &back).expect("a file");
        assert_eq!(listed(&other), listed(&own), "{}", source.display());
        let n_comments = |text: &str| text.lines().filter(|line| line.contains('#')).count();
        assert_eq!(n_comments(&back), n_comments(&text), "{}", source.display());
    }
    assert!(sources.len() > 8, "{} inventories", sources.len());
}
