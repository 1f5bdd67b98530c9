//! What templates become, in both dialects; the expected values are those of ansible-core 2.19 and 2.18.

mod support;

use hostwise_expression::{Dialect, Evaluator, Reason, Value};
use support::{Variables, fact, list, map};

fn scope() -> Variables {
    let mut scope = Variables::new([
        ("number", Value::Int(3)),
        ("yes", Value::Bool(true)),
        ("none", Value::Null),
        ("names", list(["a", "b"])),
        ("empty", list([])),
        ("fact", fact("fact")),
        ("made", Value::Template("{{ number }}".into())),
        ("table", map([("amd64", map([("1.31.0", Value::text("sum"))])), ("name", Value::Template("{{ names | first }}".into()))])),
        ("groups", map([("etcd", list(["n1", "n2"]))])),
        ("main_ip", Value::text("own")),
    ]);
    scope.hosts.insert(
        "n1".into(),
        Variables::new([
            ("ip", Value::text("10.0.0.1")),
            ("main_ip", Value::Template("{{ ip }}".into())),
            ("both", Value::Template("{{ [main_ip, ip] }}".into())),
        ]),
    );
    scope.hosts.insert("n2".into(), Variables::new([("ip", fact("ansible_default_ipv4"))]));
    scope
}

#[track_caller]
fn check(template: &str, native: Value, safe_eval: Value) {
    let scope = scope();
    assert_eq!(Evaluator::new(&scope, Dialect::Native).template(template).result, native, "native: {template}");
    assert_eq!(Evaluator::new(&scope, Dialect::SafeEval).template(template).result, safe_eval, "safe_eval: {template}");
}

#[track_caller]
fn check_both(template: &str, expected: Value) {
    check(template, expected.clone(), expected);
}

fn text(text: &str) -> Value {
    Value::text(text)
}

/// A scope that does not know everything answers with an unknown for any name, also for those that Jinja reads as values.
#[test]
fn literals_are_no_variables() {
    let mut scope = scope();
    for name in ["true", "False", "None", "5"] {
        scope.values.insert(name.into(), fact(name));
    }
    let evaluator = Evaluator::new(&scope, Dialect::SafeEval);
    for (template, expected) in
        [("{{ true }}", Value::Bool(true)), ("{{ False }}", Value::Bool(false)), ("{{ None }}", text("")), ("{{ 5 }}", text("5"))]
    {
        assert_eq!(evaluator.template(template).result, expected, "{template}");
    }
}

#[test]
fn one_expression_keeps_its_type_from_2_19_on() {
    check_both("{{ number }}", Value::Int(3));
    check("{{ number + 1 }}", Value::Int(4), text("4"));
    check("{{ made }}", Value::Int(3), text("3"));
    check_both("{{ number }}-", text("3-"));
    check_both("{{ yes and true }}", Value::Bool(true));
    check_both("{{ none }}", Value::Null);
    check("{{ none or none }}", Value::Null, text(""));
    check("{% if number == 4 %}x{% endif %}", Value::Null, text(""));
    check_both("plain", text("plain"));
}

