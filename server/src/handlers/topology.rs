//! `hostwise/topology`.

use hostwise_analysis::{LoadBalancer, Profile, Topology, TopologyFinding, TopologyHost};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::TextDocumentIdentifier;

use super::explain::{component, place};
use crate::dispatch::Snapshot;
use crate::proto::{from, to};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TopologyParams {
    text_document: Option<TextDocumentIdentifier>,
}

pub(crate) fn handle(snapshot: &Snapshot, params: TopologyParams) -> Result<Value> {
    let path = params.text_document.map(|document| from::path(&document.uri));
    let inventories = hostwise_analysis::topology(&snapshot.workspace, path.as_deref());
    Ok(json!({ "inventories": inventories.iter().map(|inventory| of_inventory(snapshot, inventory)).collect::<Vec<_>>() }))
}

fn of_inventory(snapshot: &Snapshot, topology: &Topology) -> Value {
    let profile = |profile: &Profile| {
        json!({
            "roles": profile.roles,
            "role": profile.role,
            "groups": profile.groups,
            "components": profile.components.iter().map(|known| component(snapshot, known)).collect::<Vec<_>>(),
            "hosts": profile.hosts.iter().map(|known| host(snapshot, known)).collect::<Vec<_>>(),
        })
    };
    let overview = &topology.overview;
    json!({
        "sources": overview.sources.iter().filter_map(|path| to::uri(path)).collect::<Vec<_>>(),
        "layout": overview.layout,
        "kubespray": overview.kubespray,
        "hosts": overview.n_hosts,
        "profiles": topology.profiles.iter().map(profile).collect::<Vec<_>>(),
        "loadBalancer": topology.load_balancer.as_ref().map(|known| load_balancer(snapshot, known)),
        "findings": findings(snapshot, &topology.findings),
    })
}

fn host(snapshot: &Snapshot, host: &TopologyHost) -> Value {
    json!({
        "name": host.name,
        "groups": host.groups,
        "location": place(snapshot, host.location.as_ref().map(|(path, range)| (&**path, *range))),
        "findings": findings(snapshot, &host.findings),
    })
}

fn load_balancer(snapshot: &Snapshot, known: &LoadBalancer) -> Value {
    json!({
        "kind": known.kind.name(),
        "address": known.address,
        "program": known.program,
        "location": place(snapshot, known.location.as_ref().map(|(path, range)| (&**path, *range))),
    })
}

fn findings(snapshot: &Snapshot, findings: &[TopologyFinding]) -> Vec<Value> {
    let show = |finding: &TopologyFinding| {
        json!({
            "severity": finding.severity.name(),
            "code": finding.code,
            "message": finding.message,
            "location": place(snapshot, Some((&finding.location.0, finding.location.1))),
        })
    };
    findings.iter().map(show).collect()
}
