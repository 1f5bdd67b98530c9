//! Test files of Kubespray's CI: the inventory behind them, where the sentence stands, and what hover and explanations say.

use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_analysis::{Settings, Token, Workspace, ci_modes, completions, explain_host, explain_variable, hover};
use hostwise_fixture::Fixture;
use hostwise_inventory::{Content, Files, SourceFile};

const SENTENCE: &str = "etcd-only in separate mode: nerdctl not installed here";

fn workspace(fixture: &str) -> (Fixture, Workspace) {
    let fixture = Fixture::parse(fixture, "/kubespray/tests/files/mine.yml");
    let file = |file: &hostwise_fixture::File| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false);
    let files: Files = fixture.files.iter().map(file).collect();
    let open: BTreeSet<Arc<str>> = fixture.files.iter().map(|file| file.path.as_str().into()).collect();
    let workspace = Workspace::new(files, open, Settings::default());
    (fixture, workspace)
}

fn checkout(version: &str, test: &str) -> String {
    let galaxy = format!("namespace: kubernetes_sigs\nname: kubespray\nversion: {version}\n");
    format!("#- /kubespray/galaxy.yml\n{galaxy}#- /kubespray/tests/files/mine.yml\n{test}")
}

/// The findings of the sentence as `line: marked text: message (host)`, one-based.
fn findings(fixture: &str) -> Vec<String> {
    let (fixture, workspace) = workspace(fixture);
    let found = workspace.diagnostics(&Token::never()).expect("nothing cancels");
    let text = |path: &str| fixture.files.iter().find(|file| file.path == path).map_or("", |file| &file.text);
    let of_file = found.iter().flat_map(|(path, diagnostics)| {
        let of_ours = diagnostics.iter().filter(|diagnostic| diagnostic.code == "component-not-installed");
        of_ours.map(|diagnostic| {
            let line = text(path)[..diagnostic.range.start as usize].matches('\n').count() + 1;
            let host = diagnostic.host.as_deref().unwrap_or("no host");
            format!("{line}: {}: {} ({host})", &text(path)[diagnostic.range.span()], diagnostic.message)
        })
    });
    of_file.collect()
}

/// The names of hosts, each with its groups.
fn hosts(fixture: &str, names: &[&str]) -> Vec<String> {
    let (_, workspace) = workspace(fixture);
    let groups = |name: &&str| {
        let host = explain_host(&workspace, None, name)?;
        Some(format!("{}: {}", host.host, host.groups.join(" ")))
    };
    names.iter().filter_map(groups).collect()
}

#[test]
fn the_sentence_stands_on_the_mode_and_names_the_host_as_its_release_does() {
    let test = "cloud_image: ubuntu-2004\nmode: separate\nkube_network_plugin: cilium\n";
    for (version, host) in [("2.24.0", "instance-3"), ("2.26.1", "instance-3"), ("2.28.0", "ubuntu-2004-2"), ("2.31.0", "ubuntu-2004-2")] {
        assert_eq!(findings(&checkout(version, test)), [format!("2: separate: {SENTENCE} ({host})")], "{version}");
    }
}

#[test]
fn hosts_have_the_groups_of_the_layout() {
    let test = checkout("2.31.0", "cloud_image: debian-12\nmode: ha\n");
    assert_eq!(
        hosts(&test, &["debian-12-0", "debian-12-2", "debian-12-3"]),
        ["debian-12-0: etcd k8s_cluster kube_control_plane", "debian-12-2: etcd k8s_cluster kube_node"]
    );
    let spelt_out = checkout(
        "2.31.0",
        "cloud_image: debian-12\ncluster_layout:\n  - node_groups: [kube_control_plane, etcd]\n  - {node_groups: [kube_node, for_scale], name: extra}\n",
    );
    assert_eq!(
        hosts(&spelt_out, &["debian-12-0", "extra"]),
        ["debian-12-0: etcd k8s_cluster kube_control_plane", "extra: for_scale k8s_cluster kube_node"]
    );
}

