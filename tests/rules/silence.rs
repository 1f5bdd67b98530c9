//! Real inventories in which nothing is wrong. The data stands beside the repository, in `../shared`; without it these tests say so and pass.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hostwise_fixture::Fixture;
use hostwise_kubespray::Packs;
use serde_json::Value;

/// The folders of the data, and the release that each is from.
const RELEASES: [(&str, &str); 4] = [("v2.24.0", "2.24.0"), ("v2.28.1", "2.28.1"), ("v2.31.0", "2.31.0"), ("HEAD", "2.32.0")];

fn data(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/kubespray").join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// The errors and warnings of an inventory, as text.
fn complaints(directory: &Path, path: &str, release: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_hostwise"))
        .current_dir(directory)
        .args(["check", "--format", "json", "--kubespray", release, path])
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let found: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    let found = found["diagnostics"].as_array().expect("a list").iter();
    let grave = found.filter(|finding| matches!(finding["severity"].as_str(), Some("error" | "warning")));
    grave.map(|finding| format!("{path}: {} {}: {}\n", finding["path"], finding["code"], finding["message"])).collect()
}

/// The sample of each release with the hosts of usual layouts filled in, and as it is.
#[test]
fn nothing_is_wrong_in_the_samples() {
    const LAYOUTS: [&str; 4] = [
        "[kube_control_plane]\nnode1\n[kube_node]\nnode2\n[etcd]\nnode3\n",
        "[kube_control_plane]\nnode1\nnode2\nnode3\n[kube_node]\nnode4\nnode5\n[etcd:children]\nkube_control_plane\n",
        "[kube_control_plane]\nnode1 ip=10.3.0.1\n[etcd:children]\nkube_control_plane\n[kube_node]\nnode1\n",
        "",
    ];
    let mut failures = String::new();
    for (folder, release) in RELEASES {
        let Some(sample) = data(&format!("sample/{folder}")) else { return };
        for layout in LAYOUTS {
            let copy = tempfile::tempdir().expect("a folder");
            copy_tree(&sample, copy.path());
            if !layout.is_empty() {
                // Up to 2.26 the inventory itself must say what the cluster is.
                let cluster = "[k8s_cluster:children]\nkube_control_plane\nkube_node\n";
                let is_spelt_out = release < "2.27";
                fs::write(copy.path().join("inventory.ini"), format!("{layout}{}", if is_spelt_out { cluster } else { "" }))
                    .expect("a file");
            }
            failures.push_str(&complaints(copy.path(), ".", release));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The sample of a checkout, as it is and with hosts in it: `HOSTWISE_KUBESPRAY` names one.
#[test]
fn nothing_is_wrong_in_the_sample_of_a_checkout() {
    let Some(checkout) = std::env::var_os("HOSTWISE_KUBESPRAY").map(PathBuf::from) else {
        eprintln!("skipped: HOSTWISE_KUBESPRAY names no checkout");
        return;
    };
    let mut failures = complaints(&checkout, "inventory/sample", &checkout.to_string_lossy());
    for layout in [
        "[kube_control_plane]\nnode1\n[kube_node]\nnode2\n[etcd]\nnode3\n",
        "[kube_control_plane]\nnode1\n[etcd]\nnode1\n[kube_node]\nnode1\n",
    ] {
        let copy = tempfile::tempdir().expect("a folder");
        copy_tree(&checkout.join("inventory/sample"), copy.path());
        // Static children are right in every release.
        fs::write(copy.path().join("inventory.ini"), format!("{layout}[k8s_cluster:children]\nkube_control_plane\nkube_node\n"))
            .expect("a file");
        failures.push_str(&complaints(copy.path(), ".", &checkout.to_string_lossy()));
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Every variable set to the default of its release.
#[test]
fn no_default_of_any_release_is_of_a_wrong_kind() {
    const CODES: [&str; 4] = ["boolean-as-string", "enum-value", "wrong-type", "wrong-type-list"];
    let mut failures = String::new();
    for pack in Packs::bundled().all() {
        let set: serde_json::Map<String, Value> = pack
            .variables()
            .filter_map(|variable| Some((variable.name.clone(), serde_json::to_value(variable.default.as_ref()?).ok()?)))
            .collect();
        let text = format!(
            "#- /i/hosts.yaml\nkube_control_plane: {{hosts: {{m1: }}}}\netcd: {{hosts: {{m1: }}}}\nkube_node: {{hosts: {{m1: }}}}\nk8s_cluster: {{children: {{kube_control_plane: , kube_node: }}}}\n#- /i/group_vars/all.json\n{}\n#- /i/hostwise.toml\nkubespray = \"{}\"\n",
            Value::Object(set),
            pack.version
        );
        let found = crate::found(&crate::workspace(&Fixture::parse(&text, "/i/hosts.yaml")));
        for (said, _) in found.iter().filter(|(_, found)| CODES.contains(&found.code)) {
            failures.push_str(&format!("{}: {said}\n", pack.version));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// A writable copy.
fn copy_tree(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy_tree(&entry.path(), &target);
        } else {
            fs::write(&target, fs::read(entry.path()).expect("a file")).expect("a file");
        }
    }
}
