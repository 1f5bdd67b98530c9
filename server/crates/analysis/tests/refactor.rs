//! What is offered at a place, and what the files are afterwards.

mod support;

use expect_test::{Expect, expect};
use hostwise_analysis::{apply, refactor, refactorings};
use hostwise_inventory::Entry;
use support::{Scene, scene};

/// The titles at the cursor, with why they cannot be had.
fn offered(fixture: &str) -> Vec<String> {
    let scene = scene(fixture);
    let show = |offer: hostwise_analysis::Refactoring| match offer.refusal {
        Some(refusal) => format!("{} ({refusal})", offer.title),
        None => offer.title,
    };
    refactorings(&scene.workspace, &scene.path, scene.offset).into_iter().map(show).collect()
}

/// Those that move a variable.
fn moves(fixture: &str) -> Vec<String> {
    offered(fixture).into_iter().filter(|title| title.starts_with("Move")).collect()
}

/// The files that are others after the refactoring of this title.
fn check(fixture: &str, title: &str, expected: Expect) {
    let scene = scene(fixture);
    let offers = refactorings(&scene.workspace, &scene.path, scene.offset);
    let Some(offer) = offers.iter().find(|offer| offer.title == title) else {
        panic!("not offered: {title}; but {:?}", offers.iter().map(|offer| &offer.title).collect::<Vec<_>>());
    };
    let change = refactor(&scene.workspace, &scene.path, scene.offset, &offer.id);
    expected.assert_eq(&change.map_or_else(|refusal| format!("refused: {refusal}\n"), |change| changed(&scene, &change)));
}

fn changed(scene: &Scene, change: &hostwise_analysis::Change) -> String {
    let before = scene.workspace.files();
    let after = apply(before, change).expect("it fits");
    let mut out = String::new();
    for (path, entry) in after.iter() {
        if let Entry::File(file) = entry
            && before.file(path).is_none_or(|known| known.text() != file.text())
        {
            out.push_str(&format!("#- {path}\n{}", file.text()));
        }
    }
    let gone = before.iter().filter(|(path, _)| after.get(path).is_none());
    out.extend(gone.map(|(path, _)| format!("gone: {path}\n")));
    out
}

