use super::*;
use crate::yaml;

/// Regions with the source of their tokens and the first letters of their roles.
fn outline(text: &str) -> Vec<String> {
    let document = yaml::parse(text.into());
    let mut out = Vec::new();
    let mut open: Vec<Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = open.pop() {
        for region in regions(node) {
            let tokens = region.tokens.iter().filter(|token| token.role != Role::Operator);
            let tokens: Vec<String> =
                tokens.map(|token| format!("{}:{}", &format!("{:?}", token.role)[..2], &text[token.range.span()])).collect();
            let mark = if region.is_closed { "" } else { " open" };
            out.push(format!("{}{mark} {}", &text[region.range.span()], tokens.join(" ")).trim_end().to_owned());
        }
        open.extend(node.entries().map(|entry| entry.value).chain(node.items()));
    }
    out
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(outline(text), expected, "{text}");
}

#[test]
fn names_have_roles() {
    check(
        "a: \"{{ hostvars[inventory_hostname].ip | default(x, boolean=true) }}\"",
        &[
            "{{ hostvars[inventory_hostname].ip | default(x, boolean=true) }} Va:hostvars Va:inventory_hostname At:ip Fi:default Va:x Ar:boolean Ke:true",
        ],
    );
    check(
        "a: '{% for h in groups.etcd if h is not match(''n1'') %}{{ loop.index }}{{ h }}{% endfor %}{{ other is defined }}'",
        &[
            "{% for h in groups.etcd if h is not match(''n1'') %} Ke:for Lo:h Ke:in Va:groups At:etcd Ke:if Lo:h Ke:is Ke:not Te:match St:''n1''",
            "{{ loop.index }} Lo:loop At:index",
            "{{ h }} Lo:h",
            "{% endfor %} Ke:endfor",
            "{{ other is defined }} Va:other Ke:is Te:defined",
        ],
    );
    check(
        "a: \"x {%- set y = {'a': {'b': 1.5}} -%}{{ {'k': {}} }}{# {{ no }} #}\"",
        &["{%- set y = {'a': {'b': 1.5}} -%} Ke:set Lo:y St:'a' St:'b' Nu:1.5", "{{ {'k': {}} }} St:'k'", "{# {{ no }} #}"],
    );
    check("a: x {% raw %}{{ b }}{% endraw %}{{ c }}", &["{% raw %} Ke:raw", "{% endraw %} Ke:endraw", "{{ c }} Va:c"]);
}

#[test]
fn places_are_bytes_of_the_source() {
    check("é€😀: \"é€😀\\t\\\"{{ a\\u0062c + \\\"d\\\" }}\"", &["{{ a\\u0062c + \\\"d\\\" }} Va:a\\u0062c St:\\\"d\\\""]);
    check("a: 'it''s {{ x[''y''] }}'", &["{{ x[''y''] }} Va:x St:''y''"]);
    check("a: |\n  é {{ x\n    | y }}\n\n  {{ z }}\n", &["{{ x\n    | y }} Va:x Fi:y", "{{ z }} Va:z"]);
    check("a: >-\n\n   {{ é.x }}\n   {%\n   if b %}\n", &["{{ é.x }} Va:é At:x", "{%\n   if b %} Ke:if Va:b"]);
    check("a: \"{{ x\n\n   ~ y\\\n   z }}\"", &["{{ x\n\n   ~ y\\\n   z }} Va:x Va:y\\\n   z"]);
    check("a: one {{ x\n  + two }} three", &["{{ x\n  + two }} Va:x Va:two"]);
    check("a: |2\n    {{ x }}\n", &["{{ x }} Va:x"]);
}

#[test]
fn half_typed_templates_are_read_as_far_as_they_go() {
    check("a: \"{{ fo\"\nb: 1", &["{{ fo open Va:fo"]);
    check("a: \"{{\"", &["{{ open"]);
    check("a: {{ fo\nb: {{ c }}\n", &["{{ c }} Va:c", "{{ fo open Va:fo"]);
    check("a: \"{{ fo\nb: 1", &["{{ fo open Va:fo"]);
    check("a: '{{ f( }}{{ g }}'", &["{{ f( }} Va:f", "{{ g }} Va:g"]);
    check("a: '{{ x.'", &["{{ x. open Va:x"]);
    check("a: '{{ x | '", &["{{ x | open Va:x"]);
    check("a: \"{{ 'abc }} {{ d }}\"", &["{{ 'abc }} St:'abc", "{{ d }} Va:d"]);
    check("a: |\n  {{ x\n  {{ y }}\n  {% if\n", &["{{ x open Va:x", "{{ y }} Va:y", "{% if open Ke:if"]);
    check("a: '{'\nb: '{x}'\nc: !unsafe '{{ x }}'\n", &[]);
}
