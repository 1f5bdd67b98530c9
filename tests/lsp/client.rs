//! A client for tests: over a pipe in memory, or over the stdio of the real program. Nothing here waits for a time to pass; a wait has a deadline
//! only so that a wrong server fails the test instead of hanging it.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const DEADLINE: Duration = Duration::from_secs(60);

/// How the client answers the server's own requests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    Answers,
    NeverAnswers,
}

pub(crate) struct Client {
    outgoing: Sender<Vec<u8>>,
    incoming: Receiver<Value>,
    /// Read, and not yet asked for.
    inbox: VecDeque<Value>,
    next_id: i64,
    manners: Manners,
    pub(crate) process: Option<Child>,
    /// What the server says it can do.
    pub(crate) capabilities: Value,
    /// The methods of the requests that the server made.
    pub(crate) asked: Vec<String>,
    /// The documents that the server asked to show.
    pub(crate) shown: Vec<Value>,
    /// What it answers when it is asked for its settings.
    pub(crate) settings: Value,
    /// The kinds of progress that were reported: `begin`, `end`.
    pub(crate) progress: Vec<String>,
}

impl Client {
    /// A server in this process, initialised with these parameters.
    pub(crate) fn in_memory(params: Value) -> Client {
        Self::in_memory_with(params, Manners::Answers)
    }

