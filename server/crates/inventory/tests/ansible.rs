//! Small inventories whose effective variables were printed by `ansible-inventory --list` of ansible-core 2.19.14.

use std::sync::Arc;

use hostwise_fixture::Fixture;
use hostwise_inventory::{Content, Files, HostId, Inventory, LayerKind, ProblemKind, Request, SourceFile};

fn files(fixture: &str) -> Files {
    let fixture = Fixture::parse(fixture, "/i/hosts.yaml");
    fixture.files.iter().map(|file| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false)).collect()
}

fn request(source: &str) -> Request {
    Request { sources: vec![source.into()], ..Request::default() }
}

fn load(fixture: &str, source: &str) -> Inventory {
    Inventory::load(&files(fixture), &request(source), None)
}

/// All hosts, one line each: `name: groups: variable=value`.
fn outline(inventory: &Inventory) -> Vec<String> {
    let of_host = |(id, host): (HostId, &hostwise_inventory::Host)| {
        let groups: Vec<&str> = inventory.groups_of(id).iter().map(|&group| &*inventory.group(group).name).collect();
        let variables = inventory.variable_names(id).into_iter().map(|name| {
            let value = inventory.variable(id, &name).expect("it has a value").winner.value;
            format!(" {name}={}", show(&value))
        });
        format!("{}: {}:{}", host.name, groups.join(" "), variables.collect::<String>())
    };
    inventory.hosts().map(of_host).collect()
}

