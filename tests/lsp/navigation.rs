//! Where names lead: definition, references, highlights, each with wide characters before the name.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::Client;
use crate::{bare, uri, with_folders};

/// A host with wide characters before it on its line.
pub(crate) const WIDE: &str = "all:\n  hosts:\n    node-1: {ip: 10.0.0.1}\netcd:\n  hosts: {é€😀: , node-1: }\n";

/// The character of `node-1` in the last line of [`WIDE`].
pub(crate) fn character(encoding: &str) -> u32 {
    let before = "  hosts: {é€😀: , ";
    let n = if encoding == "utf-8" { before.len() } else { before.encode_utf16().count() };
    n as u32
}

pub(crate) fn encoded(encoding: &str) -> Value {
    json!({ "capabilities": { "general": { "positionEncodings": [encoding] } } })
}

pub(crate) fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

/// `line:start-end` of a range.
pub(crate) fn short(range: &Value) -> String {
    let (start, end) = (&range["start"], &range["end"]);
    format!("{}:{}-{}", start["line"], start["character"], end["character"])
}

/// `name line:start-end` of locations.
fn places(locations: &Value) -> Vec<String> {
    let name = |location: &Value| location["uri"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
    locations.as_array().expect("a list").iter().map(|location| format!("{} {}", name(location), short(&location["range"]))).collect()
}

/// An inventory with files for a host and a group.
pub(crate) fn write_inventory(folder: &Path) {
    for directory in ["group_vars", "host_vars"] {
        fs::create_dir(folder.join(directory)).expect("a folder");
    }
    fs::write(folder.join("hosts.yaml"), WIDE).expect("a file");
    fs::write(folder.join("group_vars/all.yml"), "own: 1\n").expect("a file");
    fs::write(folder.join("host_vars/node-1.yml"), "own: 2\n").expect("a file");
}

#[test]
fn names_lead_to_definitions_references_and_highlights_in_each_encoding() {
    let hosts = "file:///w/hosts.yaml";
    for encoding in ["utf-8", "utf-16"] {
        let mut client = Client::in_memory(encoded(encoding));
        client.open(hosts, 1, WIDE);
        client.findings(hosts);
        let character = character(encoding);
        let here = format!("4:{character}-{}", character + 6);
        let found = client.call("textDocument/definition", at(hosts, 4, character + 2));
        assert_eq!(places(&found), ["hosts.yaml 2:4-10"], "{encoding}");
        let mut question = at(hosts, 2, 4);
        question["context"] = json!({ "includeDeclaration": true });
        let found = client.call("textDocument/references", question.clone());
        assert_eq!(places(&found), ["hosts.yaml 2:4-10".to_owned(), format!("hosts.yaml {here}")], "{encoding}");
        question["context"] = json!({ "includeDeclaration": false });
        assert_eq!(places(&client.call("textDocument/references", question)), [format!("hosts.yaml {here}")], "{encoding}");
        let found = client.call("textDocument/documentHighlight", at(hosts, 4, character));
        let shown: Vec<String> =
            found.as_array().expect("a list").iter().map(|found| format!("{} {}", short(&found["range"]), found["kind"])).collect();
        assert_eq!(shown, ["2:4-10 3".to_owned(), format!("{here} 2")], "{encoding}");
    }
}

#[test]
fn a_client_that_takes_links_is_told_which_name_was_meant() {
    let hosts = "file:///w/hosts.yaml";
    let capabilities = json!({ "capabilities": { "textDocument": { "definition": { "linkSupport": true } } } });
    let mut client = Client::in_memory(capabilities);
    client.open(hosts, 1, WIDE);
    client.findings(hosts);
    let found = client.call("textDocument/definition", at(hosts, 4, 18));
    assert_eq!(short(&found[0]["originSelectionRange"]), "4:18-24");
    assert_eq!(short(&found[0]["targetSelectionRange"]), "2:4-10");
}

#[test]
fn names_of_files_are_references() {
    let folder = tempfile::tempdir().expect("a folder");
    write_inventory(folder.path());
    let hosts = uri(&folder.path().join("hosts.yaml"));
    let mut client = Client::in_memory(with_folders(&[folder.path()]));
    client.findings(&hosts);
    let mut question = at(&hosts, 2, 5);
    question["context"] = json!({ "includeDeclaration": false });
    assert_eq!(places(&client.call("textDocument/references", question)), ["hosts.yaml 4:18-24", "node-1.yml 0:0-0"]);
    let own = uri(&folder.path().join("host_vars/node-1.yml"));
    assert_eq!(places(&client.call("textDocument/definition", at(&own, 0, 0))), ["all.yml 0:0-3"]);
}

#[test]
fn nothing_is_said_where_nothing_is_named() {
    let hosts = "file:///w/hosts.yaml";
    let mut client = Client::in_memory(bare());
    client.open(hosts, 1, WIDE);
    client.findings(hosts);
    assert_eq!(client.call("textDocument/definition", at(hosts, 1, 3)), Value::Null);
    assert_eq!(client.call("textDocument/definition", at("file:///w/unknown.yaml", 1, 3)), Value::Null);
    assert_eq!(client.call("textDocument/documentHighlight", at(hosts, 99, 0)), json!([]));
}

#[test]
fn a_default_is_declared_in_a_checkout() {
    let checkout = tempfile::tempdir().expect("a folder");
    let defaults = checkout.path().join("roles/kubespray_defaults/defaults/main");
    fs::create_dir_all(&defaults).expect("folders");
    fs::write(checkout.path().join("galaxy.yml"), "namespace: kubernetes_sigs\nname: kubespray\nversion: 2.31.0\n").expect("a file");
    fs::write(defaults.join("main.yml"), "é€😀: {}\nhelm_enabled: false\n").expect("a file");
    let folder = checkout.path().join("inventory/x");
    fs::create_dir_all(&folder).expect("a folder");
    write_inventory(&folder);
    let all = uri(&folder.join("group_vars/all.yml"));
    let mut client = Client::in_memory(with_folders(&[checkout.path()]));
    client.findings(&uri(&folder.join("hosts.yaml")));
    client.open(&all, 1, "é€😀: \"é€😀 {{ helm_enabled }}\"\n");
    client.findings(&all);
    let told = client.next(|message| message["method"] == "window/logMessage");
    assert!(told["params"]["message"].as_str().is_some_and(|told| told.contains("no defaults or vars of adduser and")), "{told}");
    for method in ["textDocument/declaration", "textDocument/definition"] {
        assert_eq!(places(&client.call(method, at(&all, 0, 16))), ["main.yml 1:0-12"], "{method}");
    }
}
