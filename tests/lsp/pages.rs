//! Pages about hosts: as the answer of a command, and opened in the editor.

use std::fs;

use expect_test::expect;
use serde_json::{Value, json};

use crate::client::Client;
use crate::{bare, uri};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    let hosts = "kube_control_plane: {hosts: {a: {ip: 10.0.0.1}}}\nkube_node: {hosts: {a: }}\netcd:\n  hosts:\n    b: {ip: 10.0.0.2, é😀: \"x\\ny\\n\", same: 1}\n";
    fs::write(folder.path().join("hosts.yaml"), hosts).expect("a file");
    let all = "address: 'https://{{ ip }}'\nfamily: '{{ ansible_facts.os_family }}'\nsame: 1\nip: none\n";
    fs::write(folder.path().join("group_vars/all.yml"), all).expect("a file");
    folder
}

fn in_folder(mut params: Value, folder: &tempfile::TempDir) -> Client {
    params["workspaceFolders"] = json!([{ "uri": uri(folder.path()), "name": "folder" }]);
    params["capabilities"]["textDocument"] = json!({ "diagnostic": { "relatedDocumentSupport": true } });
    Client::in_memory(params)
}

fn execute(client: &mut Client, command: &str, arguments: Value) -> Value {
    client.call("workspace/executeCommand", json!({ "command": command, "arguments": arguments }))
}

#[test]
fn the_variables_of_a_host_are_yaml_with_the_lines_that_gave_them() {
    let folder = folder();
    let mut client = in_folder(bare(), &folder);
    assert_eq!(client.capabilities["executeCommandProvider"]["commands"], json!(["hostwise.variables", "hostwise.difference"]));
    let page = execute(&mut client, "hostwise.variables", json!(["b", uri(&folder.path().join("hosts.yaml"))]));
    expect![[r#"
        # Variables of b: etcd-only in separate layout
        # Groups: etcd
        # Kubespray 2.31.0 (newest known release, no checkout found)

        # group_vars/all.yml:1
        # as written: https://{{ ip }}
        address: https://10.0.0.2

        # group_vars/all.yml:2
        # unknown (depends on ansible_facts.os_family, a fact of the host); as written:
        family: '{{ ansible_facts.os_family }}'

        # hosts.yaml:5
        #   beats none of group_vars/all.yml:4
        ip: 10.0.0.2

        # hosts.yaml:5
        #   beats 1 of group_vars/all.yml:3
        same: 1

        # hosts.yaml:5
        é😀: |
          x
          y
    "#]]
    .assert_eq(page.as_str().expect("a text"));
    serde_yaml::from_str::<serde_yaml::Value>(page.as_str().expect("a text")).expect("YAML");
}

#[test]
fn the_difference_of_two_hosts_leaves_out_what_is_equal() {
    let folder = folder();
    let mut client = in_folder(bare(), &folder);
    let page = execute(&mut client, "hostwise.difference", json!(["a", "b"]));
    expect![[r#"
        # a: control plane + worker in separate layout
        # b: etcd-only in separate layout
        # Only a is in k8s_cluster, kube_control_plane, kube_node
        # Only b is in etcd

        address:
          # group_vars/all.yml:1
          # as written: https://{{ ip }}
          a: https://10.0.0.1
          # group_vars/all.yml:1
          # as written: https://{{ ip }}
          b: https://10.0.0.2

        family:
          # group_vars/all.yml:2
          # unknown (depends on ansible_facts.os_family, a fact of the host); as written:
          a: '{{ ansible_facts.os_family }}'
          # group_vars/all.yml:2
          # unknown (depends on ansible_facts.os_family, a fact of the host); as written:
          b: '{{ ansible_facts.os_family }}'

        ip:
          # hosts.yaml:1
          #   beats none of group_vars/all.yml:4
          a: 10.0.0.1
          # hosts.yaml:5
          #   beats none of group_vars/all.yml:4
          b: 10.0.0.2

        é😀:
          # not set on a
          # hosts.yaml:5
          b: |
            x
            y
    "#]]
    .assert_eq(page.as_str().expect("a text"));
    serde_yaml::from_str::<serde_yaml::Value>(page.as_str().expect("a text")).expect("YAML");
}

#[test]
fn a_client_that_shows_documents_can_have_them_opened() {
    let folder = folder();
    let mut client = in_folder(json!({ "capabilities": { "window": { "showDocument": { "support": true } } } }), &folder);
    let commands = client.capabilities["executeCommandProvider"]["commands"].as_array().expect("a list").len();
    assert_eq!(commands, 4);
    let text = execute(&mut client, "hostwise.variables", json!(["a"]));
    assert_eq!(execute(&mut client, "hostwise.openVariables", json!(["a"])), Value::Null);
    let shown = loop {
        if let Some(params) = client.shown.pop() {
            break params;
        }
        client.receive_one();
    };
    assert_eq!((&shown["external"], &shown["takeFocus"]), (&json!(false), &json!(true)));
    let path = shown["uri"].as_str().and_then(|uri| uri.strip_prefix("file://")).expect("a file");
    assert!(path.ends_with("/a.yaml"), "{path}");
    assert_eq!(Value::String(fs::read_to_string(path).expect("it is there")), text);
    let path = path.to_owned();
    client.call("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    // The page goes with the server.
    while fs::exists(&path).expect("an answer") {
        std::thread::yield_now();
    }
}

#[test]
fn what_cannot_be_shown_is_refused_with_words() {
    let folder = folder();
    let mut client = in_folder(bare(), &folder);
    for (command, arguments, words) in [
        ("hostwise.variables", json!(["nobody"]), "no inventory has nobody"),
        ("hostwise.variables", json!([]), "the name of a host is missing"),
        ("hostwise.difference", json!(["a"]), "the names of two hosts are missing"),
        ("hostwise.difference", json!(["a", "nobody"]), "no inventory has a and nobody"),
        ("hostwise.nonsense", json!(["a"]), "no command is called hostwise.nonsense"),
    ] {
        let id = client.ask("workspace/executeCommand", json!({ "command": command, "arguments": arguments }));
        let answer = client.answer(id);
        assert!(answer["error"]["message"].as_str().is_some_and(|message| message.contains(words)), "{command}: {answer}");
    }
}
