//! The budgets of the server, measured over stdio on the real program: `cargo bench --bench keystroke [-- EDITS]`.
//!
//! Prints, for inventories of three sizes: start to the answer of `initialize`, start to the first findings, one typed character to its findings
//! (wall clock, and CPU of the server), hover, and memory; then the other requests. The last column is a yardstick for the machine: one libyaml pass over the same file.

#![expect(clippy::print_stdout, reason = "the table is the result")]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize as _;
use serde_json::{Value, json};

fn main() {
    // `cargo bench` passes `--bench`.
    let n_edits = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(200);
    println!("{n_edits} edits each; milliseconds, MB\n");
    println!("| inventory | initialize | first findings | edit p50 | edit p95 | edit CPU | hover p95 | memory | libyaml pass |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for (name, n_hosts, n_files) in [("sample, 25 files", 3, 25), ("1,000 hosts", 1_000, 5), ("10,000 hosts", 10_000, 5)] {
        let folder = tempfile::tempdir().expect("a folder");
        let hosts = write_inventory(folder.path(), n_hosts, n_files);
        println!("| {name} | {} |", measure(folder.path(), &hosts, n_edits));
    }
    println!("\np95 of requests in rest / right after an edit\n");
    println!("| hosts | {} |", REQUESTS.map(|(name, ..)| name).join(" | "));
    println!("|---{}|", "|---".repeat(REQUESTS.len()));
    for n_hosts in [1_000, 10_000] {
        let folder = tempfile::tempdir().expect("a folder");
        let hosts = write_inventory(folder.path(), n_hosts, 5);
        println!("| {n_hosts} | {} |", measure_requests(folder.path(), &hosts));
    }
}

/// Name, method, and where in the hosts file it is asked: the last host of the last group, or the first group that is named with hosts.
const REQUESTS: [(&str, &str, Target); 9] = [
    ("completion of a host", "textDocument/completion", Target::Host),
    ("completion of a variable", "textDocument/completion", Target::Variable),
    ("definition", "textDocument/definition", Target::Host),
    ("references", "textDocument/references", Target::Host),
    ("rename", "textDocument/rename", Target::Host),
    ("highlight", "textDocument/documentHighlight", Target::Host),
    ("workspace symbols", "workspace/symbol", Target::Host),
    ("outline", "textDocument/documentSymbol", Target::Host),
    ("code lens", "textDocument/codeLens", Target::Variable),
];

#[derive(Clone, Copy)]
enum Target {
    Host,
    Variable,
}

/// An inventory of our own: a separate layout with addresses for every host, and variable files with settings and comments.
fn write_inventory(folder: &Path, n_hosts: usize, n_files: usize) -> PathBuf {
    let mut text = String::from("all:\n  hosts:\n");
    for host in 0..n_hosts {
        let address = format!("10.{}.{}.{}", host >> 16, (host >> 8) & 255, host & 255);
        let _ = write!(text, "    node-{host}:\n      ansible_host: {address}\n      ip: {address}\n      access_ip: {address}\n");
    }
    let member = |range: std::ops::Range<usize>| range.map(|host| format!("        node-{host}:\n")).collect::<String>();
    let _ = write!(
        text,
        "  children:\n    kube_control_plane:\n      hosts:\n{}    kube_node:\n      hosts:\n{}    etcd:\n      hosts:\n{}",
        member(0..1),
        member(1..n_hosts - 1),
        member(n_hosts - 1..n_hosts)
    );
    let hosts = folder.join("hosts.yaml");
    fs::write(&hosts, text).expect("a file");
    for file in 0..n_files {
        let group = ["all", "k8s_cluster", "etcd"][file % 3];
        let directory = folder.join("group_vars").join(group);
        fs::create_dir_all(&directory).expect("a folder");
        let mut text = String::new();
        for variable in 0..40 {
            let _ = write!(
                text,
                "## What this does, in a line of about sixty characters.\n# commented_{file}_{variable}: true\nset_{file}_{variable}: \"value {variable}\"\n"
            );
        }
        fs::write(directory.join(format!("file-{file}.yml")), text).expect("a file");
    }
    hosts
}

