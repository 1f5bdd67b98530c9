//! What a person sees.

use std::fs;

use serde_json::json;

use crate::client::Client;
use crate::{HOSTS, SENTENCE, SEPARATE, bare, uri, with_folders};

#[test]
fn the_sentence_comes_on_opening_and_goes_while_typing() {
    for mut client in [Client::in_memory(bare()), Client::over_stdio(bare())] {
        client.open(HOSTS, 1, SEPARATE);
        assert_eq!(client.findings(HOSTS), (json!(1), vec![SENTENCE.to_owned()]));
        let at = json!({ "line": 6, "character": 0 });
        client.change(HOSTS, 2, json!([{ "range": { "start": at, "end": at }, "text": "    instance-3:\n" }]));
        assert_eq!(client.findings(HOSTS), (json!(2), vec![]));
        let line = json!({ "start": { "line": 6, "character": 0 }, "end": { "line": 7, "character": 0 } });
        client.change(HOSTS, 3, json!([{ "range": line, "text": "" }]));
        assert_eq!(client.findings(HOSTS), (json!(3), vec![SENTENCE.to_owned()]));
    }
}

#[test]
fn hover_says_what_a_host_becomes() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, SEPARATE);
    client.findings(HOSTS);
    let hover = client.hover(HOSTS, 8, 6);
    for part in ["**instance-3**: etcd-only in separate layout", "Groups: `etcd`", "nerdctl", "not in k8s_cluster", "Kubespray 2.31.0"] {
        assert!(hover.contains(part), "{part} in\n{hover}");
    }
    assert!(!hover.contains('|'), "tables come out raw in two of three editors\n{hover}");
    assert_eq!(client.hover(HOSTS, 1, 4), "", "nothing is said about a section's key");
    assert!(client.hover(HOSTS, 3, 2).contains("1 host: `instance-2`"));
}

#[test]
fn inlay_hints_name_the_role() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, SEPARATE);
    client.findings(HOSTS);
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let hints = client.call("textDocument/inlayHint", json!({ "textDocument": { "uri": HOSTS }, "range": range }));
    let labels: Vec<&str> = hints.as_array().expect("a list").iter().filter_map(|hint| hint["label"].as_str()).collect();
    assert_eq!(labels, ["control plane", "worker", "etcd-only"]);
}

#[test]
fn groups_fold() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, SEPARATE);
    client.findings(HOSTS);
    let folds = client.call("textDocument/foldingRange", json!({ "textDocument": { "uri": HOSTS } }));
    let lines: Vec<_> =
        folds.as_array().expect("a list").iter().map(|fold| (fold["startLine"].as_u64(), fold["endLine"].as_u64())).collect();
    let expected = [(0, 2), (1, 2), (3, 5), (4, 5), (6, 8), (7, 8)].map(|(start, end)| (Some(start), Some(end)));
    assert_eq!(lines, expected);
}

#[test]
fn positions_are_counted_as_negotiated() {
    let text = SEPARATE.replace("    instance-3:", "    instance-3: # é€😀\n    é€😀: {x: 1, y: \"a\"b}");
    for (offered, column) in [(json!(["utf-16", "utf-8"]), 21), (json!(["utf-16"]), 16), (json!([]), 16)] {
        let capabilities = json!({ "capabilities": { "general": { "positionEncodings": offered } } });
        let mut client = Client::in_memory(capabilities);
        client.open(HOSTS, 1, &text);
        let (_, findings) = client.findings(HOSTS);
        let error = findings.iter().find(|finding| finding.contains("yaml-syntax")).expect("a broken value");
        let start: u32 = error.split([':', '-']).nth(1).and_then(|column| column.parse().ok()).expect("a column");
        assert!(start >= column, "{offered}: {error}");
        let hover = client.hover(HOSTS, 9, if column == 21 { 9 } else { 4 });
        assert!(hover.contains("é€😀"), "{offered}: {hover}");
    }
}

