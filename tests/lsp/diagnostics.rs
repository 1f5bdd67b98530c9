//! Findings for clients that ask for them, and what comes with a finding.

use std::fs;

use serde_json::{Value, json};

use crate::client::Client;
use crate::{HOSTS, SENTENCE, SEPARATE, bare, uri};

/// The parameters of a client that asks for findings.
fn pulling(related: bool, refresh: bool) -> Value {
    json!({
        "capabilities": {
            "textDocument": { "diagnostic": { "relatedDocumentSupport": related } },
            "workspace": { "diagnostics": { "refreshSupport": refresh } },
        },
    })
}

/// An inventory without the group `db`, and one with it.
const WITHOUT: &str = "web:\n  hosts:\n    a:\n";
const WITH: &str = "web:\n  hosts:\n    a:\ndb:\n  hosts:\n    a:\n";

const UNREAD: &str = "group_vars/db.yml matches no group: nothing in it is read";

/// A folder with the inventory without the group, and a variable file of the group, which nothing reads then.
fn two_files() -> (tempfile::TempDir, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    fs::write(folder.path().join("hosts.yaml"), WITHOUT).expect("a file");
    fs::write(folder.path().join("group_vars/db.yml"), "x: 1\n").expect("a file");
    let (hosts, db) = (uri(&folder.path().join("hosts.yaml")), uri(&folder.path().join("group_vars/db.yml")));
    (folder, hosts, db)
}

fn in_folder(mut params: Value, folder: &tempfile::TempDir) -> Client {
    params["workspaceFolders"] = json!([{ "uri": uri(folder.path()), "name": "folder" }]);
    Client::in_memory(params)
}

fn pull(client: &mut Client, uri: &str, previous: &Value) -> Value {
    client.call("textDocument/diagnostic", json!({ "textDocument": { "uri": uri }, "previousResultId": previous }))
}

fn pull_all(client: &mut Client, previous: Value) -> Vec<Value> {
    let report = client.call("workspace/diagnostic", json!({ "previousResultIds": previous }));
    report["items"].as_array().expect("a list").clone()
}

fn messages(report: &Value) -> Vec<&str> {
    report["items"].as_array().expect("a list").iter().filter_map(|finding| finding["message"].as_str()).collect()
}

/// The message of [`SENTENCE`].
fn sentence() -> &'static str {
    SENTENCE.split_once("] ").expect("a code before the message").1
}

/// That nothing is published is seen when the client is dropped.
#[test]
fn findings_are_pulled_by_who_can_and_pushed_to_the_others() {
    for (related, refresh) in [(true, true), (true, false), (false, true)] {
        let mut client = Client::in_memory(pulling(related, refresh));
        assert_eq!(client.capabilities["diagnosticProvider"], json!({ "interFileDependencies": true, "workspaceDiagnostics": true }));
        client.open(HOSTS, 1, SEPARATE);
        let first = pull(&mut client, HOSTS, &Value::Null);
        assert_eq!((&first["kind"], messages(&first)), (&json!("full"), vec![sentence()]));
        let again = pull(&mut client, HOSTS, &first["resultId"]);
        assert_eq!(again, json!({ "kind": "unchanged", "resultId": first["resultId"] }));
        client.replace(HOSTS, 2, &format!("# a line above\n{SEPARATE}"));
        let moved = pull(&mut client, HOSTS, &first["resultId"]);
        assert_eq!((&moved["kind"], &moved["items"][0]["range"]["start"]["line"]), (&json!("full"), &json!(9)));
        client.replace(HOSTS, 3, "all:\n");
        let none = pull(&mut client, HOSTS, &moved["resultId"]);
        assert_eq!((&none["kind"], messages(&none)), (&json!("full"), vec![""; 0]));
    }
    // One who takes neither the findings of other files nor word of new ones would show old ones.
    for params in [bare(), pulling(false, false)] {
        let mut client = Client::in_memory(params);
        assert_eq!(client.capabilities["diagnosticProvider"], Value::Null);
        client.open(HOSTS, 1, SEPARATE);
        assert_eq!(client.findings(HOSTS).1, [SENTENCE.to_owned()]);
    }
}

#[test]
fn findings_of_other_files_come_along_and_go_again() {
    let (folder, hosts, db) = two_files();
    let mut client = in_folder(pulling(true, false), &folder);
    client.open(&hosts, 1, WITHOUT);
    let first = pull(&mut client, &hosts, &Value::Null);
    assert_eq!(messages(&first), [""; 0]);
    assert_eq!(messages(&first["relatedDocuments"][&db]), [UNREAD]);
    client.replace(&hosts, 2, WITH);
    let fixed = pull(&mut client, &hosts, &first["resultId"]);
    assert_eq!(fixed["relatedDocuments"][&db], json!({ "kind": "full", "items": [] }), "they must be taken away");
    client.replace(&hosts, 3, WITHOUT);
    let back = pull(&mut client, &hosts, &fixed["resultId"]);
    assert_eq!((&back["resultId"], messages(&back["relatedDocuments"][&db])), (&first["resultId"], vec![UNREAD]));
}

