//! Remarks above lines, through the server.

use std::fs;

use serde_json::json;

use crate::client::Client;
use crate::navigation::{encoded, short};
use crate::{uri, with_folders};

#[test]
fn groups_and_variables_have_remarks_in_each_encoding() {
    let hosts = "file:///w/hosts.yaml";
    for encoding in ["utf-8", "utf-16"] {
        let mut client = Client::in_memory(encoded(encoding));
        client.open(hosts, 1, "all: {children: {é€😀: {hosts: {a: }}, web: {hosts: {b: , c: }}}}\n");
        client.findings(hosts);
        let lenses = client.call("textDocument/codeLens", json!({ "textDocument": { "uri": hosts } }));
        let shown: Vec<_> =
            lenses.as_array().expect("a list").iter().map(|lens| (short(&lens["range"]), lens["command"]["title"].as_str())).collect();
        let before = "all: {children: {é€😀: {hosts: {a: }}, ";
        let start = if encoding == "utf-8" { before.len() } else { before.encode_utf16().count() };
        assert_eq!(shown[0], ("0:0-3".to_owned(), Some("3 hosts")), "{encoding}");
        assert_eq!(shown[2], (format!("0:{start}-{}", start + 3), Some("2 hosts")), "{encoding}");
    }
}

#[test]
fn remarks_are_refreshed_when_another_file_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    fs::write(folder.path().join("hosts.yaml"), "web: {hosts: {a: {x: 1}, b: }}\n").expect("a file");
    fs::write(folder.path().join("group_vars/all.yml"), "x: 2\n").expect("a file");
    let (hosts, all) = (uri(&folder.path().join("hosts.yaml")), uri(&folder.path().join("group_vars/all.yml")));
    let mut params = with_folders(&[folder.path()]);
    params["capabilities"]["workspace"] = json!({ "codeLens": { "refreshSupport": true } });
    let mut client = Client::in_memory(params);
    client.open(&all, 1, "x: 2\n");
    client.findings(&all);
    let titles = |client: &mut Client| -> Vec<String> {
        let lenses = client.call("textDocument/codeLens", json!({ "textDocument": { "uri": all } }));
        lenses.as_array().expect("a list").iter().map(|lens| lens["command"]["title"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(titles(&mut client), ["applies to 2 hosts; 1 value overridden", "differs on 1 host"]);
    client.asked.clear();
    client.open(&hosts, 1, "web: {hosts: {a: , b: }}\n");
    client.findings(&hosts);
    while !client.asked.iter().any(|asked| asked == "workspace/codeLens/refresh") {
        client.receive_one();
    }
    assert_eq!(titles(&mut client), ["applies to 2 hosts"]);
}
