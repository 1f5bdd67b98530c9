//! Outlines, search, links and containment through the server, with wide characters before the names.

use std::fs;

use serde_json::{Value, json};

use crate::client::Client;
use crate::navigation::{WIDE, at, character, encoded, short};
use crate::{bare, uri, with_folders};

const HOSTS: &str = "file:///w/hosts.yaml";

fn names(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(|item| item["name"].as_str()).collect()
}

#[test]
fn outlines_are_trees_for_clients_that_take_them() {
    for encoding in ["utf-8", "utf-16"] {
        let mut params = encoded(encoding);
        params["capabilities"]["textDocument"] = json!({ "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } });
        let mut client = Client::in_memory(params);
        client.open(HOSTS, 1, WIDE);
        client.findings(HOSTS);
        let symbols = client.call("textDocument/documentSymbol", json!({ "textDocument": { "uri": HOSTS } }));
        assert_eq!(names(&symbols), ["all", "etcd"]);
        assert_eq!(symbols[1]["detail"], "2 hosts");
        let host = &symbols[1]["children"][1];
        let character = character(encoding);
        assert_eq!((host["name"].as_str(), short(&host["selectionRange"])), (Some("node-1"), format!("4:{character}-{}", character + 6)));
    }
}

#[test]
fn outlines_are_flat_for_the_others() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, WIDE);
    client.findings(HOSTS);
    let symbols = client.call("textDocument/documentSymbol", json!({ "textDocument": { "uri": HOSTS } }));
    assert_eq!(names(&symbols), ["all", "node-1", "ip", "etcd", "é€😀", "node-1"]);
    assert_eq!((symbols[2]["containerName"].as_str(), symbols[2]["location"]["uri"].as_str()), (Some("node-1"), Some(HOSTS)));
}

#[test]
fn the_workspace_is_searched() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, WIDE);
    client.findings(HOSTS);
    let found = client.call("workspace/symbol", json!({ "query": "nd1" }));
    assert_eq!(names(&found), ["node-1"]);
    assert_eq!(short(&found[0]["location"]["range"]), "2:4-10");
}

#[test]
fn groups_contain_hosts_in_each_encoding() {
    for encoding in ["utf-8", "utf-16"] {
        let mut client = Client::in_memory(encoded(encoding));
        client.open(HOSTS, 1, WIDE);
        client.findings(HOSTS);
        let character = character(encoding);
        let items = client.call("textDocument/prepareCallHierarchy", at(HOSTS, 4, character + 1));
        assert_eq!((names(&items), short(&items[0]["selectionRange"])), (vec!["node-1"], "2:4-10".to_owned()));
        let incoming = client.call("callHierarchy/incomingCalls", json!({ "item": items[0] }));
        let containers: Vec<_> = incoming
            .as_array()
            .expect("a list")
            .iter()
            .map(|call| (call["from"]["name"].as_str(), short(&call["fromRanges"][0])))
            .collect();
        assert_eq!(containers, [(Some("all"), "2:4-10".to_owned()), (Some("etcd"), format!("4:{character}-{}", character + 6))]);
        let items = client.call("textDocument/prepareCallHierarchy", at(HOSTS, 3, 0));
        let outgoing = client.call("callHierarchy/outgoingCalls", json!({ "item": items[0] }));
        assert_eq!((outgoing[0]["to"]["name"].as_str(), outgoing.as_array().map(Vec::len)), (Some("é€😀"), Some(2)));
    }
}

#[test]
fn variables_link_to_pages_in_each_encoding() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "{'é€😀': 1, calico_mtu: 1440}\n";
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    fs::write(folder.path().join("hosts.yaml"), "kube_node: {hosts: {a: }}\n").expect("a file");
    fs::write(folder.path().join("group_vars/kube_node.yml"), text).expect("a file");
    let vars = uri(&folder.path().join("group_vars/kube_node.yml"));
    let before = "{'é€😀': 1, ";
    for encoding in ["utf-8", "utf-16"] {
        let mut params = with_folders(&[folder.path()]);
        params["capabilities"]["general"] = json!({ "positionEncodings": [encoding] });
        let mut client = Client::in_memory(params);
        client.open(&vars, 1, text);
        client.findings(&vars);
        client.findings(&uri(&folder.path().join("hosts.yaml")));
        let links = client.call("textDocument/documentLink", json!({ "textDocument": { "uri": vars } }));
        let start = if encoding == "utf-8" { before.len() } else { before.encode_utf16().count() };
        assert_eq!(short(&links[0]["range"]), format!("0:{start}-{}", start + 10), "{encoding}");
        assert!(links[0]["target"].as_str().is_some_and(|target| target.ends_with("/docs/CNI/calico.md")), "{links}");
        assert!(links[0]["tooltip"].as_str().is_some_and(|words| words.starts_with("Calico in the documentation of Kubespray")), "{links}");
    }
}

#[test]
fn playbooks_link_to_files() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    fs::write(folder.path().join("hosts.yaml"), WIDE).expect("a file");
    fs::write(folder.path().join("é€😀.yml"), "- hosts: all\n").expect("a file");
    let site = uri(&folder.path().join("site.yml"));
    let mut client = Client::in_memory(with_folders(&[folder.path()]));
    client.findings(&uri(&folder.path().join("hosts.yaml")));
    client.open(&site, 1, "- import_playbook: é€😀.yml\n");
    client.findings(&site);
    let links = client.call("textDocument/documentLink", json!({ "textDocument": { "uri": site } }));
    assert_eq!(short(&links[0]["range"]), "0:19-27");
    assert!(links[0]["target"].as_str().expect("a target").ends_with("%C3%A9%E2%82%AC%F0%9F%98%80.yml"), "{links}");
}
