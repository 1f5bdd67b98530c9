//! What `ansible-inventory` prints, byte for byte (ansible-core `cli/inventory.py`).

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use hostwise_syntax::Value;
use rustc_hash::FxHashMap;

use crate::graph::ALL;
use crate::json::{self, Json, Marks};
use crate::patterns::HostPattern;
use crate::precedence::{LayerKind, Said};
use crate::{GroupId, HostId, Inventory, ProfileId, mapping, python};

/// Names that are never printed: what Ansible sets itself (ansible-core `constants.py`, `INTERNAL_STATIC_VARS`).
const INTERNAL: [&str; 33] = [
    "ansible_async_path",
    "ansible_collection_name",
    "ansible_config_file",
    "ansible_dependent_role_names",
    "ansible_diff_mode",
    "ansible_facts",
    "ansible_forks",
    "ansible_inventory_sources",
    "ansible_limit",
    "ansible_play_batch",
    "ansible_play_hosts",
    "ansible_play_hosts_all",
    "ansible_play_role_names",
    "ansible_playbook_python",
    "ansible_role_name",
    "ansible_role_names",
    "ansible_run_tags",
    "ansible_skip_tags",
    "ansible_verbosity",
    "ansible_version",
    "group_names",
    "groups",
    "hostvars",
    "inventory_dir",
    "inventory_file",
    "inventory_hostname",
    "inventory_hostname_short",
    "play_hosts",
    "playbook_dir",
    "role_name",
    "role_names",
    "role_path",
    "role_uuid",
];

/// Whether Ansible itself gives this variable its value, whatever an inventory says.
pub fn is_magic(name: &str) -> bool {
    INTERNAL.contains(&name)
}

/// Why Ansible ends the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// `all` was put below another group.
    GroupLoop,
    /// A variable file that is needed cannot be read: its path, the one-based line, the reason.
    VariableFile(Arc<str>, usize, String),
    /// The value of this variable is encrypted, and would have to be shown.
    Secret(Arc<str>),
    /// A host pattern that cannot be applied, and why.
    Pattern(String),
    /// A host or group that was asked for, and why it is none.
    Asked(String),
}

impl Failure {
    /// The exit status of `ansible-inventory`.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::GroupLoop | Failure::Secret(_) | Failure::Pattern(_) => 1,
            Failure::VariableFile(..) => 4,
            Failure::Asked(_) => 5,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::GroupLoop => f.write_str("all stands below another group: every group would contain itself"),
            Failure::VariableFile(path, line, message) => write!(f, "{path}:{line}: {message}"),
            Failure::Secret(name) => write!(f, "{name} is encrypted, and secrets are not known here"),
            Failure::Pattern(message) | Failure::Asked(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}

/// Variables by name, while they are put together.
type Variables = FxHashMap<Arc<str>, Value>;

/// Variables in the order of their names, without those that are never printed.
#[derive(Debug, Default)]
struct Sorted(Vec<(Arc<str>, Value)>);

impl From<Variables> for Sorted {
    fn from(values: Variables) -> Self {
        let mut sorted: Vec<(Arc<str>, Value)> = values.into_iter().filter(|(name, _)| INTERNAL.binary_search(&&**name).is_err()).collect();
        sorted.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Sorted(sorted)
    }
}

impl Sorted {
    fn listed(&self) -> Vec<(&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value)).collect()
    }

    /// These variables with those of `own` over them.
    fn overlaid<'v>(&'v self, own: &'v Sorted) -> Vec<(&'v str, &'v Value)> {
        let mut out = Vec::with_capacity(self.0.len() + own.0.len());
        let mut own = own.0.iter().map(|(name, value)| (&**name, value)).peekable();
        for (name, value) in &self.0 {
            while let Some(before) = own.next_if(|(other, _)| *other < &**name) {
                out.push(before);
            }
            out.push(own.next_if(|(other, _)| *other == &**name).unwrap_or((name, value)));
        }
        out.extend(own);
        out
    }
}

/// The variables of a host: those of its profile, and its own over them.
struct HostVariables {
    profile: Rc<Sorted>,
    own: Sorted,
}

impl HostVariables {
    fn listed(&self) -> Vec<(&str, &Value)> {
        self.profile.overlaid(&self.own)
    }
}

/// Prints one inventory. What the groups of a profile say is put together once.
pub struct Output<'i> {
    inventory: &'i Inventory,
    export: bool,
    /// Whether the playbook directory was asked for; otherwise `export` leaves it out.
    playbook_dir_given: bool,
    limit: Option<HostPattern>,
    profiles: RefCell<FxHashMap<ProfileId, Rc<Sorted>>>,
}

