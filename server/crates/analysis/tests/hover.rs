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
            - **kubelet**, **kubeadm**: Kubernetes node
            - **cni-plugins**, **calicoctl**: Kubernetes node, kube_network_plugin is calico

            Not installed:

            - **docker**, **cri-dockerd**, **cri-o**, **skopeo**: container_manager is containerd
            - **kubectl**, **helm**: not in kube_control_plane
            - **etcd**: not in etcd
            - **etcdctl**: comes with etcd only
            - **cilium**: kube_network_plugin is calico

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
            - **kubelet**, **kubeadm**: Kubernetes node

            Not installed:

            - **kubectl**, **helm**: not in kube_control_plane
            - **etcd**: not in etcd
            - **etcdctl**: comes with etcd only
            - **cni-plugins**, **calicoctl**, **cilium**: kube_network_plugin is none

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
            **container_manager**

            `docker` on `a`

            Beaten by c.yml:1 on `c`

            Beaten by kube_node.yml:1 on `b`

            Default in Kubespray 2.31.0: `containerd`
        "#]],
    );
    check(
        &VARIABLES.replace("name:", "$0name:"),
        expect![[r#"
            [name]
            **name**

            `a.example.org` on `a`

            `b.example.org` on `b`

            `c.example.org` on `c`
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

            `80` on `w1`
        "#]],
    );
    check(
        "#- /inventory/hosts.ini\n[web]\nw1\n[web:vars]\nport$0=90\n",
        expect![[r#"
            [port]
            **port**

            `90` on `w1`
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