#[test]
fn a_change_from_outside_is_seen_without_the_client() {
    let folder = tempfile::tempdir().expect("a folder");
    let hosts = folder.path().join("hosts.yaml");
    let vars = folder.path().join("group_vars/all.yml");
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    fs::write(&hosts, SEPARATE).expect("a file");
    fs::write(&vars, "a: 1\n").expect("a file");
    let mut client = Client::over_stdio(with_folders(&[folder.path()]));
    assert_eq!(client.findings(&uri(&hosts)), (serde_json::Value::Null, vec![SENTENCE.to_owned()]));
    fs::write(&vars, "container_manager: crio\n").expect("a file");
    assert_eq!(client.findings(&uri(&hosts)).1, [SENTENCE.replace("nerdctl", "crictl")]);
    fs::remove_file(&vars).expect("a file");
    assert_eq!(client.findings(&uri(&hosts)).1, [SENTENCE.to_owned()]);
}

#[test]
fn folders_are_kept_apart_and_can_go() {
    let (a, b) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for folder in [&a, &b] {
        fs::create_dir(folder.path().join("group_vars")).expect("a folder");
        fs::write(folder.path().join("hosts.yaml"), SEPARATE).expect("a file");
    }
    fs::write(b.path().join("group_vars/all.yml"), "container_manager: crio\n").expect("a file");
    let (hosts_a, hosts_b) = (uri(&a.path().join("hosts.yaml")), uri(&b.path().join("hosts.yaml")));
    let mut client = Client::in_memory(with_folders(&[a.path(), b.path()]));
    assert_eq!(client.findings(&hosts_a).1, [SENTENCE.to_owned()]);
    assert_eq!(client.findings(&hosts_b).1, [SENTENCE.replace("nerdctl", "crictl")]);
    let removed = json!([{ "uri": uri(b.path()), "name": "folder" }]);
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [], "removed": removed } }));
    assert_eq!(client.findings(&hosts_b).1, [""; 0]);
}

#[test]
fn a_file_without_a_folder_finds_its_variables() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    fs::write(folder.path().join("group_vars/all.yml"), "container_manager: crio\n").expect("a file");
    let hosts = uri(&folder.path().join("hosts.yaml"));
    let mut client = Client::in_memory(bare());
    client.open(&hosts, 1, SEPARATE);
    assert_eq!(client.findings(&hosts).1, [SENTENCE.replace("nerdctl", "crictl")]);
}

#[test]
fn a_half_typed_file_keeps_what_is_known() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, SEPARATE);
    assert_eq!(client.findings(HOSTS).1, [SENTENCE.to_owned()]);
    client.replace(HOSTS, 2, &SEPARATE.replace("    instance-2:", "    instance-2:\n    ins"));
    let (_, findings) = client.findings(HOSTS);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings[0].starts_with("6:4-7 1[yaml-syntax]"), "{findings:?}");
    assert_eq!(findings[1], SENTENCE.replace("8:", "9:"));
}

#[test]
fn settings_of_the_client_count() {
    let mut client =
        Client::in_memory(json!({ "capabilities": {}, "initializationOptions": { "rules": { "component-not-installed": "warning" } } }));
    client.open(HOSTS, 1, SEPARATE);
    assert_eq!(client.findings(HOSTS).1, [SENTENCE.replace("3[", "2[")]);
    client.notify(
        "workspace/didChangeConfiguration",
        json!({ "settings": { "hostwise": { "rules": { "component-not-installed": "off" } } } }),
    );
    assert_eq!(client.findings(HOSTS).1, [""; 0]);
}

