//! What a condition costs on a warm evaluator, and all defaults of a release on a cold one.
//!
//! The defaults are made up in the shape of Kubespray's; those of a real checkout are measured too when `HOSTWISE_KUBESPRAY` names one.

#![expect(clippy::disallowed_methods, reason = "a benchmark may read a checkout")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use hostwise_expression::{Dialect, Evaluator, Reason, Scope, Value};
use indexmap::IndexMap;
use serde_yaml::Value as Yaml;

struct Variables(IndexMap<Arc<str>, Value>);

impl Scope for Variables {
    fn lookup(&self, name: &str) -> Option<Value> {
        match name {
            "ansible_facts" => Some(Value::Unknown(vec![Reason::Fact(name.into())])),
            _ => self.0.get(name).cloned(),
        }
    }
}

fn list(items: &[&str]) -> Value {
    Value::List(Arc::new(items.iter().map(|item| Value::text(item)).collect()))
}

fn magic() -> IndexMap<Arc<str>, Value> {
    let groups = [
        ("etcd", list(&["n1"])),
        ("kube_control_plane", list(&["n1"])),
        ("kube_node", list(&["n2", "n3"])),
        ("k8s_cluster", list(&["n1", "n2", "n3"])),
    ];
    let groups = groups.into_iter().map(|(name, members)| (Value::text(name), members)).collect();
    let magic = [
        ("inventory_hostname", Value::text("n2")),
        ("group_names", list(&["k8s_cluster", "kube_node"])),
        ("groups", Value::Map(Arc::new(groups))),
    ];
    magic.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

/// Six hundred variables: literals, references, conditions, tables, and entries with conditions in them.
fn made_up() -> Variables {
    let mut variables = magic();
    let mut set = |name: String, text: &str| variables.insert(name.into(), Value::from_source(&text.into()));
    set("container_manager".into(), "containerd");
    set("etcd_deployment_type".into(), "host");
    set("deploy_container_engine".into(), "{{ 'k8s_cluster' in group_names or etcd_deployment_type == 'docker' }}");
    for index in 0..120 {
        set(format!("version_{index}"), &format!("1.{index}.0"));
        set(format!("url_{index}"), &format!("{{{{ base_url | default('https://files.example') }}}}/v{{{{ version_{index} }}}}/tool"));
        set(format!("enabled_{index}"), &format!("{{{{ version_{index} is version('1.30', '>=') and deploy_container_engine }}}}"));
        set(
            format!("arguments_{index}"),
            &format!("{{% if enabled_{index} %}}{{{{ group_names | union(['x']) }}}}{{% else %}}[]{{% endif %}}"),
        );
        set(
            format!("leaders_{index}"),
            "{% for host in groups['etcd'] %}https://{{ host }}:2379{% if not loop.last %},{% endif %}{% endfor %}",
        );
    }
    Variables(variables)
}

/// The defaults and variables of the role that holds them for all others.
fn of_checkout(checkout: &Path) -> Variables {
    let role =
        ["kubespray_defaults", "kubespray-defaults"].map(|name| checkout.join("roles").join(name)).into_iter().find(|role| role.is_dir());
    let role = role.expect("a checkout has the role kubespray_defaults");
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in ["defaults", "defaults/main", "vars", "vars/main"] {
        let entries = std::fs::read_dir(role.join(folder)).into_iter().flatten().flatten();
        files.extend(entries.map(|entry| entry.path()).filter(|path| path.is_file()));
    }
    files.sort();
    let mut variables = magic();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file of variables is text");
        if let Ok(Yaml::Mapping(entries)) = serde_yaml::from_str(&text) {
            variables.extend(entries.iter().filter_map(|(name, value)| Some((name.as_str()?.into(), from_yaml(value)))));
        }
    }
    Variables(variables)
}

fn from_yaml(value: &Yaml) -> Value {
    match value {
        Yaml::Bool(value) => Value::Bool(*value),
        Yaml::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or(0.0)), |value| Value::Int(value.into()))
        }
        Yaml::String(text) => Value::from_source(&text.as_str().into()),
        Yaml::Sequence(items) => Value::List(Arc::new(items.iter().map(from_yaml).collect())),
        Yaml::Mapping(entries) => Value::Map(Arc::new(entries.iter().map(|(key, value)| (from_yaml(key), from_yaml(value))).collect())),
        Yaml::Null | Yaml::Tagged(_) => Value::Null,
    }
}

fn conditions(criterion: &mut Criterion) {
    let scope = made_up();
    let condition = "deploy_container_engine and container_manager == 'containerd' and 'kube_node' in group_names";
    let evaluator = Evaluator::new(&scope, Dialect::Native);
    criterion.bench_function("condition/warm", |bencher| bencher.iter(|| evaluator.condition(black_box(condition))));
    criterion.bench_function("condition/cold", |bencher| {
        bencher.iter(|| Evaluator::new(&scope, Dialect::Native).condition(black_box(condition)));
    });
}

/// What an evaluation that would take for ever costs before it is stopped.
fn limits(criterion: &mut Criterion) {
    let scope = made_up();
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{{ a + b }}{% endfor %}{% endfor %}";
    criterion
        .bench_function("limit/loops", |bencher| bencher.iter(|| Evaluator::new(&scope, Dialect::Native).template(black_box(endless))));
}

/// A loop over all hosts, and a look for one among them.
fn hosts(criterion: &mut Criterion) {
    let mut scope = made_up();
    let names = (0..10_000).map(|index| Value::String(format!("node-{index}").into())).collect();
    scope.0.insert("hosts".into(), Value::List(Arc::new(names)));
    let membership = "'node-9999' in hosts and 'nobody' not in hosts";
    criterion.bench_function("10,000 hosts/membership", |bencher| {
        bencher.iter(|| Evaluator::new(&scope, Dialect::Native).condition(black_box(membership)));
    });
    let sets = "{{ (hosts | union(hosts) | unique | difference(['node-1'])) | length }}";
    criterion
        .bench_function("10,000 hosts/sets", |bencher| bencher.iter(|| Evaluator::new(&scope, Dialect::Native).template(black_box(sets))));
    let joined = "{% for host in hosts %}{{ host }}:2379{% if not loop.last %},{% endif %}{% endfor %}";
    criterion.bench_function("10,000 hosts/loop", |bencher| {
        bencher.iter(|| Evaluator::new(&scope, Dialect::Native).template(black_box(joined)))
    });
}

fn defaults(criterion: &mut Criterion) {
    let checkout = std::env::var_os("HOSTWISE_KUBESPRAY").map(|checkout| ("checkout", of_checkout(Path::new(&checkout))));
    for (name, scope) in std::iter::once(("made-up", made_up())).chain(checkout) {
        let n_variables = scope.0.len();
        criterion.bench_function(&format!("defaults/{name}, {n_variables} variables, cold"), |bencher| {
            bencher.iter(|| {
                let evaluator = Evaluator::new(&scope, Dialect::Native);
                scope.0.keys().map(|name| evaluator.variable(name).read.len()).sum::<usize>()
            });
        });
    }
}

criterion_group!(benches, conditions, limits, hosts, defaults);
criterion_main!(benches);
