//! The same expressions evaluated here and by ansible-core: the result must be equal, or unknown; never different.
//!
//! `HOSTWISE_ANSIBLE_PYTHON` names a Python that has ansible-core (else `python3` is tried); which dialect is compared follows from its version.
//! `HOSTWISE_KUBESPRAY` names a Kubespray checkout whose defaults are compared too; the collection ansible.utils is looked for where
//! `ANSIBLE_COLLECTIONS_PATH` says. What is missing is said, and skipped.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a comparison with another program says what it did")]

mod generator;
mod typed;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use generator::Dice;
use hostwise_expression::{Dialect, Evaluator, Reason, Scope, Truth, Value};
use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use typed::{decode, is_same};

const SEED: u64 = 2_026;
const N_TEMPLATES: usize = 6_000;
const N_CONDITIONS: usize = 4_000;
/// Differences listed when the comparison fails.
const N_SHOWN: usize = 40;

/// Variables as Ansible got them, some of them hidden.
#[derive(Default)]
struct Variables {
    values: IndexMap<Arc<str>, Value>,
    hosts: IndexMap<Arc<str>, IndexMap<Arc<str>, Value>>,
    /// Names whose values this side must do without.
    hidden: Vec<&'static str>,
}

impl Scope for Variables {
    fn lookup(&self, name: &str) -> Option<Value> {
        if self.hidden.contains(&name) {
            return Some(Value::Unknown(vec![Reason::Fact(name.into())]));
        }
        if name == "hostvars" && !self.hosts.is_empty() {
            return Some(Value::HostVars);
        }
        self.values.get(name).cloned()
    }

    fn host(&self, name: &str) -> Option<Box<dyn Scope + '_>> {
        Some(Box::new(Variables { values: self.hosts.get(name)?.clone(), ..Variables::default() }))
    }

    fn names(&self) -> Option<Vec<Arc<str>>> {
        Some(self.values.keys().cloned().collect())
    }
}

/// How many results were what.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    equal: usize,
    both_failed: usize,
    unknown: usize,
    /// How often something was unknown for what.
    reasons: BTreeMap<String, usize>,
    /// Decided here without the values that are hidden or, up to 2.18, not evaluated: Ansible fails on them.
    decided_before: usize,
    different: Vec<String>,
}

impl Tally {
    fn add(&mut self, what: &str, ours: &Value, theirs: &Json, may_decide: bool) {
        let failed = contains_failure(ours);
        match (theirs.get("value"), failed) {
            _ if !ours.reasons().is_empty() => {
                self.unknown += 1;
                ours.reasons().iter().for_each(|reason| *self.reasons.entry(format!("{reason:?}")).or_default() += 1);
            }
            (None, true) => self.both_failed += 1,
            // Up to 2.18 a template whose constants cannot be evaluated is handed back as it is.
            (Some(theirs), _) if theirs["s"].as_str().is_some_and(|theirs| theirs.replace('\\', "") == what.replace('\\', "")) => {
                self.both_failed += 1;
            }
            (None, false) if may_decide => self.decided_before += 1,
            (Some(theirs), false) if is_same(ours, &decode(theirs), unordered(what)) => self.equal += 1,
            _ => self.different.push(format!("{what}\n  ours   {ours:?}\n  theirs {theirs}")),
        }
    }

    #[track_caller]
    fn assert_sound(&self, title: &str) {
        let Tally { equal, both_failed, unknown, reasons, decided_before, different } = self;
        println!(
            "{title}: {equal} equal, {both_failed} failed on both sides, {unknown} unknown, {decided_before} decided before Ansible fails, {} different",
            different.len()
        );
        reasons.iter().for_each(|(reason, count)| println!("  unknown {count:4} times for {reason}"));
        assert!(different.is_empty(), "{}", different.iter().take(N_SHOWN).map(String::as_str).collect::<Vec<_>>().join("\n"));
    }
}

/// Python's sets have no order.
fn unordered(text: &str) -> bool {
    ["union", "difference", "intersect"].iter().any(|filter| text.contains(filter))
}

/// Whether the order of a set may have an influence on more than the order of the result.
fn depends_on_order(text: &str) -> bool {
    unordered(text) && ["<", ">", "first", "last", "[", "min", "max"].iter().any(|part| text.contains(part))
}

fn contains_failure(value: &Value) -> bool {
    match value {
        Value::Undefined(_) | Value::Error(_) => true,
        Value::List(items) => items.iter().any(contains_failure),
        Value::Map(entries) => entries.iter().any(|(key, value)| contains_failure(key) || contains_failure(value)),
        _ => false,
    }
}

