//! The remarks in lines.

mod support;

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use hostwise_analysis::{InlayHintKinds, Settings, inlay_hints};
use hostwise_syntax::TextRange;
use support::{Scene, scene};

/// The lines with hints, which stand between guillemets where an editor draws them.
fn shown(scene: &Scene, path: &str, range: Option<TextRange>) -> String {
    let file = scene.workspace.files().file(path).expect("a file of the fixture");
    let mut text = file.text().to_owned();
    let whole = TextRange::new(0, text.len());
    for hint in inlay_hints(&scene.workspace, path, range.unwrap_or(whole)).iter().rev() {
        text.insert_str(hint.offset, &format!("«{}»", hint.label));
    }
    text.lines().filter(|line| line.contains('«')).fold(String::new(), |mut shown, line| {
        let _ = writeln!(shown, "{}", line.trim_start());
        shown
    })
}

fn check(fixture: &str, path: &str, expected: Expect) {
    expected.assert_eq(&shown(&scene(fixture), path, None));
}

const INVENTORY: &str = "\
#- /w/hosts.yaml
all:
  vars:
    domain: example.org
    port: 80
    url: 'http://{{ domain }}:{{ port }}'   # é€😀
kube_control_plane:
  hosts:
    é€😀: {ip: 10.0.0.1, access: '{{ ip }}'}
etcd:
  hosts:
    é€😀:
    n3:
      ip: 10.0.0.3
      access: \"{{ ip }}\"
      own: 1
kube_node:
  hosts:
    n[4:5]:
  vars:
    port: 81
#- /w/group_vars/all/main.yml
# Each of these reaches all hosts.
address: '{{ access }}'
fact: '{{ ansible_facts.os_family }}'
vaulted: '{{ secret }}'
list: ['{{ domain }}', 2]
several:
  a: '{{ domain }}'
block: |
  {{ domain }}
plain: no template
nested: ['{{ domain }}', '{{ secret }}']
secret: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  66616b65
long: '{{ domain }}{{ domain }}{{ domain }}{{ domain }}{{ domain }}'
beaten: 1
beaten_block:
  - 1
equal: 1
#- /w/group_vars/etcd.yml
beaten: 2
beaten_block: 2
equal: 1
own: 2
#- /w/group_vars/kube_node.yml
beaten:
  - 3
#- /w/host_vars/n3.yml
own: 3
ip: 10.0.0.33
";

#[test]
fn hosts_have_their_role_and_templates_their_value() {
    check(
        INVENTORY,
        "/w/hosts.yaml",
        expect![[r#"
            port: 80«overridden on 2 hosts»
            url: 'http://{{ domain }}:{{ port }}'«= 2 values»   # é€😀
            é€😀:«control plane + etcd» {ip: 10.0.0.1, access: '{{ ip }}'«= 10.0.0.1»}
            é€😀:«control plane + etcd»
            n3:«etcd-only»
            ip: 10.0.0.3«overridden»
            access: "{{ ip }}"«= 10.0.0.33»
            own: 1«overridden»
            n[4:5]:«worker»
        "#]],
    );
}

#[test]
fn values_that_are_not_certain_have_none_and_beaten_ones_a_mark() {
    check(
        INVENTORY,
        "/w/group_vars/all/main.yml",
        expect![[r#"
        list: ['{{ domain }}', 2]«= [example.org, 2]»
        long: '{{ domain }}{{ domain }}{{ domain }}{{ domain }}{{ domain }}'«= example.orgexample.orgexample.orgexample…»
        beaten: 1«overridden»
        beaten_block:«overridden on 2 hosts»
    "#]],
    );
    check(
        INVENTORY,
        "/w/group_vars/etcd.yml",
        expect![[r#"
        own: 2«overridden on 1 host»
    "#]],
    );
    check(INVENTORY, "/w/host_vars/n3.yml", expect![[r#""#]]);
}

#[test]
fn ini_inventories_have_them_too() {
    check(
        "#- /w/inventory.ini\n[etcd]\na ip=1.2.3.4 access='{{ ip }}'\n[kube_node]\nb[1:2] # remark\n[kube_control_plane]\na\n",
        "/w/inventory.ini",
        expect![[r#"
            a«control plane + etcd» ip=1.2.3.4 access='{{ ip }}'«= 1.2.3.4»
            b[1:2]«worker» # remark
            a«control plane + etcd»
        "#]],
    );
}

#[test]
fn only_what_is_seen_is_computed_and_each_kind_can_be_switched_off() {
    let mut scene = scene(INVENTORY);
    let path = "/w/hosts.yaml";
    let text = scene.workspace.files().file(path).expect("it is there").text();
    let at = |part: &str| text.find(part).expect("it is there");
    let range = TextRange::new(at("n3:"), at("own:"));
    expect![[r#"
        n3:«etcd-only»
        ip: 10.0.0.3«overridden»
        access: "{{ ip }}"«= 10.0.0.33»
    "#]]
    .assert_eq(&shown(&scene, path, Some(range)));
    let mut with = |inlay_hints: InlayHintKinds| {
        let settings = Settings { inlay_hints, ..scene.workspace.settings().clone() };
        let open = [path.into()].into_iter().collect();
        scene.workspace = scene.workspace.change(scene.workspace.files().clone(), open, settings);
        shown(&scene, path, None)
    };
    let none = InlayHintKinds { roles: false, values: false, overridden: false };
    assert_eq!(with(none), "");
    expect![[r#"
            é€😀:«control plane + etcd» {ip: 10.0.0.1, access: '{{ ip }}'}
            é€😀:«control plane + etcd»
            n3:«etcd-only»
            n[4:5]:«worker»
    "#]]
    .assert_eq(&with(InlayHintKinds { roles: true, ..none }));
    expect![[r#"
        url: 'http://{{ domain }}:{{ port }}'«= 2 values»   # é€😀
        é€😀: {ip: 10.0.0.1, access: '{{ ip }}'«= 10.0.0.1»}
        access: "{{ ip }}"«= 10.0.0.33»
    "#]]
    .assert_eq(&with(InlayHintKinds { values: true, ..none }));
    expect![[r#"
        port: 80«overridden on 2 hosts»
        ip: 10.0.0.3«overridden»
        own: 1«overridden»
    "#]]
    .assert_eq(&with(InlayHintKinds { overridden: true, ..none }));
}

#[test]
fn what_is_no_inventory_has_none() {
    check("#- /w/hosts.yaml\nweb: {hosts: {a: }}\n#- /w/other.yml\nx: '{{ y }}'\n", "/w/other.yml", expect![""]);
    check("#- /w/hosts.yaml\nweb: {hosts: {a: }}\n", "/w/hosts.yaml", expect![""]);
}
