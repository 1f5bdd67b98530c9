//! Each setting, changed while the server runs: told by the client, or asked of it.

use std::fs;

use serde_json::{Value, json};

use crate::client::Client;
use crate::{SEPARATE, uri};

/// What of the server each setting changes.
struct Scene {
    client: Client,
    folder: tempfile::TempDir,
}

/// A folder with an inventory that is discovered and one that is not, and a client that asks for findings.
fn scene(is_asked: bool) -> Scene {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    fs::create_dir(folder.path().join("other")).expect("a folder");
    fs::write(folder.path().join("hosts.yaml"), format!("{SEPARATE}      etcd_address: '{{{{ instance }}}}'\n")).expect("a file");
    fs::write(folder.path().join("group_vars/all.yml"), "instance: '{{ inventory_hostname }}'\nx: 1\n").expect("a file");
    fs::write(folder.path().join("group_vars/etcd.yml"), "x: 2\n").expect("a file");
    fs::write(folder.path().join("other/machines.yaml"), "web: {hosts: {a: }}\n").expect("a file");
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "configuration": is_asked, "diagnostics": { "refreshSupport": true } },
    });
    let folders = json!([{ "uri": uri(folder.path()), "name": "folder" }]);
    Scene { client: Client::in_memory(json!({ "capabilities": capabilities, "workspaceFolders": folders })), folder }
}

impl Scene {
    fn of(&self, path: &str) -> Value {
        json!({ "uri": uri(&self.folder.path().join(path)) })
    }

    fn hints(&mut self, path: &str) -> Vec<String> {
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
        let params = json!({ "textDocument": self.of(path), "range": range });
        let hints = self.client.call("textDocument/inlayHint", params);
        hints.as_array().expect("a list").iter().map(|hint| hint["label"].as_str().expect("a label").to_owned()).collect()
    }

    fn lenses(&mut self) -> usize {
        let params = json!({ "textDocument": self.of("hosts.yaml") });
        self.client.call("textDocument/codeLens", params).as_array().expect("a list").len()
    }

    fn release(&mut self) -> Value {
        self.client.call("hostwise/topology", json!({}))["inventories"][0]["kubespray"]["version"].clone()
    }

    fn sources(&mut self) -> Vec<usize> {
        let inventories = self.client.call("hostwise/topology", json!({}))["inventories"].clone();
        inventories.as_array().expect("a list").iter().map(|one| one["sources"].as_array().expect("a list").len()).collect()
    }

    /// The severities of the sentence about the etcd host.
    fn severities(&mut self) -> Vec<i64> {
        let params = json!({ "textDocument": self.of("hosts.yaml") });
        let report = self.client.call("textDocument/diagnostic", params);
        let findings = report["items"].as_array().expect("a list").iter();
        findings.filter(|finding| finding["code"] == "component-not-installed").filter_map(|finding| finding["severity"].as_i64()).collect()
    }
}

/// A setting, and whether it counts, by an answer of the server.
type Check = (Value, fn(&mut Scene) -> bool);

fn checks() -> [Check; 9] {
    [
        (json!({ "kubespray": "2.26" }), |scene| scene.release().as_str().is_some_and(|release| release.starts_with("2.26"))),
        (json!({ "inventories": ["other/machines.yaml"] }), |scene| scene.sources() == [1, 1]),
        (json!({ "ansibleInventory": "hosts.yaml,other/machines.yaml" }), |scene| scene.sources().contains(&2)),
        (json!({ "inlayHints": { "roles": false } }), |scene| scene.hints("hosts.yaml") == ["= instance-3"]),
        (json!({ "inlayHints": { "values": false } }), |scene| {
            scene.hints("hosts.yaml") == ["control plane", "worker", "etcd-only"] && scene.hints("group_vars/all.yml").len() == 1
        }),
        (json!({ "inlayHints": { "overridden": false } }), |scene| scene.hints("group_vars/all.yml") == ["= 3 values"]),
        (json!({ "codeLens": false }), |scene| scene.lenses() == 0),
        (json!({ "rules": { "component-not-installed": "error" } }), |scene| scene.severities() == [1]),
        (json!({ "ignore": [{ "path": "hosts.yaml", "rules": ["component-not-installed"] }] }), |scene| scene.severities().is_empty()),
    ]
}

/// Every setting of the schema is tested here.
#[test]
fn no_setting_is_forgotten() {
    let schema = hostwise::settings_schema();
    for (name, part) in schema["properties"].as_object().expect("properties") {
        let kinds = part["properties"].as_object();
        let kinds: Vec<&str> = kinds.map(|kinds| kinds.keys().map(String::as_str).collect()).unwrap_or_default();
        let has = |setting: &Value| kinds.is_empty() && setting.get(name).is_some();
        let is_tested = |kind: &str| checks().iter().any(|(setting, _)| setting[name].get(kind).is_some());
        assert!(
            checks().iter().any(|(setting, _)| has(setting)) || !kinds.is_empty() && kinds.iter().all(|kind| is_tested(kind)),
            "{name}"
        );
    }
}

#[test]
fn settings_that_the_client_tells_count_at_once() {
    for (setting, counts) in checks() {
        let mut scene = scene(false);
        assert!(!counts(&mut scene), "{setting} counts before it is set");
        scene.client.notify("workspace/didChangeConfiguration", json!({ "settings": { "hostwise": setting } }));
        assert!(counts(&mut scene), "{setting}");
        scene.client.notify("workspace/didChangeConfiguration", json!({ "settings": { "hostwise": {} } }));
        assert!(!counts(&mut scene), "{setting} is taken back");
    }
}

#[test]
fn settings_that_the_client_is_asked_for_count_without_a_restart() {
    for (setting, counts) in checks() {
        let mut scene = scene(true);
        assert!(!counts(&mut scene), "{setting} counts before it is set");
        scene.client.settings = setting.clone();
        scene.client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
        // The answer goes its own way: it may come after later requests.
        while !counts(&mut scene) {}
        scene.client.settings = json!({});
        scene.client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
        while counts(&mut scene) {}
    }
}
