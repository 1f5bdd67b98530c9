//! Completion through the server: half-typed lines, wide characters, snippets, and documentation on demand.

use serde_json::{Value, json};

use crate::client::Client;
use crate::navigation::{at, encoded, short};
use crate::{bare, uri, with_folders};

const HOSTS: &str = "file:///w/hosts.yaml";

fn items(client: &mut Client, place: Value) -> Vec<Value> {
    let found = client.call("textDocument/completion", place);
    found["items"].as_array().cloned().unwrap_or_default()
}

fn labels(items: &[Value]) -> Vec<&str> {
    items.iter().filter_map(|item| item["label"].as_str()).collect()
}

#[test]
fn a_half_typed_host_is_replaced_in_each_encoding() {
    let text = "all: {hosts: {node-1: , é€😀: }}\netcd: {hosts: {é€😀: , no}}\n";
    for encoding in ["utf-8", "utf-16"] {
        let mut client = Client::in_memory(encoded(encoding));
        client.open(HOSTS, 1, text);
        client.findings(HOSTS);
        let before = "etcd: {hosts: {é€😀: , no";
        let end = if encoding == "utf-8" { before.len() } else { before.encode_utf16().count() } as u32;
        let found = items(&mut client, at(HOSTS, 1, end));
        assert_eq!(labels(&found), ["node-1"], "{encoding}");
        assert_eq!(short(&found[0]["textEdit"]["range"]), format!("1:{}-{end}", end - 2), "{encoding}");
        assert_eq!(found[0]["textEdit"]["newText"], "node-1: ");
        assert!(found[0]["documentation"].is_null(), "it is said when it is asked for");
        let resolved = client.call("completionItem/resolve", found[0].clone());
        let words = resolved["documentation"]["value"].as_str().unwrap_or_default();
        assert!(words.starts_with("**node-1**"), "{words}");
    }
}

#[test]
fn snippets_only_for_clients_that_take_them() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    std::fs::write(
        folder.path().join("hosts.yaml"),
        "kube_control_plane: {hosts: {a: }}\nkube_node: {hosts: {a: }}\netcd: {hosts: {a: }}\n",
    )
    .expect("a file");
    let all = uri(&folder.path().join("group_vars/all.yml"));
    for takes_snippets in [true, false] {
        let mut params = with_folders(&[folder.path()]);
        let item = json!({ "completionItem": { "snippetSupport": takes_snippets } });
        params["capabilities"]["textDocument"] = json!({ "completion": item });
        let mut client = Client::in_memory(params);
        client.open(&all, 1, "helm_enabl");
        client.findings(&all);
        let found = items(&mut client, at(&all, 0, 10));
        let helm = found.iter().find(|item| item["label"] == "helm_enabled").expect("it is known");
        let expected = if takes_snippets { "helm_enabled: ${1|false,true|}" } else { "helm_enabled: " };
        assert_eq!(helm["textEdit"]["newText"], expected);
        assert_eq!(helm["insertTextFormat"], if takes_snippets { 2 } else { 1 });
    }
}

#[test]
fn settings_are_offered_by_the_schema() {
    let settings = "file:///w/hostwise.toml";
    let mut client = Client::in_memory(bare());
    client.open(settings, 1, "# é€😀\nkubes\n[rules]\nyaml-syn\n");
    let warning = client.next(|message| message["method"] == "window/logMessage");
    assert_eq!(warning["params"]["type"], 2, "it cannot be read while it is half-typed");
    client.findings(settings);
    let found = items(&mut client, at(settings, 1, 5));
    assert_eq!(labels(&found), ["kubespray"]);
    assert!(found[0]["detail"].as_str().is_some_and(|words| words.starts_with("The Kubespray release")));
    assert_eq!(found[0]["textEdit"]["newText"], "kubespray = ");
    let found = items(&mut client, at(settings, 3, 8));
    assert_eq!((found[0]["label"].as_str(), found[0]["textEdit"]["newText"].as_str()), (Some("yaml-syntax"), Some("yaml-syntax = ")));
}

#[test]
fn conditions_are_completed_in_each_encoding() {
    let play = "file:///w/site.yml";
    let before = "      when: \"'é€😀' == kube_ver";
    for encoding in ["utf-8", "utf-16"] {
        let mut client = Client::in_memory(encoded(encoding));
        client.open(HOSTS, 1, "kube_node: {hosts: {node-1: }}\n");
        client.open(play, 1, &format!("- hosts: all\n  tasks:\n    - debug:\n{before}\n"));
        client.findings(HOSTS);
        client.findings(play);
        let end = if encoding == "utf-8" { before.len() } else { before.encode_utf16().count() } as u32;
        let found = items(&mut client, at(play, 3, end));
        assert_eq!(found[0]["label"], "kube_version", "{encoding}");
        assert_eq!(short(&found[0]["textEdit"]["range"]), format!("3:{}-{end}", end - 8), "{encoding}");
    }
}

#[test]
fn nothing_is_offered_where_nothing_fits() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, "etcd: # a comment\n  hosts:\n    a:\n");
    client.findings(HOSTS);
    assert_eq!(client.call("textDocument/completion", at(HOSTS, 0, 12)), Value::Null);
    assert_eq!(client.call("textDocument/completion", at("file:///w/unknown", 0, 0)), Value::Null);
    let stranger = json!({ "label": "x", "data": { "of": "another" } });
    assert_eq!(client.call("completionItem/resolve", stranger.clone()), stranger);
}
