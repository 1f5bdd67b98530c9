//! Outlines, the search of the workspace, links, and who contains whom.

mod support;

use expect_test::{Expect, expect};
use hostwise_analysis::{
    Containment, DocumentSymbol, LinkTarget, SymbolKind, containers, definition, document_symbols, links, member, members,
    workspace_symbols,
};
use support::{Scene, scene};

fn outline(fixture: &str, path: &str, expected: Expect) {
    let scene = scene(fixture);
    let text = scene.workspace.files().file(path).expect("a file").text();
    let mut out = String::new();
    for symbol in document_symbols(&scene.workspace, path) {
        show(&symbol, text, 0, &mut out);
    }
    expected.assert_eq(&out);
}

fn show(symbol: &DocumentSymbol, text: &str, depth: usize, out: &mut String) {
    assert!(symbol.range.contains(symbol.selection), "{symbol:?}");
    let detail = symbol.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
    let selected = &text[symbol.selection.span()];
    out.push_str(&format!("{}{} {}{detail} «{selected}»\n", "  ".repeat(depth), kind(symbol.kind), symbol.name));
    for child in &symbol.children {
        assert!(symbol.range.contains(child.range), "{child:?}");
        show(child, text, depth + 1, out);
    }
}

fn kind(kind: SymbolKind) -> &'static str {
    match kind {
        SymbolKind::Group => "group",
        SymbolKind::Host => "host",
        SymbolKind::Variable => "variable",
    }
}

