//! Definitions, references and highlights of hosts, groups and variables.

mod support;

use expect_test::{Expect, expect};
use hostwise_analysis::{Definitions, declaration, definition, highlights, references};
use support::scene;

const SITE: &str = "\
#- /w/hosts.yaml
all:
  hosts:
    é€😀: {ip: 10.0.0.1}
    n[1:3].x: {rack: 1}
    'quoted': {}
  children:
    etcd:
      hosts: {é€😀: , n2.x:2222: }
    web:
      vars: {port: 80}
      children: {front: }
    front: {hosts: {n3.x: }}
#- /w/group_vars/web.yml
port: 81
#- /w/group_vars/web.json
{}
#- /w/host_vars/n2.x/main.yml
ip: 1
#- /w/site.yml
- name: first
  hosts: web:&front:!é€😀:n2.x[0]:*.x
  vars: {port: 82}
- hosts: [etcd, 'quoted']
- import_playbook: other.yml
";

/// The fixture with the first `needle` in `path` under the cursor.
fn at(path: &str, needle: &str) -> String {
    let header = format!("#- {path}\n");
    let (before, file) = SITE.split_once(&header).expect("a file");
    format!("{before}{header}{}", file.replacen(needle, &format!("$0{needle}"), 1))
}

fn check_definition(path: &str, needle: &str, expected: Expect) {
    let scene = scene(&at(path, needle));
    let found = definition(&scene.workspace, &scene.path, scene.offset);
    let shown: String = match found {
        Some(found) => found.targets.iter().map(|target| scene.place(target) + "\n").collect(),
        None => "nothing\n".to_owned(),
    };
    expected.assert_eq(&shown);
}

