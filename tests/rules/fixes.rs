//! What fixes make of files, where the pages show only what is found.

use hostwise_analysis::apply;
use hostwise_fixture::Fixture;

use crate::{found, workspace};

/// The fix of this title of a finding of `rule`, and the file at `path` after it.
fn fixed(rule: &str, title: &str, text: &str) -> String {
    let fixture = Fixture::parse(text, "/inventory/hosts.ini");
    let workspace = workspace(&fixture);
    let found = found(&workspace);
    let mut fixes = found.iter().filter(|(_, diagnostic)| diagnostic.code == rule).flat_map(|(_, diagnostic)| &diagnostic.fixes);
    let Some(fix) = fixes.find(|fix| fix.title == title) else {
        let titles: Vec<_> = found.iter().map(|(said, diagnostic)| (said, diagnostic.fixes.iter().map(|fix| &fix.title))).collect();
        panic!("no fix {title}: {:?}", titles.into_iter().map(|(said, titles)| (said, titles.collect::<Vec<_>>())).collect::<Vec<_>>());
    };
    let files = apply(workspace.files(), &fix.change).expect("it fits");
    let after = self::found(&workspace.change_files(files.clone()));
    assert!(!after.iter().any(|(_, diagnostic)| diagnostic.code == rule), "{after:?}");
    let shown = files.iter().filter_map(|(path, _)| files.file(path)).filter(|file| !file.path().ends_with("hostwise.toml"));
    shown.map(|file| format!("#- {}\n{}", file.path(), file.text())).collect()
}

#[track_caller]
fn check(rule: &str, title: &str, before: &str, after: &str) {
    assert_eq!(fixed(rule, title, before), after);
}

#[test]
fn a_forgotten_host_becomes_a_node() {
    let title = "Add b to kube_node";
    check(
        "host-in-no-role",
        title,
        "a\nb ip=10.0.0.2\n[kube_control_plane]\na\n[kube_node]\na\n\n[etcd]\na\n",
        "#- /inventory/hosts.ini\na\nb ip=10.0.0.2\n[kube_control_plane]\na\n[kube_node]\na\nb\n\n[etcd]\na\n",
    );
    check(
        "host-in-no-role",
        title,
        "a\nb\n[kube_control_plane]\na\n[etcd]\na\n",
        "#- /inventory/hosts.ini\na\nb\n[kube_control_plane]\na\n[etcd]\na\n\n[kube_node]\nb\n",
    );
    check(
        "host-in-no-role",
        title,
        "#- /inventory/hosts.yaml\nall:\n  hosts:\n    a:\n    b:\n  children:\n    kube_control_plane: {hosts: {a: }}\n    etcd: {hosts: {a: }}\n",
        "#- /inventory/hosts.yaml\nall:\n  hosts:\n    a:\n    b:\n  children:\n    kube_control_plane: {hosts: {a: }}\n    etcd: {hosts: {a: }}\n    kube_node:\n      hosts:\n        b:\n",
    );
}

#[test]
fn etcd_of_kubeadm_is_the_control_plane() {
    let title = "Make kube_control_plane the child of etcd";
    check(
        "etcd-kubeadm-outside-control-plane",
        title,
        "[kube_control_plane]\nm1\n[etcd]\ns1\ns2\ns3\n[kube_node]\nm1\n[all:vars]\netcd_deployment_type=kubeadm\n",
        "#- /inventory/hosts.ini\n[kube_control_plane]\nm1\n[etcd:children]\nkube_control_plane\n[kube_node]\nm1\n[all:vars]\netcd_deployment_type=kubeadm\n",
    );
    check(
        "etcd-kubeadm-outside-control-plane",
        title,
        "#- /inventory/hosts.yaml\nkube_control_plane: {hosts: {m1: }}\netcd:\n  hosts:\n    s1:\n    s2:\n    s3:\nkube_node: {hosts: {m1: }}\n#- /inventory/group_vars/all.yml\netcd_deployment_type: kubeadm\n",
        "#- /inventory/group_vars/all.yml\netcd_deployment_type: kubeadm\n#- /inventory/hosts.yaml\nkube_control_plane: {hosts: {m1: }}\netcd:\n  children:\n    kube_control_plane:\nkube_node: {hosts: {m1: }}\n",
    );
}

#[test]
fn old_names_become_new_ones() {
    check(
        "legacy-group-name",
        "Rename kube-master to kube_control_plane",
        "[kube-master]\nm1\n[kube_node]\nm1\n[etcd:children]\nkube-master\n#- /inventory/group_vars/kube-master.yml\na: 1\n",
        "#- /inventory/group_vars/kube_control_plane.yml\na: 1\n#- /inventory/hosts.ini\n[kube_control_plane]\nm1\n[kube_node]\nm1\n[etcd:children]\nkube_control_plane\n",
    );
    check(
        "legacy-group-name",
        "Rename kube-node to kube_node",
        "[kube_control_plane]\nm1\n[etcd]\nm1\n[kube-node]\nw1\n[kube_node]\nm1\n",
        "#- /inventory/hosts.ini\n[kube_control_plane]\nm1\n[etcd]\nm1\n[kube_node]\nw1\n[kube_node]\nm1\n",
    );
    check(
        "legacy-group-name",
        "Rename kube-master to kube_control_plane",
        "[kube_control_plane]\nm1\n[kube_node]\nm1\n[etcd]\nm1\n[k8s_cluster:children]\nkube-master\nkube_node\n",
        "#- /inventory/hosts.ini\n[kube_control_plane]\nm1\n[kube_node]\nm1\n[etcd]\nm1\n[k8s_cluster:children]\nkube_control_plane\nkube_node\n",
    );
}

#[test]
fn the_bastion_gets_the_user_of_the_others() {
    check(
        "bastion-name-and-user",
        "Set ansible_user to core",
        "[all:vars]\na=1\n[kube_control_plane]\nm1 ansible_user=core\n[etcd]\nm1\n[bastion]\nbastion ansible_host=192.0.2.1\n",
        "#- /inventory/hosts.ini\n[all:vars]\na=1\n[kube_control_plane]\nm1 ansible_user=core\n[etcd]\nm1\n[bastion]\nbastion ansible_host=192.0.2.1 ansible_user=core\n",
    );
}

#[test]
fn an_address_gets_into_the_certificate() {
    let rule = "api-address-not-in-cert";
    let title = "Add 203.0.113.1 to supplementary_addresses_in_ssl_keys";
    let hosts = "[kube_control_plane]\nm1 ansible_host=203.0.113.1 ip=10.0.0.1\n[etcd]\nm1\n[kube_node]\nm1\n";
    check(
        rule,
        title,
        &format!("#- /inventory/hosts.ini\n{hosts}#- /inventory/group_vars/all/all.yml\na: 1\n"),
        &format!(
            "#- /inventory/group_vars/all/all.yml\na: 1\nsupplementary_addresses_in_ssl_keys:\n  - 203.0.113.1\n#- /inventory/hosts.ini\n{hosts}"
        ),
    );
    let known = "supplementary_addresses_in_ssl_keys:\n  - api.example.org\n";
    check(
        rule,
        title,
        &format!("#- /inventory/hosts.ini\n{hosts}#- /inventory/group_vars/all.yml\n{known}"),
        &format!("#- /inventory/group_vars/all.yml\n{known}  - 203.0.113.1\n#- /inventory/hosts.ini\n{hosts}"),
    );
}
