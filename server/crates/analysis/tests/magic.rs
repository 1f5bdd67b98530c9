//! Magic variables, and the lookup of host names: each value as ansible-playbook of ansible-core 2.19 gives it.

mod support;

use hostwise_analysis::explain_variable;
use support::scene;

const INVENTORY: &str = "\
#- /w/prod/hosts.yaml
all:
  hosts:
    10.0.0.1:
    a.b.c:
    \"::1\":
    1.2.3:
  vars:
    inventory_dir: mine
    groups: mine
    probe: \"EXPRESSION\"
  children:
    web:
      hosts:
        a.b.c:
        10.0.0.1:
";

fn check(host: &str, expression: &str, expected: &str) {
    let scene = scene(&INVENTORY.replace("EXPRESSION", expression));
    let explained = explain_variable(&scene.workspace, None, host, "probe").expect("it is set");
    let rendered = explained.unknown.unwrap_or_else(|| explained.rendered.to_string());
    assert_eq!(rendered, expected, "{expression} on {host}");
}

#[test]
fn of_the_host() {
    for (host, short) in [("10.0.0.1", "10.0.0.1"), ("a.b.c", "a"), ("::1", "::1"), ("1.2.3", "1")] {
        check(host, "{{ inventory_hostname_short }}", &format!("\"{short}\""));
    }
    check("a.b.c", "{{ inventory_hostname }}", "\"a.b.c\"");
    check("a.b.c", "{{ group_names }}", r#"["web"]"#);
    check("::1", "{{ group_names }}", r#"["ungrouped"]"#);
}

#[test]
fn of_the_inventory() {
    check("a.b.c", "{{ inventory_dir }}", "\"/w/prod\"");
    check("a.b.c", "{{ inventory_file }}", "\"/w/prod/hosts.yaml\"");
    check("a.b.c", "{{ groups.keys() | list }}", r#"["all","ungrouped","web"]"#);
    check("a.b.c", "{{ groups['ungrouped'] }}", r#"["::1","1.2.3"]"#);
    check("a.b.c", "{{ hostvars['1.2.3'].inventory_hostname_short }}", "\"1\"");
    check("a.b.c", "{{ query('inventory_hostnames', 'all:!web') }}", r#"["::1","1.2.3"]"#);
    check("a.b.c", "{{ query('inventory_hostnames', 'web[0]', '1.2*') }}", r#"["a.b.c","1.2.3"]"#);
    check("a.b.c", "{{ query('inventory_hostnames', 'web[7]') }}", "[]");
}

/// What only a run knows.
#[test]
fn of_the_run() {
    check("a.b.c", "{{ playbook_dir }}", "unknown (depends on playbook_dir, which no file of this inventory sets)");
    check("a.b.c", "{{ 1 if ansible_check_mode else 2 }}", "unknown (depends on ansible_check_mode, which no file of this inventory sets)");
}
