//! Refactorings through the server: offered at once, edited when they are chosen.

use serde_json::{Value, json};

use crate::client::Client;
use crate::navigation::{at, encoded, short};
use crate::{HOSTS, bare};

const SITES: &str = "\
kube_node:
  hosts:
    é€😀: {e: 'é€😀', site: a}
    w2: {site: a}
";

/// The actions of these kinds at a place.
pub(crate) fn actions(client: &mut Client, place: &Value, only: &[&str]) -> Vec<Value> {
    let range = json!({ "start": place["position"], "end": place["position"] });
    let context = json!({ "diagnostics": [], "only": only });
    let found =
        client.call("textDocument/codeAction", json!({ "textDocument": place["textDocument"], "range": range, "context": context }));
    found.as_array().cloned().unwrap_or_default()
}

/// The capabilities of a client that asks for edits later and shows what cannot be had.
pub(crate) fn able(mut params: Value) -> Value {
    let resolve = json!({ "dataSupport": true, "disabledSupport": true, "resolveSupport": { "properties": ["edit"] } });
    params["capabilities"]["textDocument"] = json!({ "codeAction": resolve });
    params["capabilities"]["workspace"] =
        json!({ "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create", "rename", "delete"] } });
    params
}

fn title(action: &Value) -> &str {
    action["title"].as_str().unwrap_or_default()
}

#[test]
fn a_variable_moves_to_its_group_in_each_encoding() {
    let before = "    é€😀: {e: 'é€😀', ";
    for encoding in ["utf-8", "utf-16"] {
        let mut client = Client::in_memory(encoded(encoding));
        client.open(HOSTS, 1, SITES);
        client.findings(HOSTS);
        let character = if encoding == "utf-8" { before.len() } else { before.encode_utf16().count() } as u32;
        let found = actions(&mut client, &at(HOSTS, 2, character + 2), &["refactor"]);
        // Into `all` it would go with a new file, which this client cannot make.
        assert_eq!(found.iter().map(title).collect::<Vec<_>>(), ["Move `site` to group `kube_node` (2 hosts)"]);
        assert_eq!(found[0]["kind"], "refactor.extract");
        let edits = &found[0]["edit"]["changes"][HOSTS];
        assert_eq!(short(&edits[0]["range"]), format!("2:{}-{}", character - 2, character + 7), "{encoding}");
        assert_eq!(edits[2]["newText"], "  vars:\n    site: a\n");
        assert_eq!(actions(&mut client, &at(HOSTS, 2, character + 2), &["refactor.rewrite"]), Vec::<Value>::new());
    }
}

#[test]
fn the_edit_comes_when_the_action_is_chosen() {
    let mut client = Client::in_memory(able(bare()));
    client.open(HOSTS, 1, SITES);
    client.findings(HOSTS);
    let found = actions(&mut client, &at(HOSTS, 3, 10), &["refactor"]);
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|action| action.get("edit").is_none()));
    let resolved = client.call("codeAction/resolve", found[0].clone());
    assert_eq!(resolved["edit"]["documentChanges"][0]["textDocument"]["version"], 1);
    client.replace(HOSTS, 2, SITES);
    let id = client.ask("codeAction/resolve", found[0].clone());
    assert_eq!(client.answer(id)["error"]["code"], -32801, "the content was modified");
}

#[test]
fn an_inventory_is_converted_with_its_name() {
    let ini = "file:///w/inventory.ini";
    let mut client = Client::in_memory(able(bare()));
    client.open(ini, 1, "[kube_node]\né€😀 x=1 # é€😀\n");
    client.findings(ini);
    let found = actions(&mut client, &at(ini, 0, 3), &["refactor.rewrite"]);
    assert_eq!((title(&found[0]), &found[0]["disabled"]), ("Convert to YAML", &Value::Null));
    let changes = client.call("codeAction/resolve", found[0].clone())["edit"]["documentChanges"].clone();
    assert_eq!(changes[0]["edits"][0]["newText"], "kube_node:\n  hosts:\n    é€😀: # é€😀\n      x: 1\n");
    assert_eq!(changes[0]["edits"][0]["range"]["end"], json!({ "line": 2, "character": 0 }));
    assert_eq!(changes[1], json!({ "kind": "rename", "oldUri": ini, "newUri": "file:///w/inventory.yaml" }));
    client.replace(ini, 2, "[kube_node]\na b\n");
    client.findings(ini);
    let found = actions(&mut client, &at(ini, 0, 3), &["refactor.rewrite"]);
    assert_eq!(found[0]["disabled"]["reason"], "line 2 is no INI: a word behind the host must be key=value");
}
