//! What names mean in a task on a host: the inventory, under what plays, roles, blocks and tasks set.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_expression::{Reason, Scope, Value};
use hostwise_inventory::HostId;

use super::model::{Content, PlayFile};
use super::script::{FrameKind, Script, ScriptPlay, Step};
use crate::cluster::Cluster;
use crate::scope::{HostScope, from_inventory};

/// The names around one step, of any host.
#[derive(Clone)]
pub(crate) struct StepScope<'s> {
    pub(super) script: &'s Script,
    pub(super) step: &'s Step,
    has_defaults: bool,
    /// Names whose values are known here, whatever else sets them.
    known: Vec<(Arc<str>, Value)>,
    asked: &'s Asked,
}

/// The names that were looked for in what a script sets.
#[derive(Debug, Default)]
pub(crate) struct Asked(RefCell<BTreeSet<Arc<str>>>);

impl Asked {
    fn add(&self, name: &str) {
        let mut names = self.0.borrow_mut();
        if !names.contains(name) {
            names.insert(name.into());
        }
    }

    /// In order.
    pub(super) fn into_names(self) -> BTreeSet<Arc<str>> {
        self.0.into_inner()
    }
}

/// The same on a host.
pub(crate) struct TaskScope<'s> {
    around: &'s StepScope<'s>,
    host: HostScope<'s>,
}

impl<'s> StepScope<'s> {
    pub(crate) fn new(script: &'s Script, play: &ScriptPlay, step: &'s Step, asked: &'s Asked) -> Self {
        Self { script, step, has_defaults: play.has_defaults, known: Vec::new(), asked }
    }

    /// The names around another step of the same play.
    pub(super) fn at(&self, step: &'s Step) -> Self {
        Self { step, known: Vec::new(), ..*self }
    }

    /// The same, where a name has this value.
    pub(super) fn with(&self, name: &str, value: Value) -> Self {
        let known = self.known.iter().cloned().chain([(name.into(), value)]).collect();
        Self { known, ..*self }
    }

    pub(crate) fn on(&'s self, cluster: &'s Cluster, host: HostId, without_own: bool) -> TaskScope<'s> {
        TaskScope { around: self, host: HostScope { cluster, host, without_own } }
    }

    /// What the task, its blocks, its role and its play set, innermost first.
    pub(super) fn set(&self, name: &str) -> Option<Value> {
        let script = self.script;
        let of_keywords = |file: &PlayFile, keywords: &super::model::Keywords| {
            let entry = keywords.vars.iter().rev().find(|(known, _)| &**known == name)?;
            Some(value_of(file, entry.1, name))
        };
        let own = of_keywords(script.file(self.step), script.step_keywords(self.step));
        own.or_else(|| {
            script.frames_of(self.step).find_map(|frame| {
                let around = of_keywords(&script.files[frame.file as usize], script.frame_keywords(frame));
                around.or_else(|| match &frame.kind {
                    FrameKind::Role(role) => role.vars.iter().rev().find_map(|&file| entry(&script.files[file as usize], name)),
                    _ => None,
                })
            })
        })
    }

    /// The default of the innermost role that has one.
    fn default(&self, name: &str) -> Option<Value> {
        let script = self.script;
        script.frames_of(self.step).find_map(|frame| match &frame.kind {
            FrameKind::Role(role) => role.defaults.iter().rev().find_map(|&file| entry(&script.files[file as usize], name)),
            _ => None,
        })
    }
}

impl Scope for TaskScope<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        let names = &self.around.script.names;
        let unknown = || Some(Value::Unknown(vec![Reason::Runtime(name.into())]));
        match name {
            "inventory_hostname" | "inventory_hostname_short" | "hostvars" | "ansible_facts" => return self.host.lookup(name),
            "group_names" | "groups" => return if names.groups_change { unknown() } else { self.host.lookup(name) },
            _ => {}
        }
        if let Some((_, value)) = self.around.known.iter().rev().find(|(known, _)| &**known == name) {
            return Some(value.clone());
        }
        let cluster = self.host.cluster;
        let inventory = &cluster.inventory;
        if cluster.request.given.is_some()
            && let Some(variable) = inventory.variable(self.host.host, name)
            && variable.winner.kind == hostwise_inventory::LayerKind::ExtraVars
        {
            return self.host.lookup(name);
        }
        self.around.asked.add(name);
        let is_beside = names.beside.get(name).is_some_and(|beside| beside.iter().any(|directory| !cluster.is_beside(directory)));
        if is_beside || names.runtime.contains(name) || self.around.step.is_after_unknown {
            return unknown();
        }
        if let Some(value) = self.around.set(name) {
            return Some(value);
        }
        if names.of_roles.contains(name) {
            return unknown();
        }
        let set = if self.host.without_own { inventory.group_winner(self.host.host, name) } else { inventory.winner(self.host.host, name) };
        if set.is_some() {
            return self.host.lookup(name);
        }
        if let Some(default) = self.around.default(name) {
            return Some(default);
        }
        // Without the defaults of Kubespray its variables are not defined, unless something else defines them.
        if name.starts_with("ansible_") || self.around.has_defaults { self.host.lookup(name) } else { unknown() }
    }

    fn host(&self, name: &str) -> Option<Box<dyn Scope + '_>> {
        let host = self.host.cluster.inventory.host_named(name)?;
        Some(Box::new(self.around.on(self.host.cluster, host, false)))
    }
}

fn entry(file: &Arc<PlayFile>, name: &str) -> Option<Value> {
    match &file.content {
        Content::Variables(entries) => entries.get(name).map(|&value| value_of(file, value, name)),
        Content::Playbook(_) | Content::Tasks(_) | Content::Dependencies(_) => None,
    }
}

pub(super) fn value_of(file: &PlayFile, node: hostwise_syntax::yaml::NodeId, name: &str) -> Value {
    match file.node(node).value() {
        Ok(value) => from_inventory(&value, name),
        Err(_) => Value::Unknown(vec![Reason::Unsupported(format!("the value of {name}").into())]),
    }
}
