//! What is offered where, what it replaces, and what is written.

mod support;

use expect_test::{Expect, expect};
use hostwise_analysis::{CompletionKind, completions, documentation, settings_completions};
use support::scene;

/// The first items at the cursor: the word they replace, then label, text, detail.
fn check(fixture: &str, n_shown: usize, expected: Expect) {
    let scene = scene(fixture);
    let shown = match completions(&scene.workspace, &scene.path, scene.offset) {
        Some(found) => {
            let text = scene.workspace.files().file(&scene.path).expect("a file").text();
            let mut labels: Vec<&str> = found.items.iter().map(|item| item.label.as_str()).collect();
            labels.sort_unstable();
            assert!(labels.windows(2).all(|pair| pair[0] != pair[1]), "a label twice: {labels:?}");
            let items = found.items.iter().take(n_shown).map(|item| {
                let detail = item.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
                format!("{} -> {:?}{detail}\n", item.label, item.snippet.as_ref().unwrap_or(&item.text))
            });
            let more = if found.items.len() > n_shown { "…\n" } else { "" };
            format!("«{}»\n{}{more}", &text[found.word.span()], items.collect::<String>())
        }
        None => "nothing\n".to_owned(),
    };
    expected.assert_eq(&shown);
}

/// Whether a label is offered at the cursor.
fn offers(fixture: &str, label: &str) -> bool {
    let scene = scene(fixture);
    completions(&scene.workspace, &scene.path, scene.offset).is_some_and(|found| found.items.iter().any(|item| item.label == label))
}

