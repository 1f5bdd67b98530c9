//! Contract: `hostwise explain`.

use serde::Serialize;

use crate::Workspace;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentState {
    Installed,
    NotInstalled,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Because {
    pub kind: String,
    pub name: String,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComponentVerdict {
    pub name: String,
    pub state: ComponentState,
    pub reason: String,
    pub because: Vec<Because>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HostExplanation {}
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overridden {}
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VariableExplanation {}

pub fn explain_host(_workspace: &Workspace, _host: &str) -> Option<HostExplanation> {
    None
}
pub fn explain_variable(_workspace: &Workspace, _host: &str, _name: &str) -> Option<VariableExplanation> {
    None
}