fn check_references(path: &str, needle: &str, definitions: Definitions, expected: Expect) {
    let scene = scene(&at(path, needle));
    let found = references(&scene.workspace, &scene.path, scene.offset, definitions);
    let shown: String = match found {
        Some(found) => found.iter().map(|place| scene.place(place) + "\n").collect(),
        None => "nothing\n".to_owned(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn a_host_is_defined_where_it_has_variables() {
    check_definition(
        "/w/hosts.yaml",
        "é€😀: ,",
        expect![[r#"
        /w/hosts.yaml:3: «é€😀»: {ip: 10.0.0.1}
    "#]],
    );
    check_definition(
        "/w/site.yml",
        "é€😀",
        expect![[r#"
        /w/hosts.yaml:3: «é€😀»: {ip: 10.0.0.1}
    "#]],
    );
}

#[test]
fn a_host_of_a_range_is_defined_by_the_range() {
    check_definition(
        "/w/hosts.yaml",
        "n2.x:2222",
        expect![[r#"
        /w/hosts.yaml:4: «n[1:3].x»: {rack: 1}
    "#]],
    );
}

#[test]
fn the_definition_leads_on_to_variable_files() {
    check_definition(
        "/w/hosts.yaml",
        "n[1:3]",
        expect![[r#"
        /w/host_vars/n2.x/main.yml
    "#]],
    );
    check_definition(
        "/w/hosts.yaml",
        "web:",
        expect![[r#"
        /w/group_vars/web.yml
        /w/group_vars/web.json
    "#]],
    );
}

#[test]
fn a_variable_is_defined_where_it_is_set() {
    check_definition(
        "/w/group_vars/web.yml",
        "port",
        expect![[r#"
        /w/hosts.yaml:10: vars: {«port»: 80}
        /w/site.yml:3: vars: {«port»: 82}
    "#]],
    );
}

#[test]
fn sections_globs_and_unknown_names_have_no_definition() {
    check_definition("/w/hosts.yaml", "children:\n    etcd", expect!["nothing\n"]);
    check_definition("/w/site.yml", "*.x", expect!["nothing\n"]);
    check_definition("/w/site.yml", "first", expect!["nothing\n"]);
    check_definition("/w/site.yml", "other.yml", expect!["nothing\n"]);
}

#[test]
fn references_of_a_group_go_through_plays_and_file_names() {
    check_references(
        "/w/hosts.yaml",
        "web:",
        Definitions::Included,
        expect![[r#"
        /w/hosts.yaml:9: «web»:
        /w/site.yml:2: hosts: «web»:&front:!é€😀:n2.x[0]:*.x
        /w/group_vars/web.yml
        /w/group_vars/web.json
    "#]],
    );
    check_references(
        "/w/site.yml",
        "front",
        Definitions::LeftOut,
        expect![[r#"
        /w/hosts.yaml:11: children: {«front»: }
        /w/site.yml:2: hosts: web:&«front»:!é€😀:n2.x[0]:*.x
    "#]],
    );
}

#[test]
fn references_of_a_host_include_ranges_and_ports() {
    check_references(
        "/w/hosts.yaml",
        "n2.x:2222",
        Definitions::Included,
        expect![[r#"
        /w/hosts.yaml:4: «n[1:3].x»: {rack: 1}
        /w/hosts.yaml:8: hosts: {é€😀: , «n2.x»:2222: }
        /w/site.yml:2: hosts: web:&front:!é€😀:«n2.x»[0]:*.x
        /w/host_vars/n2.x/main.yml
    "#]],
    );
    check_references(
        "/w/hosts.yaml",
        "quoted",
        Definitions::Included,
        expect![[r#"
        /w/hosts.yaml:5: '«quoted»': {}
        /w/site.yml:4: - hosts: [etcd, '«quoted»']
    "#]],
    );
}

#[test]
fn a_range_is_all_of_its_hosts() {
    check_references(
        "/w/hosts.yaml",
        "n[1:3]",
        Definitions::LeftOut,
        expect![[r#"
        /w/hosts.yaml:8: hosts: {é€😀: , «n2.x»:2222: }
        /w/hosts.yaml:12: front: {hosts: {«n3.x»: }}
        /w/site.yml:2: hosts: web:&front:!é€😀:«n2.x»[0]:*.x
        /w/host_vars/n2.x/main.yml
    "#]],
    );
}

#[test]
fn ini_and_toml_name_the_same_things() {
    let ini = "#- /w/hosts.ini\nh1 ip=1 'my key'=2\n[web]\nh1\n\"h2\":22 # comment\n[web:vars]\nip=3\n[all:children]\nw$0eb\n#- /w/group_vars/all.yml\nip: 1\n";
    let scene_ini = scene(ini);
    let found = references(&scene_ini.workspace, "/w/hosts.ini", scene_ini.offset, Definitions::Included).expect("a group");
    let shown: String = found.iter().map(|place| scene_ini.place(place) + "\n").collect();
    expect![[r#"
        /w/hosts.ini:2: [«web»]
        /w/hosts.ini:5: [«web»:vars]
        /w/hosts.ini:8: «web»
    "#]]
    .assert_eq(&shown);
    let toml = "#- /w/hosts.toml\n[web]\nchildren = [\"front\"]\n[web.hosts.\"h1\"]\nip = 1\n[front.hosts]\nh$01 = {}\n#- /w/group_vars/all.yml\nip: 1\n";
    let scene_toml = scene(toml);
    let found = references(&scene_toml.workspace, "/w/hosts.toml", scene_toml.offset, Definitions::Included).expect("a host");
    let shown: String = found.iter().map(|place| scene_toml.place(place) + "\n").collect();
    expect![[r#"
        /w/hosts.toml:3: [web.hosts."«h1»"]
        /w/hosts.toml:6: «h1» = {}
    "#]]
    .assert_eq(&shown);
}

#[test]
fn aliases_and_merges_are_read_once() {
    let text = "a: {hosts: &h {x$0: , y: }}\nb: {hosts: *h}\nc: {hosts: {<<: *h, x: }}\nd: {hosts: &loop {<<: *loop}}\n";
    let scene = scene(text);
    let found = references(&scene.workspace, &scene.path, scene.offset, Definitions::Included).expect("a host");
    let shown: String = found.iter().map(|place| scene.place(place) + "\n").collect();
    expect![[r#"
        /inventory/hosts.yaml:1: a: {hosts: &h {«x»: , y: }}
        /inventory/hosts.yaml:3: c: {hosts: {<<: *h, «x»: }}
    "#]]
    .assert_eq(&shown);
}

#[test]
fn highlights_stay_in_the_file_and_tell_writing_from_reading() {
    let scene = scene(&at("/w/hosts.yaml", "é€😀: ,"));
    let shown: String = highlights(&scene.workspace, &scene.path, scene.offset)
        .iter()
        .map(|highlight| {
            format!("{} {}\n", if highlight.is_write { "write" } else { "read" }, scene.place_of(&scene.path, highlight.range))
        })
        .collect();
    expect![[r#"
        write /w/hosts.yaml:3: «é€😀»: {ip: 10.0.0.1}
        read /w/hosts.yaml:8: hosts: {«é€😀»: , n2.x:2222: }
    "#]]
    .assert_eq(&shown);
}

#[test]
fn inventories_are_kept_apart_and_half_typed_names_hide_nothing() {
    let text = "#- /a/hosts.yaml\netcd: {hosts: {$0h: }}\nkube_node:\n  hosts:\n    h:\n    hal\n#- /a/group_vars/all.yml\nx: 1\n#- /b/hosts.yaml\netcd: {hosts: {h: }}\n#- /b/group_vars/all.yml\nx: 1\n";
    let scene = scene(text);
    let found = references(&scene.workspace, &scene.path, scene.offset, Definitions::Included).expect("a host");
    let shown: String = found.iter().map(|place| scene.place(place) + "\n").collect();
    expect![[r#"
        /a/hosts.yaml:1: etcd: {hosts: {«h»: }}
        /a/hosts.yaml:4: «h»:
    "#]]
    .assert_eq(&shown);
}

const TEMPLATES: &str = "\
#- /w/hosts.yaml
all:
  hosts: {n1: {rack: 1}, n2: }
  vars: {url: \"é€😀 {{ scheme }}://{{ groups['web'][0] }}\"}
  children:
    web: {hosts: {n1: }}
#- /w/group_vars/all.yml
scheme: http
plain: scheme
one: \"{{ hostvars['n1'].rack }} {{ hostvars[groups['web'][0]]['rack'] }} {{ hostvars.n1.scheme }}\"
two: \"{{ 'web' in group_names and 'n1' != inventory_hostname and \\\"web\\\" not in group_names }}\"
three: '{{ groups.web | length }} {{ groups.get(''web'') }} {% for h in groups.web %}{{ h }}{{ lookup(''env'', ''scheme'') }}{% endfor %}'
unset: '{{ nothing }}'
#- /w/site.yml
- hosts: web
  tasks:
    - debug: {msg: \"{{ scheme }} {{ hostvars['n2'].rack }}\"}
#- /w/inventory.ini
[web]
n1 link=\"{{ scheme }}\"
";

/// The references of the first `needle` in `path` of [`TEMPLATES`].
fn check_templates(path: &str, needle: &str, expected: Expect) {
    let header = format!("#- {path}\n");
    let (before, file) = TEMPLATES.split_once(&header).expect("a file");
    let scene = scene(&format!("{before}{header}{}", file.replacen(needle, &format!("$0{needle}"), 1)));
    let found = references(&scene.workspace, &scene.path, scene.offset, Definitions::LeftOut);
    expected
        .assert_eq(&found.map_or_else(|| "nothing\n".to_owned(), |found| found.iter().map(|place| scene.place(place) + "\n").collect()));
}

#[test]
fn templates_name_variables_groups_and_hosts() {
    check_templates(
        "/w/group_vars/all.yml",
        "scheme",
        expect![[r#"
        /w/hosts.yaml:3: vars: {url: "é€😀 {{ «scheme» }}://{{ groups['web'][0] }}"}
        /w/group_vars/all.yml:3: one: "{{ hostvars['n1'].rack }} {{ hostvars[groups['web'][0]]['rack'] }} {{ hostvars.n1.«scheme» }}"
        /w/site.yml:3: - debug: {msg: "{{ «scheme» }} {{ hostvars['n2'].rack }}"}
    "#]],
    );
    check_templates(
        "/w/hosts.yaml",
        "rack",
        expect![[r#"
        /w/group_vars/all.yml:3: one: "{{ hostvars['n1'].«rack» }} {{ hostvars[groups['web'][0]]['rack'] }} {{ hostvars.n1.scheme }}"
        /w/group_vars/all.yml:3: one: "{{ hostvars['n1'].rack }} {{ hostvars[groups['web'][0]]['«rack»'] }} {{ hostvars.n1.scheme }}"
        /w/site.yml:3: - debug: {msg: "{{ scheme }} {{ hostvars['n2'].«rack» }}"}
    "#]],
    );
    check_templates(
        "/w/hosts.yaml",
        "web:",
        expect![[r#"
        /w/hosts.yaml:3: vars: {url: "é€😀 {{ scheme }}://{{ groups['«web»'][0] }}"}
        /w/group_vars/all.yml:3: one: "{{ hostvars['n1'].rack }} {{ hostvars[groups['«web»'][0]]['rack'] }} {{ hostvars.n1.scheme }}"
        /w/group_vars/all.yml:4: two: "{{ '«web»' in group_names and 'n1' != inventory_hostname and \"web\" not in group_names }}"
        /w/group_vars/all.yml:4: two: "{{ 'web' in group_names and 'n1' != inventory_hostname and \"«web»\" not in group_names }}"
        /w/group_vars/all.yml:5: three: '{{ groups.«web» | length }} {{ groups.get(''web'') }} {% for h in groups.web %}{{ h }}{{ lookup(''env'', ''scheme'') }}{% endfor %}'
        /w/group_vars/all.yml:5: three: '{{ groups.web | length }} {{ groups.get(''«web»'') }} {% for h in groups.web %}{{ h }}{{ lookup(''env'', ''scheme'') }}{% endfor %}'
        /w/group_vars/all.yml:5: three: '{{ groups.web | length }} {{ groups.get(''web'') }} {% for h in groups.«web» %}{{ h }}{{ lookup(''env'', ''scheme'') }}{% endfor %}'
        /w/site.yml:1: - hosts: «web»
    "#]],
    );
    check_templates(
        "/w/site.yml",
        "n2",
        expect![[r#"
        /w/hosts.yaml:2: hosts: {n1: {rack: 1}, «n2»: }
        /w/site.yml:3: - debug: {msg: "{{ scheme }} {{ hostvars['«n2»'].rack }}"}
    "#]],
    );
    check_templates(
        "/w/inventory.ini",
        "scheme",
        expect![[r#"
        /w/inventory.ini:2: n1 link="{{ «scheme» }}"
        /w/group_vars/all.yml:3: one: "{{ hostvars['n1'].rack }} {{ hostvars[groups['web'][0]]['rack'] }} {{ hostvars.n1.«scheme» }}"
        /w/site.yml:3: - debug: {msg: "{{ «scheme» }} {{ hostvars['n2'].rack }}"}
    "#]],
    );
    check_templates("/w/group_vars/all.yml", "inventory_hostname", expect!["nothing\n"]);
    check_templates("/w/group_vars/all.yml", "for h", expect!["nothing\n"]);
}

#[test]
fn a_variable_in_a_template_leads_to_where_it_is_set() {
    for (needle, expected) in [("scheme }}", Some("/w/group_vars/all.yml:1: «scheme»: http")), ("groups['web']", None)] {
        let scene = scene(&TEMPLATES.replacen(needle, &format!("$0{needle}"), 1));
        let found = definition(&scene.workspace, &scene.path, scene.offset);
        assert_eq!(found.map(|found| scene.place(&found.targets[0])).as_deref(), expected, "{needle}");
    }
    let scene = scene(&TEMPLATES.replace("{{ nothing", "{{ $0nothing"));
    assert_eq!(definition(&scene.workspace, &scene.path, scene.offset), None);
}

#[test]
fn a_variable_is_declared_in_the_users_kubespray() {
    let fixture = |vars: &str| {
        format!(
            "\
#- /k/galaxy.yml
namespace: kubernetes_sigs
name: kubespray
version: 2.31.0
#- /k/roles/kubespray_defaults/defaults/main/main.yml
# é€😀
helm_enabled: false
container_manager: containerd
#- /k/roles/helm/defaults/main.yml
helm_enabled: true
#- /k/inventory/x/hosts.yaml
etcd: {{hosts: {{a: }}}}
#- /k/inventory/x/group_vars/all.yml
{vars}"
        )
    };
    let places = |vars: &str, ask: fn(&hostwise_analysis::Workspace, &str, usize) -> Option<hostwise_analysis::Definition>| {
        let scene = scene(&fixture(vars));
        let found = ask(&scene.workspace, &scene.path, scene.offset).map(|found| found.targets).unwrap_or_default();
        found.iter().map(|target| scene.place(target)).collect::<Vec<_>>()
    };
    let shared = "/k/roles/kubespray_defaults/defaults/main/main.yml";
    let of_helm = [format!("{shared}:2: «helm_enabled»: false"), "/k/roles/helm/defaults/main.yml:1: «helm_enabled»: true".to_owned()];
    assert_eq!(places("he$0lm_enabled: true\n", declaration), of_helm);
    assert_eq!(places("x: '{{ $0container_manager }}'\n", definition), [format!("{shared}:3: «container_manager»: containerd")]);
    assert_eq!(places("$0mine: 1\n", declaration), [""; 0]);
    let scene = scene("helm: {hosts: {a: {$0helm_enabled: true}}}\n");
    assert_eq!(declaration(&scene.workspace, &scene.path, scene.offset), None, "there is no Kubespray here");
}