#[test]
fn a_file_without_a_mode_is_what_the_ci_takes_for_it() {
    for (version, hosts_and_groups) in [
        ("2.24.0", vec!["instance-1: etcd k8s_cluster kube_control_plane kube_node"]),
        ("2.31.0", vec!["d-0: etcd k8s_cluster kube_control_plane", "d-1: k8s_cluster kube_node"]),
    ] {
        let test = checkout(version, "cloud_image: d\n");
        let names: Vec<&str> = hosts_and_groups.iter().filter_map(|host| host.split(':').next()).collect();
        assert_eq!(hosts(&test, &names), hosts_and_groups, "{version}");
    }
}

#[test]
fn the_table_of_the_checkout_wins() {
    let test = checkout("2.31.0", "cloud_image: d\nmode: separate\n");
    let table = "#- /kubespray/tests/cloud_playbooks/roles/packet-ci/vars/main.yml\nscenarios:\n  separate:\n    - node_groups: [kube_control_plane, etcd, kube_node]\n";
    assert_eq!(findings(&format!("{test}{table}")), [""; 0]);
    let older = table.replace("node_groups: ", "");
    let test = checkout("2.27.0", "cloud_image: d\nmode: separate\n");
    assert_eq!(hosts(&format!("{test}{older}"), &["test-vm-1"]), ["test-vm-1: etcd k8s_cluster kube_control_plane kube_node"]);
}

/// The order in which `groups[...]` lists hosts decides who is first, so it is that of the CI: up to 2.26 of a template, since 2.27 by name.
#[test]
fn groups_list_their_hosts_as_the_ci_writes_them() {
    let first = |version: &str, mode: &str, group: &str| {
        let site = format!("#- /kubespray/tests/site.yml\n- hosts: {group}[0]\n");
        let (fixture, workspace) = workspace(&format!("{}{site}", checkout(version, &format!("cloud_image: d\nmode: {mode}\n"))));
        let file = fixture.files.last().expect("a playbook");
        let offset = file.text.find(group).expect("it is there") + 1;
        hover(&workspace, &file.path, offset).map(|hover| hover.markdown.split('`').nth(1).unwrap_or_default().to_owned())
    };
    for (version, mode, group, expected) in [
        ("2.24.0", "ha-recover", "etcd", "instance-3"),
        ("2.24.0", "ha-recover", "kube_control_plane", "instance-1"),
        ("2.26.1", "ha-recover-noquorum", "kube_control_plane", "instance-3"),
        ("2.26.1", "ha-recover-noquorum", "all", "instance-1"),
        ("2.24.0", "ha", "etcd", "instance-1"),
        ("2.31.0", "ha-recover", "etcd", "d-0"),
        // Groups are written by name: the hosts of etcd come first.
        ("2.31.0", "separate", "all", "d-2"),
    ] {
        assert_eq!(first(version, mode, group).as_deref(), Some(expected), "{version} {mode} {group}");
    }
}

#[test]
fn files_that_all_tests_share_count_below_the_test() {
    let test = "cloud_image: d\nmode: separate\n";
    let shared = |path: &str, text: &str| format!("#- /kubespray/{path}\n{text}");
    let settings = "tests/common/_kubespray_test_settings.yml";
    let mirror = "tests/common/_docker_hub_registry_mirror.yml";
    let of = |fixture: &str, name: &str| {
        let (_, workspace) = workspace(fixture);
        explain_variable(&workspace, None, "instance-3", name).map(|variable| (variable.rendered, variable.origin.kind))
    };
    let extra = |value: i64| Some((value.into(), "extra-vars"));
    let old = format!("{}{}{}", checkout("2.24.0", test), shared(settings, "a: 1\nb: 1\nc: 1\n"), shared(mirror, "b: 2\nc: 2\n"));
    let old = old.replace(test, &format!("{test}c: 3\n"));
    assert_eq!((of(&old, "a"), of(&old, "b"), of(&old, "c")), (extra(1), extra(2), extra(3)));
    let new = format!("{}{}{}", checkout("2.27.0", test), shared("tests/common_vars.yml", "a: 1\n"), shared(settings, "b: 2\n"));
    assert_eq!((of(&new, "a"), of(&new, "b")), (extra(1), None));
    let engine = format!("{}{}", checkout("2.31.0", test), shared("tests/common_vars.yml", "container_manager: crio\n"));
    assert_eq!(findings(&engine), ["2: separate: etcd-only in separate mode: crictl not installed here (d-2)"]);
}

