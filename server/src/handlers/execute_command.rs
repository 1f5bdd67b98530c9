//! `workspace/executeCommand`: pages about hosts, as text for who asks, or opened in the editor.

use hostwise_analysis::{Defaults, compare_hosts, effective_variables};
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{ExecuteCommandParams, Uri};

use crate::dispatch::Snapshot;
use crate::pages;
use crate::proto::from;

/// The commands whose answer is the text of a page.
pub(crate) const TEXTS: [&str; 2] = [VARIABLES, DIFFERENCE];
/// The commands that open a page.
pub(crate) const OPENERS: [&str; 2] = [OPEN_VARIABLES, OPEN_DIFFERENCE];

const VARIABLES: &str = "hostwise.variables";
const DIFFERENCE: &str = "hostwise.difference";
const OPEN_VARIABLES: &str = "hostwise.openVariables";
const OPEN_DIFFERENCE: &str = "hostwise.openDifference";

/// A page, and what is to become of it.
#[derive(Debug)]
pub(crate) enum Page {
    Answered(String),
    /// Opened under this name.
    Opened {
        name: String,
        text: String,
    },
}

pub(crate) fn handle(snapshot: &Snapshot, params: ExecuteCommandParams) -> Result<Page> {
    let arguments: Vec<&str> = params.arguments.iter().filter_map(Value::as_str).collect();
    let (name, text) = match (params.command.as_str(), &arguments[..]) {
        (VARIABLES | OPEN_VARIABLES, [host, source @ ..]) => (format!("{host}.yaml"), variables(snapshot, host, source.first())?),
        (DIFFERENCE | OPEN_DIFFERENCE, [left, right, source @ ..]) => {
            (format!("{left} and {right}.yaml"), difference(snapshot, left, right, source.first())?)
        }
        (VARIABLES | OPEN_VARIABLES, _) => return Err(Error::invalid_params("the name of a host is missing")),
        (DIFFERENCE | OPEN_DIFFERENCE, _) => return Err(Error::invalid_params("the names of two hosts are missing")),
        (other, _) => return Err(Error::invalid_params(format!("no command is called {other}"))),
    };
    let is_opened = OPENERS.contains(&params.command.as_str());
    Ok(if is_opened { Page::Opened { name: name.replace('/', "_"), text } } else { Page::Answered(text) })
}

fn variables(snapshot: &Snapshot, host: &str, source: Option<&&str>) -> Result<String> {
    let path = source.and_then(|source| source.parse::<Uri>().ok()).map(|uri| from::path(&uri));
    let known = effective_variables(&snapshot.workspace, path.as_deref(), host, Defaults::LeftOut).ok_or_else(|| unknown(&[host]))?;
    Ok(pages::variables(&known, snapshot.root.as_deref()))
}

fn difference(snapshot: &Snapshot, left: &str, right: &str, source: Option<&&str>) -> Result<String> {
    let path = source.and_then(|source| source.parse::<Uri>().ok()).map(|uri| from::path(&uri));
    let known = compare_hosts(&snapshot.workspace, path.as_deref(), left, right, Defaults::LeftOut);
    Ok(pages::difference(&known.ok_or_else(|| unknown(&[left, right]))?, snapshot.root.as_deref()))
}

/// `RequestFailed` of the protocol: the client shows the message.
fn unknown(hosts: &[&str]) -> Error {
    let message = format!("no inventory has {}", hosts.join(" and "));
    Error { code: ErrorCode::ServerError(-32803), message: message.into(), data: None }
}
