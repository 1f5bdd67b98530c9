//! Hovers on hosts, groups and variables.

use std::collections::BTreeSet;
use std::sync::Arc;

use expect_test::{Expect, expect};
use hostwise_analysis::{Settings, Workspace, hover};
use hostwise_fixture::Fixture;
use hostwise_inventory::{Content, Files, SourceFile};

/// The hover at the cursor of a fixture: the marked text, then the markdown.
fn check(fixture: &str, expected: Expect) {
    let fixture = Fixture::parse(fixture, "/inventory/hosts.yaml");
    let file = |file: &hostwise_fixture::File| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false);
    let files: Files = fixture.files.iter().map(file).collect();
    let open: BTreeSet<Arc<str>> = fixture.files.iter().map(|file| file.path.as_str().into()).collect();
    let workspace = Workspace::new(files, open, Settings::default());
    let (index, offset) = fixture.cursor.expect("a cursor");
    let file = &fixture.files[index];
    let shown = match hover(&workspace, &file.path, offset) {
        Some(hover) => format!("[{}]\n{}\n", &file.text[hover.range.span()], hover.markdown),
        None => "nothing\n".to_owned(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn a_worker() {
    check(
        "kube_control_plane: {hosts: {a: }}\netcd: {hosts: {a: }}\nkube_node: {hosts: {$0b: }}\n",
        expect![[r#"
            [b]
            **b**: worker in default layout

            Groups: `k8s_cluster`, `kube_node`

            Installed:

            - **containerd**, **runc**, **nerdctl**: a container engine is deployed here, container_manager is containerd
            - **crictl**: a container engine is deployed here
            - **kubelet**, **kubeadm**, **kube-proxy**, **pause**: Kubernetes node
            - **nginx-proxy**: Kubernetes node, loadbalancer_apiserver_type is nginx
            - **cni-plugins**, **calico**, **calicoctl**: Kubernetes node, kube_network_plugin is calico
            - **nodelocaldns**: Kubernetes node, enable_nodelocaldns is on

            Not installed:

            - **docker**, **cri-dockerd**, **cri-o**, **skopeo**: container_manager is containerd
            - **crun**, **youki**, **kata-containers**, **gvisor**, **kube-vip**, **calico-typha**, **calico-apiserver**, **hubble**, **multus**, **yq**, **argocd**, **metrics-server**, **metallb**, **registry**, **cert-manager**, **ingress-alb**, **kubelet-csr-approver**, **gateway-api**, **prometheus-operator-crds**, **node-feature-discovery**, **scheduler-plugins**, **nvidia-device-plugin**, **local-path-provisioner**, **local-volume-provisioner**, **csi-sidecars**, **cinder-csi**, **aws-ebs-csi**, **azure-csi**, **gcp-pd-csi**, **upcloud-csi**, **vsphere-csi**, **csi-snapshot-controller**, **openstack-cloud-controller**, **vsphere-cloud-controller**, **hcloud-cloud-controller**, **huaweicloud-cloud-controller**, **oci-cloud-controller**, **ntp**: turned off
            - **kubectl**, **kube-apiserver**, **kube-controller-manager**, **kube-scheduler**, **k8s-certs-renew**, **etcd-static-pod**, **calico-kube-controllers**, **calico-crds**, **coredns**, **dns-autoscaler**, **helm**: not in kube_control_plane
            - **etcd**, **etcd-events**: not in etcd
            - **etcdctl**: comes with etcd only
            - **etcd-client-certificates**: kube_network_plugin is calico, which does not talk to etcd from workers
            - **haproxy**: loadbalancer_apiserver_type is nginx
            - **cilium**, **cilium-operator**, **cilium-certgen**, **cilium-envoy**, **flannel**, **kube-ovn**, **kube-router**, **macvlan**, **custom-cni**: kube_network_plugin is calico

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
}

#[test]
fn a_host_with_a_vaulted_engine_says_what_it_depends_on() {
    check(
        "\
#- /inventory/hosts.yaml
kube_control_plane: {hosts: {a: }}
etcd: {hosts: {a: }}
kube_node: {hosts: {b$0: }}
#- /inventory/group_vars/all.yml
container_manager: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  6162
kube_network_plugin: none
",
        expect![[r#"
            [b]
            **b**: worker in default layout

            Groups: `k8s_cluster`, `kube_node`

            Installed:

            - **crictl**: a container engine is deployed here
            - **kubelet**, **kubeadm**, **kube-proxy**, **pause**: Kubernetes node
            - **nginx-proxy**: Kubernetes node, loadbalancer_apiserver_type is nginx
            - **nodelocaldns**: Kubernetes node, enable_nodelocaldns is on

            Not installed:

            - **crun**, **youki**, **kata-containers**, **gvisor**, **kube-vip**, **calico-typha**, **calico-apiserver**, **hubble**, **multus**, **yq**, **argocd**, **metrics-server**, **metallb**, **registry**, **cert-manager**, **ingress-alb**, **kubelet-csr-approver**, **gateway-api**, **prometheus-operator-crds**, **node-feature-discovery**, **scheduler-plugins**, **nvidia-device-plugin**, **local-path-provisioner**, **local-volume-provisioner**, **csi-sidecars**, **cinder-csi**, **aws-ebs-csi**, **azure-csi**, **gcp-pd-csi**, **upcloud-csi**, **vsphere-csi**, **csi-snapshot-controller**, **openstack-cloud-controller**, **vsphere-cloud-controller**, **hcloud-cloud-controller**, **huaweicloud-cloud-controller**, **oci-cloud-controller**, **ntp**: turned off
            - **kubectl**, **kube-apiserver**, **kube-controller-manager**, **kube-scheduler**, **k8s-certs-renew**, **etcd-static-pod**, **coredns**, **dns-autoscaler**, **helm**: not in kube_control_plane
            - **etcd**, **etcd-events**: not in etcd
            - **etcdctl**: comes with etcd only
            - **etcd-client-certificates**: kube_network_plugin is none, which does not talk to etcd from workers
            - **haproxy**: loadbalancer_apiserver_type is nginx
            - **cni-plugins**, **calico**, **calicoctl**, **calico-kube-controllers**, **calico-crds**, **cilium**, **cilium-operator**, **cilium-certgen**, **cilium-envoy**, **flannel**, **kube-ovn**, **kube-router**, **macvlan**, **custom-cni**: kube_network_plugin is none

            Not known:

            - **containerd**, **runc**, **nerdctl**, **docker**, **cri-dockerd**, **cri-o**, **skopeo**: depends on container_manager, which is vaulted

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
}

#[test]
fn a_range_of_hosts() {
    check(
        "web:\n  hosts:\n    w[1:3$0]:\n",
        expect![[r#"
            [w[1:3]]
            3 hosts: `w1`, `w2`, `w3`

            **w1**

            Groups: `web`
        "#]],
    );
}

#[test]
fn groups_of_kubespray_and_others() {
    check(
        "k8s_cluster: {children: {kube_node: }}\nkube_node$0: {hosts: {a: , b: }}\n",
        expect![[r#"
            [kube_node]
            **kube_node**: the workers, which run the pods

            2 hosts: `a`, `b`

            Part of: `k8s_cluster`

            All get **containerd**, **runc**, **nerdctl**, **crictl**, **kubelet**, **kubeadm**, **kube-proxy**, **pause**, **nginx-proxy**, **cni-plugins**, **calico**, **calicoctl**, **nodelocaldns**

            Layout: incomplete

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
    check(
        "racks$0: {children: {r1: {hosts: {a: }}}}\n",
        expect![[r#"
            [racks]
            **racks**

            1 host: `a`

            Contains: `r1`

            Part of: `all`
        "#]],
    );
}

const VARIABLES: &str = "\
#- /inventory/hosts.yaml
kube_control_plane: {hosts: {a: }}
kube_node: {hosts: {b: , c: }}
#- /inventory/group_vars/all.yml
container_manager: docker
name: \"{{ inventory_hostname }}.{{ domain }}\"
domain: example.org
#- /inventory/group_vars/kube_node.yml
container_manager: containerd
#- /inventory/host_vars/c.yml
container_manager: crio
";

#[test]
fn a_variable_says_where_it_holds_and_what_beats_it() {
    check(
        &VARIABLES.replace("container_manager: docker", "container_$0manager: docker"),
        expect![[r#"
            [container_manager]
            **container_manager**: container engine of the nodes

            - `docker` on `a`: this line
            - `containerd` on `b`: group_vars/kube_node.yml:1
            - `crio` on `c`: host_vars/c.yml:1

            This file applies to 3 hosts; 1 value overridden

            - type: text, one of `containerd`, `crio`, `docker`
            - default: `containerd`
            - read by `container-engine`, `container-engine/validate-container-engine`, `download`, `etcdctl_etcdutl`, `kubernetes-apps/container_runtimes` and 9 more

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
    check(
        &VARIABLES.replace("name:", "$0name:"),
        expect![[r#"
            [name]
            **name**

            - `a.example.org` on `a`: this line
            - `b.example.org` on `b`: this line
            - `c.example.org` on `c`: this line

            This file applies to 3 hosts; 1 value overridden
        "#]],
    );
}

#[test]
fn a_variable_of_the_inventory_file_itself() {
    check(
        "web:\n  hosts:\n    w1: {po$0rt: 80}\n  vars:\n    port: 90\n",
        expect![[r#"
            [port]
            **port**

            - `80` on `w1`: this line
        "#]],
    );
    check(
        "#- /inventory/hosts.ini\n[web]\nw1\n[web:vars]\nport$0=90\n",
        expect![[r#"
            [port]
            **port**

            - `90` on `w1`: this line
        "#]],
    );
}

#[test]
fn nothing_is_said_about_structure_and_values() {
    for place in
        ["web:\n  ho$0sts:\n    w1: {port: 80}\n", "web:\n  hosts:\n    w1: {port: 8$00}\n", "web:\n  hosts:\n    w1: \n# comm$0ent\n"]
    {
        check(place, expect!["nothing\n"]);
    }
}

const CLUSTER: &str = "\
#- /inventory/hosts.yaml
kube_control_plane: {hosts: {a: }}
kube_node: {hosts: {b: , c: }}
etcd: {hosts: {d: }}
";

/// A hover in a variable file of all hosts.
fn check_in_all(text: &str, expected: Expect) {
    check(&format!("{CLUSTER}#- /inventory/group_vars/all.yml\n{text}\n"), expected);
}

#[test]
fn a_variable_inside_a_template() {
    check_in_all(
        "engine: \"{{ container_ma$0nager }} on {{ port }}\"\ncontainer_manager: crio",
        expect![[r#"
        [container_manager]
        **container_manager**: container engine of the nodes

        - `crio` on all 4 hosts: group_vars/all.yml:2

        - type: text, one of `containerd`, `crio`, `docker`
        - default: `containerd`
        - read by `container-engine`, `container-engine/validate-container-engine`, `download`, `etcdctl_etcdutl`, `kubernetes-apps/container_runtimes` and 9 more

        Kubespray 2.31.0 (newest known release, no checkout found)
    "#]],
    );
    check_in_all(
        "x: \"{{ mi$0ne }}\"\nmine: 1",
        expect![[r#"
        [mine]
        **mine**

        - `1` on all 4 hosts: group_vars/all.yml:2
    "#]],
    );
    check_in_all(
        "x: \"{{ ansible_archi$0tecture }}\"",
        expect![[r#"
        [ansible_architecture]
        **ansible_architecture**

        A fact of the host: known when Ansible runs
    "#]],
    );
    check_in_all(
        "x: \"{{ groups['kube_no$0de'] | length }}\"",
        expect![[r#"
            ['kube_node']
            **kube_node**: the workers, which run the pods

            2 hosts: `b`, `c`

            Part of: `all`

            All get **containerd**, **runc**, **nerdctl**, **crictl**, **kubelet**, **kubeadm**, **kube-proxy**, **pause**, **nginx-proxy**, **cni-plugins**, **calico**, **calicoctl**, **nodelocaldns**

            Layout: separate

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
    check_in_all("x: \"{{ nowh$0ere }}\"", expect!["nothing\n"]);
}

#[test]
fn a_default_says_how_it_is_computed_and_what_it_depends_on() {
    check_in_all(
        "deploy_con$0tainer_engine: \"{{ ansible_facts.system == 'Linux' }}\"",
        expect![[r#"
            [deploy_container_engine]
            **deploy_container_engine**: whether a host gets the container engine

            - unknown (depends on ansible_facts.system, a fact of the host) on all 4 hosts: this line

            This file applies to 4 hosts

            - type: true or false
            - default: `{{ 'k8s_cluster' in group_names or etcd_deployment_type == 'docker' }}`
            - read by `reset`, `playbooks`

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
    check_in_all(
        "x: \"{{ image_ar$0ch }}\"",
        expect![[r#"
            [image_arch]
            **image_arch**: architecture of the host, as images name it

            - unknown (depends on ansible_architecture, a fact of the host) on all 4 hosts: default

            - default: `{{ host_architecture | default('amd64') }}`
            - read by `download`, `kubernetes-apps/helm`, `kubespray_defaults`, `network_plugin/multus`, `validate_inventory`

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
}

#[test]
fn a_variable_that_changed_with_the_releases() {
    check_in_all(
        "dashboard_ena$0bled: true",
        expect![[r#"
            [dashboard_enabled]
            **dashboard_enabled**

            - `true` on all 4 hosts: this line

            This file applies to 4 hosts

            - **not read** by Kubespray 2.31.0, the last release that did is 2.30.0

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
    check_in_all(
        "kubelet_check$0sums: {}",
        expect![[r#"
            [kubelet_checksums]
            **kubelet_checksums**: checksums of kubelet, by architecture and version

            This file applies to 4 hosts

            - **an inventory has no effect**: `kubespray_defaults` sets it
            - type: checksums by architecture and version
            - read by `kubespray_defaults`, `validate_inventory`

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
    check_in_all(
        "ipv6_st$0ack: true",
        expect![[r#"
            [ipv6_stack]
            **ipv6_stack**: whether the cluster speaks IPv6

            - `true` on all 4 hosts: this line

            This file applies to 4 hosts

            - default: `{{ enable_dual_stack_networks | default(false) }}`
            - read by `container-engine/cri-dockerd`, `kubernetes/control-plane`, `kubernetes/node`, `kubernetes/preinstall`, `kubespray_defaults` and 7 more
            - since 2.28.0

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
}

#[test]
fn a_line_that_is_beaten_everywhere_or_reaches_nobody() {
    let beaten =
        "#- /inventory/group_vars/kube_node.yml\nx$0: 1\n#- /inventory/host_vars/b.yml\nx: 2\n#- /inventory/host_vars/c.yml\nx: 3\n";
    check(
        &format!("{CLUSTER}{beaten}"),
        expect![[r#"
            [x]
            **x**

            Beaten on every host that this line reaches

            - `2` on `b`: host_vars/b.yml:1
            - `3` on `c`: host_vars/c.yml:1

            This file applies to 2 hosts; 1 value overridden
        "#]],
    );
    check(
        &format!("{CLUSTER}#- /inventory/group_vars/nobody.yml\nx$0: 1\n"),
        expect![[r#"
        [x]
        **x**

        This line reaches no host
    "#]],
    );
}

#[test]
fn the_default_of_a_checkout_with_its_line() {
    check(
        &format!(
            "{CLUSTER}#- /inventory/galaxy.yml\nnamespace: kubernetes_sigs\nname: kubespray\nversion: 2.31.0\n\
             #- /inventory/roles/kubespray_defaults/defaults/main/main.yml\nmine: \"{{{{ kube_network_plugin }}}}\"\nkube_network_plugin: flannel\n\
             #- /inventory/roles/a/defaults/main.yml\ntimeout: 1\n#- /inventory/roles/b/defaults/main.yml\ntimeout: 2\n\
             #- /inventory/roles/kubespray_defaults/vars/main/main.yml\nfixed: 1\n\
             #- /inventory/group_vars/all.yml\nx: \"{{{{ mi$0ne }}}}\"\n"
        ),
        expect![[r#"
            [mine]
            **mine**

            - `flannel` on all 4 hosts: default

            - default: `{{ kube_network_plugin }}` (roles/kubespray_defaults/defaults/main/main.yml:1)

            Kubespray 2.31.0 (galaxy.yml)
        "#]],
    );
    let other = |text: &str| {
        format!(
            "{CLUSTER}#- /inventory/roles/kubespray_defaults/defaults/main/main.yml\na: 1\n\
             #- /inventory/roles/a/defaults/main.yml\ntimeout: 1\n#- /inventory/roles/b/defaults/main.yml\ntimeout: 2\n\
             #- /inventory/roles/kubespray_defaults/vars/main/main.yml\nfixed: 1\n\
             #- /inventory/group_vars/all.yml\n{text}\n"
        )
    };
    check(
        &other("x: \"{{ time$0out }}\""),
        expect![[r#"
            [timeout]
            **timeout**

            - unknown (depends on the default of timeout (roles differ), which is not evaluated here) on all 4 hosts: default

            - default of `a`: `1` (roles/a/defaults/main.yml:1)
            - default of `b`: `2` (roles/b/defaults/main.yml:1)

            Kubespray 2.28.1 (roles)
        "#]],
    );
    check(
        &other("fix$0ed: 2"),
        expect![[r#"
            [fixed]
            **fixed**

            This file applies to 4 hosts

            - **an inventory has no effect**: role `kubespray_defaults` sets it (roles/kubespray_defaults/vars/main/main.yml:1) to `1`

            Kubespray 2.28.1 (roles)
        "#]],
    );
}

#[test]
fn programs_and_components_in_any_text() {
    check_in_all(
        "x: nerd$0ctl images",
        expect![[r#"
        [nerdctl]
        **nerdctl**: command line of containerd

        Installed on `a`, `b`, `c`: a container engine is deployed here, container_manager is containerd

        Not installed on `d`: no container engine: not in k8s_cluster, and etcd_deployment_type is host

        Kubespray 2.31.0 (newest known release, no checkout found)
    "#]],
    );
    check_in_all(
        "x: [\"{{ 'ct$0r' if true else '' }}\"]",
        expect![[r#"
        [ctr]
        **ctr** comes with **containerd**: container engine

        Installed on `a`, `b`, `c`: a container engine is deployed here, container_manager is containerd

        Not installed on `d`: no container engine: not in k8s_cluster, and etcd_deployment_type is host

        Kubespray 2.31.0 (newest known release, no checkout found)
    "#]],
    );
    check(
        &format!("{CLUSTER}#- /inventory/site.yml\n- hosts: etcd\n  vars:\n    list: /usr/local/bin/etcd$0ctl member list\n"),
        expect![[r#"
            [etcdctl]
            **etcdctl**: command line of etcd

            Installed on `d`: comes with etcd

            Not installed on `a`, `b`, `c`: comes with etcd only

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
    for text in ["x: my-nerd$0ctl", "x: nerdctl_op$0tions", "x: nerdctl.$0io", "# nerd$0ctl\nx: 1", "x: |\n  no$0thing"] {
        check_in_all(text, expect!["nothing\n"]);
    }
}

#[test]
fn names_in_conditions_without_brackets() {
    let play = |when: &str| format!("{CLUSTER}#- /inventory/site.yml\n- hosts: etcd\n  tasks:\n    - debug:\n      when: {when}\n");
    check(
        &play("container_mana$0ger == 'docker'"),
        expect![[r#"
        [container_manager]
        **container_manager**: container engine of the nodes

        - `containerd` on all 4 hosts: default

        - type: text, one of `containerd`, `crio`, `docker`
        - default: `containerd`
        - read by `container-engine`, `container-engine/validate-container-engine`, `download`, `etcdctl_etcdutl`, `kubernetes-apps/container_runtimes` and 9 more

        Kubespray 2.31.0 (newest known release, no checkout found)
    "#]],
    );
    check(
        &play("\"'et$0cd' in group_names\""),
        expect![[r#"
            ['etcd']
            **etcd**: the members of the etcd cluster, an odd number; ignored when etcd_deployment_type is kubeadm

            1 host: `d`

            Part of: `all`

            It gets **etcd**, **etcdctl**

            Layout: separate

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
    check(
        &play("container_manager == 'dock$0er'"),
        expect![[r#"
            [docker]
            **docker**: container engine

            Not installed on:

            - `a`, `b`, `c`: container_manager is containerd
            - `d`: no container engine: not in k8s_cluster, and etcd_deployment_type is host

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
    check(&play("result$0.rc == 0"), expect!["nothing\n"]);
    check(
        &play("|\n        x == 1 and\n        'et$0cd' in group_names\n"),
        expect![[r#"
        ['etcd']
        **etcd**: the members of the etcd cluster, an odd number; ignored when etcd_deployment_type is kubeadm

        1 host: `d`

        Part of: `all`

        It gets **etcd**, **etcdctl**

        Layout: separate

        Kubespray 2.31.0 (newest known release, no checkout found)
    "#]],
    );
}

#[test]
fn what_the_members_of_a_group_get() {
    check(
        &CLUSTER.replace("kube_node: ", "kube_no$0de: "),
        expect![[r#"
            [kube_node]
            **kube_node**: the workers, which run the pods

            2 hosts: `b`, `c`

            Part of: `all`

            All get **containerd**, **runc**, **nerdctl**, **crictl**, **kubelet**, **kubeadm**, **kube-proxy**, **pause**, **nginx-proxy**, **cni-plugins**, **calico**, **calicoctl**, **nodelocaldns**

            Layout: separate

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
    check(
        "kube-mas$0ter: {hosts: {a: }}\netcd: {hosts: {a: }}\n",
        expect![[r#"
        [kube-master]
        **kube-master**: the name of `kube_control_plane` in older inventories

        1 host: `a`

        Part of: `all`
    "#]],
    );
    check(
        &CLUSTER.replace("kube_node:", "all: {children: {k8s_cluster$0: {children: {kube_control_plane: , kube_node: }}}}\nkube_node:"),
        expect![[r#"
            [k8s_cluster]
            **k8s_cluster**: every Kubernetes node; it gets the kubelet and the container engine, and is filled at run time

            3 hosts: `a`, `b`, `c`

            Contains: `kube_control_plane`, `kube_node`

            Part of: `all`

            Filled at run time from `kube_node`, `kube_control_plane`

            All get **containerd**, **runc**, **nerdctl**, **crictl**, **kubelet**, **kubeadm**, **kube-proxy**, **pause**, **cni-plugins**, **calico**, **calicoctl**, **nodelocaldns**

            Some get:

            - **kubectl**, **kube-apiserver**, **kube-controller-manager**, **kube-scheduler**, **k8s-certs-renew**, **calico-kube-controllers**, **calico-crds**, **coredns**, **dns-autoscaler**: `a`
            - **nginx-proxy**: `b`, `c`

            Layout: separate

            Kubespray 2.31.0 (newest known release, no checkout found)
        "#]],
    );
}