impl<'i> Output<'i> {
    /// For an inventory from [`Inventory::load_strictly`].
    pub fn new(inventory: &'i Inventory, export: bool, playbook_dir_given: bool) -> Self {
        Self { inventory, export, playbook_dir_given, limit: None, profiles: RefCell::default() }
    }

    /// The same of these hosts only (`--limit`).
    pub fn limited_to(self, limit: HostPattern) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// `--list`: groups, and the variables of all hosts.
    pub fn list(&self) -> Result<String, Failure> {
        let mut hosts = HostPattern::parse("all").hosts(self.inventory)?;
        if let Some(limit) = &self.limit {
            let wanted: BTreeSet<HostId> = limit.hosts(self.inventory)?.into_iter().collect();
            hosts.retain(|host| wanted.contains(host));
        }
        let shown: BTreeSet<HostId> = hosts.iter().copied().collect();
        let (mut groups, mut group_values) = (Vec::new(), Vec::new());
        self.reachable(ALL, &mut groups);
        for &group in &groups {
            group_values.push(if self.export { self.group_variables(group)? } else { Sorted::default() });
        }
        let host_values = hosts.iter().map(|&host| self.host_variables(host)).collect::<Result<Vec<_>, _>>()?;

        let mut top = BTreeMap::new();
        for (&id, values) in groups.iter().zip(&group_values) {
            let group = self.inventory.group(id);
            let mut entry = BTreeMap::new();
            let hosts = group.hosts.iter().filter(|host| id != ALL && shown.contains(host)).map(|&host| &*self.inventory.host(host).name);
            let children = group.children.iter().map(|&child| &*self.inventory.group(child).name);
            for (key, names) in [("hosts", hosts.collect::<Vec<_>>()), ("children", children.collect())] {
                if !names.is_empty() {
                    entry.insert(Cow::Borrowed(key), Json::Strings(names));
                }
            }
            if !values.0.is_empty() {
                entry.insert(Cow::Borrowed("vars"), Json::Variables(values.listed(), Marks::Shown));
            }
            if !entry.is_empty() {
                top.insert(Cow::Borrowed(&*group.name), Json::Object(entry));
            }
        }
        let listed = hosts.iter().zip(&host_values).map(|(&host, values)| (&*self.inventory.host(host).name, values.listed()));
        let hostvars = listed
            .filter(|(_, values)| !values.is_empty())
            .map(|(host, values)| (Cow::Borrowed(host), Json::Variables(values, Marks::Shown)));
        let meta = BTreeMap::from([
            (Cow::Borrowed("hostvars"), Json::Object(hostvars.collect())),
            (Cow::Borrowed("profile"), Json::Text("inventory_legacy")),
        ]);
        top.insert(Cow::Borrowed("_meta"), Json::Object(meta));
        Ok(json::print(&Json::Object(top)))
    }

    /// `--host`: the variables of the one host that a pattern stands for.
    pub fn host(&self, pattern: &str) -> Result<String, Failure> {
        let hosts = HostPattern::parse(pattern).hosts(self.inventory)?;
        match hosts[..] {
            [host] => Ok(json::print(&Json::Variables(self.host_variables(host)?.listed(), Marks::Hidden))),
            [] if matches!(pattern, "localhost" | "127.0.0.1" | "::1") => {
                Ok(json::print(&Json::Variables(self.implicit_localhost(pattern)?.listed(), Marks::Hidden)))
            }
            _ => Err(Failure::Asked(format!("{pattern} must stand for one host, it stands for {}", hosts.len()))),
        }
    }

    /// `--graph`: the tree below a group, with variables when asked for.
    pub fn graph(&self, group: &str, with_variables: bool) -> Result<String, Failure> {
        let start = self.inventory.group_named(group).ok_or_else(|| Failure::Asked(format!("no group {group} in this inventory")))?;
        let mut lines = Vec::new();
        self.branch(start, 0, with_variables, &mut lines)?;
        Ok(lines.join("\n"))
    }

    fn branch(&self, id: GroupId, depth: usize, with_variables: bool, lines: &mut Vec<String>) -> Result<(), Failure> {
        let group = self.inventory.group(id);
        lines.push(branch_line(depth, &format!("@{}:", group.name)));
        for &child in &group.children {
            self.branch(child, depth + 1, with_variables, lines)?;
        }
        for &host in group.hosts.iter().filter(|_| id != ALL) {
            lines.push(branch_line(depth + 1, &self.inventory.host(host).name));
            if with_variables {
                variable_lines(&self.host_variables(host)?.listed(), depth + 2, lines)?;
            }
        }
        if with_variables {
            variable_lines(&self.group_variables(id)?.listed(), depth + 1, lines)?;
        }
        Ok(())
    }