#[test]
fn a_checkout_named_in_the_settings_says_which_release_it_is() {
    let checkout = tempfile::tempdir().expect("a folder");
    fs::write(checkout.path().join("galaxy.yml"), "namespace: kubernetes_sigs\nname: kubespray\nversion: 2.32.0\n").expect("a file");
    for (role, text) in [("kubespray_defaults", "a: 1\n"), ("our_role", "a: [\n")] {
        let defaults = checkout.path().join(format!("roles/{role}/defaults"));
        fs::create_dir_all(&defaults).expect("a folder");
        fs::write(defaults.join("main.yml"), text).expect("a file");
    }
    let mut client = Client::in_memory(json!({ "capabilities": {}, "initializationOptions": { "kubespray": checkout.path() } }));
    client.open(HOSTS, 1, SEPARATE);
    client.findings(HOSTS);
    let hover = client.hover(HOSTS, 8, 6);
    assert!(hover.contains("Kubespray 2.32.0"), "{hover}");
    let told = client.next(|message| message["method"] == "window/logMessage");
    let told = told["params"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(told.ends_with("roles/our_role/defaults/main.yml:1: this bracket is not closed"), "{told}");
}

#[test]
fn an_executable_inventory_is_named_and_not_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    let hosts = folder.path().join("hosts.yaml");
    let proof = folder.path().join("it-ran");
    fs::write(&hosts, format!("#!/bin/sh\ntouch {}\n", proof.display())).expect("a file");
    fs::set_permissions(&hosts, fs::Permissions::from_mode(0o755)).expect("permissions");
    let mut client = Client::over_stdio(with_folders(&[folder.path()]));
    let (_, findings) = client.findings(&uri(&hosts));
    assert_eq!(
        findings,
        ["0:0-9 3[inventory-not-read] executable inventory: Ansible runs it, hostwise does not, so its hosts are not known here"]
    );
    assert!(!proof.exists());
}

#[test]
fn variables_that_appear_or_move_away_are_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let (hosts, vars) = (folder.path().join("hosts.yaml"), folder.path().join("group_vars"));
    for params in [bare(), with_folders(&[folder.path()])] {
        fs::write(&hosts, SEPARATE).expect("a file");
        let mut client = Client::over_stdio(params);
        client.open(&uri(&hosts), 1, SEPARATE);
        assert_eq!(client.findings(&uri(&hosts)).1, [SENTENCE.to_owned()]);
        // Made elsewhere and moved here, so that it appears at once.
        let elsewhere = tempfile::tempdir_in(folder.path().parent().expect("a parent")).expect("a folder");
        fs::create_dir(elsewhere.path().join("vars")).expect("a folder");
        fs::write(elsewhere.path().join("vars/all.yml"), "container_manager: crio\n").expect("a file");
        fs::rename(elsewhere.path().join("vars"), &vars).expect("it moves");
        assert_eq!(client.findings(&uri(&hosts)).1, [SENTENCE.replace("nerdctl", "crictl")]);
        fs::rename(&vars, elsewhere.path().join("gone")).expect("it moves");
        assert_eq!(client.findings(&uri(&hosts)).1, [SENTENCE.to_owned()]);
    }
}

#[test]
fn an_inventory_that_appears_in_a_new_folder_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut client = Client::over_stdio(with_folders(&[folder.path()]));
    // An answer shows that the folder was read.
    client.hover(HOSTS, 0, 0);
    let inventory = folder.path().join("clusters/new");
    fs::create_dir_all(inventory.join("group_vars")).expect("folders");
    fs::write(inventory.join("hosts.yaml"), SEPARATE).expect("a file");
    assert_eq!(client.findings(&uri(&inventory.join("hosts.yaml"))).1, [SENTENCE.to_owned()]);
}

#[test]
fn a_folder_that_is_replaced_stays_watched() {
    let folder = tempfile::tempdir().expect("a folder");
    let (hosts, vars) = (folder.path().join("hosts.yaml"), folder.path().join("group_vars"));
    let write = |text: &str| fs::write(vars.join("all.yml"), text).expect("a file");
    fs::write(&hosts, SEPARATE).expect("a file");
    fs::create_dir(&vars).expect("a folder");
    write("a: 1\n");
    let mut client = Client::over_stdio(with_folders(&[folder.path()]));
    assert_eq!(client.findings(&uri(&hosts)).1, [SENTENCE.to_owned()]);
    fs::remove_dir_all(&vars).expect("it goes");
    fs::create_dir(&vars).expect("a folder");
    write("container_manager: crio\n");
    // In between there was no folder, and without one this file is no inventory.
    while client.findings(&uri(&hosts)).1 != [SENTENCE.replace("nerdctl", "crictl")] {}
    write("container_manager: containerd\n");
    while client.findings(&uri(&hosts)).1 != [SENTENCE.to_owned()] {}
}

