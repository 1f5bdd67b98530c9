//! What the server says of its own work: to the client, in a file, and nothing on stdout but the protocol.

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::client::Client;
use crate::{HOSTS, SEPARATE, bare};

/// The next trace about something.
fn traced(client: &mut Client, about: &str) -> Value {
    let fits = |message: &Value| {
        let text = message["params"]["message"].as_str().unwrap_or_default();
        message["method"] == "$/logTrace" && text.starts_with(about)
    };
    client.next(fits)["params"].clone()
}

/// The next message on stdout, where nothing else may stand.
fn next(stdout: &mut impl BufRead) -> Option<Value> {
    let mut header = String::new();
    stdout.read_line(&mut header).expect("text");
    if header.is_empty() {
        return None;
    }
    let length = header.strip_prefix("Content-Length: ").and_then(|rest| rest.strip_suffix("\r\n")).expect("a header");
    let mut message = vec![0; 2 + length.parse::<usize>().expect("a number")];
    stdout.read_exact(&mut message).expect("as long as was said");
    Some(serde_json::from_slice(message.strip_prefix(b"\r\n").expect("an empty line")).expect("JSON"))
}

#[test]
fn what_the_server_does_is_told_as_far_as_the_client_wants() {
    let mut params = bare();
    params["trace"] = json!("messages");
    let mut client = Client::in_memory(params);
    client.open(HOSTS, 1, SEPARATE);
    client.findings(HOSTS);
    client.hover(HOSTS, 8, 6);
    let told = traced(&mut client, "textDocument/hover answered after ");
    assert_eq!(told.get("verbose"), None);
    client.notify("$/setTrace", json!({ "value": "verbose" }));
    client.hover(HOSTS, 8, 6);
    let told = traced(&mut client, "textDocument/hover answered after ");
    assert!(told["verbose"].as_str().is_some_and(|details| details.contains("line: 8")), "{told}");
    client.notify("$/setTrace", json!({ "value": "off" }));
    client.hover(HOSTS, 8, 6);
    for about in ["initialized with 0 folders", "1 findings in 1 files", ""] {
        traced(&mut client, about);
    }
    while client.has_read(|message| message["method"] == "$/logTrace") {
        traced(&mut client, "");
    }
}

#[test]
fn the_log_goes_to_a_file_and_nothing_but_the_protocol_to_stdout() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    for arguments in [&["server", "--stdio", "--log"][..], &["--log"]] {
        let mut process = Command::new(env!("CARGO_BIN_EXE_hostwise"))
            .args(arguments)
            .arg(&log)
            .env("HOSTWISE_LOG", "trace")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (mut stdin, stdout) = (process.stdin.take().expect("stdin"), process.stdout.take().expect("stdout"));
        let mut stdout = BufReader::new(stdout);
        let mut say = |mut message: Value| {
            message["jsonrpc"] = json!("2.0");
            let text = message.to_string();
            write!(stdin, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("it reads");
        };
        let document = |version: i64| json!({ "uri": HOSTS, "languageId": "yaml", "version": version, "text": SEPARATE });
        say(json!({ "id": 1, "method": "initialize", "params": { "capabilities": {}, "initializationOptions": { "nonsense": true } } }));
        assert_eq!(next(&mut stdout).expect("an answer")["id"], 1);
        say(json!({ "method": "initialized", "params": {} }));
        say(json!({ "method": "textDocument/didOpen", "params": { "textDocument": document(1) } }));
        say(json!({ "method": "textDocument/didChange", "params": { "textDocument": document(0), "contentChanges": [] } }));
        say(json!({ "method": "textDocument/nonsense", "params": {} }));
        say(json!({ "id": 2, "method": "textDocument/hover", "params": 5 }));
        say(json!({ "id": 3, "method": "textDocument/documentSymbol", "params": { "textDocument": { "uri": HOSTS } } }));
        while next(&mut stdout).expect("an answer")["id"] != 3 {}
        say(json!({ "id": 4, "method": "shutdown" }));
        while next(&mut stdout).expect("an answer")["id"] != 4 {}
        say(json!({ "method": "exit" }));
        while next(&mut stdout).is_some() {}
        let output = process.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "with a file, stderr is silent");
    }
    let logged = fs::read_to_string(&log).expect("a log");
    assert_eq!(logged.matches("serves on stdin and stdout").count(), 2, "the second run adds to the first");
    for part in ["settings: unknown field `nonsense`", "version 0 comes after 1 and is ignored", "\"method\":\"textDocument/hover\""] {
        assert!(logged.contains(part), "{part} in\n{logged}");
    }
}

#[test]
fn a_log_that_cannot_be_is_an_error() {
    for (log, level, words) in [("/nowhere/log", "info", "/nowhere/log"), ("/dev/null", "hostwise=loud", "HOSTWISE_LOG=hostwise=loud")] {
        let output = Command::new(env!("CARGO_BIN_EXE_hostwise"))
            .args(["server", "--log", log])
            .env("HOSTWISE_LOG", level)
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{output:?}");
    }
}
