//! Values of variables: what the release accepts, yes and no, the versions it can install.

use hostwise_kubespray::{Default, Kind, KubeVersions, Variable};

use super::{Asked, Completion, CompletionKind};
use crate::knowledge;

/// The values that the variable `name` may have.
pub(super) fn of(asked: &Asked<'_>, name: &str) -> Vec<Completion> {
    let Some(release) = &asked.cluster.kubespray else { return Vec::new() };
    if name == "kube_version" {
        return kube_versions(&release.pack.kube_versions);
    }
    let Some(variable) = knowledge::variable(asked.cluster, name) else { return Vec::new() };
    let default = literal_default(variable);
    let item = |value: String| {
        let is_default = Some(&value) == default.as_ref();
        Completion::new(value, CompletionKind::Value, if is_default { 1 } else { 2 }).detail(if is_default { "default" } else { "" })
    };
    choices(variable).into_iter().map(item).collect()
}

/// Newest first, the default before all; a number that YAML would cut (`1.30`) does not occur: all have three parts.
fn kube_versions(versions: &KubeVersions) -> Vec<Completion> {
    let item = |(rank, version): (u8, &String)| {
        let is_default = *version == versions.default;
        Completion::new(version, CompletionKind::Value, if is_default { 0 } else { rank }).detail(if is_default { "default" } else { "" })
    };
    (1..=u8::MAX).zip(&versions.known).map(item).collect()
}

/// All values that a variable can have, when they are few.
pub(super) fn choices(variable: &Variable) -> Vec<String> {
    match variable.kind {
        _ if !variable.values.is_empty() => variable.values.iter().map(written).collect(),
        Kind::Bool => vec!["true".to_owned(), "false".to_owned()],
        _ => Vec::new(),
    }
}

/// The default as it is written in YAML, when it is one line without a template.
pub(super) fn literal_default(variable: &Variable) -> Option<String> {
    match variable.default.as_ref()? {
        Default::Null | Default::List(_) | Default::Map(_) => None,
        Default::Text(text) if text.contains(['{', '\n', '#', ':', '"', '\'']) => None,
        default => Some(written(default)),
    }
}

fn written(value: &Default) -> String {
    match value {
        Default::Text(text) if matches!(text.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "~") => {
            format!("\"{text}\"")
        }
        value => value.to_string(),
    }
}
