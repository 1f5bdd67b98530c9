//! Playbooks beside an inventory: on disk, changed on disk, and typed into.

use std::fs;

use serde_json::json;

use crate::client::Client;
use crate::{SENTENCE, SEPARATE, uri, with_folders};

const SITE: &str = "- hosts: all\n  tasks:\n    - import_tasks: tasks/images.yml\n";
const TASKS: &str = "- name: List\n  command: nerdctl images\n";
const FAILS: &str =
    "1:11-18 2[tool-not-installed] nerdctl is not installed on instance-3 (etcd-only in separate mode): this task will fail there";

#[test]
fn a_task_that_will_fail_is_found_on_disk_and_while_typing() {
    let folder = tempfile::tempdir().expect("a folder");
    for directory in ["group_vars", "tasks"] {
        fs::create_dir(folder.path().join(directory)).expect("a folder");
    }
    let [hosts, site, tasks] = ["hosts.yaml", "site.yml", "tasks/images.yml"].map(|name| folder.path().join(name));
    for (path, text) in [(&hosts, SEPARATE), (&site, SITE), (&tasks, TASKS)] {
        fs::write(path, text).expect("a file");
    }
    let mut client = Client::over_stdio(with_folders(&[folder.path()]));
    let (hosts, tasks_uri) = (uri(&hosts), uri(&tasks));
    assert_eq!(client.findings(&hosts).1, [SENTENCE.to_owned()]);
    assert_eq!(client.findings(&tasks_uri).1, [FAILS.to_owned()]);
    fs::write(&site, SITE.replace("all", "k8s_cluster")).expect("a file");
    assert_eq!(client.findings(&tasks_uri).1, [""; 0]);
    fs::write(&site, SITE).expect("a file");
    assert_eq!(client.findings(&tasks_uri).1, [FAILS.to_owned()]);
    client.open(&tasks_uri, 1, TASKS);
    assert_eq!(client.findings(&tasks_uri), (json!(1), vec![FAILS.to_owned()]));
    let hover = client.hover(&tasks_uri, 1, 12);
    assert!(hover.contains("**fails**, nerdctl is not installed: `instance-3`") && hover.contains("endpoint health"), "{hover}");
    let at = json!({ "line": 2, "character": 0 });
    client.change(&tasks_uri, 2, json!([{ "range": { "start": at, "end": at }, "text": "  failed_when: false\n" }]));
    assert_eq!(client.findings(&tasks_uri), (json!(2), vec![]));
}
