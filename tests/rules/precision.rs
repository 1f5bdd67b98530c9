//! What operators do on purpose, learnt from their threads: each is a test that nothing is said against it.

use hostwise_analysis::{Diagnostic, Severity};
use hostwise_fixture::Fixture;

use crate::{found, workspace};

fn findings(text: &str) -> Vec<Diagnostic> {
    found(&workspace(&Fixture::parse(text, "/inventory/hosts.ini"))).into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

/// No error and no warning.
#[track_caller]
fn silent(text: &str) {
    let grave: Vec<Diagnostic> = findings(text).into_iter().filter(|found| found.severity >= Severity::Warning).collect();
    assert!(grave.is_empty(), "{grave:#?}");
}

#[track_caller]
fn has(text: &str, code: &str, severity: Severity) {
    let found = findings(text);
    assert!(found.iter().any(|found| found.code == code && found.severity == severity), "no {code}: {found:#?}");
}

const THREE: &str = "[kube_control_plane]\nm1\nm2\nm3\n[etcd:children]\nkube_control_plane\n[kube_node]\nw1\n";

fn with(variables: &str) -> String {
    format!(
        "#- /inventory/hosts.ini\n{THREE}#- /inventory/group_vars/all/all.yml\n{variables}#- /inventory/hostwise.toml\nkubespray = \"2.31.0\"\n"
    )
}

#[test]
fn an_even_number_of_control_planes_is_no_error() {
    silent("[kube_control_plane]\nm1\nm2\n[etcd]\nm1\n[kube_node]\nw1\n");
    silent("[kube_control_plane]\nm1\nm2\nm3\nm4\n[etcd]\nm1\nm2\nm3\n[kube_node]\nw1\n");
}

#[test]
fn room_for_addresses_is_not_asked_of_calico_and_none() {
    for plugin in ["calico", "none"] {
        silent(&with(&format!("kube_network_plugin: {plugin}\nkube_network_node_prefix: 26\n")));
        silent(&with(&format!("kube_network_plugin: {plugin}\nkube_pods_subnet: 10.64.0.0/24\n")));
    }
    has(&with("kube_network_plugin: flannel\nkube_network_node_prefix: 26\n"), "node-range-too-small", Severity::Error);
}

#[test]
fn strict_arp_is_asked_only_of_ipvs() {
    for mode in ["iptables", "nftables"] {
        silent(&with(&format!("metallb_enabled: true\nkube_proxy_mode: {mode}\n")));
    }
    has(&with("metallb_enabled: true\n"), "strict-arp", Severity::Error);
}

#[test]
fn strict_arp_is_not_asked_without_kube_proxy_on_the_development_branch() {
    let without = with("metallb_enabled: true\nkube_proxy_remove: true\n");
    silent(&without.replace("2.31.0", "2.32.0"));
    // Up to 2.31 the role stops all the same.
    has(&without, "strict-arp", Severity::Error);
}

#[test]
fn hosts_of_groups_of_ones_own_are_not_lost() {
    silent(&format!("{THREE}[storage]\nnas1\n[site_a:children]\nstorage\n"));
}

#[test]
fn an_old_name_as_a_parent_of_the_new_one_is_harmless() {
    silent("[kube_control_plane]\nm1\nm2\n[kube-master:children]\nkube_control_plane\n[kube_node]\nw1\n[etcd]\nm1\n");
    silent(
        "#- /inventory/hosts.yaml\nkube-node: {children: {kube_node: {hosts: {w1: }}}}\nkube_control_plane: {hosts: {m1: }}\netcd: {hosts: {m1: }}\n",
    );
}

#[test]
fn what_is_encrypted_or_made_by_a_template_is_unknown_and_not_wrong() {
    const VAULT: &str = "!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n";
    let names = ["kube_version", "kube_network_plugin", "kube_network_node_prefix", "helm_enabled", "upstream_dns_servers", "node_labels"];
    for name in
        names.into_iter().chain(["kubelet_config_extra_args", "kube_pods_subnet", "kube_memory_reserved", "kube_owner", "access_ip"])
    {
        silent(&with(&format!("{name}: {VAULT}")));
        silent(&with(&format!("{name}: \"{{{{ lookup('env', 'X') }}}}\"\n")));
        silent(&with(&format!("{name}: \"{{{{ ansible_facts.x }}}}\"\n")));
    }
    silent(&format!("{}#- /inventory/group_vars/all/vault.yml\n$ANSIBLE_VAULT;1.1;AES256\n6162\n", with("a: 1\n")));
}

#[test]
fn kubeadm_needs_no_group_etcd() {
    silent("[kube_control_plane]\nm1\nm2\n[kube_node]\nw1\n[all:vars]\netcd_deployment_type=kubeadm\n");
    has("[kube_control_plane]\nm1\n[kube_node]\nw1\n", "missing-required-group", Severity::Error);
}

#[test]
fn an_even_etcd_can_be_ignored_where_it_stands_while_a_member_is_replaced() {
    silent("[kube_control_plane]\nm1\nm2\n[etcd] # hostwise: ignore[etcd-even-members]\nm1\nm2\n[kube_node]\nw1\n");
    silent("[kube_control_plane]\nm1\nm2\n# hostwise: ignore[etcd-even-members] m3 is on its way\n[etcd]\nm1\nm2\n[kube_node]\nw1\n");
}

#[test]
fn what_only_the_users_own_templates_and_playbooks_read_is_not_unknown() {
    let of_playbook = |name: &str, value: &str| {
        format!(
            "#- /w/inventory/hosts.ini\n{THREE}#- /w/inventory/group_vars/all.yml\n{name}: {value}\n#- /w/site.yml\n- hosts: all\n  tasks:\n    - debug: {{msg: \"{{{{ {name} }}}}\"}}\n      when: {name} is defined\n#- /w/inventory/hostwise.toml\nkubespray = \"2.31.0\"\n"
        )
    };
    silent(&of_playbook("krew_enabled", "true"));
    silent(&of_playbook("kube_netwrok_plugin", "cilium"));
    silent(&of_playbook("files_repo", "http://f"));
    silent(&with("kube_netwrok_plugin: cilium\nours: \"{{ kube_netwrok_plugin }}\"\n"));
    has(&with("kube_netwrok_plugin: cilium\n"), "variable-typo", Severity::Warning);
}
