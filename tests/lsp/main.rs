//! The whole server, over a pipe and over the stdio of the real program.

mod client;
mod code_lens;
mod completion;
mod diagnostics;
mod encodings;
mod features;
mod fixes;
mod logs;
mod navigation;
mod pages;
mod painting;
mod playbooks;
mod protocol;
mod refactor;
mod rename;
mod requests;
mod settings;
mod symbols;

use serde_json::{Value, json};

/// A client that offers nothing, without a folder.
fn bare() -> Value {
    json!({ "capabilities": {} })
}

/// A client with these folders.
fn with_folders(folders: &[&std::path::Path]) -> Value {
    let folder = |path: &&std::path::Path| json!({ "uri": uri(path), "name": "folder" });
    json!({ "capabilities": {}, "workspaceFolders": folders.iter().map(folder).collect::<Vec<_>>() })
}

fn uri(path: &std::path::Path) -> String {
    format!("file://{}", path.display())
}

/// Instance 3 is a dedicated etcd host; the key stands at line 8, characters 4 to 14.
const SEPARATE: &str = "\
kube_control_plane:
  hosts:
    instance-1:
kube_node:
  hosts:
    instance-2:
etcd:
  hosts:
    instance-3:
";

const SENTENCE: &str = "8:4-14 3[component-not-installed] etcd-only in separate mode: nerdctl not installed here";

const HOSTS: &str = "file:///w/hosts.yaml";
