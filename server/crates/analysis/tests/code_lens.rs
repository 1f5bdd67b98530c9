//! The remarks above lines.

mod support;

use expect_test::{Expect, expect};
use hostwise_analysis::code_lenses;
use support::scene;

fn check(fixture: &str, path: &str, expected: Expect) {
    let scene = scene(fixture);
    let shown: String =
        code_lenses(&scene.workspace, path).iter().map(|lens| format!("{}: {}\n", scene.place_of(path, lens.range), lens.title)).collect();
    expected.assert_eq(&shown);
}

const INVENTORY: &str = "\
#- /w/hosts.yaml
kube_control_plane: {hosts: {é€😀: }}
etcd: {hosts: {é€😀: }}
kube_node:
  hosts:
    n1: {own: 1, same: 5}
    n2:
web: {hosts: {n2: }, vars: {port: 80}}
empty: {vars: {x: 1}}
all: {children: {web: , empty: }}
#- /w/group_vars/all.yml
own: 2
same: 5
port: 80
free: '{{ own }}'
beaten: 1
#- /w/group_vars/kube_node/main.yml
beaten: 2
#- /w/host_vars/n2.yml
own: 3
#- /w/host_vars/nobody.yml
own: 4
#- /w/group_vars/empty.yml
own: 4
";

#[test]
fn a_variable_file_says_whom_it_reaches_and_where_others_win() {
    check(
        INVENTORY,
        "/w/group_vars/all.yml",
        expect![[r#"
        /w/group_vars/all.yml: applies to 3 hosts; 3 values overridden
        /w/group_vars/all.yml:1: «own»: 2: differs on 2 hosts
        /w/group_vars/all.yml:5: «beaten»: 1: differs on 2 hosts
    "#]],
    );
    check(
        INVENTORY,
        "/w/group_vars/kube_node/main.yml",
        expect![[r#"
        /w/group_vars/kube_node/main.yml: applies to 2 hosts
    "#]],
    );
    check(
        INVENTORY,
        "/w/host_vars/n2.yml",
        expect![[r#"
        /w/host_vars/n2.yml: applies to 1 host
    "#]],
    );
}

#[test]
fn what_reaches_no_host_says_nothing() {
    check(INVENTORY, "/w/host_vars/nobody.yml", expect![""]);
    check(INVENTORY, "/w/group_vars/empty.yml", expect![""]);
    check(INVENTORY, "/w/unknown.yml", expect![""]);
}

#[test]
fn groups_say_their_size_and_those_of_kubespray_the_layout() {
    check(
        INVENTORY,
        "/w/hosts.yaml",
        expect![[r#"
        /w/hosts.yaml:1: «kube_control_plane»: {hosts: {é€😀: }}: 1 host; default layout
        /w/hosts.yaml:2: «etcd»: {hosts: {é€😀: }}: 1 host; default layout
        /w/hosts.yaml:3: «kube_node»:: 2 hosts; default layout
        /w/hosts.yaml:7: «web»: {hosts: {n2: }, vars: {port: 80}}: 1 host
        /w/hosts.yaml:8: «empty»: {vars: {x: 1}}: 0 hosts
        /w/hosts.yaml:9: «all»: {children: {web: , empty: }}: 3 hosts
    "#]],
    );
    check(
        "#- /w/inventory.ini\n[web]\na\nb\n[web:vars]\nx=1\n",
        "/w/inventory.ini",
        expect![[r#"
        /w/inventory.ini:1: [«web»]: 2 hosts
    "#]],
    );
}