fn measure(folder: &Path, hosts: &Path, n_edits: usize) -> String {
    let text = fs::read_to_string(hosts).expect("a file");
    let started = Instant::now();
    let mut server = Server::start();
    let folder_uri = format!("file://{}", folder.display());
    server.call("initialize", json!({ "capabilities": {}, "workspaceFolders": [{ "uri": folder_uri, "name": "bench" }] }));
    let initialize = started.elapsed();
    server.notify("initialized", json!({}));
    let uri = format!("file://{}", hosts.display());
    server.notify("textDocument/didOpen", json!({ "textDocument": { "uri": uri, "languageId": "yaml", "version": 0, "text": text } }));
    while server.published_version(&uri) != Some(0) {}
    let first_findings = started.elapsed();

    // A character is typed into the last host's name among the etcd hosts and taken out again, so every edit changes the findings.
    let line = text.lines().count() - 1;
    let cpu_before = server.cpu();
    let mut edits = Vec::new();
    for version in 1..=n_edits as i64 {
        let (start, end, typed) = if version % 2 == 1 { (8, 8, "x") } else { (8, 9, "") };
        let at = |character: u32| json!({ "line": line, "character": character });
        let change = json!({ "range": { "start": at(start), "end": at(end) }, "text": typed });
        let sent = Instant::now();
        server.notify("textDocument/didChange", json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [change] }));
        while server.published_version(&uri) != Some(version) {}
        edits.push(sent.elapsed());
    }
    let cpu = (server.cpu() - cpu_before) / n_edits as f64;

    let mut hovers = Vec::new();
    // The first host, a variable that every host sets, and a group; each time after an edit, so that nothing is known yet.
    let group = text.lines().position(|line| line == "    kube_node:").expect("it is there");
    for round in 0..99 {
        let (start, end, typed) = if round % 2 == 0 { (8, 8, "x") } else { (8, 9, "") };
        let at = |character: u32| json!({ "line": line, "character": character });
        let change = json!({ "range": { "start": at(start), "end": at(end) }, "text": typed });
        let version = (n_edits + 1 + round) as i64;
        server.notify("textDocument/didChange", json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [change] }));
        while server.published_version(&uri) != Some(version) {}
        let (line, character) = [(2, 6), (3, 8), (group, 6)][round % 3];
        let sent = Instant::now();
        let hover = server
            .call("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } }));
        assert!(!hover.is_null(), "a hover at {line}:{character}");
        hovers.push(sent.elapsed());
    }
    let memory = server.memory();

    let pass = Instant::now();
    serde::de::IgnoredAny::deserialize(serde_yaml::Deserializer::from_str(&text)).expect("YAML");
    let libyaml = pass.elapsed();
    let (p50, p95) = (percentile(&mut edits, 50), percentile(&mut edits, 95));
    let hover = percentile(&mut hovers, 95);
    let columns = [initialize, first_findings, p50, p95].map(|duration| format!("{:.1}", milliseconds(duration)));
    format!("{} | {cpu:.1} | {:.1} | {memory:.0} | {:.1}", columns.join(" | "), milliseconds(hover), milliseconds(libyaml))
}

/// Of each request: the 95th percentile at rest, and of the first one after an edit, which waits for the inventory to be read anew.
fn measure_requests(folder: &Path, hosts: &Path) -> String {
    const N_TIMES: i64 = 60;
    let text = fs::read_to_string(hosts).expect("a file");
    let variables = folder.join("group_vars/all/file-0.yml");
    let (hosts_uri, variables_uri) = (format!("file://{}", hosts.display()), format!("file://{}", variables.display()));
    let mut server = Server::start();
    let folders = json!([{ "uri": format!("file://{}", folder.display()), "name": "bench" }]);
    server.call("initialize", json!({ "capabilities": {}, "workspaceFolders": folders }));
    server.notify("initialized", json!({}));
    for (uri, text) in [(&hosts_uri, text.as_str()), (&variables_uri, &*fs::read_to_string(&variables).expect("a file"))] {
        server.notify("textDocument/didOpen", json!({ "textDocument": { "uri": uri, "languageId": "yaml", "version": 0, "text": text } }));
    }
    let line = text.lines().count() - 1;
    let mut version = 0;
    let mut columns = Vec::new();
    for (_, method, target) in REQUESTS {
        let (uri, position) = match target {
            Target::Host => (&hosts_uri, json!({ "line": line, "character": 12 })),
            Target::Variable => (&variables_uri, json!({ "line": 2, "character": 3 })),
        };
        let mut params = json!({ "textDocument": { "uri": uri }, "position": position, "newName": "other", "query": "nod9" });
        if method.ends_with("references") {
            params["context"] = json!({ "includeDeclaration": true });
        }
        let ask = |server: &mut Server| {
            let sent = Instant::now();
            let answer = server.call(method, params.clone());
            assert!(!answer.is_null(), "{method}");
            sent.elapsed()
        };
        let mut at_rest: Vec<Duration> = (0..N_TIMES).map(|_| ask(&mut server)).collect();
        let mut after_edits = Vec::new();
        for _ in 0..N_TIMES {
            version += 1;
            let at = |character: u32| json!({ "line": line, "character": character });
            let (start, end, typed) = if version % 2 == 1 { (8, 8, "x") } else { (8, 9, "") };
            let change = json!({ "range": { "start": at(start), "end": at(end) }, "text": typed });
            let document = json!({ "uri": hosts_uri, "version": version });
            server.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
            after_edits.push(ask(&mut server));
        }
        let [rest, edited] = [&mut at_rest, &mut after_edits].map(|times| milliseconds(percentile(times, 95)));
        columns.push(format!("{rest:.1} / {edited:.1}"));
    }
    columns.join(" | ")
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn percentile(durations: &mut [Duration], percent: usize) -> Duration {
    durations.sort_unstable();
    durations[(durations.len() - 1) * percent / 100]
}

struct Server {
    process: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    next_id: i64,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hostwise"));
        let mut process = command.arg("server").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let (stdin, stdout) = (process.stdin.take().expect("stdin"), process.stdout.take().expect("stdout"));
        Self { process, stdin, stdout: BufReader::new(stdout), next_id: 0 }
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{text}", text.len()).and_then(|()| self.stdin.flush()).expect("the server reads");
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == id {
                return message["result"].clone();
            }
        }
    }

    /// The version of the next findings that are published for a document.
    fn published_version(&mut self, uri: &str) -> Option<i64> {
        let message = self.receive();
        let is_ours = message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri;
        is_ours.then(|| message["params"]["version"].as_i64())?
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stdout.read_line(&mut line).expect("the server writes");
            match line.trim().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().expect("a number"),
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut body = vec![0; length];
        self.stdout.read_exact(&mut body).expect("the server writes");
        serde_json::from_slice(&body).expect("JSON")
    }

    /// User and system time of the server in milliseconds, in steps of 10 (proc(5), Linux only).
    fn cpu(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(f64::NAN);
        (ticks(11) + ticks(12)) * 10.0
    }

    /// Resident memory in MB (Linux only).
    fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN) / 1000.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
