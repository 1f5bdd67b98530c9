//! Inventories that are written in unusual ways: right ones, of which nothing is said, and wrong ones that are found all the same.

use std::collections::BTreeSet;

use hostwise_analysis::Severity;
use hostwise_fixture::Fixture;

use crate::{found, workspace};

const HOSTS: &str = "\
all:
  hosts:
    n1: {ansible_host: 10.1.0.1, ip: 10.1.0.1}
    n2: {ansible_host: 10.1.0.2, ip: 10.1.0.2}
    n3: {ansible_host: 10.1.0.3, ip: 10.1.0.3}
    w1: {ansible_host: 10.1.0.4, ip: 10.1.0.4}
  children:
    kube_control_plane: {hosts: {n1: , n2: , n3: }}
    etcd: {children: {kube_control_plane: }}
    kube_node: {hosts: {w1: }}
";
const DEDICATED: &str = "\
kube_control_plane: {hosts: {m1: }}
kube_node: {hosts: {w1: }}
etcd: {hosts: {s1: , s2: , s3: }}
";

/// The rules that find an error or a warning, with the hosts of [`HOSTS`] and these files for 2.31.0.
fn codes(hosts: &str, files: &[(&str, &str)]) -> BTreeSet<&'static str> {
    let mut text = format!("#- /i/hosts.yaml\n{hosts}#- /i/hostwise.toml\nkubespray = \"2.31.0\"\n");
    for (path, content) in files {
        text.push_str(&format!("#- /i/{path}\n{content}"));
    }
    let found = found(&workspace(&Fixture::parse(&text, "/i/hosts.yaml")));
    found.iter().filter(|(_, found)| found.severity >= Severity::Warning).map(|(_, found)| found.code).collect()
}

#[test]
fn what_is_right_is_let_be() {
    for variables in [
        "ip: \"{{ ansible_host }}\"\naccess_ip: \"{{ ip }}\"\n",
        "access_ip: \"{{ hostvars[inventory_hostname].ansible_host }}\"\n",
        "minor: \"1.34\"\nkube_version: \"{{ minor }}.1\"\n",
        "loadbalancer_apiserver: {address: 10.1.0.99, port: 8383}\nloadbalancer_apiserver_localhost: no\n",
        "kube_vip_enabled: true\nkube_vip_controlplane_enabled: true\nkube_vip_arp_enabled: true\nkube_proxy_strict_arp: true\nkube_vip_address: 10.1.0.99\nloadbalancer_apiserver: {address: \"{{ kube_vip_address }}\", port: 6443}\n",
        "http_proxy: http://p:3128\nno_proxy: \"localhost,{{ kube_service_addresses }},{{ kube_pods_subnet }}\"\n",
        "http_proxy: http://p:3128\nno_proxy: localhost,10.0.0.0/8\n",
        "http_proxy: \"\"\nno_proxy: localhost\n",
        "kube_version:\nkube_vip_enabled:\nnode_labels:\nkubelet_max_pods:\nkubelet_config_extra_args:\n",
        "base: &base {a: 1}\nkubelet_config_extra_args:\n  <<: *base\n  b: 2\n",
        "names: [8.8.8.8]\nupstream_dns_servers: \"{{ names }}\"\n",
        "one: 8.8.8.8\nupstream_dns_servers: \"['{{ one }}']\"\n",
        "supplementary_addresses_in_ssl_keys: api.example.org\n",
        "kube_network_plugin: flannel\nkube_pods_subnet: 10.64.0.0/12\nkube_network_node_prefix: 23\nkubelet_max_pods: 250\n",
        "etcd_memory_limit: 2g\nkubeadm_init_timeout: 5m\nloadbalancer_apiserver_keepalive_timeout: \"300\"\n",
        "system_memory_reserved: 512Mi\nkube_cpu_reserved: 0.5\nkube_apiserver_request_timeout: 1m\n",
        "etcd_snapshot_count: 10000\netcd_heartbeat_interval: \"250\"\ncilium_mtu: 9000\n",
        "kube_network_plugin: \"{{ nowhere }}\"\nkube_pods_subnet: \"{{ nowhere }}\"\nkubelet_max_pods: \"{{ nowhere }}\"\n",
        "pod_infra_version: \"3.10\"\ncoredns_version: 1.12.4\n",
        "container_manager: docker\netcd_deployment_type: docker\n",
        "owner: root\nkube_owner: \"{{ owner }}\"\nkube_network_plugin: cilium\n",
    ] {
        assert_eq!(codes(HOSTS, &[("group_vars/all/all.yml", variables)]), BTreeSet::new(), "{variables}");
    }
}

#[test]
fn what_is_wrong_is_found_behind_templates_aliases_and_hosts() {
    for (path, variables, expected) in [
        ("group_vars/all.yml", "x: &x Cilium\nkube_network_plugin: *x\n", "enum-value"),
        ("group_vars/all.yml", "plugin: weave\nkube_network_plugin: \"{{ plugin }}\"\n", "enum-value"),
        ("host_vars/w1.yml", "kube_proxy_mode: IPVS\n", "enum-value"),
        ("host_vars/w1.yml", "ansible_host: 10.1.0.1\n", "duplicate-address"),
        ("group_vars/all.json", "{\"kube_pods_subnet\": \"10.1.0.0/16\"}", "cidr-overlap"),
        ("group_vars/all.yml", "minor: \"1.27\"\nkube_version: \"{{ minor }}.1\"\n", "kube-version-unsupported"),
        ("group_vars/kube_node/x.yml", "n: abc\nkubelet_max_pods: \"{{ n }}\"\n", "wrong-type"),
        ("group_vars/all.yml", "one: 8.8.8.8\nupstream_dns_servers: \"{{ one }}\"\n", "wrong-type-list"),
        ("group_vars/all.yml", "word: \"false\"\nmetrics_server_enabled: \"{{ word }}\"\n", "boolean-as-string"),
        ("group_vars/k8s_cluster.yml", "cilium_deploy_additionally: true\n", "cilium-kube-owner"),
        ("host_vars/w1/x.yml", "kubelet_node_custom_flags: [a]\n", "removed-variable"),
        ("host_vars/w1.yml", "containerd_registries_mirrors: [{prefix: \"https://docker.io\", mirrors: []}]\n", "containerd-mirror-url"),
    ] {
        assert_eq!(codes(HOSTS, &[(path, variables)]), BTreeSet::from([expected]), "{variables}");
    }
}

#[test]
fn etcd_hosts_see_what_any_of_their_files_gives_them() {
    let proxy = "http_proxy: http://proxy:3128\n";
    let of_cluster = ("group_vars/k8s_cluster.yml", proxy);
    assert_eq!(codes(DEDICATED, &[of_cluster, ("group_vars/etcd.yml", proxy)]), BTreeSet::new());
    let own = [of_cluster, ("host_vars/s1.yml", proxy), ("host_vars/s2.yml", proxy), ("host_vars/s3.yml", proxy)];
    assert_eq!(codes(DEDICATED, &own), BTreeSet::new());
    assert_eq!(codes(DEDICATED, &own[..3]), BTreeSet::from(["variable-not-visible-on-etcd-host"]));
}

#[test]
fn variable_files_above_an_inventory_are_not_read() {
    let text = format!("#- /w/inventory/dev/hosts.yaml\n{HOSTS}#- /w/inventory/group_vars/all.yml\na: 1\n");
    let found = found(&workspace(&Fixture::parse(&text, "/i/hosts.yaml")));
    assert_eq!(found.iter().map(|(_, found)| found.code).collect::<Vec<_>>(), ["group-vars-unread"]);
}
