//! The keywords that plays, blocks and tasks share.

use std::sync::Arc;

use hostwise_syntax::yaml::{Kind, Node};

use super::{short, texts};
use crate::plays::model::{Keywords, Loop, Repeats, text};

/// What may stand in a task besides its module (ansible-core `playbook/task.py` and what it inherits), and is no name for a variable.
const OF_TASKS: [&str; 45] = [
    "action",
    "always",
    "any_errors_fatal",
    "args",
    "async",
    "become",
    "become_exe",
    "become_flags",
    "become_method",
    "become_user",
    "block",
    "changed_when",
    "check_mode",
    "collections",
    "connection",
    "debugger",
    "delay",
    "delegate_facts",
    "delegate_to",
    "diff",
    "environment",
    "failed_when",
    "ignore_errors",
    "ignore_unreachable",
    "local_action",
    "loop",
    "loop_control",
    "module_defaults",
    "name",
    "no_log",
    "notify",
    "poll",
    "port",
    "register",
    "remote_user",
    "rescue",
    "retries",
    "run_once",
    "tags",
    "throttle",
    "timeout",
    "until",
    "vars_files",
    "vars_prompt",
    "when",
];

/// What may stand in a task, and is let pass as the name of a variable.
const OF_TASKS_ONLY: [&str; 2] = ["listen", "vars"];

/// Words of plays, roles and templates: the rest of the names for which ansible-core 2.19 warns (`vars/reserved.py`).
const OF_OTHERS: [&str; 29] = [
    "async_val",
    "cycler",
    "dict",
    "fact_path",
    "force_handlers",
    "gather_facts",
    "gather_timeout",
    "handlers",
    "hosts",
    "joiner",
    "lipsum",
    "lookup",
    "loop_with",
    "max_fail_percentage",
    "namespace",
    "now",
    "omit",
    "order",
    "post_tasks",
    "pre_tasks",
    "q",
    "query",
    "range",
    "roles",
    "serial",
    "strategy",
    "tasks",
    "undef",
    "with_",
];

/// Whether it stands in a task for something else than a module.
pub(super) fn is_keyword(name: &str) -> bool {
    OF_TASKS.binary_search(&name).is_ok() || OF_TASKS_ONLY.contains(&name) || name.starts_with("with_")
}

/// Whether Ansible warns about a variable of this name.
pub(crate) fn is_reserved(name: &str) -> bool {
    OF_TASKS.binary_search(&name).is_ok() || OF_OTHERS.binary_search(&name).is_ok()
}

/// The keywords of a play, block, task or role.
pub(super) fn of(node: Node<'_>) -> Keywords {
    let mut keywords = Keywords::default();
    for entry in node.entries().filter(|entry| entry.colon.is_some()) {
        let value = entry.value;
        match &*entry.key.text() {
            "when" => keywords.when = texts(value),
            "vars" => keywords.vars = value.target().into_iter().flat_map(variables).collect(),
            "tags" => keywords.has_never_tag = has_never(value),
            "ignore_errors" => keywords.ignores_errors = !is_no(value),
            "delegate_to" => keywords.delegate_to = text(value),
            "run_once" => keywords.run_once = text(value).filter(|_| !is_no(value)),
            "connection" => keywords.connection = text(value),
            "notify" => keywords.notify = texts(value),
            "environment" => keywords.changes_path = changes_path(value),
            "check_mode" => keywords.has_check_mode = !is_no(value),
            "register" => keywords.registered.extend(text(value).map(|name| name.text)),
            "vars_prompt" => {
                let names = value.items().filter_map(|prompt| text(prompt.get("name")?.value));
                keywords.registered.extend(names.map(|name| name.text));
            }
            "module_defaults" => keywords.defaults_of = modules_with_defaults(value),
            "loop_control" => {
                let names = ["loop_var", "index_var", "extended"].into_iter().filter_map(|key| text(value.get(key)?.value));
                keywords.registered.extend(names.map(|name| name.text));
            }
            name if name == "loop" || name.starts_with("with_") => {
                keywords.repeats = Some(repeats(name, value, node.get("loop_control").map(|control| control.value)));
                keywords.registered.extend(["item", "ansible_loop"].map(Arc::from));
            }
            _ => {}
        }
    }
    keywords
}

fn variables<'d>(node: Node<'d>) -> impl Iterator<Item = (Arc<str>, hostwise_syntax::yaml::NodeId)> + 'd {
    // A list of mappings was allowed once.
    let maps: Vec<Node<'d>> = if node.is_sequence() { node.items().collect() } else { vec![node] };
    let entries = maps.into_iter().flat_map(|map| map.entries().collect::<Vec<_>>());
    entries.filter(|entry| entry.colon.is_some()).map(|entry| (Arc::from(entry.key.text()), entry.value.id()))
}

/// Whether the tag `never` is among the tags: the thing runs only when it is asked for.
fn has_never(tags: Node<'_>) -> bool {
    texts(tags).iter().any(|tag| tag.is_template() || tag.text.split(',').any(|tag| tag.trim() == "never"))
}

pub(super) fn is_no(value: Node<'_>) -> bool {
    value.kind() == Kind::Absent || matches!(value.value(), Ok(hostwise_syntax::Value::Bool(false) | hostwise_syntax::Value::Null))
}

/// Whether an environment names another `PATH`, or may.
fn changes_path(environment: Node<'_>) -> bool {
    let Some(environment) = environment.target() else { return true };
    let maps: Vec<Node<'_>> = if environment.is_sequence() { environment.items().collect() } else { vec![environment] };
    maps.iter().any(|map| {
        // Kubespray's own environments are proxies.
        let is_proxies = |text: &str| text.contains("proxy_env") || text.contains("proxy_disable_env");
        if map.is_mapping() { map.get("PATH").is_some() } else { !map.text().is_empty() && !is_proxies(&map.text()) }
    })
}

fn repeats(name: &str, value: Node<'_>, control: Option<Node<'_>>) -> Repeats {
    let is_plain = matches!(name, "loop" | "with_items" | "with_list");
    let is_spread = name == "with_items";
    let of_control = |key: &str| control.and_then(|control| control.get(key)).map(|entry| entry.value);
    Repeats {
        says: if is_plain { items(value, is_spread) } else { Loop::Unknown },
        items: is_plain.then(|| value.id()),
        is_spread,
        may_break: of_control("break_when").is_some(),
        variable: of_control("loop_var").and_then(text).map_or_else(|| "item".into(), |name| name.text),
    }
}

fn items(value: Node<'_>, is_spread: bool) -> Loop {
    let Some(list) = value.target().filter(|list| list.is_sequence()) else { return Loop::Unknown };
    if list.items().next().is_none() {
        return Loop::Empty;
    }
    let is_item = |item: Node<'_>| if is_spread { !item.is_sequence() } else { true };
    let is_certain = |item: Node<'_>| is_item(item) && (item.is_mapping() || !crate::plays::model::is_template(item.source()));
    if list.items().all(is_certain) { Loop::Certain } else { Loop::Unknown }
}

/// The names of modules, or `group/...`. A template stands for itself.
fn modules_with_defaults(value: Node<'_>) -> Vec<Arc<str>> {
    let maps = if value.is_sequence() { value.items().collect() } else { vec![value] };
    let names = |map: Node<'_>| match text(map) {
        Some(template) => vec![template.text],
        None => map.entries().map(|entry| Arc::from(short(&entry.key.text()))).collect(),
    };
    maps.into_iter().flat_map(names).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn keywords_are_sorted() {
        assert!(super::OF_TASKS.is_sorted() && super::OF_OTHERS.is_sorted());
    }
}
