//! `reserved-variable-name`: a variable with the name of something that plays, tasks or templates know already.

use super::{Findings, Rule};
use crate::Severity;

pub(super) const RULE: Rule =
    Rule { id: "reserved-variable-name", severity: Severity::Warning, tag: None, page: include_str!("reserved-variable-name.md"), check };

/// The names for which ansible-core 2.19 warns (`vars/reserved.py`), sorted; `vars` itself is let pass there.
const RESERVED: [&str; 74] = [
    "action",
    "always",
    "any_errors_fatal",
    "args",
    "async",
    "async_val",
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
    "cycler",
    "debugger",
    "delay",
    "delegate_facts",
    "delegate_to",
    "dict",
    "diff",
    "environment",
    "fact_path",
    "failed_when",
    "force_handlers",
    "gather_facts",
    "gather_timeout",
    "handlers",
    "hosts",
    "ignore_errors",
    "ignore_unreachable",
    "joiner",
    "lipsum",
    "local_action",
    "lookup",
    "loop",
    "loop_control",
    "loop_with",
    "max_fail_percentage",
    "module_defaults",
    "name",
    "namespace",
    "no_log",
    "notify",
    "now",
    "omit",
    "order",
    "poll",
    "port",
    "post_tasks",
    "pre_tasks",
    "q",
    "query",
    "range",
    "register",
    "remote_user",
    "rescue",
    "retries",
    "roles",
    "run_once",
    "serial",
    "strategy",
    "tags",
    "tasks",
    "throttle",
    "timeout",
    "undef",
    "until",
    "vars_files",
    "vars_prompt",
    "when",
    "with_",
];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    for name in cluster.inventory.set_variables().iter().filter(|name| RESERVED.binary_search(&&***name).is_ok()) {
        for definition in cluster.inventory.definitions(name) {
            let message = format!("{name} is a word of plays, tasks or templates: a variable cannot be relied on to be seen under it");
            findings.report(findings.at(&RULE, definition.layer.key, message).on(definition.host));
        }
    }
}