/// The oracle's answer, or `None` when there is no ansible-core.
fn ask(request: &Json) -> Option<Json> {
    let python = std::env::var("HOSTWISE_ANSIBLE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has_ansible = Command::new(&python).args(["-c", "import ansible.template"]).stderr(Stdio::null()).status();
    if !has_ansible.is_ok_and(|status| status.success()) {
        println!("skipped: {python} has no ansible-core (HOSTWISE_ANSIBLE_PYTHON names another Python)");
        return None;
    }
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/expression/oracle.py");
    let mut child = Command::new(&python)
        .arg(oracle)
        .env("PYTHONHASHSEED", "0")
        .env("ANSIBLE_DEPRECATION_WARNINGS", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the oracle starts");
    let input = request.to_string();
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the oracle ends");
    writer.join().expect("the writer ends").expect("the oracle reads its request");
    Some(serde_json::from_slice(&output.stdout).expect("the oracle answers in JSON"))
}

fn dialect(answer: &Json) -> Dialect {
    let version = answer["version"].as_str().unwrap_or_default();
    let minor: u32 = version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0);
    if version.starts_with("2.") && minor < 19 { Dialect::SafeEval } else { Dialect::Native }
}

fn generated_scope() -> Vec<(&'static str, Json)> {
    let text = |text: &str| json!({ "s": text });
    let map = |entries: &[(&str, Json)]| json!({ "m": entries.iter().map(|(key, value)| json!([text(key), value])).collect::<Vec<_>>() });
    vec![
        ("number", json!(2)),
        ("zero", json!(0)),
        ("text", text("abc")),
        ("empty", text("")),
        ("version", text("1.31.2")),
        ("subnet", text("10.233.0.0/18")),
        ("address", text("10.233.1.7")),
        ("address6", text("fd85::1")),
        ("flag_text", text("True")),
        ("yes", json!(true)),
        ("no", json!(false)),
        ("nothing", json!(null)),
        ("names", json!([text("a"), text("b"), text("c")])),
        ("numbers", json!([3, 1, 2])),
        ("none_list", json!([])),
        ("words", text("one two,three.four")),
        ("settings", map(&[("a", json!(1)), ("b", map(&[("c", text("deep"))])), ("name", text("{{ text }}"))])),
        ("groups", map(&[("kube_node", json!([text("n1"), text("n2")])), ("etcd", json!([text("e1")]))])),
        ("items", json!([map(&[("name", text("a")), ("size", json!(1))]), map(&[("name", text("{{ text }}")), ("size", json!(2))])])),
        ("nested", json!([[1, 2], [text("{{ number }}")], []])),
        ("made_number", text("{{ number + 1 }}")),
        ("made_text", text("{{ text }}-{{ number }}")),
        ("made_list", text("{{ names + ['{' ~ '}'] }}")),
        ("made_flag", text("{{ number > 1 }}")),
        ("made_block", text("{% if yes %}{{ names }}{% endif %}")),
        ("broken", text("{{ nowhere }}")),
    ]
}

#[test]
fn generated_expressions() {
    let variables = generated_scope();
    let mut dice = Dice::new(SEED);
    let templates = (0..N_TEMPLATES).map(|_| ("template", generator::template(&mut dice))).collect::<Vec<_>>();
    let conditions = (0..N_CONDITIONS).map(|_| ("condition", generator::condition(&mut dice, 3))).collect::<Vec<_>>();
    let cases = [templates, conditions].concat();
    let request = json!({
        "variables": variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<serde_json::Map<_, _>>(),
        "cases": cases.iter().map(|(kind, text)| json!({ "kind": kind, "text": text })).collect::<Vec<_>>(),
    });
    let Some(answer) = ask(&request) else { return };
    let values: IndexMap<Arc<str>, Value> = variables.iter().map(|(name, value)| ((*name).into(), decode(value))).collect();
    let hidings: [&[&'static str]; 4] =
        [&[], &["number", "text"], &["settings", "yes", "names"], &["zero", "no", "nothing", "items", "version"]];
    for hidden in hidings {
        let scope = Variables { values: values.clone(), hidden: hidden.to_vec(), ..Variables::default() };
        let dialect = dialect(&answer);
        let evaluator = Evaluator::new(&scope, dialect);
        let mut tally = Tally::default();
        for ((kind, text), theirs) in cases.iter().zip(array(&answer["results"])) {
            if depends_on_order(text) {
                continue;
            }
            let ours = evaluate(&evaluator, &json!(kind), text);
            tally.add(text, &ours, theirs, !hidden.is_empty() || dialect == Dialect::SafeEval);
        }
        tally.assert_sound(&format!("ansible-core {}, {hidden:?} hidden", answer["version"]));
    }
}

fn array(json: &Json) -> &[Json] {
    json.as_array().expect("a list")
}

fn evaluate(evaluator: &Evaluator<'_>, kind: &Json, text: &str) -> Value {
    if kind != "condition" {
        return evaluator.template(text).result;
    }
    match evaluator.condition(text).result {
        Truth::True => Value::Bool(true),
        Truth::False => Value::Bool(false),
        Truth::Unknown(reasons) => Value::Unknown(reasons),
        Truth::Error(message) => Value::Error(message),
    }
}

#[test]
fn addresses_and_versions() {
    let cases = generator::plugin_calls();
    let request = json!({
        "variables": {},
        "cases": cases.iter().map(|text| json!({ "kind": "template", "text": text })).collect::<Vec<_>>(),
    });
    let Some(answer) = ask(&request) else { return };
    let results = array(&answer["results"]);
    let has_collection = !results[0]["error"].as_str().is_some_and(|error| error.contains("ansible.utils"));
    if !has_collection {
        println!("skipped: addresses, for ansible-core has no collection ansible.utils here (ANSIBLE_COLLECTIONS_PATH says where it is)");
    }
    let scope = Variables::default();
    let evaluator = Evaluator::new(&scope, dialect(&answer));
    let mut tally = Tally::default();
    for (text, theirs) in cases.iter().zip(results).filter(|(text, _)| has_collection || !text.contains("ansible.utils")) {
        tally.add(text, &evaluator.template(text).result, theirs, false);
    }
    tally.assert_sound("addresses and versions");
}

#[test]
fn defaults_of_a_checkout() {
    let Ok(checkout) = std::env::var("HOSTWISE_KUBESPRAY") else {
        println!("skipped: HOSTWISE_KUBESPRAY names no checkout");
        return;
    };
    let text = |text: &str| json!({ "s": text });
    let machines = [("x86_64", "Debian", "Linux", "systemd"), ("aarch64", "RedHat", "Linux", "other")];
    for (architecture, family, system, manager) in machines {
        let facts =
            [("architecture", architecture), ("os_family", family), ("system", system), ("service_mgr", manager), ("distribution", family)];
        let entries: Vec<Json> = facts.iter().map(|(name, value)| json!([text(name), text(value)])).collect();
        let request =
            json!({ "checkout": checkout, "facts": { "ansible_facts": { "m": entries }, "ansible_architecture": text(architecture) } });
        let Some(answer) = ask(&request) else { return };
        for hidden in [vec![], vec!["ansible_facts", "ansible_architecture"]] {
            compare_defaults(&answer, architecture, hidden);
        }
    }
}

fn compare_defaults(answer: &Json, architecture: &str, hidden: Vec<&'static str>) {
    let (mut tally, mut of_tasks) = (Tally::default(), Tally::default());
    for role in array(&answer["scopes"]) {
        let object = |json: &Json| -> IndexMap<Arc<str>, Value> {
            json.as_object().into_iter().flatten().map(|(name, value)| (name.as_str().into(), decode(value))).collect()
        };
        let hosts =
            role["hostvars"].as_object().into_iter().flatten().map(|(host, values)| (host.as_str().into(), object(values))).collect();
        let scope = Variables { values: object(&role["variables"]), hosts, hidden: hidden.clone() };
        let evaluator = Evaluator::new(&scope, dialect(answer));
        for (name, theirs) in role["results"].as_object().expect("results") {
            // The templates are read as the oracle reads them: through an expression with the name in it.
            let ours = evaluator.template(&format!("{{{{ {name} }}}}")).result;
            tally.add(&format!("{}: {name}", role["name"]), &ours, theirs, !hidden.is_empty());
        }
        for (case, theirs) in array(&role["cases"]).iter().zip(array(&role["case_results"])) {
            let text = case["text"].as_str().unwrap_or_default();
            let ours = evaluate(&evaluator, &case["kind"], text);
            of_tasks.add(text, &ours, theirs, !hidden.is_empty());
        }
    }
    tally.assert_sound(&format!("defaults on {architecture}, {hidden:?} hidden"));
    of_tasks.assert_sound(&format!("conditions and templates of tasks on {architecture}, {hidden:?} hidden"));
}