    fn reachable(&self, group: GroupId, found: &mut Vec<GroupId>) {
        let mut known = BTreeSet::from([group]);
        let mut open = vec![group];
        while let Some(group) = open.pop() {
            found.push(group);
            open.extend(self.inventory.group(group).children.iter().filter(|&&child| known.insert(child)));
        }
    }

    fn host_variables(&self, host: HostId) -> Result<HostVariables, Failure> {
        let profile = if self.export { Rc::default() } else { self.profile_variables(self.inventory.profile(host))? };
        let mut own = Variables::default();
        for (kind, said) in self.inventory.layers().of_host(self.inventory, host) {
            if kind != LayerKind::PlaybookHostVars || self.playbook_dir_given || !self.export {
                self.add(said, &mut own)?;
            }
        }
        Ok(HostVariables { profile, own: own.into() })
    }

    /// The host that Ansible makes up when nothing is called `localhost`. Which Python would run Ansible is not known here.
    fn implicit_localhost(&self, name: &str) -> Result<HostVariables, Failure> {
        let layers = self.inventory.layers();
        let mut values = Variables::default();
        if !self.export {
            for (_, said) in layers.of_group(self.inventory, ALL) {
                self.add(said, &mut values)?;
            }
        }
        for (key, value) in [("ansible_connection", "local"), ("ansible_python_interpreter", "/usr/bin/python3")] {
            values.insert(key.into(), Value::String(value.into()));
        }
        for (_, said) in layers.of_nobody(self.inventory, name) {
            self.add(said, &mut values)?;
        }
        Ok(HostVariables { profile: Rc::default(), own: values.into() })
    }

    fn profile_variables(&self, profile: ProfileId) -> Result<Rc<Sorted>, Failure> {
        if let Some(known) = self.profiles.borrow().get(&profile) {
            return Ok(Rc::clone(known));
        }
        let mut values = Variables::default();
        for said in self.inventory.layers().of_profile(self.inventory, profile) {
            self.add(said, &mut values)?;
        }
        let values = Rc::new(Sorted::from(values));
        self.profiles.borrow_mut().insert(profile, Rc::clone(&values));
        Ok(values)
    }

    fn group_variables(&self, group: GroupId) -> Result<Sorted, Failure> {
        let mut values = Variables::default();
        for (kind, said) in self.inventory.layers().of_group(self.inventory, group) {
            if kind != LayerKind::PlaybookGroupVars || self.playbook_dir_given {
                self.add(said, &mut values)?;
            }
        }
        let priority = self.inventory.group(group).priority;
        if priority != 1 {
            values.insert("ansible_group_priority".into(), Value::Int(priority));
        }
        Ok(values.into())
    }

    /// Adds what is said, over what was said before.
    fn add(&self, said: Said<'_>, values: &mut Variables) -> Result<(), Failure> {
        match said {
            Said::Source(assignments) => {
                for assignment in assignments {
                    let (_, value) = assignment.origin.resolve(self.inventory.file(assignment.key.file));
                    let value = if self.inventory.trusts_all() { trusted(value) } else { value };
                    values.insert(Arc::clone(&assignment.name), value);
                }
            }
            Said::File(file) => {
                let said = file.variable_values().map_err(|error| {
                    let line = file.lines().line_of(error.range.start as usize) + 1;
                    Failure::VariableFile(Arc::clone(file.path()), line, error.message)
                })?;
                values.extend(said.iter().map(|(name, value)| (mapping::name(name), value.clone())));
            }
        }
        Ok(())
    }
}

/// The value without the marks on its strings.
fn trusted(value: Value) -> Value {
    match value {
        Value::Unsafe(text) => Value::String(text),
        Value::List(items) => Value::List(items.iter().cloned().map(trusted).collect()),
        Value::Map(entries) => Value::Map(entries.iter().map(|(key, value)| (key.clone(), trusted(value.clone()))).collect()),
        other => other,
    }
}

fn branch_line(depth: usize, text: &str) -> String {
    let mut line = "  |".repeat(depth);
    if depth > 0 {
        line.push_str("--");
    }
    line.push_str(text);
    line
}

/// An error for a secret: Ansible decrypts what it shows here.
fn variable_lines(values: &[(&str, &Value)], depth: usize, lines: &mut Vec<String>) -> Result<(), Failure> {
    for (name, value) in values {
        if matches!(value, Value::Vault(_)) {
            return Err(Failure::Secret((*name).into()));
        }
        lines.push(branch_line(depth, &format!("{{{name} = {}}}", python::text(value))));
    }
    Ok(())
}