#[test]
fn an_inventory_is_outlined_as_it_contains() {
    outline(
        "\
#- /w/hosts.yaml
all:
  hosts:
    é€😀: {ip: 10.0.0.1}
    'n[1:3]':
  vars:
    url: \"{{ groups['etcd'] }}\"
  children:
    etcd:
      hosts:
        é€😀:
    hal
#- /w/group_vars/all.yml
x: 1
",
        "/w/hosts.yaml",
        expect![[r#"
            group all (4 hosts) «all»
              host é€😀 (etcd-only) «é€😀»
                variable ip (10.0.0.1) «ip»
              host n[1:3] «n[1:3]»
              variable url ("{{ groups['etcd'] }}") «url»
              group etcd (1 host) «etcd»
                host é€😀 (etcd-only) «é€😀»
        "#]],
    );
}

#[test]
fn ini_and_variable_files_have_outlines_and_other_files_none() {
    let fixture = "\
#- /w/inventory.ini
h1 ip=1
[web]
h1:22
[web:vars]
port=80
[all:children]
web
#- /w/group_vars/all.yml
short: x
long:
  a: 1
list: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, c]
#- /w/site.yml
- hosts: web
";
    outline(
        fixture,
        "/w/inventory.ini",
        expect![[r#"
        host h1 «h1»
          variable ip (1) «ip»
        group web (1 host) «web»
          host h1 «h1»
        group web (1 host) «web»
          variable port (80) «port»
        group all (1 host) «all»
          group web (1 host) «web»
    "#]],
    );
    outline(
        fixture,
        "/w/group_vars/all.yml",
        expect![[r#"
        variable short (x) «short»
        variable long «long»
        variable list ([aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbb…) «list»
    "#]],
    );
    outline(fixture, "/w/site.yml", expect![""]);
}

const INVENTORY: &str = "\
#- /w/prod/hosts.yaml
all:
  hosts:
    node-1: {ip: 1}
    node-2: {ip: 2}
  children:
    kube_node: {hosts: {node-1: , node-2: }}
    k8s_cluster: {children: {kube_node: , rest: }}
    rest: {hosts: {node-2: }}
#- /w/prod/group_vars/kube_node.yml
node_port: \"{{ node_other }}\"
#- /w/prod/host_vars/node-1.yml
node_port: 2
";

#[test]
fn the_workspace_is_searched_by_letters_in_order() {
    let scene = scene(INVENTORY);
    let search = |query: &str| -> String {
        let found = workspace_symbols(&scene.workspace, query);
        found.iter().map(|symbol| format!("{} {} {}\n", kind(symbol.kind), symbol.container, scene.place(&symbol.location))).collect()
    };
    expect![[r#"
        variable prod/group_vars/kube_node.yml /w/prod/group_vars/kube_node.yml:1: «node_port»: "{{ node_other }}"
        variable prod/host_vars/node-1.yml /w/prod/host_vars/node-1.yml:1: «node_port»: 2
    "#]]
    .assert_eq(&search("ndprt"));
    expect![[r#"
        host w/prod/hosts.yaml /w/prod/hosts.yaml:4: «node-2»: {ip: 2}
    "#]]
    .assert_eq(&search("n2"));
    expect![[r#"
        group w/prod/hosts.yaml /w/prod/hosts.yaml:6: «kube_node»: {hosts: {node-1: , node-2: }}
    "#]]
    .assert_eq(&search("kubenode"));
    assert_eq!(search("zzz"), "");
    assert_eq!(search("node_other"), "", "what is only read is no symbol");
    assert_eq!(search("").lines().count(), 9);
}

fn containments(scene: &Scene, found: &[Containment]) -> String {
    let ranges = |containment: &Containment| containment.ranges.len();
    found.iter().map(|found| format!("{} {} x{}\n", kind(found.other.kind), scene.place(&found.other.location), ranges(found))).collect()
}

#[test]
fn groups_know_who_contains_whom() {
    let scene = scene(&INVENTORY.replace("k8s_cluster: {children: {kube", "k8s_cluster: {children: {$0kube"));
    let asked = member(&scene.workspace, &scene.path, scene.offset).expect("a group");
    assert_eq!(scene.place(&asked.location), "/w/prod/hosts.yaml:6: «kube_node»: {hosts: {node-1: , node-2: }}");
    expect![[r#"
        group /w/prod/hosts.yaml:1: «all»: x1
        group /w/prod/hosts.yaml:7: «k8s_cluster»: {children: {kube_node: , rest: }} x1
    "#]]
    .assert_eq(&containments(&scene, &containers(&scene.workspace, &scene.path, scene.offset)));
    expect![[r#"
        host /w/prod/hosts.yaml:3: «node-1»: {ip: 1} x1
        host /w/prod/hosts.yaml:4: «node-2»: {ip: 2} x1
    "#]]
    .assert_eq(&containments(&scene, &members(&scene.workspace, &scene.path, scene.offset)));
}

#[test]
fn a_host_is_contained_and_contains_nothing() {
    let scene = scene(&INVENTORY.replace("rest: {hosts: {node", "rest: {hosts: {$0node"));
    let found = containers(&scene.workspace, &scene.path, scene.offset);
    let names: Vec<&str> = found.iter().map(|found| &*found.other.name).collect();
    assert_eq!(names, ["all", "kube_node", "rest"]);
    assert_eq!(members(&scene.workspace, &scene.path, scene.offset), []);
}

#[test]
fn plays_and_comments_link_to_what_is_there() {
    let scene = scene(
        "\
#- /w/plays/site.yml
- import_playbook: ../other.yml
- import_playbook: missing.yml
- hosts: all
  vars_files: ['é€😀.yml', \"{{ x }}.yml\"]
  # hostwise: ignore[yaml-syntax, nonsense]
#- /w/other.yml
- hosts: all
#- /w/plays/é€😀.yml
x: 1
",
    );
    let shown = shown_links(&scene, "/w/plays/site.yml");
    expect![[r#"
        /w/plays/site.yml:1: - import_playbook: «../other.yml» -> /w/other.yml
        /w/plays/site.yml:4: vars_files: ['«é€😀.yml»', "{{ x }}.yml"] -> /w/plays/é€😀.yml
        /w/plays/site.yml:5: # hostwise: ignore[«yaml-syntax», nonsense] -> yaml-syntax.md (Ansible cannot read the file: its YAML reader stops at this place.)
    "#]]
    .assert_eq(&shown);
}

/// `place -> file`, or the last part of an address and the tooltip.
fn shown_links(scene: &support::Scene, path: &str) -> String {
    let show = |link: &hostwise_analysis::Link| match &link.target {
        LinkTarget::File(target) => format!("{} -> {target}\n", scene.place_of(path, link.range)),
        LinkTarget::Url(url) => format!(
            "{} -> {} ({})\n",
            scene.place_of(path, link.range),
            url.rsplit('/').next().unwrap_or_default(),
            link.tooltip.as_deref().unwrap_or_default()
        ),
    };
    links(&scene.workspace, path).iter().map(show).collect()
}

#[test]
fn variables_link_to_the_pages_about_them() {
    let scene = scene(
        "\
#- /w/hosts.yaml
kube_node: {hosts: {a: {calico_mtu: 1}}}
#- /w/group_vars/k8s_cluster.yml
é€😀: 1
calico_mtu: 1440
helm_enabled: true
ansible_user: \"{{ calico_mtu }}\"
mine: {calico_mtu: 1}
",
    );
    expect![[r#"
        /w/group_vars/k8s_cluster.yml:2: «calico_mtu»: 1440 -> calico.md (Calico in the documentation of Kubespray 2.31.0)
        /w/group_vars/k8s_cluster.yml:3: «helm_enabled»: true -> defaults (The defaults of kubespray_defaults in Kubespray 2.31.0)
        /w/group_vars/k8s_cluster.yml:4: «ansible_user»: "{{ calico_mtu }}" -> intro_inventory.html#connecting-to-hosts-behavioral-inventory-parameters (Connecting to hosts in the documentation of Ansible)
    "#]].assert_eq(&shown_links(&scene, "/w/group_vars/k8s_cluster.yml"));
    assert_eq!(shown_links(&scene, "/w/hosts.yaml"), "", "a list of hosts");
}

#[test]
fn files_that_tasks_and_configurations_name_are_linked() {
    let scene = scene(
        "\
#- /w/ansible.cfg
[defaults]
inventory = hosts.yaml , ~/more,missing
#- /w/hosts.yaml
web: {hosts: {a: }}
#- /w/tasks/main.yml
- import_tasks: é€😀.yml
- ansible.builtin.include_tasks: {file: more.yml}
- include_vars: missing.yml
- debug: {msg: \"é€😀 {{ lookup('file', 'more.yml') }} {{ lookup('env', 'more.yml') }}\"}
#- /w/tasks/é€😀.yml
- debug:
#- /w/tasks/more.yml
- debug:
",
    );
    expect![[r#"
        /w/tasks/main.yml:1: - import_tasks: «é€😀.yml» -> /w/tasks/é€😀.yml
        /w/tasks/main.yml:2: - ansible.builtin.include_tasks: {file: «more.yml»} -> /w/tasks/more.yml
        /w/tasks/main.yml:4: - debug: {msg: "é€😀 {{ lookup('file', '«more.yml»') }} {{ lookup('env', 'more.yml') }}"} -> /w/tasks/more.yml
    "#]]
    .assert_eq(&shown_links(&scene, "/w/tasks/main.yml"));
    expect![[r#"
        /w/ansible.cfg:2: inventory = «hosts.yaml» , ~/more,missing -> /w/hosts.yaml
    "#]]
    .assert_eq(&shown_links(&scene, "/w/ansible.cfg"));
}

/// `ansible-playbook` finds these: the directory of the role first, then what is beside the file.
#[test]
fn files_of_roles_are_linked_where_ansible_looks_for_them() {
    let scene = scene(
        "\
#- /w/hosts.yaml
web: {hosts: {a: }}
#- /w/roles/r/tasks/main.yml
- include_tasks: sub/more.yml
- include_vars: v.yml
- script: run.sh --all
- ansible.builtin.script: {cmd: \"run.sh é\"}
- copy: {src: unit.yml, dest: /etc/unit.yml}
- copy: {src: unit.yml, dest: /etc/unit.yml, remote_src: true}
- template: {src: t.yml, dest: /etc/t.yml}
- template: {src: missing.j2, dest: /etc/t.yml}
#- /w/roles/r/tasks/sub/more.yml
- import_tasks: other.yml
#- /w/roles/r/tasks/other.yml
- debug:
#- /w/roles/r/handlers/main.yml
- script: run.sh
#- /w/roles/r/vars/v.yml
x: 1
#- /w/roles/r/files/run.sh
#!/bin/sh
#- /w/roles/r/files/unit.yml
x: 1
#- /w/roles/r/templates/t.yml
x: 1
#- /w/site.yml
- hosts: all
  tasks:
    - script: files/run.sh
    - script: $0run.sh
#- /w/files/run.sh
#!/bin/sh
",
    );
    expect![[r#"
        /w/roles/r/tasks/main.yml:1: - include_tasks: «sub/more.yml» -> /w/roles/r/tasks/sub/more.yml
        /w/roles/r/tasks/main.yml:2: - include_vars: «v.yml» -> /w/roles/r/vars/v.yml
        /w/roles/r/tasks/main.yml:3: - script: «run.sh» --all -> /w/roles/r/files/run.sh
        /w/roles/r/tasks/main.yml:4: - ansible.builtin.script: {cmd: "«run.sh» é"} -> /w/roles/r/files/run.sh
        /w/roles/r/tasks/main.yml:5: - copy: {src: «unit.yml», dest: /etc/unit.yml} -> /w/roles/r/files/unit.yml
        /w/roles/r/tasks/main.yml:7: - template: {src: «t.yml», dest: /etc/t.yml} -> /w/roles/r/templates/t.yml
    "#]]
    .assert_eq(&shown_links(&scene, "/w/roles/r/tasks/main.yml"));
    assert!(shown_links(&scene, "/w/roles/r/tasks/sub/more.yml").ends_with("-> /w/roles/r/tasks/other.yml\n"));
    assert!(shown_links(&scene, "/w/roles/r/handlers/main.yml").ends_with("-> /w/roles/r/files/run.sh\n"));
    assert_eq!(shown_links(&scene, "/w/site.yml").matches("-> /w/files/run.sh\n").count(), 2);
    let found = definition(&scene.workspace, &scene.path, scene.offset).expect("the script");
    assert_eq!(&*found.targets[0].path, "/w/files/run.sh");
}