/// Up to 2.27 the inventory of a test stands beside the `group_vars` of the sample.
#[test]
fn older_tests_have_the_variables_of_the_sample() {
    let sample = "#- /kubespray/inventory/sample/group_vars/k8s_cluster/x.yml\nmark: 1\nkube_network_plugin: calco\n";
    for (version, expected) in [("2.24.0", Some("group-vars")), ("2.27.0", Some("group-vars")), ("2.28.0", None)] {
        let fixture = format!("{}{sample}", checkout(version, "cloud_image: d\nmode: separate\n"));
        let (_, workspace) = workspace(&fixture);
        let kind = |host: &str| explain_variable(&workspace, None, host, "mark").map(|variable| variable.origin.kind);
        assert_eq!((kind("instance-1"), kind("instance-3")), (expected, None), "{version}");
        let found = workspace.diagnostics(&Token::never()).expect("nothing cancels");
        assert!(!found.keys().any(|path| path.contains("/sample/")), "the sample is judged as the inventory that it is: {found:?}");
    }
}

#[test]
fn variables_reach_every_host_and_win() {
    let test = checkout("2.31.0", "cloud_image: d\nmode: separate\ncontainer_manager: crio\n");
    assert_eq!(findings(&test), ["2: separate: etcd-only in separate mode: crictl not installed here (d-2)"]);
    let (_, workspace) = workspace(&test);
    for host in ["d-0", "d-2", "instance-3"] {
        let variable = explain_variable(&workspace, None, host, "container_manager").expect("it is set");
        assert_eq!((variable.rendered, variable.origin.kind), ("crio".into(), "extra-vars"), "{host}");
        assert_eq!(variable.origin.line, Some(3), "{host}");
    }
    let docker = "cloud_image: d\nmode: separate\ncontainer_manager: docker\netcd_deployment_type: docker\n";
    assert_eq!(findings(&checkout("2.24.0", docker)), [""; 0]);
}

#[test]
fn hover_on_the_mode_lists_each_host() {
    let test = checkout("2.24.0", "cloud_image: d\nmode: separate\ncontainer_manager: docker\n");
    let (fixture, workspace) = workspace(&test);
    let file = &fixture.files[1];
    for word in ["mode", "separate"] {
        let offset = file.text.find(word).expect("it is there") + 1;
        let markdown = hover(&workspace, &file.path, offset).expect("a hover").markdown;
        for part in ["3 hosts", "**instance-1**: control plane", "**instance-2**: worker", "**instance-3**: etcd-only", "Kubespray 2.24.0"]
        {
            assert!(markdown.contains(part), "{word}: {part} in {markdown}");
        }
        assert!(markdown.lines().any(|line| line.contains("instance-3") && line.contains("not in k8s_cluster")), "{markdown}");
    }
    let offset = file.text.find("container_manager").expect("it is there") + 1;
    let markdown = hover(&workspace, &file.path, offset).expect("a hover").markdown;
    assert!(markdown.contains("`docker` on all 3 hosts"), "{markdown}");
}

