//! Refactorings through the server: offered at once, edited when they are chosen.

use serde_json::{Value, json};

use crate::client::Client;
use crate::navigation::{at, encoded, short};
use crate::{HOSTS, bare, uri, with_folders};

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
    client.findings(HOSTS);
}

#[test]
fn an_inventory_is_converted_with_its_name() {
    let ini = "file:///w/inventory.ini";
    let mut client = Client::in_memory(able(bare()));
    client.open(ini, 1, "[kube_node]\né€😀 x=1 # é€😀\n");
    client.findings(ini);
    let convert = |client: &mut Client| {
        let found = actions(client, &at(ini, 0, 3), &["refactor.rewrite"]);
        found.into_iter().find(|action| title(action) == "Convert to YAML").expect("it is offered")
    };
    let action = convert(&mut client);
    assert_eq!(action["disabled"], Value::Null);
    let changes = client.call("codeAction/resolve", action)["edit"]["documentChanges"].clone();
    assert_eq!(changes[0]["edits"][0]["newText"], "kube_node:\n  hosts:\n    é€😀: # é€😀\n      x: 1\n");
    assert_eq!(changes[0]["edits"][0]["range"]["end"], json!({ "line": 2, "character": 0 }));
    assert_eq!(changes[1], json!({ "kind": "rename", "oldUri": ini, "newUri": "file:///w/inventory.yaml" }));
    client.replace(ini, 2, "[kube_node]\na b\n");
    client.findings(ini);
    assert_eq!(convert(&mut client)["disabled"]["reason"], "line 2 is no INI: a word behind the host must be key=value");
}

#[test]
fn a_host_is_added_by_action_and_by_request() {
    let text = "kube_node:\n  hosts:\n    é€😀: {e: 'é€😀'}\n    w2: {ip: 10.0.0.2}\n";
    let mut client = Client::in_memory(able(bare()));
    client.open(HOSTS, 1, text);
    client.findings(HOSTS);
    let found = actions(&mut client, &at(HOSTS, 2, 5), &["refactor.rewrite"]);
    let action = found.iter().find(|action| title(action) == "Add a worker").expect("it is offered");
    let edits = |edit: &Value| edit["documentChanges"][0]["edits"].clone();
    let end = json!({ "line": 4, "character": 0 });
    let expected = json!([{ "range": { "start": end, "end": end }, "newText": "    w3:\n      ip: 10.0.0.3\n" }]);
    assert_eq!(edits(&client.call("codeAction/resolve", action.clone())["edit"]), expected);
    let ask = |role: &str, name: Value| json!({ "textDocument": { "uri": HOSTS }, "role": role, "name": name });
    let added = client.call("hostwise/addHost", ask("worker", Value::Null));
    assert_eq!((&added["name"], &edits(&added["edit"])), (&json!("w3"), &expected));
    assert_eq!(
        client.call("hostwise/addHost", ask("worker", json!("new")))["edit"]["documentChanges"][0]["edits"][0]["newText"],
        "    new:\n      ip: 10.0.0.3\n"
    );
    let refused = |client: &mut Client, params: Value| {
        let id = client.ask("hostwise/addHost", params);
        client.answer(id)["error"]["message"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(refused(&mut client, ask("worker", json!("w2"))), "w2 is a host already");
    assert_eq!(refused(&mut client, ask("etcd", Value::Null)), "there is no group etcd");
    assert_eq!(refused(&mut client, ask("king", Value::Null)), "there is no role king");
}

#[test]
fn a_variable_file_is_split() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    std::fs::write(folder.path().join("hosts.yaml"), "kube_node: {hosts: {a: }}\n").expect("a file");
    std::fs::write(folder.path().join("group_vars/k8s_cluster.yml"), "e: 'é€😀'\nhelm_enabled: true\n").expect("a file");
    let vars = uri(&folder.path().join("group_vars/k8s_cluster.yml"));
    let mut client = Client::in_memory(able(with_folders(&[folder.path()])));
    client.open(&vars, 1, "e: 'é€😀'\nhelm_enabled: true\n");
    client.findings(&vars);
    client.findings(&uri(&folder.path().join("hosts.yaml")));
    let found = actions(&mut client, &at(&vars, 0, 0), &["refactor"]);
    assert_eq!(title(&found[0]), "Split into 2 files in group_vars/k8s_cluster");
    let changes = client.call("codeAction/resolve", found[0].clone())["edit"]["documentChanges"].clone();
    let below = |name: &str| uri(&folder.path().join("group_vars/k8s_cluster").join(name));
    assert_eq!(changes[0], json!({ "kind": "create", "uri": below("addons.yml") }));
    assert_eq!(changes[2]["edits"][0]["newText"], "helm_enabled: true\n");
    assert_eq!(changes[3], json!({ "kind": "rename", "oldUri": vars, "newUri": below("k8s-cluster.yml") }));
}
