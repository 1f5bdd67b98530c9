//! What an editor draws: colours, folds, selections; while typing, with wide characters, and of texts that tree-sitter cannot bear.

use serde_json::{Value, json};

use crate::client::Client;
use crate::{HOSTS, bare};

const TEXT: &str = "all:\n  hosts:\n    é€😀: {a: \"é😀{{ x }}\"} # é€\n    n2:\n      b: 1\n";

/// The types of tokens in the order of their numbers, and a client that counts characters in one of `encodings`.
fn client(encodings: &Value) -> (Vec<String>, Client) {
    let client = Client::in_memory(json!({ "capabilities": { "general": { "positionEncodings": encodings } } }));
    let legend = client.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"].clone();
    (serde_json::from_value(legend).expect("names"), client)
}

/// `line:start+length type`, with `*` for a definition.
fn decoded(types: &[String], data: &Value) -> Vec<String> {
    let numbers: Vec<usize> = serde_json::from_value(data.clone()).expect("numbers");
    let (mut line, mut start) = (0, 0);
    let token = |token: &[usize]| {
        if token[0] > 0 {
            start = 0;
        }
        (line, start) = (line + token[0], start + token[1]);
        format!("{line}:{start}+{} {}{}", token[2], types[token[3]], if token[4] == 1 { "*" } else { "" })
    };
    numbers.chunks(5).map(token).collect()
}

fn document() -> Value {
    json!({ "textDocument": { "uri": HOSTS } })
}

#[test]
fn colours_count_characters_as_negotiated() {
    // Bytes: é 2, € 3, 😀 4; UTF-16 units: 1, 1, 2.
    let utf_8 = [
        "2:4+9 class*",
        "2:16+1 variable*",
        "2:19+7 string",
        "2:26+2 operator",
        "2:29+1 variable",
        "2:31+2 operator",
        "2:33+1 string",
        "2:36+7 comment",
    ];
    let utf_16 = [
        "2:4+4 class*",
        "2:11+1 variable*",
        "2:14+4 string",
        "2:18+2 operator",
        "2:21+1 variable",
        "2:23+2 operator",
        "2:25+1 string",
        "2:28+4 comment",
    ];
    for (encodings, expected) in [(json!(["utf-8"]), utf_8), (json!(["utf-16"]), utf_16)] {
        let (types, mut client) = client(&encodings);
        client.open(HOSTS, 1, TEXT);
        client.findings(HOSTS);
        let all = client.call("textDocument/semanticTokens/full", document());
        let tokens = decoded(&types, &all["data"]);
        let line: Vec<&String> = tokens.iter().filter(|token| token.starts_with("2:")).collect();
        assert_eq!(line, expected, "{encodings}");
        assert_eq!(tokens[..2], ["0:0+3 namespace*", "1:2+5 keyword"]);

        let mut params = document();
        params["range"] = json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 3, "character": 0 } });
        let part = client.call("textDocument/semanticTokens/range", params);
        assert_eq!(decoded(&types, &part["data"]), expected, "{encodings}");
    }
}

/// Applies a delta as an editor does.
fn updated(data: &Value, delta: &Value) -> Value {
    let mut numbers = data.as_array().expect("numbers").clone();
    for edit in delta["edits"].as_array().expect("edits") {
        let start = edit["start"].as_u64().expect("a number") as usize;
        let end = start + edit["deleteCount"].as_u64().expect("a number") as usize;
        numbers.splice(start..end, edit["data"].as_array().cloned().unwrap_or_default());
    }
    Value::Array(numbers)
}

#[test]
fn a_delta_is_what_typing_changed() {
    let (_, mut client) = client(&json!(["utf-16"]));
    client.open(HOSTS, 1, TEXT);
    client.findings(HOSTS);
    let mut known = client.call("textDocument/semanticTokens/full", document());
    // A host is typed letter by letter, in front of it wide characters come and go, and in between its line is broken.
    let edits =
        [((3, 0), (3, 0), "    n\n"), ((3, 5), (3, 5), "3"), ((3, 6), (3, 6), ":"), ((2, 4), (2, 8), "é"), ((3, 7), (3, 7), " {é: \"")];
    for (version, (start, end, text)) in (2..).zip(edits) {
        let at = |(line, character): (u32, u32)| json!({ "line": line, "character": character });
        client.change(HOSTS, version, json!([{ "range": { "start": at(start), "end": at(end) }, "text": text }]));
        let mut params = document();
        params["previousResultId"] = known["resultId"].clone();
        let delta = client.call("textDocument/semanticTokens/full/delta", params);
        let data = updated(&known["data"], &delta);
        let full = client.call("textDocument/semanticTokens/full", document());
        assert_eq!(data, full["data"], "after {text:?}");
        known = full;
    }
    let mut params = document();
    params["previousResultId"] = json!("0");
    let unknown = client.call("textDocument/semanticTokens/full/delta", params);
    assert_eq!(unknown["data"], known["data"], "what is not remembered is sent whole");
    while client.findings(HOSTS).0 != 6 {}
}

#[test]
fn selections_grow_in_both_encodings() {
    for (encodings, character) in [(json!(["utf-8"]), 29), (json!(["utf-16"]), 21)] {
        let (_, mut client) = client(&encodings);
        client.open(HOSTS, 1, TEXT);
        client.findings(HOSTS);
        let mut params = document();
        params["positions"] = json!([{ "line": 2, "character": character }, { "line": 4, "character": 6 }]);
        let answer = client.call("textDocument/selectionRange", params);
        let starts = |mut at: &Value| {
            let mut starts = Vec::new();
            while at.is_object() {
                starts.push((at["range"]["start"]["line"].as_u64(), at["range"]["start"]["character"].as_u64()));
                at = &at["parent"];
            }
            starts
        };
        let first = starts(&answer[0]);
        assert_eq!(first[0], (Some(2), Some(character)), "{encodings}");
        assert_eq!(first.last(), Some(&(Some(0), Some(0))));
        assert!(first.len() >= 8, "word, template, text, quotes, entry, mapping, host, hosts: {first:?}");
        assert_eq!(starts(&answer[1])[..2], [(Some(4), Some(6)), (Some(4), Some(6))]);
    }
}

#[test]
fn texts_that_tree_sitter_cannot_bear_are_drawn_all_the_same() {
    let deep = format!("a:\n{}\nb: 1\n", "- ".repeat(100_000));
    let brackets = format!("a: {}\nb: 1\n", "[".repeat(100_000));
    let long: String = (0..100_000).map(|line| format!("k{line}: 1\n")).collect();
    let mut client = Client::in_memory(bare());
    for (version, text) in [deep, brackets, long].iter().enumerate() {
        let uri = format!("file:///i/{version}.yaml");
        client.open(&uri, 1, text);
        let mut params = json!({ "textDocument": { "uri": uri } });
        let folds = client.call("textDocument/foldingRange", params.clone());
        assert!(folds.is_array());
        params["positions"] = json!([{ "line": 1, "character": 0 }]);
        let selection = client.call("textDocument/selectionRange", params.clone());
        assert!(selection[0]["range"].is_object());
        params["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 2, "character": 0 } });
        let tokens = client.call("textDocument/semanticTokens/range", params.clone());
        assert!(!tokens["data"].as_array().expect("numbers").is_empty());
        client.findings(&uri);
    }
}
