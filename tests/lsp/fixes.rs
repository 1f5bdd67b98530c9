//! Quick fixes.

use serde_json::{Value, json};

use crate::client::Client;
use crate::{HOSTS, bare};

const EVEN: &str = "\
kube_control_plane:
  hosts:
    m1:
  vars:
    e: 'é€😀'
    kube_network_plugin: cilium # é€😀
etcd:
  hosts:
    m1:
";

#[test]
fn fixes_are_offered_where_their_findings_are() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, EVEN);
    let finding = "5:4-23 1[cilium-kube-owner] cilium cannot install its programs on m1: kube_owner is kube and must be root";
    assert_eq!(client.findings(HOSTS).1, [finding]);
    let ask = |client: &mut Client, line: u32, only: Value| {
        let at = json!({ "line": line, "character": 0 });
        let range = json!({ "start": at, "end": { "line": line, "character": 40 } });
        let context = if only.is_null() { json!({ "diagnostics": [] }) } else { json!({ "diagnostics": [], "only": only }) };
        client.call("textDocument/codeAction", json!({ "textDocument": { "uri": HOSTS }, "range": range, "context": context }))
    };
    let actions = ask(&mut client, 5, Value::Null);
    let action = &actions[0];
    assert_eq!(
        (&action["title"], &action["kind"], &action["isPreferred"]),
        (&json!("Set kube_owner to root"), &json!("quickfix"), &json!(true))
    );
    assert_eq!(action["diagnostics"][0]["code"], "cilium-kube-owner");
    assert!(action["diagnostics"][0]["codeDescription"]["href"].as_str().is_some_and(|href| href.ends_with("/cilium-kube-owner.md")));
    let end = json!({ "line": 6, "character": 0 });
    let edits = json!([{ "range": { "start": end, "end": end }, "newText": "    kube_owner: root\n" }]);
    assert_eq!(action["edit"], json!({ "changes": { HOSTS: edits } }));
    assert_eq!(ask(&mut client, 7, Value::Null), json!([]));
    assert_eq!(ask(&mut client, 5, json!(["refactor", "source.fixAll"])), json!([]));
    assert_eq!(ask(&mut client, 5, json!(["quickfix"]))[0]["title"], "Set kube_owner to root");
}

#[test]
fn a_client_that_knows_document_changes_gets_them() {
    let edit = json!({ "documentChanges": true, "resourceOperations": ["create", "rename", "delete"] });
    let mut client = Client::in_memory(json!({ "capabilities": { "workspace": { "workspaceEdit": edit } } }));
    client.open(HOSTS, 1, EVEN);
    client.findings(HOSTS);
    let at = json!({ "line": 5, "character": 10 });
    let params = json!({ "textDocument": { "uri": HOSTS }, "range": { "start": at, "end": at }, "context": { "diagnostics": [] } });
    let changes = &client.call("textDocument/codeAction", params)[0]["edit"]["documentChanges"];
    assert_eq!(changes[0]["textDocument"], json!({ "uri": HOSTS, "version": 1 }));
    assert_eq!(changes[0]["edits"][0]["newText"], "    kube_owner: root\n");
}