#[test]
fn tests_of_other_machines_and_files_that_look_alike_are_left_alone() {
    for path in ["/kubespray/tests/files/vagrant_ubuntu20-kube-router-sep.yml", "/kubespray/tests/files/tf-elastx_ubuntu24-calico.yml"] {
        assert_eq!(findings(&format!("#- {path}\ncloud_image: d\nmode: separate\n")), [""; 0], "{path}");
    }
    for text in [
        "mode: separate\n",
        "mode: separate\nimage: x\n",
        "cluster_layout: grid\n",
        "- mode: separate\n",
        "mode:\n",
        "",
        "cloud_image: d\n",
    ] {
        assert_eq!(findings(&format!("#- /deploy/values.yml\n{text}")), [""; 0], "{text}");
        let (_, workspace) = workspace(&format!("#- /deploy/values.yml\n{text}"));
        assert_eq!(workspace.n_inventories(), 0, "{text}");
    }
    for text in ["cloud_image: d\nmode:\n", "cloud_image: d\nmode: \"{{ x }}\"\n", "cloud_image: d\ncluster_layout: \"{{ x }}\"\n"] {
        assert_eq!(findings(&checkout("2.31.0", text)), [""; 0], "{text}");
    }
}

#[test]
fn a_test_is_known_by_its_content_anywhere() {
    let found = findings("#- /elsewhere/sep.yml\nmode: separate\nkube_network_plugin: cilium\n");
    assert_eq!(found, [format!("1: separate: {SENTENCE} (instance-3)")]);
}

#[test]
fn modes_are_offered_while_they_are_typed() {
    let table =
        "#- /kubespray/tests/cloud_playbooks/roles/packet-ci/vars/main.yml\nscenarios:\n  separate:\n    - [etcd]\n  mine:\n    - [etcd]\n";
    let offered = |text: &str, path: &str| -> Vec<String> {
        let test = checkout("2.31.0", "").replace("/kubespray/tests/files/mine.yml", path);
        let (_, workspace) = workspace(&format!("{table}{test}{text}"));
        let found = completions(&workspace, path, text.len());
        found.map(|found| found.items.into_iter().map(|item| item.label).collect()).unwrap_or_default()
    };
    let of_test = |text: &str| offered(text, "/kubespray/tests/files/mine.yml");
    let all = of_test("cloud_image: d\nmode: ");
    assert!(["separate", "ha", "node-etcd-client", "mine"].iter().all(|mode| all.iter().any(|known| known == mode)), "{all:?}");
    assert_eq!(of_test("mode: sep"), ["separate"]);
    assert_eq!(of_test("mode: separate"), ["separate"]);
    assert_eq!(offered("cloud_image: d\nmode: min", "/elsewhere/x.yml").first().map(String::as_str), None, "no checkout says so there");
    assert_eq!(offered("cloud_image: d\nmode: node-etc", "/elsewhere/x.yml"), ["node-etcd-client"]);
    for text in ["mode:", "x:\n  mode: sep", "other: sep"] {
        assert!(!of_test(text).iter().any(|label| label == "separate"), "{text}");
    }
    assert_eq!(offered("mode: sep", "/elsewhere/x.yml"), [""; 0]);
}

#[test]
fn the_modes_are_those_of_pack_and_checkout() {
    let table = "#- /kubespray/tests/cloud_playbooks/roles/packet-ci/vars/main.yml\n_vm_count_dict:\n  separate: 3\n  separate-scale: 3\n";
    let (_, workspace) = workspace(&format!("{}{table}", checkout("2.24.0", "mode: separate-scale\n")));
    let modes = ci_modes(workspace.files(), "/kubespray/tests/files/mine.yml", workspace.settings());
    let named = |name: &str| modes.iter().filter(|mode| mode.name == name).count();
    assert_eq!((named("separate"), named("separate-scale"), named("nonsense")), (1, 1, 0));
    let found = workspace.diagnostics(&Token::never()).expect("nothing cancels");
    let is_unknown = found.values().flat_map(|found| found.iter()).any(|found| found.code == "ci-mode-unknown");
    assert!(!is_unknown, "a mode that the checkout counts is no mistake");
}
