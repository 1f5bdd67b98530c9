//! The variables of a checkout: defaults and variables of its roles, and its sample inventory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use hostwise_kubespray::{Default, Facts, Kind};
use hostwise_syntax::{Value, yaml};
use indexmap::IndexMap;

use super::{Variables, optional, readers};

/// The role whose defaults every play sees. Up to 2.27 it was written with a dash.
const SHARED: &str = "kubespray_defaults";

/// Tables that are rather a program than a default.
const COMPUTED: [&str; 2] = ["downloads", "pkgs"];

/// A value larger than this (bytes of JSON) is not kept: nobody sets it, nothing decides by it.
const LARGEST: usize = 1500;

/// All variables of the checkout at `root`, sorted by name.
pub(super) fn variables(root: &Path) -> anyhow::Result<Variables> {
    let mut variables = Variables::new();
    for role in roles(&root.join("roles"))? {
        for path in yaml_files(&role.path.join("defaults"))? {
            for (name, value) in entries(&path)? {
                add_default(&mut variables, &role.name, &name, &value);
            }
        }
        for path in yaml_files(&role.path.join("vars"))? {
            let always_read = path.strip_prefix(role.path.join("vars"))?.to_str().is_some_and(|path| path.starts_with("main"));
            for (name, value) in entries(&path)? {
                add_role_variable(&mut variables, &role.name, &name, &value, always_read);
            }
        }
    }
    add_sample(&mut variables, &root.join("inventory/sample"))?;
    optional::add(&mut variables, root)?;
    readers::add(&mut variables, root)?;
    variables.sort_unstable_keys();
    Ok(variables)
}

