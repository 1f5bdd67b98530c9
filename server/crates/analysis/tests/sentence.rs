//! "etcd-only in separate mode: nerdctl not installed here": where it stands, where it does not, and what decided it.

use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_analysis::{Diagnostic, Settings, Token, Workspace};
use hostwise_fixture::Fixture;
use hostwise_inventory::{Content, Files, SourceFile};

const SENTENCE: &str = "etcd-only in separate mode: nerdctl not installed here";

const SEPARATE: &str = "\
#- /inventory/hosts.yaml
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

fn workspace(fixture: &str) -> (Fixture, Workspace) {
    let fixture = Fixture::parse(fixture, "/inventory/hosts.yaml");
    let file = |file: &hostwise_fixture::File| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false);
    let files: Files = fixture.files.iter().map(file).collect();
    let open: BTreeSet<Arc<str>> = fixture.files.iter().map(|file| file.path.as_str().into()).collect();
    let workspace = Workspace::new(files, open, Settings::default());
    (fixture, workspace)
}

/// The findings as `path: marked text: message`, and each finding's related places as `path: marked text: message`.
fn findings(fixture: &str) -> Vec<(String, Vec<String>)> {
    let (fixture, workspace) = workspace(fixture);
    let text = |path: &str| fixture.files.iter().find(|file| file.path == path).map_or("", |file| &file.text);
    let found = workspace.diagnostics(&Token::never()).expect("nothing cancels");
    let show = |path: &str, diagnostic: &Diagnostic| {
        let related = diagnostic
            .related
            .iter()
            .map(|related| format!("{}: {}: {}", related.path, &text(&related.path)[related.range.span()], related.message));
        (format!("{path}: {}: {}", &text(path)[diagnostic.range.span()], diagnostic.message), related.collect())
    };
    found.iter().flat_map(|(path, diagnostics)| diagnostics.iter().map(move |diagnostic| show(path, diagnostic))).collect()
}

fn messages(fixture: &str) -> Vec<String> {
    findings(fixture).into_iter().map(|(finding, _)| finding).collect()
}

#[test]
fn it_stands_at_the_host_in_the_etcd_group_and_names_the_group() {
    assert_eq!(
        findings(SEPARATE),
        [(
            format!("/inventory/hosts.yaml: instance-3: {SENTENCE}"),
            vec!["/inventory/hosts.yaml: etcd: instance-3 is in etcd and in no group of k8s_cluster".to_owned()]
        )]
    );
}

#[test]
fn it_stands_when_k8s_cluster_is_spelt_out() {
    let fixture = format!("{SEPARATE}k8s_cluster:\n  children:\n    kube_control_plane:\n    kube_node:\n");
    assert_eq!(messages(&fixture), [format!("/inventory/hosts.yaml: instance-3: {SENTENCE}")]);
}

#[test]
fn it_stands_when_hosts_are_defined_below_all_first() {
    let fixture = SEPARATE.replace(
        "kube_control_plane:\n",
        "all:\n  hosts:\n    instance-1: {ip: 10.0.0.1}\n    instance-3:\n      ip: 10.0.0.3\nkube_control_plane:\n",
    );
    let (parsed, workspace) = workspace(&fixture);
    let found = workspace.diagnostics(&Token::never()).expect("nothing cancels");
    let at = found["/inventory/hosts.yaml" as &str][0].range.start as usize;
    assert_eq!(at, parsed.files[0].text.rfind("instance-3").expect("it is there"), "at the etcd group, not below all");
}

#[test]
fn it_stands_in_an_ini_inventory() {
    let fixture = "\
#- /inventory/inventory.ini
[kube_control_plane]
instance-1 ip=10.0.0.1

[kube_node]
instance-2

[etcd]
instance-3 ansible_host=10.0.0.3 # dedicated
";
    assert_eq!(messages(fixture), [format!("/inventory/inventory.ini: instance-3: {SENTENCE}")]);
}