fn show(value: &hostwise_syntax::Value) -> String {
    use hostwise_syntax::Value;
    match value {
        Value::String(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

const YAML: &str = "\
#- /i/hosts.yaml
all:
  vars: {color: all-source, level: 1}
  hosts:
    lone:
  children:
    parent:
      vars: {color: parent-source}
      children:
        web:
          hosts:
            w[1:2]:
              port: 80
            w1:
              own: host-line
        app:
          hosts:
            w2:
web:
  vars: {color: web-source, size: 5}
#- /i/group_vars/all/10.yml
color: all-file
zone: a
#- /i/group_vars/all/20.yml
zone: b
#- /i/group_vars/all/x.txt
ignored: 1
#- /i/group_vars/web/main.yml
color: web-file
#- /i/group_vars/web.yml
hidden: yes
#- /i/group_vars/app.json
{\"size\": 8}
#- /i/host_vars/w1.yaml
own: host-file
#- /i/host_vars/lone
level: 9
";

#[test]
fn the_nine_steps_of_precedence() {
    assert_eq!(
        outline(&load(YAML, "/i/hosts.yaml")),
        [
            "lone: ungrouped: color=all-file level=9 zone=b",
            "w1: parent web: color=web-file level=1 own=host-file port=80 size=5 zone=b",
            "w2: parent app web: color=web-file level=1 port=80 size=8 zone=b",
        ]
    );
}

#[test]
fn every_value_knows_its_place_and_what_it_beat() {
    let inventory = load(YAML, "/i/hosts.yaml");
    let host = inventory.host_named("w1").expect("a host");
    let variable = inventory.variable(host, "color").expect("a value");
    let place = |layer: &hostwise_inventory::Layer| {
        let file = inventory.file(layer.place.file);
        format!("{} {}", file.path(), &file.text()[layer.place.range.span()])
    };
    assert_eq!(variable.winner.kind, LayerKind::GroupVars);
    assert_eq!(place(&variable.winner), "/i/group_vars/web/main.yml web-file");
    let beaten: Vec<String> = variable.overridden.iter().map(place).collect();
    assert_eq!(
        beaten,
        ["/i/group_vars/all/10.yml all-file", "/i/hosts.yaml web-source", "/i/hosts.yaml parent-source", "/i/hosts.yaml all-source"]
    );
    assert!(inventory.has_own_variable(host, "own") && !inventory.has_own_variable(host, "color"));
    assert_eq!(inventory.group_variable(host, "own"), None);
}

#[test]
fn an_ini_inventory() {
    let inventory = load(
        "\
#- /i/inv.ini
lone ansible_port=2200
[web]
w[1:2]:22 a=1 b=\"x y\"
[app]
w2 size=3
[parent:children]
web
app
[parent:vars]
color=parent
[web:vars]
ansible_group_priority=10
color=web
[app:vars]
color=app
",
        "/i/inv.ini",
    );
    assert_eq!(
        outline(&inventory),
        [
            "lone: ungrouped: ansible_port=2200",
            "w1: parent web: a=1 ansible_port=22 b=x y color=web",
            "w2: parent app web: a=1 ansible_port=22 b=x y color=web size=3",
        ]
    );
}

#[test]
fn a_directory_is_read_by_name_without_its_variable_files() {
    let inventory = load(
        "#- /d/10.yml\nall: {hosts: {a: {x: 1}}}\n#- /d/20.ini\na x=2\nb\n#- /d/group_vars/all.yml\ny: 3\n#- /d/notes.md\nno\n#- /d/sub/c\nc\n",
        "/d",
    );
    assert_eq!(outline(&inventory), ["a: ungrouped: x=2 y=3", "b: ungrouped: y=3", "c: ungrouped: y=3"]);
}

#[test]
fn an_empty_inventory_is_no_problem() {
    for text in ["", "# nothing\n", "[kube_node]\n# node1\n\n[k8s_cluster:children]\nkube_node\n"] {
        let inventory = load(&format!("#- /i/inventory.ini\n{text}"), "/i/inventory.ini");
        assert_eq!(inventory.hosts().len(), 0);
        assert_eq!(inventory.problems(), []);
    }
}

#[test]
fn what_ansible_would_run_or_decrypt_is_named_and_left() {
    let kind = |text: &str| load(&format!("#- /i/hosts.yaml\n{text}\n"), "/i/hosts.yaml").problems().first().map(|problem| problem.kind);
    assert_eq!(kind("plugin: x.y.z"), Some(ProblemKind::DynamicSource));
    assert_eq!(kind("$ANSIBLE_VAULT;1.1;AES256"), Some(ProblemKind::Encrypted));
    assert_eq!(kind("plugin: ''"), Some(ProblemKind::InvalidGroupDefinition));
    let script = SourceFile::new("/i/hosts", Content::Text("#!/bin/sh\n".into()), true);
    let inventory = Inventory::load(&[script].into_iter().collect(), &request("/i/hosts"), None);
    assert_eq!(inventory.problems()[0].kind, ProblemKind::DynamicSource);
}

#[test]
fn a_group_cannot_contain_itself() {
    let inventory = load("#- /i/hosts.yaml\na: {children: {b: {children: {a: }}}}\n", "/i/hosts.yaml");
    assert_eq!(inventory.problems()[0].message, "b cannot be below a, which is below b already");
}

#[test]
fn runtime_groups_bring_their_variables_and_leave_the_original_alone() {
    let text = "#- /i/hosts.yaml\nkube_node: {hosts: {n: }}\netcd: {hosts: {e: }}\n#- /i/group_vars/k8s_cluster.yml\nx: 1\n";
    let files = files(text);
    let plain = Inventory::load(&files, &request("/i/hosts.yaml"), None);
    let node = plain.host_named("n").expect("a host");
    let made = plain.with_runtime_groups(&files, None, || vec![(Arc::from("k8s_cluster"), vec![node])]);
    assert_eq!(outline(&made), ["n: k8s_cluster kube_node: x=1", "e: etcd:"]);
    assert_eq!(outline(&plain), ["n: kube_node:", "e: etcd:"]);
    let group = made.group(made.group_named("k8s_cluster").expect("a group"));
    assert!(group.runtime && group.depth == 1);
    // A later state of the same sources takes the made groups over.
    let again = Inventory::load(&files, &request("/i/hosts.yaml"), Some(&plain));
    let made_again = again.with_runtime_groups(&files, Some((&plain, &made)), || panic!("the hosts are the same"));
    assert_eq!(outline(&made_again), outline(&made));
}

#[test]
fn a_file_that_is_encrypted_as_a_whole_may_set_anything_unless_it_is_named_a_vault() {
    let vault = "$ANSIBLE_VAULT;1.1;AES256\n6162\n";
    let value = |name: &str| {
        let text = format!("#- /i/hosts.yaml\nall: {{hosts: {{a: }}, vars: {{x: 1}}}}\n#- /i/group_vars/all/{name}\n{vault}");
        let inventory = load(&text, "/i/hosts.yaml");
        inventory.variable(inventory.host_named("a").expect("a host"), "x").expect("a value").winner.value
    };
    assert_eq!(value("vault.yml"), hostwise_syntax::Value::Int(1));
    assert!(matches!(value("main.yml"), hostwise_syntax::Value::Vault(_)));
}

#[test]
fn who_sets_a_variable_is_known_without_asking_every_host() {
    let inventory = load(
        "\
#- /i/hosts.yaml
all:
  vars: {color: red}
  hosts:
    a: {color: blue}
    b:
    c:
#- /i/group_vars/all.yml
color: green
other: 1
#- /i/group_vars/nobody.yml
color: lost
#- /i/host_vars/b.yml
color: white
#- /i/host_vars/c.yml
$ANSIBLE_VAULT;1.1;AES256
62313365396662343061393464336163
",
        "/i/hosts.yaml",
    );
    let names = |hosts: Vec<HostId>| -> Vec<String> { hosts.into_iter().map(|host| inventory.host(host).name.to_string()).collect() };
    // What is encrypted as a whole may set anything.
    assert_eq!(names(inventory.hosts_with_own_variable("color")), ["a", "b", "c"]);
    assert_eq!(names(inventory.hosts_with_own_variable("other")), ["c"]);
    assert_eq!(inventory.set_variables(), ["color".into(), "other".into()]);
    let definitions: Vec<String> = inventory
        .definitions("color")
        .into_iter()
        .map(|definition| {
            let host = definition.host.map_or_else(|| "a group".to_owned(), |host| inventory.host(host).name.to_string());
            format!("{} for {host}: {}", inventory.file(definition.layer.key.file).path(), show(&definition.layer.value))
        })
        .collect();
    assert_eq!(
        definitions,
        [
            "/i/hosts.yaml for a group: red",
            "/i/hosts.yaml for a: blue",
            "/i/group_vars/all.yml for a group: green",
            "/i/host_vars/b.yml for b: white"
        ]
    );
}