pub(super) struct Role {
    /// `kubernetes/control-plane`
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// The directories below `roles` that are roles, sorted by name.
pub(super) fn roles(roles: &Path) -> anyhow::Result<Vec<Role>> {
    let mut found = Vec::new();
    let mut open = vec![roles.to_path_buf()];
    while let Some(directory) = open.pop() {
        let is_role = ["tasks", "defaults", "meta", "vars"].iter().any(|part| directory.join(part).is_dir());
        if is_role && directory != roles {
            let name = directory.strip_prefix(roles)?.to_str().context("a path that is not UTF-8")?;
            let name = if name == "kubespray-defaults" { SHARED } else { name }.to_owned();
            found.push(Role { name, path: directory.clone() });
        }
        for path in children(&directory)? {
            let is_part = path.file_name().is_some_and(|name| {
                ["tasks", "defaults", "vars", "meta", "templates", "handlers", "files", "molecule", "library"]
                    .iter()
                    .any(|part| *part == name)
            });
            if path.is_dir() && !is_part {
                open.push(path);
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

pub(super) fn children(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(directory).with_context(|| directory.display().to_string())?;
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

/// The files below `directory`, which may not exist.
pub(super) fn files(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !directory.is_dir() {
        return Ok(found);
    }
    for path in children(directory)? {
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn yaml_files(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = files(directory)?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml"));
    Ok(files)
}

/// The variables of a file, as Ansible reads it.
fn entries(path: &Path) -> anyhow::Result<Vec<(String, Value)>> {
    let text: Arc<str> = std::fs::read_to_string(path).with_context(|| path.display().to_string())?.into();
    variables_of(text).with_context(|| path.display().to_string())
}

fn variables_of(text: Arc<str>) -> anyhow::Result<Vec<(String, Value)>> {
    let document = yaml::parse(text);
    let Some(root) = document.root() else { return Ok(Vec::new()) };
    match root.value() {
        Ok(Value::Map(entries)) => {
            Ok(entries.iter().filter_map(|(name, value)| Some((name.as_str()?.to_owned(), value.clone()))).collect())
        }
        Ok(_) => Ok(Vec::new()),
        Err(error) => Err(anyhow::anyhow!("{}", error.message)),
    }
}

fn add_default(variables: &mut Variables, role: &str, name: &str, value: &Value) {
    let facts = variables.entry(name.to_owned()).or_insert_with(nothing);
    let (kind, value) = known(name, value);
    // The shared defaults are visible in every play, those of another role only where it runs.
    let is_shared = role == SHARED;
    if facts.from.is_empty() {
        (facts.kind, facts.default, facts.computed) = (kind, value.clone(), value.is_none());
    } else if facts.default != value {
        if is_shared {
            let owners = std::mem::take(&mut facts.from);
            if let Some(before) = facts.default.take() {
                facts.differs.extend(owners.iter().map(|owner| (owner.clone(), before.clone())));
            }
            facts.from = owners;
            (facts.kind, facts.default, facts.computed) = (kind, value.clone(), value.is_none());
        } else if let Some(value) = value {
            facts.differs.insert(role.to_owned(), value);
        }
    }
    if !facts.from.iter().any(|known| known == role) {
        let at = if is_shared { 0 } else { facts.from.len() };
        facts.from.insert(at, role.to_owned());
    }
}

/// Role variables beat defaults and the inventory. Those of a file that is read by name (an operating system's) depend on the host: the role that has
/// both that and a default gives no value that is certain, and for all others it is as if a task set it.
fn add_role_variable(variables: &mut Variables, role: &str, name: &str, value: &Value, always_read: bool) {
    let facts = variables.entry(name.to_owned()).or_insert_with(nothing);
    let (kind, value) = known(name, value);
    if always_read {
        let first = !facts.shadowed;
        facts.shadowed = true;
        facts.kind = kind;
        facts.computed = !first || value.is_none();
        facts.default = value.filter(|_| first);
    } else {
        facts.set_by_tasks = true;
        if facts.from.is_empty() || facts.from == [role] {
            if facts.kind == Kind::Any {
                facts.kind = kind;
            }
            (facts.computed, facts.default) = (true, None);
        }
    }
    if !facts.from.iter().any(|known| known == role) {
        let at = if always_read { 0 } else { facts.from.len() };
        facts.from.insert(at, role.to_owned());
    }
}

/// Active entries, and commented ones, of which only the name counts.
fn add_sample(variables: &mut Variables, sample: &Path) -> anyhow::Result<()> {
    for path in yaml_files(&sample.join("group_vars"))? {
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let file = path.strip_prefix(sample.join("group_vars"))?.to_str().context("a path that is not UTF-8")?.to_owned();
        for line in text.lines() {
            let entry = line.trim_start_matches('#');
            let commented = entry.len() < line.len();
            let entry = entry.strip_prefix(' ').filter(|_| commented).unwrap_or(entry);
            let Some((name, value)) = entry.split_once(':') else { continue };
            let is_name = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && (value.is_empty() || value.starts_with(' '));
            // A sentence may hold a colon, too: `warning: ...`.
            if !is_name || commented && !name.contains('_') && !variables.contains_key(name) {
                continue;
            }
            let facts = variables.entry(name.to_owned()).or_insert_with(nothing);
            facts.sample.get_or_insert_with(|| file.clone());
            if facts.from.is_empty()
                && facts.kind == Kind::Any
                && let Ok(entries) = variables_of(entry.into())
                && let [(_, value)] = &entries[..]
            {
                facts.kind = known(name, value).0;
            }
        }
    }
    Ok(())
}

pub(super) fn nothing() -> Facts {
    Facts {
        kind: Kind::Any,
        default: None,
        from: Vec::new(),
        differs: IndexMap::new(),
        shadowed: false,
        computed: false,
        set_by_tasks: false,
        sample: None,
        roles: Vec::new(),
    }
}

/// The kind of a value, and the value when it is kept.
fn known(name: &str, value: &Value) -> (Kind, Option<Default>) {
    if name.ends_with("_checksums")
        && let Some(versions) = checksums(value)
    {
        return (Kind::Checksums, Some(versions));
    }
    let converted = if COMPUTED.contains(&name) { None } else { convert(value) };
    let converted = converted.filter(|value| serde_json::to_string(value).is_ok_and(|text| text.len() <= LARGEST));
    (kind(value), converted)
}

fn kind(value: &Value) -> Kind {
    match value {
        Value::Bool(_) => Kind::Bool,
        Value::Int(_) | Value::BigInt(_) => Kind::Int,
        Value::Float(_) => Kind::Float,
        Value::String(text) if text.contains("{{") || text.contains("{%") => of_template(text),
        Value::String(_) | Value::Timestamp(_) | Value::Unsafe(_) => Kind::Text,
        Value::List(_) => Kind::List,
        Value::Map(_) => Kind::Map,
        Value::Null | Value::Vault(_) | Value::Invalid(_) => Kind::Any,
    }
}

/// What a template gives, where its form says so.
fn of_template(text: &str) -> Kind {
    let text = text.trim();
    let Some(inner) = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).filter(|inner| !inner.contains("{{")) else {
        return if text.starts_with("{%") { Kind::Any } else { Kind::Text };
    };
    let inner = inner.trim_matches('-').trim();
    let ends = |endings: &[&str]| endings.iter().any(|ending| inner.ends_with(ending));
    let has = |parts: &[&str]| parts.iter().any(|part| inner.contains(part));
    if has(&[" if ", "default", "ternary"]) {
        Kind::Any
    } else if inner.starts_with("not ") || ends(&["| bool"]) || has(&[" == ", " != ", " in ", " is "]) && !has(&["|"]) {
        Kind::Bool
    } else if ends(&["| int"]) {
        Kind::Int
    } else if ends(&["| list", "]"]) && inner.starts_with('[') {
        Kind::List
    } else if has(&[" ~ ", "| lower", "| string", "regex_replace"]) {
        Kind::Text
    } else {
        Kind::Any
    }
}

fn convert(value: &Value) -> Option<Default> {
    Some(match value {
        Value::Null => Default::Null,
        Value::Bool(value) => Default::Bool(*value),
        Value::Int(value) => Default::Int(*value),
        Value::Float(value) => Default::Float(*value),
        Value::String(text) | Value::Timestamp(text) => Default::Text(text.to_string()),
        Value::BigInt(_) | Value::Unsafe(_) | Value::Vault(_) | Value::Invalid(_) => return None,
        Value::List(items) => Default::List(items.iter().map(convert).collect::<Option<_>>()?),
        Value::Map(entries) => {
            Default::Map(entries.iter().map(|(key, value)| Some((key.as_str()?.to_owned(), convert(value)?))).collect::<Option<_>>()?)
        }
    })
}

fn key_text(key: &Value) -> Option<String> {
    match key {
        Value::String(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Architectures and versions of a table of checksums; architectures with the same versions share an entry: `amd64 arm64: 1.2.4 1.2.3`.
/// A table without architectures has the entry `''`. `None` for anything else.
fn checksums(value: &Value) -> Option<Default> {
    let Value::Map(entries) = value else { return None };
    let versions = |entries: &[(Value, Value)]| -> Option<String> {
        let scalar = |value: &Value| matches!(value, Value::String(_) | Value::Int(_));
        let keys = entries.iter().map(|(key, value)| scalar(value).then(|| key_text(key))?);
        Some(keys.collect::<Option<Vec<String>>>()?.join(" "))
    };
    if let Some(versions) = versions(entries) {
        return Some(Default::Map(IndexMap::from([(String::new(), Default::Text(versions))])));
    }
    let mut by_versions: IndexMap<String, Vec<String>> = IndexMap::new();
    for (architecture, entries) in entries.iter() {
        let Value::Map(entries) = entries else { return None };
        by_versions.entry(versions(entries)?).or_default().push(key_text(architecture)?);
    }
    Some(Default::Map(
        by_versions.into_iter().map(|(versions, architectures)| (architectures.join(" "), Default::Text(versions))).collect(),
    ))
}
