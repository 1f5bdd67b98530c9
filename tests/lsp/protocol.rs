//! Order, patience, cancellation, and clients that misbehave: what language servers get wrong.

use serde_json::{Value, json};

use crate::client::{Client, Manners};
use crate::{HOSTS, SENTENCE, SEPARATE, bare};

/// A generator of numbers that is the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

#[test]
fn three_thousand_edits_are_neither_lost_nor_reordered() {
    let mut client = Client::in_memory(bare());
    let (mut numbers, mut text) = (Numbers(7), String::from("start"));
    client.open("untitled:edits", 0, &text);
    for version in 1..=3000 {
        let at = numbers.below(text.len() + 1);
        let end = (at + numbers.below(3)).min(text.len());
        let inserted = char::from(b'a' + numbers.below(26) as u8).to_string();
        let position = |character: usize| json!({ "line": 0, "character": character });
        let range = json!({ "start": position(at), "end": position(end) });
        client.change("untitled:edits", version, json!([{ "range": range, "text": inserted }]));
        text.replace_range(at..end, &inserted);
    }
    assert_eq!(client.text("untitled:edits"), json!(text));
    while client.findings("untitled:edits").0 != 3000 {}
}

#[test]
fn slow_requests_hold_no_edit() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, SEPARATE);
    assert_eq!(client.findings(HOSTS).1, [SENTENCE.to_owned()]);
    let slow: Vec<i64> = (0..8).map(|_| client.ask("test/hold", json!(["slow"]))).collect();
    client.replace(HOSTS, 2, "all:\n");
    assert_eq!(client.findings(HOSTS), (json!(2), vec![]), "while all eight wait");
    client.call("test/release", json!(["slow"]));
    for id in slow {
        assert!(client.answer(id).get("error").is_none());
    }
}

#[test]
fn a_client_that_never_answers_holds_nothing() {
    let capabilities = json!({
        "window": { "workDoneProgress": true },
        "workspace": { "configuration": true, "didChangeWatchedFiles": { "dynamicRegistration": true }, "inlayHint": { "refreshSupport": true } },
    });
    let folder = tempfile::tempdir().expect("a folder");
    let params = json!({ "capabilities": capabilities, "workspaceFolders": [{ "uri": crate::uri(folder.path()), "name": "x" }] });
    let mut client = Client::in_memory_with(params, Manners::NeverAnswers);
    client.open(HOSTS, 1, SEPARATE);
    assert_eq!(client.findings(HOSTS).1, [SENTENCE.to_owned()]);
    for version in 2..300 {
        client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
        client.replace(HOSTS, version, SEPARATE);
    }
    client.replace(HOSTS, 300, "all:\n");
    assert_eq!(client.text("/w/hosts.yaml"), json!("all:\n"));
    while client.findings(HOSTS).0 != 300 {}
    for method in ["workspace/configuration", "client/registerCapability", "window/workDoneProgress/create"] {
        assert!(client.asked.iter().any(|asked| asked == method), "{method} was asked");
    }
}

#[test]
fn progress_is_shown_after_the_client_agreed_and_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let folders = json!([{ "uri": crate::uri(folder.path()), "name": "x" }]);
    let mut client = Client::in_memory(json!({ "capabilities": { "window": { "workDoneProgress": true } }, "workspaceFolders": folders }));
    client.await_end_of_progress();
    assert_eq!(client.progress, ["begin", "end"]);
    assert_eq!(client.asked, ["window/workDoneProgress/create"]);
}

#[test]
fn a_request_that_takes_long_shows_a_progress_and_can_be_cancelled() {
    let mut client = Client::in_memory(json!({ "capabilities": { "window": { "workDoneProgress": true } } }));
    let id = client.ask("test/hold", json!(["long"]));
    while client.progress.is_empty() {
        client.receive_one();
    }
    client.notify("$/cancelRequest", json!({ "id": id }));
    assert_eq!(client.answer(id)["error"]["code"], -32800, "while it is held");
    client.call("test/release", json!(["long"]));
    client.await_end_of_progress();
    assert_eq!(client.progress, ["begin", "end"]);
}

#[test]
fn a_cancelled_request_is_answered_at_once() {
    let mut client = Client::in_memory(bare());
    let ids: Vec<i64> = (0..8).map(|_| client.ask("test/hold", json!(["cancelled"]))).collect();
    for id in &ids {
        client.notify("$/cancelRequest", json!({ "id": id }));
    }
    for id in ids {
        assert_eq!(client.answer(id)["error"]["code"], -32800, "while none was released");
    }
    client.call("test/release", json!(["cancelled"]));
    client.open(HOSTS, 1, SEPARATE);
    assert_eq!(client.findings(HOSTS).1, [SENTENCE.to_owned()]);
}