#[test]
fn sections_where_they_fit() {
    check(
        "etcd:\n  hosts: {a: }\n  $0\n",
        9,
        expect![[r#"
        «»
        children -> "children:" (the groups inside this group)
        vars -> "vars:" (variables of all hosts in this group)
    "#]],
    );
    check(
        "etcd:\n  ho$0\n",
        9,
        expect![[r#"
        «ho»
        hosts -> "hosts:" (the hosts of this group)
    "#]],
    );
    check(
        "etcd: {ch$0}\n",
        9,
        expect![[r#"
        «ch»
        children -> "children: " (the groups inside this group)
    "#]],
    );
    check("etcd:\n  hosts:\n    a:\n      x:\n        $0\n", 9, expect!["nothing\n"]);
}

#[test]
fn groups_that_fit_with_what_they_do() {
    check(
        "all:\n  children:\n    etcd: {hosts: {é€😀: }}\n    web: {hosts: {é€😀: }}\n    kube_$0\n",
        9,
        expect![[r#"
            «kube_»
            kube_control_plane -> "kube_control_plane:" (the API server, scheduler and controller manager run on its hosts; the first host is where the cluster is initialised)
            kube_node -> "kube_node:" (the workers, which run the pods)
            broken_kube_control_plane -> "broken_kube_control_plane:" (the control planes that the playbook recover-control-plane gives up and makes anew)
        "#]],
    );
    let inside = "all:\n  children:\n    outer:\n      children:\n        inner: {hosts: {a: }}\n        $0\n    etcd: {hosts: {a: }}\n";
    assert!(offers(inside, "etcd"));
    assert!(!offers(inside, "inner"), "it is a child already");
    assert!(!offers(inside, "outer") && !offers(inside, "all"), "a group cannot contain itself");
}

#[test]
fn hosts_that_the_group_does_not_have() {
    let fixture = "all:\n  hosts:\n    node-1: {ip: 1}\n    node-2:\netcd:\n  hosts:\n    node-1:\n    no$0\n";
    check(
        fixture,
        9,
        expect![[r#"
        «no»
        node-2 -> "node-2:"
    "#]],
    );
    check(
        "all: {hosts: {é€😀: , b: }}\netcd: {hosts: {b: , $0}}\n",
        9,
        expect![[r#"
        «»
        é€😀 -> "é€😀: "
    "#]],
    );
    check(
        "all: {hosts: {node-1: }}\netcd: {hosts: {\"no$0\": }}\n",
        9,
        expect![[r#"
        «no»
        node-1 -> "node-1"
    "#]],
    );
    check(
        "all: {hosts: {node-1: }}\netcd: {hosts: {no$0de-1: }}\n",
        9,
        expect![[r#"
        «node-1»
        node-1 -> "node-1"
    "#]],
    );
}

#[test]
fn variables_of_a_group_file_by_relevance() {
    let fixture =
        |text: &str| format!("#- /w/hosts.yaml\nkube_node: {{hosts: {{a: {{own_one: 1}}}}}}\n#- /w/group_vars/k8s_cluster/a.yml\n{text}");
    check(
        &fixture("container_manager: crio\nx: 1\ncontainer_manager$0\n"),
        1,
        expect![[r#"
            «container_manager»
            container_manager_on_localhost -> "container_manager_on_localhost: $1" (container engine of the machine that runs Ansible, when it downloads images)
            …
        "#]],
    );
    let here = scene(&fixture("$0"));
    let found = completions(&here.workspace, &here.path, here.offset).expect("variables");
    assert!(found.is_cut, "there are more");
    assert!(found.items.iter().any(|item| item.label == "kube_network_plugin"), "the sample sets it for this group");
    assert!(found.items.iter().all(|item| item.label != "etcd_deployment_type"), "others of this group come first");
    check(
        &fixture("own_$0: 1\n"),
        2,
        expect![[r#"
            «own_»
            own_one -> "own_one" (set in 1 place)
            cilium_enable_well_known_identities -> "cilium_enable_well_known_identities" (whether some pods have fixed identities)
            …
        "#]],
    );
    assert!(!offers(&fixture("a:\n  $0\n"), "kube_version"), "inside a value nothing is known");
    assert!(offers(&fixture("a: 1\nkube_v$0\nb: 2\n"), "kube_version"));
}

#[test]
fn variables_of_hosts_begin_with_the_address() {
    let here = scene("etcd:\n  hosts:\n    é€😀:\n      ip: 1\n      $0\n");
    let found = completions(&here.workspace, &here.path, here.offset).expect("variables");
    let first: Vec<&str> = found.items.iter().take(3).map(|item| item.label.as_str()).collect();
    assert_eq!(first, ["ansible_host", "access_ip", "access_ip6"]);
    assert_eq!(found.items[0].snippet.as_deref(), Some("ansible_host: $1"));
    assert!(offers("etcd:\n  hosts:\n    é€😀:\n      ip: 1\n      acc$0\n      x: 1\n", "access_ip"));
}

#[test]
fn lists_and_mappings_begin_below_their_key() {
    let snippet = |fixture: &str, label: &str| {
        let here = scene(fixture);
        let found = completions(&here.workspace, &here.path, here.offset).expect("variables");
        found.items.into_iter().find(|item| item.label == label).and_then(|item| item.snippet).unwrap_or_default()
    };
    let file = |text: &str| format!("#- /w/hosts.yaml\nkube_node: {{hosts: {{a: }}}}\n#- /w/group_vars/all.yml\n{text}");
    assert_eq!(snippet(&file("upstream_dns_ser$0\n"), "upstream_dns_servers"), "upstream_dns_servers:\n  - $1");
    assert_eq!(
        snippet(
            "kube_node:\n  hosts:\n    a:\n      kube_apiserver_authentication_config_anon$0\n",
            "kube_apiserver_authentication_config_anonymous"
        ),
        "kube_apiserver_authentication_config_anonymous:\n        $1"
    );
    assert_eq!(
        snippet(
            "kube_node: {hosts: {a: {kube_apiserver_authentication_config_anon$0}}}\n",
            "kube_apiserver_authentication_config_anonymous"
        ),
        "kube_apiserver_authentication_config_anonymous: {$1}"
    );
    assert_eq!(snippet(&file("helm_enab$0\n"), "helm_enabled"), "helm_enabled: ${1|false,true|}");
}

#[test]
fn values_of_known_variables() {
    let fixture = |text: &str| format!("#- /w/hosts.yaml\nkube_node: {{hosts: {{a: }}}}\n#- /w/group_vars/all.yml\n{text}");
    check(
        &fixture("container_manager: $0\n"),
        9,
        expect![[r#"
        «»
        containerd -> "containerd" (default)
        crio -> "crio"
        docker -> "docker"
    "#]],
    );
    check(
        &fixture("helm_enabled: \"t$0\"\n"),
        9,
        expect![[r#"
        «t»
        true -> "true"
    "#]],
    );
    check(
        &fixture("nothing_known: $0\n"),
        9,
        expect![[r#"
        «»
    "#]],
    );
    let found = scene(&fixture("kube_version: 1.3$0\n"));
    let found = completions(&found.workspace, &found.path, found.offset).expect("versions");
    assert_eq!(found.items[0].detail.as_deref(), Some("default"));
    assert!(found.items.len() > 5 && found.items.iter().all(|item| item.label.starts_with("1.3")), "{:?}", found.items);
    assert!(!offers(&fixture("container_manager:$0\n"), "crio"), "a blank must stand behind the colon");
}

#[test]
fn names_and_filters_in_templates() {
    let fixture = |text: &str| {
        format!("#- /w/hosts.yaml\nkube_node: {{hosts: {{node-1: {{rack: 1}}}}}}\n#- /w/group_vars/all.yml\nmine: 1\n{text}\nlast: 1\n")
    };
    check(
        &fixture("x: \"é€😀 {{ mi$0 }}\""),
        1,
        expect![[r#"
            «mi»
            mine -> "mine"
            …
        "#]],
    );
    check(
        &fixture("x: \"{{ mine | defa$0"),
        2,
        expect![[r#"
        «defa»
        default -> "default" (another value when it is undefined)
    "#]],
    );
    check(
        &fixture("x: \"{{ groups['kube_no$0'] }}\""),
        1,
        expect![[r#"
            «kube_no»
            kube_node -> "kube_node" (the workers, which run the pods)
            …
        "#]],
    );
    check(
        &fixture("x: '{{ hostvars[''node-$0"),
        1,
        expect![[r#"
            «node-»
            node-1 -> "node-1"
        "#]],
    );
    check(
        &fixture("x: '{{ groups.kube_n$0"),
        1,
        expect![[r#"
            «kube_n»
            kube_node -> "kube_node" (the workers, which run the pods)
            …
        "#]],
    );
    check(
        &fixture("x: '{{ mine }} $0'"),
        1,
        expect![[r#"
            «{{ mine }} »
        "#]],
    );
    check(&fixture("x: '{{ mine.$0 }}'"), 1, expect!["«»\n"]);
}

#[test]
fn ini_inventories() {
    let fixture = |text: &str| format!("#- /w/inventory.ini\nnode-1 ip=1\nnode-2\n[kube_node]\nnode-1\n{text}\n[etcd]\nnode-2\n");
    check(
        &fixture("no$0"),
        9,
        expect![[r#"
        «no»
        node-2 -> "node-2"
    "#]],
    );
    check(
        &fixture("node-2 ip=1 ansible_ho$0"),
        1,
        expect![[r#"
            «ansible_ho»
            ansible_host -> "ansible_host=" (the address that Ansible connects to)
            …
        "#]],
    );
    check(
        &fixture("[kube_c$0"),
        1,
        expect![[r#"
            «kube_c»
            kube_control_plane -> "kube_control_plane" (the API server, scheduler and controller manager run on its hosts; the first host is where the cluster is initialised)
            …
        "#]],
    );
    check(
        &fixture("[etcd:$0"),
        9,
        expect![[r#"
        «»
        children -> "children" (the groups inside this group)
        vars -> "vars" (variables of all hosts in this group)
    "#]],
    );
    check(
        &fixture("[etcd:vars]\netcd_deployment_type=$0"),
        1,
        expect![[r#"
            «»
            host -> "host" (default)
            …
        "#]],
    );
    check(
        &fixture("[etcd:vars]\nhelm_enabled=$0"),
        9,
        expect![[r#"
            «»
            False -> "False" (default)
            True -> "True"
        "#]],
    );
    check(
        &fixture("[k8s_cluster:children]\nkube_n$0"),
        1,
        expect![[r#"
            «kube_n»
            kube_node -> "kube_node" (the workers, which run the pods)
            …
        "#]],
    );
    check(&fixture("# no$0"), 1, expect!["nothing\n"]);
}

#[test]
fn patterns_of_plays() {
    let fixture = |text: &str| {
        format!("#- /w/hosts.yaml\nkube_node: {{hosts: {{node-1: }}}}\n#- /w/group_vars/all.yml\nx: 1\n#- /w/site.yml\n{text}\n")
    };
    check(
        &fixture("- hosts: all:!kube_n$0"),
        1,
        expect![[r#"
            «kube_n»
            kube_node -> "kube_node" (the workers, which run the pods)
            …
        "#]],
    );
    check(
        &fixture("- name: x\n  hosts: [all, node-$0]"),
        1,
        expect![[r#"
        «node-»
        node-1 -> "node-1"
    "#]],
    );
    check(&fixture("- name: $0"), 1, expect!["nothing\n"]);
    for sign in ["kube_node:", "kube_node:!", "kube_node:&", "kube_node,"] {
        let here = scene(&fixture(&format!("- hosts: {sign}$0")));
        let found = completions(&here.workspace, &here.path, here.offset).expect("names");
        let labels: Vec<&str> = found.items.iter().map(|item| item.label.as_str()).collect();
        assert!(labels.contains(&"all") && labels.contains(&"node-1"), "{sign}: {labels:?}");
        assert_eq!(labels.last(), Some(&"kube_node"), "it is named already");
        assert_eq!(found.word.span().len(), 0);
    }
}

#[test]
fn ids_of_rules() {
    check(
        "etcd: {hosts: {a: }} # hostwise: ignore[yaml-syntax, component-$0]\n",
        1,
        expect![[r#"
        «component-»
        component-not-installed -> "component-not-installed" (A dedicated etcd host has no container engine, so the tool that lists images elsewhere is missing there.)
    "#]],
    );
}

#[test]
fn settings_by_their_schema() {
    let schema = serde_json::json!({ "properties": {
        "kubespray": { "type": "string", "description": "The release." },
        "loud": { "type": "boolean", "default": true },
        "inventories": { "type": "array", "items": { "type": "string" } },
        "rules": { "type": "object" },
        "hints": { "type": "object", "properties": { "role": { "type": "boolean", "default": false } } },
        "ignore": { "type": "array", "items": { "type": "object", "properties": {
            "path": { "type": "string" }, "rules": { "type": "array", "items": { "type": "string" } },
        } } },
    } });
    let offered = |text: &str| {
        let scene = scene(&format!("#- /w/hostwise.toml\n{text}"));
        let file = scene.workspace.files().file(&scene.path).expect("a file");
        let found = settings_completions(file, scene.offset, &schema).unwrap_or_default();
        let written = found.items.into_iter().take(6).map(|item| item.snippet.unwrap_or(item.text));
        format!("«{}» {}", &file.text()[found.word.span()], written.collect::<Vec<_>>().join(" | "))
    };
    assert_eq!(offered("kubespray = \"2.31\"\nlo$0\n"), "«lo» loud = ${1|false,true|}");
    assert_eq!(
        offered("kubespray = \"\"\n$0\n[rules]\nloud = \"off\"\n"),
        "«» loud = ${1|false,true|} | inventories = [\"$1\"] | [rules]\n | [hints]\n | [[ignore]]\n"
    );
    assert_eq!(offered("kubespray = \"2.3$0"), "«2.3» 2.32.0 | 2.31.0 | 2.30.0 | 2.24.3");
    assert_eq!(offered("loud = $0\n"), "«» true | false");
    assert_eq!(offered("[h$0\n"), "«h» hints]");
    assert_eq!(offered("[[$0\n"), "«» ignore]]");
    assert_eq!(offered("[hints]\n$0\n"), "«» role = ${1|true,false|}");
    assert_eq!(offered("[[ignore]]\n$0\n"), "«» path = \"$1\" | rules = [\"$1\"]");
    assert_eq!(offered("[[ignore]]\nrules = [\"yaml-syntax\", \"component-no$0"), "«component-no» component-not-installed");
    assert_eq!(offered("é€😀 = 1\n[rules]\nyaml-syn$0\n"), "«yaml-syn» yaml-syntax = ");
    assert_eq!(offered("[rules]\nyaml-syntax = \"o$0\"\n"), "«o» off | information | error");
    assert_eq!(offered("[rules]\nyaml-syntax = $0\n"), "«» \"off\" | \"hint\" | \"information\" | \"warning\" | \"error\"");
    assert_eq!(offered("# a comment $0"), "«» ");
    assert_eq!(offered("nothing = \"$0"), "«» ");
}

#[test]
fn conditions_without_brackets() {
    let fixture = |text: &str| {
        format!(
            "#- /w/hosts.yaml\nkube_node: {{hosts: {{node-1: {{mine: 1}}}}}}\n#- /w/group_vars/all.yml\nx: 1\n#- /w/tasks.yml\n{text}\n"
        )
    };
    for before in [
        "- debug:\n  when: ",
        "- debug:\n  when: \"",
        "- debug:\n  when:\n    - x == 1\n    - ",
        "- debug:\n  when: >-\n    x == 1 and\n    ",
        "- assert: {that: [",
    ] {
        check(
            &fixture(&format!("{before}mi$0")),
            1,
            expect![[r#"
                «mi»
                mine -> "mine"
                …
            "#]],
        );
    }
    let when = |text: &str| fixture(&format!("- debug:\n  when: {text}"));
    check(
        &when("\"'é€😀' in mine | defa$0"),
        2,
        expect![[r#"
            «defa»
            default -> "default" (another value when it is undefined)
        "#]],
    );
    check(
        &when("mine is def$0"),
        1,
        expect![[r#"
        «def»
        defined -> "defined" (a variable that has a value)
        …
    "#]],
    );
    check(
        &when("mine is not undef$0"),
        1,
        expect![[r#"
        «undef»
        undefined -> "undefined" (a variable without a value)
    "#]],
    );
    check(
        &when("mine $0"),
        9,
        expect![[r#"
        «»
        and -> "and" (both hold)
        else -> "else" (what it is otherwise)
        if -> "if" (under this condition)
        in -> "in" (an element of a list, or a part of a text)
        is -> "is" (passes a test)
        not in -> "not in" (no element of a list, and no part of a text)
        or -> "or" (one of them holds)
    "#]],
    );
    check(
        &when("mine and $0 == 1"),
        1,
        expect![[r#"
        «»
        mine -> "mine"
        …
    "#]],
    );
    check(
        &when("\"'kube_n$0' in group_names\""),
        1,
        expect![[r#"
        «kube_n»
        kube_node -> "kube_node" (the workers, which run the pods)
        …
    "#]],
    );
    check(
        &when("inventory_hostname == 'no$0"),
        1,
        expect![[r#"
        «no»
        node-1 -> "node-1"
    "#]],
    );
    check(
        &when("inventory_hostname in groups['kube_n$0"),
        1,
        expect![[r#"
        «kube_n»
        kube_node -> "kube_node" (the workers, which run the pods)
        …
    "#]],
    );
    check(
        &when("mine == 'kube_n$0'"),
        1,
        expect![[r#"
        «kube_n»
    "#]],
    );
    check(&fixture("- debug: {msg: mi$0}"), 1, expect!["nothing\n"]);
}

#[test]
fn items_are_documented_when_asked() {
    let scene = scene("etcd: {hosts: {a: }}\n");
    let about = |kind, label| documentation(&scene.workspace, &scene.path, kind, label).unwrap_or_default();
    assert!(about(CompletionKind::Host, "a").starts_with("**a**: etcd-only"));
    assert!(about(CompletionKind::Group, "etcd").contains("1 host: `a`"));
    assert!(about(CompletionKind::Group, "kube_node").ends_with("Not in this inventory yet"));
    let variable = about(CompletionKind::Variable, "container_manager");
    for part in ["type: text", "default: `containerd`", "read by ", "Kubespray 2."] {
        assert!(variable.contains(part), "{part} in\n{variable}");
    }
    assert_eq!(about(CompletionKind::Variable, "nothing"), "");
}

#[test]
fn no_place_in_any_text_panics() {
    for text in
        ["é€😀: {a: [b, \"c{{ d | e }}\"]}\n  - x: 'y\n# z\n", "[é€😀:children]\nx y='z\n", "- hosts: é€😀:!a\n  vars: {x: \"{% if\"}\n"]
    {
        for path in ["/w/hosts.yaml", "/w/inventory.ini", "/w/group_vars/all.yml", "/w/site.yml", "/w/hostwise.toml"] {
            for (at, _) in text.char_indices() {
                let scene = scene(&format!("#- {path}\n{}$0{}#- /w/group_vars/b.yml\nx: 1\n", &text[..at], &text[at..]));
                let _ = completions(&scene.workspace, &scene.path, scene.offset);
            }
        }
    }
}
