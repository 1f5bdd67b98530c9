//! `version-prefix`: a `v` in front of a version, where the release wants none.

use std::sync::Arc;

use hostwise_expression::Value;

use super::{Findings, Rule};
use crate::{Change, FileEdit, Fix, Severity};

pub(super) const RULE: Rule =
    Rule { id: "version-prefix", severity: Severity::Error, tag: None, page: include_str!("version-prefix.md"), check };

/// The versions of which Kubespray makes names of files and images with a `v` of its own (roles/validate_inventory of 2.28). `kube_version` has
/// a rule of its own.
const VERSIONS: [&str; 28] = [
    "argocd_version",
    "aws_ebs_csi_plugin_version",
    "azure_csi_plugin_version",
    "calico_apiserver_version",
    "calico_ctl_version",
    "calico_typha_version",
    "calico_version",
    "cert_manager_version",
    "cilium_cli_version",
    "cilium_version",
    "cinder_csi_plugin_version",
    "cni_version",
    "dnsautoscaler_version",
    "etcd_version",
    "flannel_cni_version",
    "flannel_version",
    "gateway_api_version",
    "gcp_pd_csi_plugin_version",
    "helm_version",
    "kube_ovn_version",
    "kube_router_version",
    "kube_vip_version",
    "local_path_provisioner_version",
    "metallb_version",
    "metrics_server_version",
    "multus_version",
    "runc_version",
    "skopeo_version",
];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    if !cluster.is_since(28) {
        return;
    }
    for name in VERSIONS.into_iter().filter(|name| cluster.inventory.sets(name)) {
        for situation in cluster.situations(name).iter() {
            let (Value::String(version), Some(winner)) = (&situation.value, &situation.winner) else { continue };
            let Some(number) = version.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) else { continue };
            let message = format!("{name} is {version}: since 2.28 versions are written without the v");
            let file = cluster.inventory.file(winner.place.file);
            let written = &file.text()[winner.place.range.span()];
            let fix = written.contains(&**version).then(|| Fix {
                title: format!("Write {number}"),
                is_safe: true,
                change: Change {
                    edits: vec![FileEdit {
                        path: Arc::clone(file.path()),
                        range: winner.place.range,
                        new_text: written.replacen(&**version, number, 1),
                    }],
                    renames: Vec::new(),
                },
            });
            findings.report(findings.at(&RULE, winner.place, message).fix(fix));
        }
    }
}
