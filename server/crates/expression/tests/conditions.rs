//! Conditions over a small scope: the truth table of unknown values, and what real conditions use.

mod support;

use hostwise_expression::{Dialect, Evaluator, Reason, Truth, Value};
use support::{Variables, fact};

fn scope() -> Variables {
    Variables::new([
        ("ansible_x", fact("ansible_x")),
        ("vault_x", Value::Unknown(vec![Reason::Vaulted("vault_x".into())])),
        ("container_manager", Value::text("containerd")),
        ("group_names", support::list(["k8s_cluster", "kube_node"])),
        ("groups", support::map([("kube_node", support::list(["n1", "n2"])), ("etcd", support::list(["e1"]))])),
        ("inventory_hostname", Value::text("n1")),
        ("engine", Value::Template("{{ container_manager }}".into())),
        ("deploy", Value::Template("{{ ('k8s_cluster' in group_names) or (etcd_type == 'docker') }}".into())),
        ("etcd_type", Value::text("host")),
        ("version", Value::text("1.31.2")),
        ("flag", Value::text("true")),
        ("loop_a", Value::Template("{{ loop_b }}".into())),
        ("loop_b", Value::Template("{{ loop_a }}".into())),
        ("broken", Value::Template("{{ nowhere.at.all }}".into())),
    ])
}

fn truth(condition: &str) -> Truth {
    let scope = scope();
    Evaluator::new(&scope, Dialect::Native).condition(condition).result
}

#[track_caller]
fn check(rows: &[(&str, &str)]) {
    for (condition, expected) in rows {
        let found = match truth(condition) {
            Truth::True => "true",
            Truth::False => "false",
            Truth::Unknown(_) => "unknown",
            Truth::Error(_) => "error",
        };
        assert_eq!(found, *expected, "{condition}: {:?}", truth(condition));
    }
}

#[test]
fn an_unknown_value_decides_nothing_it_should_not() {
    check(&[
        ("ansible_x == 'a'", "unknown"),
        ("not ansible_x", "unknown"),
        ("ansible_x and false", "false"),
        ("ansible_x or false", "unknown"),
        ("ansible_x or true", "true"),
        ("(ansible_x == 'a') or (2 > 1)", "true"),
        ("ansible_x is defined", "unknown"),
        ("ansible_x in ['a']", "unknown"),
        ("'a' in ['a', ansible_x]", "true"),
        ("'b' in ['a', ansible_x]", "unknown"),
        ("ansible_x + 'b' == 'ab'", "unknown"),
        ("ansible_x | int > 3", "unknown"),
        ("ansible_x | length == 2", "unknown"),
        ("{'a': 1}[ansible_x] == 1", "unknown"),
        ("(1 if ansible_x else 1) == 1", "true"),
        ("(1 if ansible_x else 2) == 1", "unknown"),
        ("[ansible_x, 1] | length == 2", "true"),
        ("false and ansible_x", "false"),
        ("true or ansible_x", "true"),
        ("ansible_x in []", "false"),
        ("ansible_x and nowhere", "unknown"),
        ("ansible_x | default('y') == 'y'", "unknown"),
        ("[1, ansible_x] == [2, ansible_x]", "false"),
        ("vault_x is defined", "true"),
        ("vault_x == 'secret'", "unknown"),
    ]);
}

#[test]
fn conditions_as_kubespray_writes_them() {
    check(&[
        ("container_manager == 'containerd'", "true"),
        ("engine == 'containerd' and 'k8s_cluster' in group_names", "true"),
        ("deploy", "true"),
        ("inventory_hostname in groups.get('etcd', [])", "false"),
        ("groups.get('calico_rr', []) | length == 0", "true"),
        ("groups['kube_node'] | length > 1", "true"),
        ("groups.etcd | first == 'e1'", "true"),
        ("('kube_node' in group_names) and not ('etcd' in group_names)", "true"),
        ("version is version('1.30', '>=')", "true"),
        ("version is version('1.9', '<')", "false"),
        ("flag | bool", "true"),
        ("nothing is not defined", "true"),
        ("nothing is defined and nothing", "false"),
        ("nothing | default(false)", "false"),
        ("version is match('^1\\.3')", "true"),
        ("group_names | intersect(['kube_node', 'etcd']) | length > 0", "true"),
        ("etcd_type != 'host' or container_manager in ['docker', 'crio']", "false"),
        ("'{{ engine }}' == 'containerd'", "true"),
        ("{{ deploy }}", "true"),
    ]);
}

#[test]
fn what_ansible_refuses_is_an_error() {
    check(&[
        ("nothing == 'a'", "error"),
        ("broken", "error"),
        ("broken is defined", "false"),
        ("container_manager", "error"),
        ("groups['etcd'] | length", "error"),
        ("1 - 'a' == 2", "error"),
        ("container_manager ==", "error"),
        ("", "error"),
        ("version is version('1.30', '=>')", "error"),
    ]);
}

#[test]
fn a_number_with_a_text_that_may_be_unsafe_is_not_certainly_an_error() {
    for text in ["1 + 'a' == 2", "1 % 'a' == 2", "{} % 'a' == 2"] {
        assert!(matches!(truth(text), Truth::Unknown(_)), "{text}");
    }
    check(&[("{} + 'a' == 2", "error"), ("'a' + 1 == 2", "error")]);
}

#[test]
fn a_cycle_is_a_limit() {
    assert!(matches!(truth("loop_a == 'x'"), Truth::Unknown(reasons) if matches!(reasons.as_slice(), [Reason::Limit(_)])));
}

#[test]
fn reasons_name_the_fact() {
    let scope = Variables::new([("ansible_facts", fact("ansible_facts"))]);
    for fact in ["ansible_facts.architecture", "ansible_facts['architecture']", "ansible_facts.get('architecture')"] {
        let result = Evaluator::new(&scope, Dialect::Native).condition(&format!("{fact} == 'x86_64'")).result;
        assert_eq!(result, Truth::Unknown(vec![Reason::Fact("ansible_facts.architecture".into())]), "{fact}");
    }
}

#[test]
fn before_2_19_any_value_has_a_truth() {
    let scope = scope();
    let evaluator = Evaluator::new(&scope, Dialect::SafeEval);
    for (condition, expected) in
        [("container_manager", Truth::True), ("groups['etcd'] | length", Truth::True), ("", Truth::True), ("[]", Truth::False)]
    {
        assert_eq!(evaluator.condition(condition).result, expected, "{condition}");
    }
}

#[test]
fn the_trace_is_in_order_and_complete_when_memoised() {
    let scope = scope();
    let evaluator = Evaluator::new(&scope, Dialect::Native);
    let expected = ["engine", "container_manager", "deploy", "group_names"].map(Into::into).to_vec();
    for _ in 0..2 {
        let outcome = evaluator.condition("engine == 'containerd' and deploy");
        assert_eq!((outcome.result, outcome.read), (Truth::True, expected.clone()));
    }
}

/// ansible-core `plugins/test/core.py`.
#[test]
fn a_registered_result_says_whether_it_failed() {
    check(&[
        ("{'failed': true} is failed", "true"),
        ("{'failed': true} is not succeeded", "true"),
        ("{'failed': ansible_x} is failed", "unknown"),
        ("{'rc': 1} is failed", "false"),
        ("{'rc': 1} is success", "true"),
        ("{'rc': 1} is changed", "unknown"),
        ("ansible_x is failed", "unknown"),
    ]);
}