#[test]
fn overtaken_findings_are_dropped_and_versions_only_rise() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, SEPARATE);
    for version in 2..=500 {
        client.replace(HOSTS, version, &format!("{SEPARATE}# {version}\n"));
    }
    client.replace(HOSTS, 501, "all:\n");
    let mut last = 0;
    while last < 501 {
        let (version, findings) = client.findings(HOSTS);
        let version = version.as_i64().expect("a version");
        assert!(version > last, "{version} after {last}");
        assert_eq!(findings.is_empty(), version == 501);
        last = version;
    }
}

#[test]
fn the_same_state_is_published_once() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 1, SEPARATE);
    assert_eq!(client.findings(HOSTS), (json!(1), vec![SENTENCE.to_owned()]));
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": HOSTS } }));
    client.notify("workspace/didChangeConfiguration", json!({ "settings": {} }));
    client.open("file:///w/other.txt", 1, "nothing\n");
    assert_eq!(client.findings("file:///w/other.txt"), (json!(1), vec![]));
    assert_eq!(client.text("/w/other.txt"), json!("nothing\n"));
    client.replace(HOSTS, 2, "all:\n");
    assert_eq!(client.findings(HOSTS), (json!(2), vec![]));
}

#[test]
fn a_version_that_does_not_rise_is_ignored_and_logged() {
    let mut client = Client::in_memory(bare());
    client.open(HOSTS, 5, SEPARATE);
    assert_eq!(client.findings(HOSTS).0, 5);
    client.replace(HOSTS, 5, "all:\n");
    client.replace("file:///w/closed.yaml", 1, "all:\n");
    assert_eq!(client.text("/w/hosts.yaml"), json!(SEPARATE));
    let mut logged = || client.next(|message| message["method"] == "window/logMessage")["params"]["message"].clone();
    assert_eq!(logged(), "/w/hosts.yaml: version 5 comes after 5 and is ignored");
    assert_eq!(logged(), "/w/closed.yaml: an edit of a document that is not open is ignored");
}

#[test]
fn a_panic_is_an_answer_and_the_server_lives() {
    let mut client = Client::in_memory(bare());
    for _ in 0..20 {
        let id = client.ask("test/panic", Value::Null);
        assert_eq!(client.answer(id)["error"]["code"], -32603);
        let logged = client.next(|message| message["method"] == "window/logMessage");
        assert_eq!(logged["params"], json!({ "type": 1, "message": "test/panic panicked: as asked" }));
    }
    client.open(HOSTS, 1, SEPARATE);
    assert_eq!(client.findings(HOSTS).1, [SENTENCE.to_owned()]);
}

#[test]
fn what_is_not_understood_is_refused() {
    let mut client = Client::in_memory(bare());
    let unknown = client.ask("textDocument/nonsense", json!({}));
    assert_eq!(client.answer(unknown)["error"]["code"], -32601);
    let malformed = client.ask("textDocument/hover", json!({ "textDocument": 5 }));
    assert_eq!(client.answer(malformed)["error"]["code"], -32602);
    client.notify("textDocument/didOpen", json!({ "nothing": true }));
    client.notify("$/unknown", json!({}));
    client.open("not a uri", 1, "x");
    client.open("file:///w/%FF%00.yaml", 1, "kube_control_plane: {hosts: {b: }}\netcd: {hosts: {a: }}");
    let sentence = "1:15-16 3[component-not-installed] etcd-only in separate mode: nerdctl not installed here";
    assert_eq!(client.findings("file:///w/%FF%00.yaml").1, [sentence]);
    client.change(
        HOSTS,
        1,
        json!([{ "range": { "start": { "line": 9, "character": 9 }, "end": { "line": 0, "character": 0 } }, "text": "x" }]),
    );
    client.open(HOSTS, 1, SEPARATE);
    assert_eq!(client.findings(HOSTS).1, [SENTENCE.to_owned()]);
    client.next(|message| message["method"] == "window/logMessage");
}

#[test]
fn exit_ends_the_process_with_stdin_open() {
    for (is_shut_down, code) in [(true, 0), (false, 1)] {
        let mut client = Client::over_stdio(bare());
        if is_shut_down {
            client.call("shutdown", Value::Null);
        }
        client.notify("exit", Value::Null);
        let status = client.process.as_mut().expect("a process").wait().expect("it ends");
        assert_eq!(status.code(), Some(code));
    }
}

#[test]
fn the_end_of_stdin_ends_the_process() {
    let mut process = std::process::Command::new(env!("CARGO_BIN_EXE_hostwise"))
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    assert_eq!(process.wait().expect("it ends").code(), Some(1));
}

/// Neovim 0.10 drops the findings of a buffer that it reads again, and gives it the version it had.
#[test]
fn a_document_that_is_opened_again_gets_its_findings_again() {
    let mut client = Client::in_memory(bare());
    let text = "etcd: {hosts: {a: }}\netcd: {hosts: {b: }}\n";
    client.open(HOSTS, 1, text);
    let before = client.findings(HOSTS);
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": HOSTS } }));
    client.open(HOSTS, 1, text);
    let after = std::iter::repeat_with(|| client.findings(HOSTS)).find(|found| found.0 == 1).expect("findings");
    assert_eq!(after, before);
}
