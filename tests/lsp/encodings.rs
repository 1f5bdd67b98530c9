//! Every feature in each way to count characters, with wide characters before the names: what the ranges of an answer cover is the same text in all.

use std::fmt::Write as _;
use std::fs;

use expect_test::expect;
use serde_json::{Value, json};

use crate::client::Client;
use crate::uri;

const HOSTS: &str = "\
all:
  hosts: {é€😀: , n1: {x: \"é€😀\", ip: 10.0.0.1, url: \"é€😀 {{ ip }} {{ own | upper }}\"}} # é€😀
  children: {kube_control_plane: {hosts: {é€😀: }, vars: {x: \"é€😀\"}}, kube_node: {hosts: {é€😀: , n1: }}, etcd: {hosts: {é€😀: }}}
";

const ALL: &str = "\
{w: \"é€😀\", own: \"{{ w }}\", ip: 10.0.0.9, helm_enabled: \"false\"} # hostwise: ignore[etcd-even-members]
";

/// How characters are counted.
#[derive(Clone, Copy)]
struct Units(&'static str);

impl Units {
    fn of(self, text: &str) -> usize {
        match self.0 {
            "utf-8" => text.len(),
            "utf-16" => text.encode_utf16().count(),
            _ => text.chars().count(),
        }
    }

    /// The position of the first `part` behind `after`, and `into` it.
    fn position(self, text: &str, (after, part): (&str, &str)) -> Value {
        let from = text.find(after).expect("it is there") + after.len();
        let at = from + text[from..].find(part).expect("it is there");
        let line = text[..at].matches('\n').count();
        json!({ "line": line, "character": self.of(&text[..at]) - self.of(&text[..text[..at].rfind('\n').map_or(0, |end| end + 1)]) })
    }

    /// The byte of a position, which must lie between two characters.
    fn offset(self, text: &str, position: &Value) -> usize {
        let number = |name: &str| position[name].as_u64().expect("a number") as usize;
        let start: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
        let line = text[start..].split('\n').next().unwrap_or_default();
        let mut ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
        start
            + ends
                .find(|&at| self.of(&line[..at]) == number("character"))
                .unwrap_or_else(|| panic!("{position} cuts a character of {line}"))
    }

    /// The text that a range covers; of a long one its ends.
    fn covered(self, text: &str, range: &Value) -> String {
        let covered = &text[self.offset(text, &range["start"])..self.offset(text, &range["end"])];
        let characters: Vec<char> = covered.chars().map(|character| if character == '\n' { '↵' } else { character }).collect();
        match &characters[..] {
            [first @ .., _] if first.len() > 30 => {
                let (start, end) = (&characters[..10], &characters[characters.len() - 10..]);
                start.iter().chain(&['…']).chain(end).collect()
            }
            all => all.iter().collect(),
        }
    }
}

struct Scene {
    client: Client,
    units: Units,
    /// The documents by the ends of their names.
    documents: [(String, &'static str); 2],
    shown: String,
}

impl Scene {
    fn document(&self, uri: &str) -> &(String, &'static str) {
        self.documents.iter().find(|(known, _)| known == uri).unwrap_or_else(|| panic!("an unknown document: {uri}"))
    }

    /// All ranges and positions of an answer, in its order, as the text that they cover in their documents.
    fn ranges(&self, of: &Value, uri: &str, found: &mut Vec<String>) {
        match of {
            Value::Array(items) => items.iter().for_each(|item| self.ranges(item, uri, found)),
            Value::Object(entries) if entries.contains_key("start") && entries.contains_key("end") => {
                let (_, text) = self.document(uri);
                found.push(format!("«{}»", self.units.covered(text, of)));
            }
            Value::Object(entries) if entries.contains_key("line") && entries.contains_key("character") => {
                let (_, text) = self.document(uri);
                let before = &text[..self.units.offset(text, of)];
                let word = before.rsplit([' ', '{', '\n']).next().unwrap_or_default();
                found.push(format!("{word}|"));
            }
            Value::Object(entries) => {
                let inner = ["uri", "targetUri"].iter().find_map(|name| entries.get(*name)?.as_str());
                let inner = inner.or_else(|| entries.get("textDocument")?["uri"].as_str()).unwrap_or(uri);
                for (name, part) in entries {
                    // Changes and related documents have the document as the name of an entry.
                    let of = if name.starts_with("file:") { name.as_str() } else { inner };
                    self.ranges(part, if name == "originSelectionRange" { uri } else { of }, found);
                }
            }
            _ => {}
        }
    }

    fn show(&mut self, feature: &str, answer: &Value, uri: &str) {
        let mut found = Vec::new();
        self.ranges(answer, uri, &mut found);
        let _ = writeln!(self.shown, "{}", format!("{feature}: {}", found.join(" ")).trim_end());
    }

    /// Asks about a place, and about the whole document.
    fn ask(&mut self, method: &str, file: usize, place: (&str, &str), more: Value) -> Value {
        let (uri, text) = self.documents[file].clone();
        let position = self.units.position(text, place);
        let end = json!({ "line": text.matches('\n').count(), "character": 0 });
        let mut params = json!({
            "textDocument": { "uri": uri },
            "position": position,
            "positions": [position],
            "range": { "start": { "line": 0, "character": 0 }, "end": end },
            "context": { "includeDeclaration": true, "diagnostics": [], "only": ["quickfix"] },
        });
        params.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let answer = self.client.call(method, params);
        self.show(method, &answer, &uri);
        answer
    }
}

fn scene(encoding: &'static str, folder: &tempfile::TempDir) -> Scene {
    let capabilities = json!({
        "general": { "positionEncodings": [encoding] },
        "textDocument": {
            "diagnostic": { "relatedDocumentSupport": true },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "definition": { "linkSupport": true },
            "rename": { "prepareSupport": true },
        },
        "workspace": { "workspaceEdit": { "resourceOperations": ["create", "rename"], "documentChanges": true } },
    });
    let folders = json!([{ "uri": uri(folder.path()), "name": "folder" }]);
    let client = Client::in_memory(json!({ "capabilities": capabilities, "workspaceFolders": folders }));
    assert_eq!(client.capabilities["positionEncoding"], encoding);
    let name = |path: &str| uri(&folder.path().join(path));
    Scene {
        client,
        units: Units(encoding),
        documents: [(name("hosts.yaml"), HOSTS), (name("group_vars/all.yml"), ALL)],
        shown: String::new(),
    }
}

/// Goes through all features.
fn features(scene: &mut Scene) {
    let none = || json!({});
    for (uri, text) in scene.documents.clone() {
        // A wide character is typed, and taken away again.
        scene.client.open(&uri, 1, &text.replacen("é€😀", "é€", 1));
        let at = scene.units.position(text, ("é€", "😀"));
        scene.client.change(&uri, 2, json!([{ "range": { "start": at, "end": at }, "text": "😀😀" }]));
        let end = scene.units.position(text, ("é€😀", ""));
        scene.client.change(&uri, 3, json!([{ "range": { "start": at, "end": end }, "text": "" }]));
        let path = uri.strip_prefix("file://").expect("a file").to_owned();
        assert_eq!(scene.client.text(&path), text, "{}", scene.units.0);
    }
    let host = ("kube_node: {hosts: {é€😀: , ", "n1");
    let read = ("é€😀 {{ ", "ip");
    scene.ask("textDocument/hover", 0, host, none());
    scene.ask("textDocument/hover", 0, read, none());
    scene.ask("textDocument/definition", 0, host, none());
    scene.ask("textDocument/definition", 0, read, none());
    scene.ask("textDocument/references", 0, host, none());
    scene.ask("textDocument/references", 1, ("", "own"), none());
    scene.ask("textDocument/documentHighlight", 0, host, none());
    scene.ask("textDocument/prepareRename", 0, host, none());
    scene.ask("textDocument/rename", 0, host, json!({ "newName": "n2" }));
    scene.ask("textDocument/rename", 1, ("", "own"), json!({ "newName": "mine" }));
    scene.ask("textDocument/documentSymbol", 0, host, none());
    scene.ask("workspace/symbol", 0, host, json!({ "query": "n1" }));
    scene.ask("textDocument/codeAction", 1, host_free(), none());
    scene.ask("textDocument/codeLens", 0, host, none());
    scene.ask("textDocument/codeLens", 1, host_free(), none());
    scene.ask("textDocument/inlayHint", 0, host, none());
    scene.ask("textDocument/inlayHint", 1, host_free(), none());
    scene.ask("textDocument/selectionRange", 0, read, none());
    scene.ask("textDocument/documentLink", 1, host_free(), none());
    scene.ask("textDocument/diagnostic", 1, host_free(), none());
    let folds = scene.ask("textDocument/foldingRange", 0, host, none());
    assert_eq!(folds[0]["startLine"], 0, "folds are of lines");
    let group = scene.ask("textDocument/prepareCallHierarchy", 0, ("", "kube_node"), none());
    scene.ask("callHierarchy/incomingCalls", 0, host, json!({ "item": group[0] }));
    scene.ask("callHierarchy/outgoingCalls", 0, host, json!({ "item": group[0] }));
    let offered = scene.ask("textDocument/completion", 0, ("{hosts: {é€😀: , ", "1: "), json!({ "context": { "triggerKind": 1 } }));
    assert!(offered["items"].as_array().is_some_and(|items| !items.is_empty()), "{offered}");
    for method in ["textDocument/semanticTokens/full", "textDocument/semanticTokens/range"] {
        let tokens = scene.ask(method, 0, host, none());
        let shown = tokens_of(scene.units, HOSTS, &tokens["data"]);
        let _ = writeln!(scene.shown, "{}", shown.trim_start());
    }
    let explained = scene.ask("hostwise/explain", 0, host, json!({ "host": "n1", "name": "ip" }));
    assert_eq!(explained["rendered"], "10.0.0.1");
}

/// A place that is asked for nothing.
fn host_free() -> (&'static str, &'static str) {
    ("", "own")
}

/// The texts of semantic tokens.
fn tokens_of(units: Units, text: &str, data: &Value) -> String {
    let numbers: Vec<u64> = serde_json::from_value(data.clone()).expect("numbers");
    let (mut line, mut character) = (0, 0);
    let mut shown = String::new();
    for token in numbers.chunks(5) {
        character = if token[0] == 0 { character + token[1] } else { token[1] };
        line += token[0];
        let range =
            json!({ "start": { "line": line, "character": character }, "end": { "line": line, "character": character + token[2] } });
        let _ = write!(shown, " «{}»", units.covered(text, &range));
    }
    shown
}

#[test]
fn every_feature_counts_characters_as_negotiated() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    fs::write(folder.path().join("hosts.yaml"), HOSTS).expect("a file");
    fs::write(folder.path().join("group_vars/all.yml"), ALL).expect("a file");
    let shown = ["utf-8", "utf-16", "utf-32"].map(|encoding| {
        let mut scene = scene(encoding, &folder);
        features(&mut scene);
        scene.shown
    });
    assert_eq!(shown[0], shown[1], "utf-8 and utf-16");
    assert_eq!(shown[0], shown[2], "utf-8 and utf-32");
    expect![[r#"
        textDocument/hover: «n1»
        textDocument/hover: «ip»
        textDocument/definition: «n1» «n1» «n1»
        textDocument/definition: «ip» «ip» «ip» «ip» «ip» «ip»
        textDocument/references: «n1» «n1»
        textDocument/references: «own» «own»
        textDocument/documentHighlight: «n1» «n1»
        textDocument/prepareRename: «n1»
        textDocument/rename: «n1» «n1»
        textDocument/rename: «own» «own»
        textDocument/documentSymbol: «all:↵  hos… {é€😀: }}}» «all» «é€😀:» «é€😀» «n1: {x: "é…upper }}"}» «n1» «x: "é€😀"» «x» «ip: 10.0.0.1» «ip» «url: "é€😀 … upper }}"» «url» «kube_contr…x: "é€😀"}}» «kube_control_plane» «é€😀:» «é€😀» «x: "é€😀"» «x» «kube_node:…: , n1: }}» «kube_node» «é€😀:» «é€😀» «n1:» «n1» «etcd: {hosts: {é€😀: }}» «etcd» «é€😀:» «é€😀»
        workspace/symbol: «n1»
        textDocument/codeAction: «"false"» «"false"» «etcd-even-members» « # hostwis…n-members]»
        textDocument/codeLens: «all» «kube_control_plane» «kube_node» «etcd»
        textDocument/codeLens: «» «ip»
        textDocument/inlayHint: é€😀:| n1:| }}"| é€😀:| é€😀:| n1:| é€😀:|
        textDocument/inlayHint: }}"| 10.0.0.9|
        textDocument/selectionRange: «ip» «{{ ip }}» «é€😀 {{ ip }} {{ own | upper }}» «"é€😀 {{ ip… upper }}"» «url: "é€😀 … upper }}"» «{x: "é€😀",…upper }}"}» «n1: {x: "é…upper }}"}» «{é€😀: , n1…pper }}"}}» «hosts: {é€…pper }}"}}» «hosts: {é€… {é€😀: }}}» «all:↵  hos… {é€😀: }}}» «all:↵  hos…{é€😀: }}}↵»
        textDocument/documentLink: «helm_enabled» «etcd-even-members»
        textDocument/diagnostic: «é€😀» «"false"» «etcd-even-members»
        textDocument/foldingRange:
        textDocument/prepareCallHierarchy: «kube_node:…: , n1: }}» «kube_node»
        callHierarchy/incomingCalls: «all:↵  hos… {é€😀: }}}» «all» «kube_node»
        callHierarchy/outgoingCalls: «é€😀:» «é€😀» «é€😀» «n1: {x: "é…upper }}"}» «n1» «n1»
        textDocument/completion: «n1»
        textDocument/semanticTokens/full:
        «all» «hosts» «é€😀» «n1» «x» «"é€😀"» «ip» «10.0.0.1» «url» «"é€😀» «{{» «ip» «}}» «{{» «own» «|» «upper» «}}» «"» «# é€😀» «children» «kube_control_plane» «hosts» «é€😀» «vars» «x» «"é€😀"» «kube_node» «hosts» «é€😀» «n1» «etcd» «hosts» «é€😀»
        textDocument/semanticTokens/range:
        «all» «hosts» «é€😀» «n1» «x» «"é€😀"» «ip» «10.0.0.1» «url» «"é€😀» «{{» «ip» «}}» «{{» «own» «|» «upper» «}}» «"» «# é€😀» «children» «kube_control_plane» «hosts» «é€😀» «vars» «x» «"é€😀"» «kube_node» «hosts» «é€😀» «n1» «etcd» «hosts» «é€😀»
        hostwise/explain: «ip» «ip»
    "#]].assert_eq(&shown[0]);
}
