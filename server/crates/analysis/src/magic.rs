//! What Ansible itself puts above all variables of a host: magic variables, and the lookup that reads the inventory.
//!
//! What only a run knows (its playbook, its tags, the role at work) is unknown, also where an inventory sets a variable of that name.

use std::sync::Arc;

use hostwise_expression::{Reason, Value};
use hostwise_inventory::{HostId, HostPattern};

use crate::cluster::Cluster;
use crate::discovery::parent;

/// The magic variable of this name on a host; `None` when the name is none.
pub(crate) fn variable(cluster: &Cluster, host: HostId, name: &str) -> Option<Value> {
    let of_host = || cluster.inventory.host(host);
    Some(match name {
        "inventory_hostname" => Value::String(Arc::clone(&of_host().name)),
        "inventory_hostname_short" => Value::text(of_host().short_name()),
        "inventory_file" => source(cluster, host).map_or_else(|| of_run(name), |path| Value::String(Arc::clone(path))),
        "inventory_dir" => source(cluster, host).map_or_else(|| of_run(name), |path| Value::text(parent(path))),
        "group_names" => group_names(cluster, host),
        "groups" => cluster.groups_value().clone(),
        "hostvars" => Value::HostVars,
        "ansible_facts" => Value::Unknown(vec![Reason::Fact(name.into())]),
        _ if is_of_run(name) => of_run(name),
        _ => return None,
    })
}

/// Whether the variable is a magic one that is made of names alone.
pub(crate) fn is_plain(name: &str) -> bool {
    matches!(name, "groups" | "group_names")
}

/// `query('inventory_hostnames', 'all:!etcd')`: the hosts of patterns, none for a pattern that cannot be applied.
pub(crate) fn query(cluster: &Cluster, lookup: &str, terms: &[Value]) -> Option<Vec<Value>> {
    if !matches!(lookup.strip_prefix("ansible.builtin.").unwrap_or(lookup), "inventory_hostnames") {
        return None;
    }
    let pattern = |term: &Value| if let Value::String(text) = term { Some(HostPattern::parse(text)) } else { None };
    let patterns = terms.iter().map(pattern).collect::<Option<Vec<_>>>()?;
    let hosts = HostPattern::of_list(patterns).hosts(&cluster.inventory).unwrap_or_default();
    Some(hosts.into_iter().map(|host| Value::String(Arc::clone(&cluster.inventory.host(host).name))).collect())
}

/// The file that named the host first; none for a list of hosts on a command line.
fn source(cluster: &Cluster, host: HostId) -> Option<&Arc<str>> {
    let mention = cluster.inventory.host(host).mentions.first()?;
    Some(cluster.inventory.file(mention.place.file).path()).filter(|path| path.starts_with('/'))
}

/// `group_names`: sorted, without `all`.
fn group_names(cluster: &Cluster, host: HostId) -> Value {
    let groups = cluster.inventory.groups_of(host).iter().map(|&group| &cluster.inventory.group(group).name);
    let mut names: Vec<&Arc<str>> = groups.filter(|name| &***name != "all").collect();
    names.sort_unstable();
    Value::List(Arc::new(names.into_iter().map(|name| Value::String(Arc::clone(name))).collect()))
}

fn of_run(name: &str) -> Value {
    Value::Unknown(vec![Reason::Runtime(name.into())])
}

/// Names that a run sets above everything (ansible-core `vars/manager.py` and `playbook/role`).
fn is_of_run(name: &str) -> bool {
    matches!(
        name,
        "ansible_check_mode"
            | "ansible_collection_name"
            | "ansible_config_file"
            | "ansible_dependent_role_names"
            | "ansible_diff_mode"
            | "ansible_forks"
            | "ansible_inventory_sources"
            | "ansible_limit"
            | "ansible_play_batch"
            | "ansible_play_hosts"
            | "ansible_play_hosts_all"
            | "ansible_play_name"
            | "ansible_play_role_names"
            | "ansible_playbook_python"
            | "ansible_role_name"
            | "ansible_role_names"
            | "ansible_run_tags"
            | "ansible_search_path"
            | "ansible_skip_tags"
            | "ansible_verbosity"
            | "ansible_version"
            | "environment"
            | "omit"
            | "play_hosts"
            | "playbook_dir"
            | "role_name"
            | "role_names"
            | "role_path"
            | "role_uuid"
            | "vars"
    )
}