#[test]
fn a_folder_inside_another_can_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("inner");
    fs::create_dir_all(inner.join("group_vars")).expect("folders");
    fs::write(inner.join("hosts.yaml"), SEPARATE).expect("a file");
    let hosts = uri(&inner.join("hosts.yaml"));
    let mut client = Client::in_memory(with_folders(&[folder.path(), &inner]));
    assert_eq!(client.findings(&hosts).1, [SENTENCE.to_owned()]);
    let removed = json!([{ "uri": uri(&inner), "name": "folder" }]);
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [], "removed": removed } }));
    client.open(&hosts, 1, SEPARATE);
    assert_eq!(client.findings(&hosts), (json!(1), vec![SENTENCE.to_owned()]));
    assert!(client.hover(&hosts, 8, 6).contains("instance-3"));
}

#[test]
fn an_inventory_that_only_the_settings_name_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("machines.yaml"), SEPARATE).expect("a file");
    fs::write(folder.path().join("hostwise.toml"), "inventories = [\"machines.yaml\"]\n").expect("a file");
    let mut client = Client::in_memory(with_folders(&[folder.path()]));
    assert_eq!(client.findings(&uri(&folder.path().join("machines.yaml"))).1, [SENTENCE.to_owned()]);
}

#[test]
fn hints_are_refreshed_for_what_the_client_does_not_know() {
    let refresh = json!({ "workspace": { "inlayHint": { "refreshSupport": true } } });
    let mut client = Client::in_memory(json!({ "capabilities": refresh, "initializationOptions": {} }));
    client.open("untitled:hosts.yaml", 1, SEPARATE);
    assert_eq!(client.findings("untitled:hosts.yaml").1, [SENTENCE.to_owned()]);
    client.replace("untitled:hosts.yaml", 2, "all:\n");
    assert_eq!(client.findings("untitled:hosts.yaml").0, 2);
    assert_eq!(client.asked, [""; 0], "the client asks by itself after its own edit");
    client.open("untitled:other", 1, "");
    while client.asked.is_empty() {
        client.receive_one();
    }
    assert_eq!(client.asked, ["workspace/inlayHint/refresh"]);
    client.findings("untitled:other");
}

#[test]
fn the_defaults_of_a_checkout_arrive_in_the_background_and_are_watched() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    let defaults = "kubespray/roles/kubespray_defaults/defaults/main/main.yml";
    write(".git/HEAD", "ref: refs/heads/main\n");
    write("kubespray/galaxy.yml", "namespace: kubernetes_sigs\nname: kubespray\nversion: 2.31.7\n");
    write(defaults, "container_manager: docker\n");
    write("inventory/group_vars/all.yml", "a: 1\n");
    write("inventory/hosts.yaml", SEPARATE);
    let mut client = Client::over_stdio(with_folders(&[&folder.path().join("inventory")]));
    let hosts = uri(&folder.path().join("inventory/hosts.yaml"));
    // What is known without the checkout may be said first, for a moment.
    let mut says = |tool: &str| {
        let expected = format!("8:4-14 3[component-not-installed] etcd-only in separate mode: {tool} not installed here");
        while client.findings(&hosts).1 != [expected.as_str()] {}
    };
    says("docker");
    write(defaults, "container_manager: crio\n");
    says("crictl");
    fs::rename(folder.path().join("kubespray"), folder.path().join(".kept")).expect("it goes");
    says("nerdctl");
}