    pub(crate) fn in_memory_with(params: Value, manners: Manners) -> Client {
        let (to_server, mut from_client) = channel::<Vec<u8>>();
        let (to_client, incoming) = channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let (mut client_end, server_end) = tokio::io::duplex(1 << 16);
                let (server_in, server_out) = tokio::io::split(server_end);
                tokio::spawn(async move { hostwise::serve(server_in, server_out, hostwise::Probes::On).await });
                let (queue, mut waiting) = tokio::sync::mpsc::unbounded_channel::<Vec<u8>>();
                tokio::task::spawn_blocking(move || {
                    while let Ok(bytes) = from_client.recv() {
                        if queue.send(bytes).is_err() {
                            break;
                        }
                    }
                    drop(std::mem::replace(&mut from_client, channel().1));
                });
                let mut buffer = Vec::new();
                let mut chunk = vec![0; 1 << 16];
                loop {
                    tokio::select! {
                        bytes = waiting.recv() => match bytes {
                            Some(bytes) => client_end.write_all(&bytes).await.expect("the server reads"),
                            None => return,
                        },
                        read = client_end.read(&mut chunk) => match read {
                            Ok(n) if n > 0 => {
                                buffer.extend_from_slice(&chunk[..n]);
                                while let Some(message) = take_message(&mut buffer) {
                                    let _ = to_client.send(message);
                                }
                            }
                            _ => return,
                        },
                    }
                }
            });
        });
        Self::start(
            Client {
                outgoing: to_server,
                incoming,
                inbox: VecDeque::new(),
                next_id: 0,
                manners,
                process: None,
                asked: Vec::new(),
                capabilities: Value::Null,
                settings: Value::Null,
                shown: Vec::new(),
                progress: Vec::new(),
            },
            params,
        )
    }

    /// The real program.
    pub(crate) fn over_stdio(params: Value) -> Client {
        let mut process = Command::new(env!("CARGO_BIN_EXE_hostwise"))
            .args(["server", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let (mut stdin, stdout) = (process.stdin.take().expect("stdin"), process.stdout.take().expect("stdout"));
        let (outgoing, from_client) = channel::<Vec<u8>>();
        let (to_client, incoming) = channel();
        std::thread::spawn(move || {
            // Until the client is dropped stdin stays open.
            while let Ok(bytes) = from_client.recv() {
                if stdin.write_all(&bytes).and_then(|()| stdin.flush()).is_err() {
                    break;
                }
            }
        });
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            while let Some(message) = read_message(&mut reader) {
                let _ = to_client.send(message);
            }
        });
        let client = Client {
            outgoing,
            incoming,
            inbox: VecDeque::new(),
            next_id: 0,
            manners: Manners::Answers,
            process: Some(process),
            asked: Vec::new(),
            capabilities: Value::Null,
            settings: Value::Null,
            shown: Vec::new(),
            progress: Vec::new(),
        };
        Self::start(client, params)
    }

    fn start(mut client: Client, params: Value) -> Client {
        let result = client.call("initialize", params);
        client.capabilities = result["capabilities"].clone();
        assert!(client.capabilities.is_object(), "{result}");
        client.notify("initialized", json!({}));
        client
    }

    pub(crate) fn notify(&self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request; its id.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params }));
        self.next_id
    }

    /// The whole answer to a request.
    pub(crate) fn answer(&mut self, id: i64) -> Value {
        self.next(|message| message["id"] == id && message.get("method").is_none())
    }

    /// The result of a request.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        let answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    pub(crate) fn open(&self, uri: &str, version: i32, text: &str) {
        let document = json!({ "uri": uri, "languageId": "yaml", "version": version, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces the whole text.
    pub(crate) fn replace(&self, uri: &str, version: i32, text: &str) {
        self.change(uri, version, json!([{ "text": text }]));
    }

    pub(crate) fn change(&self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// The next findings that are published for a document: version, and `line:start-end severity[code] message` each.
    pub(crate) fn findings(&mut self, uri: &str) -> (Value, Vec<String>) {
        let message = self.next(|message| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri);
        let show = |finding: &Value| {
            let range = &finding["range"];
            let code = finding["code"].as_str().unwrap_or_default();
            let message = finding["message"].as_str().unwrap_or_default();
            format!(
                "{}:{}-{} {}[{code}] {message}",
                range["start"]["line"], range["start"]["character"], range["end"]["character"], finding["severity"]
            )
        };
        let findings = message["params"]["diagnostics"].as_array().expect("a list").iter().map(show).collect();
        (message["params"]["version"].clone(), findings)
    }

    /// The markdown of the hover at a position, empty when there is none.
    pub(crate) fn hover(&mut self, uri: &str, line: u32, character: u32) -> String {
        let position = json!({ "line": line, "character": character });
        let hover = self.call("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": position }));
        hover["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// The text of a document as the server knows it.
    pub(crate) fn text(&mut self, path: &str) -> Value {
        self.call("test/text", json!([path]))
    }

    /// The next message that fits, in the order of arrival; the others stay for later questions.
    pub(crate) fn next(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.inbox.iter().position(&fits) {
            return self.inbox.remove(index).expect("it is there");
        }
        loop {
            let message = self.receive();
            if fits(&message) {
                return message;
            }
            self.inbox.push_back(message);
        }
    }

    /// Whether such a message was read and not yet asked for. What the server said before its last answer has been read by then.
    pub(crate) fn has_read(&self, fits: impl Fn(&Value) -> bool) -> bool {
        self.inbox.iter().any(fits)
    }

    /// The next message of any kind but the server's own requests and progress.
    pub(crate) fn receive(&mut self) -> Value {
        loop {
            if let Some(message) = self.receive_any() {
                return message;
            }
        }
    }

    /// Takes in messages until the progress of the server has ended.
    pub(crate) fn await_end_of_progress(&mut self) {
        while self.progress.last().is_none_or(|kind| kind != "end") {
            self.receive_one();
        }
    }

    /// Takes in one message of any kind.
    pub(crate) fn receive_one(&mut self) {
        let message = self.receive_any();
        self.inbox.extend(message);
    }

    /// The next message; none when it was a progress or a request of the server, which are taken care of.
    fn receive_any(&mut self) -> Option<Value> {
        let message = self.incoming.recv_timeout(DEADLINE).expect("the server says something in time");
        self.taken(message)
    }

    /// Takes care of a progress or a request of the server; other messages come back.
    fn taken(&mut self, message: Value) -> Option<Value> {
        match message["method"].as_str() {
            Some("$/progress") => {
                let kind = message["params"]["value"]["kind"].as_str().unwrap_or_default();
                self.progress.push(kind.to_owned());
                None
            }
            // How many programs may watch files at a time is a limit of the machine, not of the server.
            Some("window/logMessage")
                if message["params"]["message"].as_str().is_some_and(|text| text.starts_with("files are not watched")) =>
            {
                None
            }
            Some(method) if message.get("id").is_some() => {
                self.asked.push(method.to_owned());
                if method == "window/showDocument" {
                    self.shown.push(message["params"].clone());
                }
                if self.manners == Manners::Answers {
                    let nothing = if method == "workspace/configuration" { json!([self.settings]) } else { Value::Null };
                    self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": nothing }));
                }
                None
            }
            _ => Some(message),
        }
    }

    pub(crate) fn send(&self, message: &Value) {
        self.send_text(&message.to_string());
    }

    pub(crate) fn send_text(&self, text: &str) {
        let _ = self.outgoing.send(format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes());
    }
}

impl Drop for Client {
    /// Every message that arrived was asked for: a test that ignores one does not know what its server says.
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
        if std::thread::panicking() {
            return;
        }
        while let Ok(message) = self.incoming.try_recv() {
            let message = self.taken(message);
            self.inbox.extend(message);
        }
        assert!(self.inbox.is_empty(), "unread: {:#?}", self.inbox);
    }
}

fn take_message(buffer: &mut Vec<u8>) -> Option<Value> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let header = std::str::from_utf8(&buffer[..head]).expect("ASCII");
    let length: usize =
        header.lines().find_map(|line| line.strip_prefix("Content-Length: ")).expect("a length").trim().parse().expect("a number");
    let end = head + 4 + length;
    if buffer.len() < end {
        return None;
    }
    let message = serde_json::from_slice(&buffer[head + 4..end]).expect("JSON");
    buffer.drain(..end);
    Some(message)
}

fn read_message(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("Content-Length: ") {
            length = number.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("JSON"))
}
