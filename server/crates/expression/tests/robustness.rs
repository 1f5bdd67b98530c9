//! Any text may stand in an inventory: no panic, no endless work, no deep stack.

mod support;

use hostwise_expression::{Dialect, Evaluator, Reason, Truth, Value};
use proptest::prelude::*;
use support::{Variables, fact, list, map};

fn scope() -> Variables {
    Variables::new([
        ("a", Value::Int(3)),
        ("b", Value::text("x.y")),
        ("c", list(["p", "q"])),
        ("d", map([("k", Value::Template("{{ b }}".into()))])),
        ("e", fact("e")),
        ("f", Value::Template("{{ f ~ f }}".into())),
    ])
}

/// Evaluates the text in every way there is.
fn evaluate(text: &str) {
    let scope = scope();
    for dialect in [Dialect::Native, Dialect::SafeEval] {
        let evaluator = Evaluator::new(&scope, dialect);
        evaluator.condition(text);
        evaluator.template(text);
        evaluator.template(&format!("{{{{ {text} }}}}"));
    }
}

const TEMPLATES: [&str; 8] = [
    r"{% for h in c | sort %}{{ h }}={{ d.k | default('x\d', true) }}{% if not loop.last %},{% endif %}{% endfor %}",
    "{{ (a + 1) // 2 if b is match('^x[.]') else d['k'][1:-1] }}",
    r#"{% set n = {'é': [1, 2.5e3, none]} %}{{ n["é"][0] ~ '€😀' | upper }} {# note #}"#,
    "{%- raw -%} {{ {% {# {%- endraw -%}{{ a ** 2 % 5 }}",
    "{{ c | map('regex_replace', '(.)', '\\\\1\\\\1') | select('in', ['pp']) | list | to_nice_json }}",
    "{{ lookup('vars', 'a', default=query('varnames', '^.$')) | ternary(e, -a) }}",
    "{{ '10.0.0.0/8' | ansible.utils.ipaddr('net') | ipwrap }}{{ '%05d|%s' | format(a, b) }}",
    "{% filter upper %}{% with x = a %}{{ range(x) | zip(c) | list }}{% endwith %}{% endfilter %}",
];

#[test]
fn every_prefix_and_every_deletion_of_a_character() {
    for template in TEMPLATES {
        for (at, c) in template.char_indices() {
            evaluate(&template[..at]);
            evaluate(&format!("{}{}", &template[..at], &template[at + c.len_utf8()..]));
        }
    }
}

#[test]
fn nesting_is_bounded() {
    let depths = [100, 1_000, 20_000];
    let nested: [fn(usize) -> String; 12] = [
        |n| format!("{}1{}", "(".repeat(n), ")".repeat(n)),
        |n| format!("{}{}", "[".repeat(n), "]".repeat(n)),
        |n| format!("{}1{}", "{'a': ".repeat(n), "}".repeat(n)),
        |n| format!("{}a", "not ".repeat(n)),
        |n| format!("{}a", "-".repeat(n)),
        |n| format!("a{}", " + a".repeat(n)),
        |n| format!("a{}", " ~ a".repeat(n)),
        |n| format!("a{}", " or e".repeat(n)),
        |n| format!("d{}", ".k".repeat(n)),
        |n| format!("c{}", "[0]".repeat(n)),
        |n| format!("a{}", " | string".repeat(n)),
        |n| format!("a{}", " if e else a".repeat(n)),
    ];
    for make in nested {
        for depth in depths {
            evaluate(&make(depth));
        }
    }
    for depth in depths {
        evaluate(&format!("{}x{}", "{% if a %}".repeat(depth), "{% endif %}".repeat(depth)));
        evaluate(&format!("{{% if e %}}{}{{% endif %}}", "{% elif e %}y".repeat(depth)));
    }
    evaluate(&format!("{}x{}", "{% for i in c %}".repeat(1_000), "{% endfor %}".repeat(1_000)));
}

#[test]
fn a_long_chain_of_variables_is_a_limit_or_a_value() {
    let mut scope = Variables::default();
    for index in 0..2_000 {
        scope.values.insert(format!("v{index}").into(), Value::Template(format!("{{{{ [v{}] | first }}}}", index + 1).into()));
    }
    scope.values.insert("v2000".into(), Value::Int(1));
    let evaluator = Evaluator::new(&scope, Dialect::Native);
    assert_eq!(evaluator.variable("v0").result, Value::Unknown(vec![Reason::Limit("depth".into())]));
    assert_eq!(evaluator.variable("v1995").result, Value::Int(1));
    for index in (0..1_995).rev().step_by(10) {
        assert_eq!(evaluator.variable(&format!("v{index}")).result, Value::Int(1), "what is known further down is not forgotten: v{index}");
    }
}

#[test]
fn work_is_bounded() {
    let scope = scope();
    let evaluator = Evaluator::new(&scope, Dialect::Native);
    let costly = [
        "{{ range(100000000000) | length }}",
        "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 99999999999 }}",
        "{{ [1] * 99999999999 }}",
        "{{ 10 ** 10 ** 10 }}",
        r"{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regex_search('^(?:(a+)(?=a|!))+\1b$') }}",
        "{{ '%99999999999d' | format(1) }}",
    ];
    for template in costly {
        let result = evaluator.template(template).result;
        let is_limit = |reason: &Reason| matches!(reason, Reason::Limit(_));
        assert!(matches!(&result, Value::Unknown(reasons) if reasons.iter().all(is_limit)), "{template}: {result}");
    }
    assert_eq!(evaluator.condition("a == 3").result, Truth::True);
}

#[test]
fn text_that_doubles_is_a_limit() {
    let mut scope = Variables::new([("v0", Value::text("0123456789"))]);
    for index in 1..30 {
        scope.values.insert(format!("v{index}").into(), Value::Template(format!("{{{{ v{0} ~ v{0} }}}}", index - 1).into()));
    }
    let result = Evaluator::new(&scope, Dialect::Native).variable("v29").result;
    assert_eq!(result, Value::Unknown(vec![Reason::Limit("length".into())]));
}

proptest! {
    #[test]
    fn any_text(text in "\\PC{0,60}") {
        evaluate(&text);
    }

    #[test]
    fn any_order_of_tokens(tokens in prop::collection::vec(prop::sample::select(TOKENS), 0..14)) {
        evaluate(&tokens.concat());
    }
}

const TOKENS: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{-",
    "-}}",
    " ",
    "\n",
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
    ".k",
    "[0]",
    "[-1:]",
    "['k']",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "'x'",
    "\"é\"",
    "'\\",
    "1",
    "2.5",
    " + ",
    " - ",
    " ~ ",
    " // ",
    " ** ",
    " % ",
    " == ",
    " < ",
    " in ",
    " not ",
    " and ",
    " or ",
    " if ",
    " else ",
    " is ",
    "defined",
    "none",
    "true",
    " | ",
    "default",
    "join",
    "first",
    "map('int')",
    "select",
    "dict2items",
    "combine(d)",
    "format(a)",
    "int",
    "length",
    "for i in ",
    "endfor",
    "if ",
    "elif ",
    "else",
    "endif",
    "set x = ",
    "raw",
    "endraw",
    "range(9)",
    "lookup('vars', b)",
    "*",
    "**",
    "=",
];