#[test]
fn a_value_of_all_hosts_of_a_group_goes_to_the_group() {
    let fixture = "\
kube_control_plane:
  hosts:
    m1:
kube_node:
  hosts:
    é€😀: {ip: 10.0.0.1, si$0te: a}
    w2:
      site: a # as the first
      ip: 10.0.0.2
    w3: {site: a}
";
    assert_eq!(moves(fixture), ["Move `site` to group `kube_node` (3 hosts)"]);
    check(
        fixture,
        "Move `site` to group `kube_node` (3 hosts)",
        expect![[r#"
            #- /inventory/hosts.yaml
            kube_control_plane:
              hosts:
                m1:
            kube_node:
              hosts:
                é€😀: {ip: 10.0.0.1}
                w2:
                  ip: 10.0.0.2
                w3: {}
              vars:
                site: a
        "#]],
    );
}

#[test]
fn from_host_vars_it_goes_to_group_vars() {
    let fixture = "\
#- /w/hosts.ini
[web]
a
b
[db]
c
#- /w/host_vars/a.yml
# why
x$0: [1, 2]
y: 1
#- /w/host_vars/b.yml
x: [1, 2]
#- /w/host_vars/c.yml
x: [2]
#- /w/group_vars/web/main.yml
z: 1
";
    assert_eq!(moves(fixture), ["Move `x` to group `web` (2 hosts)", "Move `x` to group `all` (2 hosts)"]);
    check(
        fixture,
        "Move `x` to group `web` (2 hosts)",
        expect![[r#"
            #- /w/group_vars/web/main.yml
            z: 1
            # why
            x: [1, 2]
            #- /w/host_vars/a.yml
            y: 1
            #- /w/host_vars/b.yml
        "#]],
    );
    check(
        fixture,
        "Move `x` to group `all` (2 hosts)",
        expect![[r#"
            #- /w/group_vars/all.yml
            # why
            x: [1, 2]
            #- /w/host_vars/a.yml
            y: 1
            #- /w/host_vars/b.yml
        "#]],
    );
}

#[test]
fn in_ini_it_goes_to_the_variables_of_the_section() {
    let fixture = "[web]\na x=1 y='p q' # one\nb y=2 x$0=1\n[web:vars]\nz=3\n";
    check(
        &format!("#- /w/hosts.ini\n{fixture}"),
        "Move `x` to group `web` (2 hosts)",
        expect![[r#"
            #- /w/hosts.ini
            [web]
            a y='p q' # one
            b y=2
            [web:vars]
            z=3
            x=1
        "#]],
    );
    check(
        &format!("#- /w/hosts.ini\n{}", fixture.replace("[web:vars]\nz=3\n", "")),
        "Move `x` to group `web` (2 hosts)",
        expect![[r#"
            #- /w/hosts.ini
            [web]
            a y='p q' # one
            b y=2

            [web:vars]
            x=1
        "#]],
    );
}

#[test]
fn what_would_change_for_a_host_is_not_offered() {
    let none: [&str; 0] = [];
    assert_eq!(moves("web: {hosts: {a: {$0x: 1}, b: {x: 1}, c: }}\n"), none, "c would gain it");
    assert_eq!(moves("web: {hosts: {a: {$0x: 1}, b: {x: 2}}}\n"), none, "one host alone");
    assert_eq!(
        moves("web: {hosts: {a: {$0x: 1}, b: {x: 1}, c: {x: 2}}}\n"),
        ["Move `x` to group `web` (2 hosts)", "Move `x` to group `all` (2 hosts)"],
        "c keeps its own"
    );
    let beaten = "#- /w/hosts.yaml\nweb: {hosts: {a: {$0x: 1}, b: {x: 1}}}\n#- /w/group_vars/all.yml\nx: 2\n";
    check(
        beaten,
        "Move `x` to group `web` (2 hosts)",
        expect![[r#"
            #- /w/group_vars/web.yml
            x: 1
            #- /w/hosts.yaml
            web: {hosts: {a: {}, b: {}}}
        "#]],
    );
    assert_eq!(
        moves("web: {hosts: {'n[1:3]': {$0x: 1}}}\ndb: {hosts: {n1: , n2: }}\n"),
        ["Move `x` to group `web` (3 hosts)", "Move `x` to group `all` (3 hosts)"]
    );
    assert_eq!(
        moves("all: {children: {web: {hosts: {a: {$0x: 1}, b: {x: 1}}, vars: {x: 3}}}, vars: {x: 2}}\n"),
        none,
        "the groups say something"
    );
    assert_eq!(moves("web: {hosts: {a: {x: 1}, b: {x: 1}}, vars: {$0y: 3}}\n"), none, "a variable of a group");
    check(
        "web: {hosts: {a: &v {$0x: 1, y: 2}, b: *v}}\n",
        "Move `x` to group `web` (2 hosts)",
        expect![[r#"
            #- /inventory/hosts.yaml
            web: {hosts: {a: &v {y: 2}, b: *v}, vars: {x: 1}}
        "#]],
    );
}

#[test]
fn an_ini_inventory_becomes_yaml() {
    check(
        "\
#- /w/inventory.ini
# About this é€😀

# the first
n1 ip=10.0.0.1 # here
[kube_$0control_plane]  # front
# about n1
n1
n[2:3] ansible_port=22 labels=\"{'a': 1}\" site='p q'
# n4 ip=10.0.0.4

; masters
[k8s_cluster:children]
kube_node
kube_control_plane # both
[kube_node]
n3

[kube_node:vars]
# off
x=true
y=True # no comment
",
        "Convert to YAML",
        expect![[r##"
            #- /w/inventory.yaml
            # About this é€😀
            ungrouped:
              hosts:
                # the first
                n1: # here
                  ip: 10.0.0.1
            kube_control_plane: # front
              hosts:
                # about n1
                n1:
                n[2:3]:
                  ansible_port: 22
                  labels:
                    a: 1
                  site: p q
                # n4 ip=10.0.0.4
            # masters
            k8s_cluster:
              children:
                kube_control_plane: # both
                kube_node:
            kube_node:
              hosts:
                n3:
              vars:
                # off
                x: "true"
                y: true
            gone: /w/inventory.ini
        "##]],
    );
}

#[test]
fn a_yaml_inventory_becomes_ini() {
    check(
        "\
#- /w/ansible.cfg
[defaults]
inventory = hosts.yaml
#- /w/hosts.yaml
# About this
$0all:
  hosts:
    # the first
    n1: # here
      ip: 10.0.0.1 # ours
      big: 'yes'
      list: [1, a: null]
    é€😀:
    # n9:
  children:
    kube_control_plane:
      hosts:
        n1:
    kube_node: # workers
      hosts: {n2: , n1: }
      vars:
        # why
        x: \"{{ y }}\"
    k8s_cluster:
      children:
        kube_control_plane:
        kube_node:
        calico_rr:
          hosts: {}
",
        "Convert to INI",
        expect![[r##"
            #- /w/ansible.cfg
            [defaults]
            inventory = hosts.ini
            #- /w/hosts.ini
            # About this
            [all]
            # the first
            # ours
            n1 ip=10.0.0.1 big=yes list="[1, {'a': None}]" # here
            é€😀
            # n9:

            [kube_control_plane]
            n1

            [kube_node] # workers
            n2
            n1

            [kube_node:vars]
            # why
            x={{ y }}

            [calico_rr]

            [all:children]
            kube_control_plane
            kube_node
            k8s_cluster

            [k8s_cluster:children]
            kube_control_plane
            kube_node
            calico_rr
            gone: /w/hosts.yaml
        "##]],
    );
}

#[test]
fn what_the_other_language_cannot_say_is_refused() {
    let refusal = |fixture: &str| {
        let offers = offered(fixture);
        offers.into_iter().find(|offer| offer.starts_with("Convert")).unwrap_or_default()
    };
    assert_eq!(refusal("$0web: {hosts: {a: {x: !vault 'abc'}}}\n"), "Convert to INI (the value of x has no spelling in INI)");
    assert_eq!(
        refusal("$0web: {hosts: {a: &v {x: 1}, b: *v}}\n"),
        "Convert to INI (an anchor, an alias or a tag stands for groups or hosts)"
    );
    assert_eq!(refusal("$0web: {hosts: {a: {\"a b\": 1}}}\n"), "Convert to INI (the value of a b has no spelling in INI)");
    assert_eq!(refusal("$0web: {hosts: {\"a b\": }}\n"), "Convert to INI (a b cannot stand in a line of INI)");
    assert_eq!(
        refusal("$0web: {hosts: {a: }}\nweb: {hosts: {b: }}\n"),
        "Convert to INI (Ansible cannot read it, or a key stands there twice)"
    );
    assert_eq!(refusal("$0web: {hosts: {a: {x: 2020-01-01}}}\n"), "Convert to INI (the value of x has no spelling in INI)");
    assert_eq!(refusal("#- /w/hosts.ini\n[we$0b]\na b\n"), "Convert to YAML (line 2 is no INI: a word behind the host must be key=value)");
    assert_eq!(refusal("#- /w/hosts.ini\n[we$0b]\n'a'\n"), "Convert to YAML ('a' is written with quotes or escapes)");
    assert_eq!(
        refusal("#- /w/hosts.ini\n[we$0b]\na\n#- /w/hosts.yaml\nx: {hosts: {a: }}\n"),
        "Convert to YAML (hosts.yaml exists already)"
    );
    assert_eq!(
        refusal("#- /w/hosts.ini\n[we$0b]\na x=1\n[db]\na x=2\n[web]\na x=3\n"),
        "Convert to YAML (x would have another value on a)"
    );
    assert_eq!(refusal("#- /w/hosts.yaml\nweb: {hosts: {a: {}}}\n#- /w/group_vars/all.yml\n$0x: 1\n"), "", "no source");
    assert_eq!(refusal("web:\n  ho$0sts: {a: {}}\n"), "", "no group is named here");
}

#[test]
fn a_variable_file_is_split_as_the_sample_is() {
    let hosts = "#- /w/hosts.yaml\nkube_node: {hosts: {a: }}\nweb: {hosts: {a: }}\n";
    check(
        &format!(
            "{hosts}#- /w/group_vars/k8s_cluster.yml\n$0---\n# é€😀\nkube_network_plugin: calico\n\n# the chart tool\nhelm_enabled: true # yes\nmine: &m 1\nmetrics_server_enabled:   true\nyours: *m\ncalico_mtu: 1\n"
        ),
        "Split into 3 files in group_vars/k8s_cluster",
        expect![[r#"
            #- /w/group_vars/k8s_cluster/addons.yml
            ---
            # the chart tool
            helm_enabled: true # yes
            metrics_server_enabled:   true
            #- /w/group_vars/k8s_cluster/k8s-cluster.yml
            ---
            # é€😀
            kube_network_plugin: calico

            mine: &m 1
            yours: *m
            #- /w/group_vars/k8s_cluster/k8s-net-calico.yml
            ---
            calico_mtu: 1
            gone: /w/group_vars/k8s_cluster.yml
        "#]],
    );
    check(
        &format!("{hosts}#- /w/group_vars/web.yml\nx$0: 1\n"),
        "Move to group_vars/web/main.yml",
        expect![[r#"
            #- /w/group_vars/web/main.yml
            x: 1
            gone: /w/group_vars/web.yml
        "#]],
    );
    check(
        &format!("{hosts}#- /w/group_vars/k8s_cluster.yml\nhelm$0_enabled: true\n"),
        "Move to group_vars/k8s_cluster/addons.yml",
        expect![[r#"
            #- /w/group_vars/k8s_cluster/addons.yml
            helm_enabled: true
            gone: /w/group_vars/k8s_cluster.yml
        "#]],
    );
    let none: [&str; 0] = [];
    assert_eq!(offered(&format!("{hosts}#- /w/group_vars/web/a.yml\n$0x: 1\n")), none, "it is in a directory");
    assert_eq!(offered(&format!("{hosts}#- /w/group_vars/web.yml\nx: $01\n")), ["Move to group_vars/web/main.yml"]);
    assert_eq!(offered(&format!("{hosts}#- /w/group_vars/web.yml\nx: 1\ny: $01\n")), none);
    assert_eq!(offered(&format!("{hosts}#- /w/group_vars/web.yml\n$0x: 1\nx: 2\n")), none, "a key twice");
    assert_eq!(offered(&format!("{hosts}#- /w/group_vars/web.yml\n$0x: [1\n")), none, "broken");
    assert_eq!(offered(&format!("{hosts}#- /w/group_vars/nobody.yml\n$0x: 1\n")), none, "nothing reads it");
}

const CLUSTER: &str = "\
all:
  hosts:
    # the first
    node1: {ip: 10.0.0.1, ansible_host: 10.0.0.1, rack: a}
    node2: {ip: 10.0.0.2, ansible_host: 1.1.1.1, rack: a}
    node5: {ip: 10.0.0.9, ansible_host: 10.0.0.9, rack: a}
  children:
    kube_control_plane:
      hosts:
        no$0de1:
        node2:
    kube_node:
      hosts:
        node2:
        node5:
    etcd:
      hosts: {node1: }
";

#[test]
fn a_host_is_added_to_the_groups_of_its_role() {
    check(
        CLUSTER,
        "Add a worker",
        expect![[r#"
        #- /inventory/hosts.yaml
        all:
          hosts:
            # the first
            node1: {ip: 10.0.0.1, ansible_host: 10.0.0.1, rack: a}
            node2: {ip: 10.0.0.2, ansible_host: 1.1.1.1, rack: a}
            node5: {ip: 10.0.0.9, ansible_host: 10.0.0.9, rack: a}
            node6:
              ansible_host: 10.0.0.10
              ip: 10.0.0.10
              rack: a
          children:
            kube_control_plane:
              hosts:
                node1:
                node2:
            kube_node:
              hosts:
                node2:
                node5:
                node6:
            etcd:
              hosts: {node1: }
    "#]],
    );
    check(
        CLUSTER,
        "Add a control plane node",
        expect![[r#"
        #- /inventory/hosts.yaml
        all:
          hosts:
            # the first
            node1: {ip: 10.0.0.1, ansible_host: 10.0.0.1, rack: a}
            node2: {ip: 10.0.0.2, ansible_host: 1.1.1.1, rack: a}
            node5: {ip: 10.0.0.9, ansible_host: 10.0.0.9, rack: a}
            node6:
              ansible_host: 1.1.1.2
              ip: 10.0.0.10
              rack: a
          children:
            kube_control_plane:
              hosts:
                node1:
                node2:
                node6:
            kube_node:
              hosts:
                node2:
                node5:
                node6:
            etcd:
              hosts: {node1: }
    "#]],
    );
    check(
        CLUSTER,
        "Add an etcd member",
        expect![[r#"
        #- /inventory/hosts.yaml
        all:
          hosts:
            # the first
            node1: {ip: 10.0.0.1, ansible_host: 10.0.0.1, rack: a}
            node2: {ip: 10.0.0.2, ansible_host: 1.1.1.1, rack: a}
            node5: {ip: 10.0.0.9, ansible_host: 10.0.0.9, rack: a}
            node6:
              ansible_host: 10.0.0.10
              ip: 10.0.0.10
          children:
            kube_control_plane:
              hosts:
                node1:
                node2:
            kube_node:
              hosts:
                node2:
                node5:
            etcd:
              hosts: {node1: , node6: null }
    "#]],
    );
    check(
        "#- /w/inventory.ini\n[all]\nm-01.x ip=10.0.0.254 etcd_member_name=etcd1\n[kube_control_plane]\nm-01.x # é€😀\n[kube_no$0de]\n[etcd:children]\nkube_control_plane\n",
        "Add a control plane node",
        expect![[r#"
            #- /w/inventory.ini
            [all]
            m-01.x ip=10.0.0.254 etcd_member_name=etcd1
            m-02.x
            [kube_control_plane]
            m-01.x # é€😀
            m-02.x
            [kube_node]
            [etcd:children]
            kube_control_plane
        "#]],
    );
    check(
        "#- /w/inventory.ini\n[kube_control_plane]\n10.0.0.1\n[kube_no$0de]\n[etcd]\n10.0.0.1\n",
        "Add a worker",
        expect![[r#"
        #- /w/inventory.ini
        [kube_control_plane]
        10.0.0.1
        [kube_node]
        node1
        [etcd]
        10.0.0.1
    "#]],
    );
    check(
        "kube_control_plane: {hosts: {a: }}\nkube_no$0de:\netcd: {hosts: {a: }}\n",
        "Add a worker",
        expect![[r#"
        #- /inventory/hosts.yaml
        kube_control_plane: {hosts: {a: }}
        kube_node:
          hosts:
            node1:
        etcd: {hosts: {a: }}
    "#]],
    );
    check(
        "kube_control_plane: {hosts: {a: }}\nkube_no$0de:\n  hosts:\n    n[1:3]:\n      rack: b\n",
        "Add a worker",
        expect![[r#"
        #- /inventory/hosts.yaml
        kube_control_plane: {hosts: {a: }}
        kube_node:
          hosts:
            n[1:3]:
              rack: b
            n4:
              rack: b
    "#]],
    );
}

#[test]
fn a_host_can_be_added_where_its_group_is() {
    let adds = |fixture: &str| -> Vec<String> { offered(fixture).into_iter().filter(|title| title.starts_with("Add")).collect() };
    let none: [&str; 0] = [];
    assert_eq!(adds("web: {hosts: {$0a: }}\n"), none, "not of Kubespray");
    assert_eq!(adds("kube_node: {hosts: {$0a: }}\n"), ["Add a worker"]);
    assert_eq!(adds("kube_node: {ho$0sts: {a: }}\n"), none, "no name");
    assert_eq!(adds("kube_node: {hosts: $0a}\n"), none, "there is no list");
    let named = |name: &str| {
        let scene = scene("kube_node: {hosts: {a1: }}\nweb: {hosts: {a1: }}\n");
        let added = hostwise_analysis::add_host(&scene.workspace, &scene.path, hostwise_analysis::HostRole::Worker, Some(name));
        added.map(|added| changed(&scene, &added.change))
    };
    assert_eq!(
        named("b").expect("added"),
        "#- /inventory/hosts.yaml\nkube_node: {hosts: {a1: , b: null }}\nweb: {hosts: {a1: , b: null }}\n"
    );
    assert_eq!(named("a1").expect_err("refused"), "a1 is a host already");
    assert_eq!(named("web").expect_err("refused"), "web is a group already");
    assert_eq!(named("a b").expect_err("refused"), "`a b` cannot be a host: use letters, digits, `.`, `-` and `_`");
}