#[test]
fn the_workspace_has_the_findings_of_closed_files() {
    let (folder, hosts, db) = two_files();
    let mut client = in_folder(pulling(false, true), &folder);
    let found = pull_all(&mut client, json!([]));
    let [report] = &found[..] else { panic!("{found:?}") };
    assert_eq!((&report["kind"], &report["uri"], &report["version"]), (&json!("full"), &json!(db), &Value::Null));
    assert_eq!(messages(report), [UNREAD]);
    let known = json!([{ "uri": db, "value": report["resultId"] }]);
    let unchanged = json!({ "kind": "unchanged", "uri": db, "version": null, "resultId": report["resultId"] });
    assert_eq!(pull_all(&mut client, known.clone()), [unchanged]);
    client.open(&hosts, 7, WITH);
    let gone = pull_all(&mut client, known);
    assert_eq!((gone.len(), &gone[0]["kind"], &gone[0]["uri"], messages(&gone[0])), (1, &json!("full"), &json!(db), vec![""; 0]));
    client.replace(&hosts, 8, WITHOUT);
    client.open(&db, 3, "x: 1\n");
    let opened = pull_all(&mut client, json!([]));
    assert_eq!((&opened[0]["uri"], &opened[0]["version"]), (&json!(db), &json!(3)));
}

#[test]
fn a_client_is_told_of_new_findings_that_are_not_of_its_edit() {
    let (folder, hosts, db) = two_files();
    let mut client = in_folder(pulling(false, true), &folder);
    let await_refresh = |client: &mut Client| {
        while !client.asked.iter().any(|asked| asked == "workspace/diagnostic/refresh") {
            client.receive_one();
        }
        client.asked.clear();
    };
    // What the folder has is news.
    await_refresh(&mut client);
    client.open(&hosts, 1, WITHOUT);
    client.replace(&hosts, 2, &format!("{WITHOUT}# a remark\n"));
    client.replace(&hosts, 3, WITH);
    await_refresh(&mut client);
    assert_eq!(messages(&pull(&mut client, &db, &Value::Null)), [""; 0]);
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": hosts } }));
    await_refresh(&mut client);
    assert_eq!(messages(&pull(&mut client, &db, &Value::Null)), [UNREAD]);
}

/// Edits of one file that change only its own findings are no news to the client: it asks by itself.
#[test]
fn a_client_is_not_told_what_it_asks_for_by_itself() {
    let mut client = Client::in_memory(pulling(false, true));
    let hosts = "untitled:hosts.yaml";
    client.open(hosts, 1, SEPARATE);
    for version in 2..20 {
        client.replace(hosts, version, if version % 2 == 0 { "all:\n" } else { SEPARATE });
        pull(&mut client, hosts, &Value::Null);
    }
    assert_eq!(client.asked, [""; 0]);
}

#[test]
fn what_editors_do_otherwise_is_known() {
    let named = |mut params: Value, name: &str| {
        params["clientInfo"] = json!({ "name": name });
        Client::in_memory(params).capabilities["diagnosticProvider"]["workspaceDiagnostics"].clone()
    };
    // It leaves its open buffers alone when it is told of new findings and can ask for the workspace.
    assert_eq!(named(pulling(true, true), "Neovim"), false);
    assert_eq!(named(pulling(true, true), "another"), true);
    // It can be told of new findings, and says so under another name.
    assert_eq!(named(pulling(false, false), "another"), Value::Null);
    let mut params = pulling(false, false);
    params["capabilities"]["workspace"] = json!({ "diagnostic": { "refreshSupport": true } });
    assert_eq!(named(params, "helix"), true);
}

#[test]
fn findings_have_links_and_tags() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, "kube-master: {hosts: {a: }}\nkube_node: {hosts: {a: }}\netcd: {hosts: {a: }} # hostwise: ignore[yaml-syntax]\n");
    let published = client.next(|message| message["method"] == "textDocument/publishDiagnostics");
    let found = published["params"]["diagnostics"].as_array().expect("a list");
    let finding = |code: &str| found.iter().find(|finding| finding["code"] == code).unwrap_or_else(|| panic!("{code} in {found:?}"));
    // 1 greys out what is not needed, 2 strikes out what is deprecated.
    for (code, tag) in [("legacy-group-name", 2), ("unused-ignore", 1)] {
        assert_eq!(finding(code)["tags"], json!([tag]), "{code}");
        let link = finding(code)["codeDescription"]["href"].as_str().unwrap_or_default();
        assert!(link.starts_with("https://") && link.ends_with(&format!("/{code}.md")), "{link}");
    }
    assert!(found.iter().all(|finding| finding["source"] == "hostwise"));
}
