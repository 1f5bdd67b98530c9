//! What people do not want to be told, and how much of the rest is shown.

use hostwise_fixture::Fixture;

use crate::{found, workspace};

/// The ids of what is found, in order of files and lines.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found = found(&workspace(&Fixture::parse(text, "/inventory/hosts.ini")));
    let shown: Vec<String> = found.iter().map(|(_, found)| format!("{} {}", found.severity.name(), found.code)).collect();
    assert_eq!(shown, expected);
}

const HOSTS: &str = "[kube_control_plane]\nm1\n[etcd]\nm1\n[kube_node]\nm1\n";

fn with(variables: &str) -> String {
    format!("#- /inventory/hosts.ini\n{HOSTS}#- /inventory/group_vars/all.yml\n{variables}")
}

#[test]
fn a_comment_holds_for_its_own_line() {
    check(&with("kube_network_plugin: Cilium\n"), &["error enum-value"]);
    check(&with("kube_network_plugin: Cilium # hostwise: ignore[enum-value]\n"), &[]);
    check(&with("kube_network_plugin: Cilium # hostwise: ignore[enum-value] we have our own\n"), &[]);
    check(&with("kube_network_plugin: \"Cilium # hostwise: ignore[enum-value]\"\n"), &["error enum-value"]);
}

#[test]
fn a_comment_alone_holds_for_the_line_below() {
    check(&with("# hostwise: ignore[enum-value]\nkube_network_plugin: Cilium\n"), &[]);
    check(&with("# hostwise: ignore[enum-value]\n# as agreed\nkube_network_plugin: Cilium\n"), &[]);
    check(&with("# hostwise: ignore[enum-value]\na: 1\nkube_network_plugin: Cilium\n"), &["hint unused-ignore", "error enum-value"]);
}

#[test]
fn one_comment_names_several_rules() {
    let line = "helm_enabled: \"false\" # hostwise: ignore[boolean-as-string, enum-value]\n";
    check(&with(line), &["hint unused-ignore"]);
    let both = "ignore_assert_errors: \"true\" # hostwise: ignore[ignore-assert-errors,boolean-as-string]\n";
    check(&with(both), &[]);
    let both = "kube_version: v1.33.99 # hostwise: ignore[kube-version-unsupported, version-pinned-behind]\n";
    check(&with(both), &["hint unused-ignore"]);
}

#[test]
fn comments_of_ini_ignore_as_well() {
    check("[kube_control_plane]\nm1 ip=x\n[etcd]\nm1\n[kube_node]\nm1\n", &["error wrong-type"]);
    check("[kube_control_plane]\nm1 ip=x # hostwise: ignore[wrong-type]\n[etcd]\nm1\n[kube_node]\nm1\n", &[]);
    check("[kube_control_plane]\n# hostwise: ignore[wrong-type]\nm1 ip=x\n[etcd]\nm1\n[kube_node]\nm1\n", &[]);
    check("[kube_control_plane]\n; hostwise: ignore[wrong-type]\nm1 ip=x\n[etcd]\nm1\n[kube_node]\nm1\n", &[]);
    // Behind a value of a :vars section a comment is part of the value, so it stands above.
    let vars =
        "[kube_control_plane]\nm1\n[etcd]\nm1\n[kube_node]\nm1\n[all:vars]\n# hostwise: ignore[enum-value]\nkube_network_plugin=Cilium\n";
    check(vars, &[]);
}

#[test]
fn settings_ignore_by_path_and_rule() {
    let settings =
        |text: &str| format!("{}#- /inventory/hostwise.toml\n{text}", with("kube_network_plugin: Cilium\nhelm_enabled: \"no\"\n"));
    check(&settings(""), &["error enum-value", "error boolean-as-string"]);
    check(&settings("[[ignore]]\npath = \"group_vars/*.yml\"\nrules = [\"enum-value\"]\n"), &["error boolean-as-string"]);
    check(&settings("[[ignore]]\npath = \"group_vars\"\n"), &[]);
    check(&settings("[[ignore]]\npath = \"host_vars\"\n"), &["error enum-value", "error boolean-as-string"]);
    check(&settings("[rules]\nenum-value = \"off\"\nboolean-as-string = \"hint\"\n"), &["hint boolean-as-string"]);
}

#[test]
fn an_ignore_that_ignores_nothing_is_a_hint_and_a_name_of_no_rule_is_a_warning() {
    check(&with("a: 1 # hostwise: ignore[enum-value]\n"), &["hint unused-ignore"]);
    check(&with("a: 1 # hostwise: ignore[enum-valeu]\n"), &["warning unused-ignore"]);
    check(&with("a: 1 # hostwise: ignore[enum-value, unused-ignore]\n"), &[]);
}

#[test]
fn a_hundred_findings_are_shown_and_one_counts_the_rest() {
    let hosts: String = (0..250).map(|host| format!("w{host} ip=x{host}\n")).collect();
    let text = format!("[kube_control_plane]\nm1\n[etcd]\nm1\n[kube_node]\n{hosts}");
    let found = found(&workspace(&Fixture::parse(&text, "/inventory/hosts.ini")));
    assert_eq!(found.len(), 101);
    assert_eq!(found.iter().filter(|(_, found)| found.code == "wrong-type").count(), 100);
    let (said, last) = &found[100];
    assert_eq!(said, "too-many-findings: too many findings in this file: 150 errors more are not shown");
    assert_eq!(last.severity.name(), "information");
    // A hundred are not too many.
    let hosts: String = (0..100).map(|host| format!("w{host} ip=x{host}\n")).collect();
    let text = format!("[kube_control_plane]\nm1\n[etcd]\nm1\n[kube_node]\n{hosts}");
    assert_eq!(self::found(&workspace(&Fixture::parse(&text, "/inventory/hosts.ini"))).len(), 100);
}