#[test]
fn it_stands_when_etcd_has_children() {
    let fixture =
        SEPARATE.replace("etcd:\n  hosts:\n    instance-3:\n", "etcd:\n  children:\n    storage:\nstorage:\n  hosts:\n    instance-3:\n");
    assert_eq!(messages(&fixture), [format!("/inventory/hosts.yaml: instance-3: {SENTENCE}")]);
}

#[test]
fn it_goes_when_the_host_joins_the_cluster() {
    for group in ["kube_node:\n  hosts:\n", "kube_control_plane:\n  hosts:\n"] {
        let fixture = SEPARATE.replace(group, &format!("{group}    instance-3:\n"));
        assert_eq!(messages(&fixture), [""; 0], "{group}");
    }
}

#[test]
fn the_tool_follows_the_engine_and_the_line_that_sets_it_is_named() {
    for (engine, tool) in [("crio", "crictl"), ("docker", "docker"), ("containerd", "nerdctl")] {
        let fixture = format!("{SEPARATE}#- /inventory/group_vars/all.yml\ncontainer_manager: {engine}\n");
        let sentence = format!("/inventory/hosts.yaml: instance-3: etcd-only in separate mode: {tool} not installed here");
        let found = findings(&fixture).into_iter().find(|(message, _)| *message == sentence).expect("the sentence");
        assert_eq!(found.1[1], format!("/inventory/group_vars/all.yml: container_manager: container_manager is {engine}"));
    }
}

#[test]
fn an_engine_set_for_the_cluster_only_does_not_reach_the_etcd_host() {
    let fixture = format!("{SEPARATE}#- /inventory/group_vars/k8s_cluster.yml\ncontainer_manager: crio\n");
    assert_eq!(messages(&fixture), [format!("/inventory/hosts.yaml: instance-3: {SENTENCE}")]);
}

#[test]
fn etcd_in_docker_brings_the_engine() {
    let fixture = format!("{SEPARATE}#- /inventory/group_vars/all.yml\ncontainer_manager: docker\netcd_deployment_type: docker\n");
    assert_eq!(messages(&fixture), [""; 0]);
}

#[test]
fn deploying_the_engine_by_hand_brings_the_tool() {
    let fixture = format!("{SEPARATE}#- /inventory/host_vars/instance-3.yml\ndeploy_container_engine: true\n");
    assert_eq!(messages(&fixture), [""; 0]);
}

#[test]
fn nothing_is_said_while_a_value_is_unknown() {
    for (value, depends_on) in [
        ("!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162", "container_manager, which is vaulted"),
        ("\"{{ ansible_facts.os_family }}\"", "ansible_facts.os_family, a fact of the host"),
        ("\"{{ engine_of_the_site }}\"", "engine_of_the_site, which no file of this inventory sets"),
    ] {
        let fixture = format!("{SEPARATE}#- /inventory/group_vars/all.yml\ncontainer_manager: {value}\n");
        assert_eq!(messages(&fixture), [""; 0], "{value}");
        let hover = hover_on_last(&fixture, "instance-3");
        // The engine is not deployed whatever it is called, so nerdctl is known to be absent; the engine's name is not.
        assert!(!hover.is_empty());
        let (_, workspace) = workspace(&fixture);
        let variable = hostwise_analysis::explain_variable(&workspace, None, "instance-2", "container_manager").expect("it is set");
        assert_eq!(variable.unknown, Some(format!("unknown (depends on {depends_on})")), "{value}");
        let worker = hostwise_analysis::explain_component(&workspace, None, "instance-2", "nerdctl").expect("both are known");
        assert_eq!(worker.components[0].reason, format!("depends on {depends_on}"), "{value}");
    }
}

fn hover_on_last(fixture: &str, word: &str) -> String {
    let (fixture, workspace) = workspace(fixture);
    let file = &fixture.files[0];
    let offset = file.text.rfind(word).expect("the word is in the first file");
    hostwise_analysis::hover(&workspace, &file.path, offset + 1).map(|hover| hover.markdown).unwrap_or_default()
}
