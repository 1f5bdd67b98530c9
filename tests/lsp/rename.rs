//! Renaming through the server: edits and files, with wide characters before the name.

use serde_json::{Value, json};

use crate::client::Client;
use crate::navigation::{WIDE, at, character, encoded, short, write_inventory};
use crate::{bare, uri};

const HOSTS: &str = "file:///w/hosts.yaml";

fn rename(client: &mut Client, place: Value, new_name: &str) -> Value {
    let mut params = place;
    params["newName"] = json!(new_name);
    client.call("textDocument/rename", params)
}

/// `line:start-end text` of edits.
fn edits(edits: &Value) -> Vec<String> {
    let show = |edit: &Value| format!("{} {}", short(&edit["range"]), edit["newText"].as_str().unwrap_or_default());
    edits.as_array().expect("a list").iter().map(show).collect()
}

#[test]
fn a_host_is_renamed_in_each_encoding() {
    for encoding in ["utf-8", "utf-16"] {
        let mut client = Client::in_memory(encoded(encoding));
        client.open(HOSTS, 1, WIDE);
        client.findings(HOSTS);
        let character = character(encoding);
        let prepared = client.call("textDocument/prepareRename", at(HOSTS, 4, character + 6));
        assert_eq!(short(&prepared["range"]), format!("4:{character}-{}", character + 6));
        assert_eq!(prepared["placeholder"], "node-1");
        let edit = rename(&mut client, at(HOSTS, 2, 4), "é1");
        let expected = ["2:4-10 é1".to_owned(), format!("4:{character}-{} é1", character + 6)];
        assert_eq!(edits(&edit["changes"][HOSTS]), expected, "{encoding}");
    }
}

#[test]
fn a_range_is_renamed_as_a_whole_or_left_by_one_host() {
    let text = "web:\n  hosts:\n    é€😀: {e: 1}\netcd: {hosts: {é€😀: , 'n[1:2]:22': }}\ndb: {hosts: {n2: }}\n";
    let before = "etcd: {hosts: {é€😀: , '";
    for encoding in ["utf-8", "utf-16"] {
        let mut client = Client::in_memory(encoded(encoding));
        client.open(HOSTS, 1, text);
        client.findings(HOSTS);
        let character = if encoding == "utf-8" { before.len() } else { before.encode_utf16().count() } as u32;
        let prepared = client.call("textDocument/prepareRename", at(HOSTS, 3, character + 3));
        assert_eq!((short(&prepared["range"]), &prepared["placeholder"]), (format!("3:{character}-{}", character + 6), &json!("n[1:2]")));
        let edit = rename(&mut client, at(HOSTS, 3, character + 3), "w[1:2]");
        let whole = format!("3:{}-{} 'w[1:2]:22'", character - 1, character + 10);
        assert_eq!(edits(&edit["changes"][HOSTS]), [whole, "4:13-15 w2".to_owned()], "{encoding}");
        let edit = rename(&mut client, at(HOSTS, 4, 14), "x");
        let split = format!("3:{}-{} 'n1:22':, 'x:22':", character - 1, character + 11);
        assert_eq!(edits(&edit["changes"][HOSTS]), [split, "4:13-15 x".to_owned()], "{encoding}");
    }
}

#[test]
fn files_are_renamed_in_the_same_edit_or_nothing_is() {
    let folder = tempfile::tempdir().expect("a folder");
    write_inventory(folder.path());
    let hosts = uri(&folder.path().join("hosts.yaml"));
    let able = json!({ "workspace": { "workspaceEdit": { "resourceOperations": ["create", "rename"] }, "fileOperations": { "willRename": true } } });
    let folders = json!([{ "uri": uri(folder.path()), "name": "x" }]);
    let mut client = Client::in_memory(json!({ "capabilities": able, "workspaceFolders": folders }));
    client.findings(&hosts);
    let edit = rename(&mut client, at(&hosts, 2, 4), "b");
    assert_eq!(edits(&edit["documentChanges"][0]["edits"]), ["2:4-10 b", "4:18-24 b"]);
    let path = |name: &str| uri(&folder.path().join("host_vars").join(name));
    let renamed = json!({ "kind": "rename", "oldUri": path("node-1.yml"), "newUri": path("b.yml") });
    assert_eq!(edit["documentChanges"][1], renamed);
    let files = json!({ "files": [{ "oldUri": path("node-1.yml"), "newUri": path("c.yml") }] });
    let edit = client.call("workspace/willRenameFiles", files);
    assert_eq!(edits(&edit["changes"][&hosts]), ["2:4-10 c", "4:18-24 c"]);
    let files = json!({ "files": [{ "oldUri": "file:///w/a", "newUri": "file:///w/b" }] });
    assert_eq!(client.call("workspace/willRenameFiles", files), Value::Null);

    let mut unable = Client::in_memory(json!({ "capabilities": {}, "workspaceFolders": folders }));
    unable.findings(&hosts);
    let mut params = at(&hosts, 2, 4);
    params["newName"] = json!("b");
    let id = unable.ask("textDocument/rename", params);
    let answer = unable.answer(id);
    assert_eq!(answer["error"]["message"], "variable files carry this name, and this editor cannot rename files");
}

#[test]
fn a_refusal_says_why() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, WIDE);
    client.findings(HOSTS);
    let id = client.ask("textDocument/prepareRename", at(HOSTS, 3, 1));
    let error = client.answer(id)["error"].clone();
    assert_eq!(
        (error["code"].as_i64(), error["message"].as_str()),
        (Some(-32803), Some("etcd is a group that Kubespray's playbooks name"))
    );
}
