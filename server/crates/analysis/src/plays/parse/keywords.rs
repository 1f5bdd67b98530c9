//! The keywords that plays, blocks and tasks share.

use std::sync::Arc;

use hostwise_syntax::yaml::{Kind, Node};

use super::texts;
use crate::plays::model::{Keywords, Loop, text};

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
            "loop_control" => {
                let names = ["loop_var", "index_var", "extended"].into_iter().filter_map(|key| text(value.get(key)?.value));
                keywords.registered.extend(names.map(|name| name.text));
            }
            name if name == "loop" || name.starts_with("with_") => {
                keywords.repeats = Some(items(name, value));
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

fn items(name: &str, value: Node<'_>) -> Loop {
    let is_plain = matches!(name, "loop" | "with_items" | "with_list");
    if is_plain && value.target().is_some_and(|list| list.is_sequence() && list.items().next().is_none()) {
        return Loop::Empty;
    }
    let has_items = value.target().is_some_and(|list| {
        list.items().next().is_some() && list.items().all(|item| item.is_mapping() || !crate::plays::model::is_template(item.source()))
    });
    if is_plain && has_items { Loop::Certain } else { Loop::Unknown }
}

#[cfg(test)]
mod tests {
    #[test]
    fn keywords_are_sorted() {
        assert!(super::OF_TASKS.is_sorted() && super::OF_OTHERS.is_sorted());
    }
}