#[test]
fn text_that_looks_like_a_literal_is_read_again_until_2_18() {
    let items = Value::List(std::sync::Arc::new(vec![Value::Int(1), Value::Int(3)]));
    check("[1, {{ number }}]", text("[1, 3]"), items);
    check("{% if yes %}[]{% endif %}", text("[]"), list([]));
    check("{{ 'Tr' ~ 'ue' }}", text("True"), Value::Bool(true));
    check_both("{{ names | to_json }}", text(r#"["a", "b"]"#));
    check_both("[{{ names }}", text("[['a', 'b']"));
}

#[test]
fn white_space_is_jinjas_with_trim_blocks_and_newlines_are_put_back() {
    check_both("{% if yes %}\nx\n{% endif %}\n", text("x\n"));
    check_both("{{ 'a' }}\n\n", text("a\n\n"));
    check_both("{% for n in names -%}\n  {{ n }},\n{%- endfor %}", text("a,b,"));
    check_both("{% raw %}{{ x }}{% endraw %}", text("{{ x }}"));
    check_both("a{# gone #}b", text("ab"));
}

#[test]
fn loops_and_assignments() {
    check_both("{% for n in names %}{{ loop.index }}{{ n }}{% if not loop.last %},{% endif %}{% endfor %}", text("1a,2b"));
    check_both("{% for n in empty %}x{% else %}none{% endfor %}", text("none"));
    check_both("{% for k, v in table.amd64.items() %}{{ k }}={{ v }}{% endfor %}", text("1.31.0=sum"));
    check_both("{% set x = 'outer' %}{% for n in names %}{% set x = n %}{% endfor %}{{ x }}", text("outer"));
    check_both("{% for n in names if n != 'a' %}<{{ n }}>{% endfor %}", text("<b>"));
    check_both("{% set all %}{{ names | join }}{% endset %}{{ all }}!", text("ab!"));
}

#[test]
fn backslashes_in_literals_are_kept_between_double_braces() {
    check_both(r"{{ 'a.b' | regex_replace('(\w)\.(\w)', '\2-\1') }}", text("b-a"));
    check_both(r"{{ 'a\n' | length }}-", text("3-"));
    check_both(r"{% if 'a\n' | length == 2 %}two{% endif %}", text("two"));
}

#[test]
fn unknown_parts_stay_parts() {
    let scope = scope();
    let evaluator = Evaluator::new(&scope, Dialect::Native);
    let result = evaluator.template("{{ [number, fact] }}").result;
    assert_eq!(result, Value::List(std::sync::Arc::new(vec![Value::Int(3), fact("fact")])));
    assert_eq!(evaluator.template("{{ [number, fact] | first }}").result, Value::Int(3));
    assert_eq!(evaluator.template("{{ fact }}-{{ number }}").result, fact("fact"));
    assert_eq!(evaluator.template("{% if fact %}same{% else %}same{% endif %}").result, text("same"));
    assert_eq!(evaluator.template("{% if fact %}a{% else %}b{% endif %}").result, fact("fact"));
    assert_eq!(evaluator.template("{{ table[fact]['1.31.0'] }}").result, fact("fact"));
    assert_eq!(evaluator.template("{{ lookup('env', 'HOME') }}").result, Value::Unknown(vec![Reason::Lookup("env".into())]));
    let unsupported = Value::Unknown(vec![Reason::Unsupported("filter community.general.json_query".into())]);
    assert_eq!(evaluator.template("{{ names | community.general.json_query('x') }}").result, unsupported);
}

#[test]
fn hosts_are_asked_one_by_one_in_their_own_scope() {
    let scope = scope();
    let evaluator = Evaluator::new(&scope, Dialect::Native);
    let outcome = evaluator.template("{{ hostvars['n1'].main_ip }}/{{ main_ip }}");
    assert_eq!(outcome.result, text("10.0.0.1/own"));
    assert_eq!(outcome.read, ["hostvars", "main_ip"].map(Into::into));
    assert_eq!(outcome.read_elsewhere, [("n1", "main_ip"), ("n1", "ip")].map(|(host, name)| (host.into(), name.into())));
    assert_eq!(evaluator.template("{{ hostvars.n1.both }}").result, list(["10.0.0.1", "10.0.0.1"]));
    assert_eq!(evaluator.template("{{ 'n3' in hostvars or 'nothing' in hostvars.n1 }}").result, Value::Bool(false));
    assert_eq!(evaluator.template("{{ hostvars['n3'].ip | default('none') }}").result, text("none"));
    assert_eq!(evaluator.template("{{ groups.etcd | map('extract', hostvars, 'ip') | first }}").result, text("10.0.0.1"));
    let all = "{% for h in groups.etcd %}{{ hostvars[h]['ip'] }}{% endfor %}";
    assert_eq!(evaluator.template(all).result, fact("ansible_default_ipv4"));
}

#[test]
fn variables_are_resolved_to_the_last_part() {
    let scope = scope();
    let evaluator = Evaluator::new(&scope, Dialect::Native);
    let outcome = evaluator.variable("table");
    assert_eq!(outcome.result.to_string(), "{'amd64': {'1.31.0': 'sum'}, 'name': 'a'}");
    assert_eq!(outcome.read, ["table", "names"].map(Into::into));
    assert_eq!(evaluator.variable("nowhere").result, Value::Undefined("nowhere".into()));
    assert_eq!(evaluator.template("{{ nowhere }}").result, Value::Error("'nowhere' is undefined".into()));
}

#[test]
fn lookups_within_the_variables() {
    check_both("{{ lookup('vars', 'ma' ~ 'de') ~ '' }}", text("3"));
    check_both("{{ lookup('ansible.builtin.vars', 'nowhere', default='d') }}", text("d"));
    check_both("{{ lookup('echo', names | first) }}", text("a"));
    check_both("{{ query('varnames', '^na') | join(',') }}", text("names"));
}

#[test]
fn addresses() {
    let rows = [
        ("'10.233.0.0/18' | ansible.utils.ipaddr('net')", text("10.233.0.0/18")),
        ("'10.233.0.1/18' | ansible.utils.ipaddr('net')", Value::Null),
        ("'10.233.0.0/18' | ansible.utils.ipaddr(3) | ansible.utils.ipaddr('address')", text("10.233.0.3")),
        ("'10.233.0.0/18' | ansible.utils.ipaddr(-2)", text("10.233.63.254/18")),
        ("'10.233.0.0/18' | ansible.utils.ipaddr('prefix')", Value::Int(18)),
        ("'10.233.1.9/24' | ansible.utils.ipaddr('network')", text("10.233.1.0")),
        ("'10.233.1.9/24' | ansible.utils.ipaddr('netmask')", text("255.255.255.0")),
        ("'10.233.64.0/18' | ansible.utils.ipaddr('10.233.0.0/16')", text("10.233.64.0/18")),
        ("'10.200.0.0/18' | ansible.utils.ipaddr('10.233.0.0/16')", Value::Null),
        ("'300.1.1.1' | ansible.utils.ipaddr", Value::Bool(false)),
        ("'fd85::1' | ansible.utils.ipwrap", text("[fd85::1]")),
        ("'host.example' | ansible.utils.ipwrap", text("host.example")),
        ("['10.0.0.1', 'x', 'fd85::1'] | ansible.utils.ipv6", list(["fd85::1"])),
    ];
    let scope = scope();
    let evaluator = Evaluator::new(&scope, Dialect::Native);
    for (expression, expected) in rows {
        assert_eq!(evaluator.template(&format!("{{{{ {expression} }}}}")).result, expected, "{expression}");
    }
    assert!(matches!(evaluator.template("{{ none | ansible.utils.ipaddr }}").result, Value::Error(_)));
}
