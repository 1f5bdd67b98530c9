//! Kubespray's own playbooks, with the layouts of its tests and all tests of its CI: nothing in them is a false alarm. `HOSTWISE_KUBESPRAY` names a
//! checkout, or a folder of several.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{copy, data, hostwise};

/// Findings in the checkout's own files that are right, by release (its start), rule, and the end of the path.
const RIGHT: [(&str, &str, &str); 9] = [
    // Dedicated etcd hosts get no image tool: what the sentence is for.
    ("", "component-not-installed", "-cilium-sep.yml"),
    ("", "component-not-installed", "-ha-separate-etcd.yml"),
    // roles/network_plugin/calico/tasks/check.yml stops at it; the tests switch such checks off (ignore_assert_errors).
    ("", "removed-variable", "-calico-upgrade.yml"),
    ("", "removed-variable", "-calico-upgrade-once.yml"),
    ("", "removed-variable", "-calico-etcd-kubeadm-upgrade-ha.yml"),
    // Read by no role since containerd_registries_mirrors came.
    ("", "removed-variable", "-calico-etcd-datastore.yml"),
    // Ingress-nginx went with 2.31.
    ("2.3", "removed-variable", "-flannel-ha-once.yml"),
    // With kubeadm, etcd runs on the control plane only; instance 3 is in etcd, too.
    ("", "etcd-kubeadm-outside-control-plane", "-ha.yml"),
    // The role reads kube_asymmetric_encryption_algorithm.
    ("2.2", "variable-typo", "debian12-calico.yml"),
];

fn checkouts() -> Vec<PathBuf> {
    let Some(named) = std::env::var_os("HOSTWISE_KUBESPRAY").map(PathBuf::from) else {
        eprintln!("skipped: HOSTWISE_KUBESPRAY names no checkout");
        return Vec::new();
    };
    let is_checkout = |path: &PathBuf| path.join("galaxy.yml").is_file();
    if is_checkout(&named) {
        return vec![named];
    }
    let mut below: Vec<PathBuf> = fs::read_dir(named).expect("a folder").flatten().map(|entry| entry.path()).filter(is_checkout).collect();
    below.sort();
    below
}

/// A copy of the checkout with an inventory for each layout of Kubespray's tests, whose hosts are reached over SSH.
fn with_layouts(checkout: &Path) -> Option<tempfile::TempDir> {
    let layouts = data("fixtures/inventories")?;
    let folder = tempfile::tempdir().expect("a folder");
    copy(checkout, folder.path());
    for layout in fs::read_dir(layouts).expect("a folder").flatten() {
        let text = fs::read_to_string(layout.path()).expect("a file");
        let home = folder.path().join("inventory").join(layout.path().file_stem().expect("a name"));
        fs::create_dir_all(home.join("group_vars")).expect("a folder");
        fs::write(home.join("hosts.yml"), text.replace("  vars:\n    ansible_connection: local\n", "")).expect("a file");
        fs::write(home.join("group_vars/all.yml"), "x: 1\n").expect("a file");
    }
    Some(folder)
}

fn release(checkout: &Path) -> String {
    let galaxy = fs::read_to_string(checkout.join("galaxy.yml")).expect("a file");
    galaxy.lines().find_map(|line| line.strip_prefix("version: ")).expect("a version").to_owned()
}

#[test]
fn nothing_in_kubesprays_own_files_is_a_false_alarm() {
    for checkout in checkouts() {
        let Some(folder) = with_layouts(&checkout) else { return };
        let release = release(&checkout);
        let found = hostwise(&["check", "--format", "json", &folder.path().to_string_lossy()]);
        let mut in_layouts = Vec::new();
        for finding in found["diagnostics"].as_array().expect("a list") {
            let path = finding["path"].as_str().expect("text");
            let code = finding["code"].as_str().expect("text");
            if path.contains("/inventory/") {
                in_layouts.push((code, finding["message"].as_str().expect("text")));
                continue;
            }
            let is_right = RIGHT.iter().any(|(of, rule, end)| release.starts_with(of) && *rule == code && path.ends_with(end));
            assert!(is_right, "{release}: {path}: {finding}");
        }
        in_layouts.retain(|(code, _)| *code != "version-pinned-behind");
        assert_eq!(in_layouts, [("component-not-installed", "etcd-only in separate mode: nerdctl not installed here")], "{release}");
        assert!(found["summary"]["hosts"].as_u64() > Some(100), "the tests are there: {}", found["summary"]);
    }
}

/// That these playbooks are silent means something: the task that once failed in a proposal for Kubespray is found in its place.
#[test]
fn a_task_that_fails_is_found_in_a_checkout() {
    for checkout in checkouts() {
        let Some(folder) = with_layouts(&checkout) else { return };
        let path = folder.path().join("roles/download/tasks/main.yml");
        let text = fs::read_to_string(&path).expect("a file");
        let task = "- name: Download | List images of the node\n  command: \"{{ image_info_command }}\"\n  register: images_of_node\n";
        fs::write(&path, text.replacen("---\n", &format!("---\n{task}\n"), 1)).expect("a file");
        let found = hostwise(&["check", "--format", "json", &folder.path().to_string_lossy()]);
        let of_task = |finding: &&Value| finding["path"].as_str().is_some_and(|path| path.ends_with("roles/download/tasks/main.yml"));
        let messages: Vec<&str> = found["diagnostics"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(of_task)
            .map(|finding| finding["message"].as_str().expect("text"))
            .collect();
        let release = release(&checkout);
        let is_said =
            |host: &str| messages.iter().any(|message| message.starts_with(&format!("nerdctl is not installed on {host} (etcd-only in")));
        assert!(is_said("instance-3"), "{release}: {messages:?}");
        assert!(messages.iter().all(|message| message.starts_with("nerdctl is not installed on ")), "{release}: {messages:?}");
    }
}
