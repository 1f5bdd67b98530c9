//! `invalid-host-name`: a name that a Kubernetes node cannot have.

use hostwise_expression::Value;
use hostwise_inventory::MentionKind;

use super::{Findings, Rule};
use crate::findings::HOSTS;
use crate::{Change, FileEdit, Fix, Severity, rename};

pub(super) const RULE: Rule =
    Rule { id: "invalid-host-name", severity: Severity::Error, tag: None, page: include_str!("invalid-host-name.md"), check };

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    if cluster.kubespray.is_none() {
        return;
    }
    for (id, host) in cluster.inventory.hosts().filter(|(_, host)| !is_domain(&host.name)) {
        let first = host.mentions.iter().find(|mention| matches!(mention.kind, MentionKind::HostOf(_)));
        let Some(mention) = first.filter(|_| cluster.has_role(id) || host.name.contains('=')) else { continue };
        let file = cluster.inventory.file(mention.place.file);
        if let Some((name, rest)) = blank_missing(&host.name) {
            let message = format!("this host is called {}: a blank is missing before {rest}", host.name);
            let at = mention.place.range.start as usize + name.len();
            let written = file.text().get(mention.place.range.span()) == Some(&host.name);
            let edit = FileEdit { path: file.path().clone(), range: hostwise_syntax::TextRange::new(at, at + 1), new_text: " ".to_owned() };
            let change = Change { edits: vec![edit], renames: Vec::new() };
            let fix = written.then(|| Fix { title: format!("Separate {name} from {rest}"), is_safe: true, change });
            findings.report(findings.at(&RULE, mention.place, message).on([id]).fix(fix));
            continue;
        }
        let message = format!("{HOSTS} cannot be the name of a node: only lower-case letters, digits, - and . are allowed");
        let better = host.name.to_ascii_lowercase().replace('_', "-");
        let fix = (is_domain(&better)).then(|| rename(findings.workspace(), file.path(), mention.place.range.start as usize, &better));
        let fix = fix.and_then(Result::ok).map(|change| Fix { title: format!("Rename {} to {better}", host.name), is_safe: false, change });
        findings.report(findings.at(&RULE, mention.place, message).on([id]).fix(fix));
    }
    for name in ["cluster_name", "dns_domain"] {
        for situation in cluster.situations(name).iter() {
            let (Value::String(domain), Some(winner)) = (&situation.value, &situation.winner) else { continue };
            if !is_domain(domain) && !domain.is_empty() && cluster.has_role(situation.hosts.example) {
                let message = format!("kubeadm refuses {name} {domain}: only lower-case letters, digits, - and . are allowed");
                findings.report(findings.at(&RULE, winner.place, message).on(situation.hosts.all(cluster)));
            }
        }
    }
}

/// Lower-case labels between dots, each beginning and ending with a letter or digit (RFC 1123, as Kubespray checks it).
fn is_domain(name: &str) -> bool {
    name.split('.').all(|label| {
        let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(is_inner)
    })
}

/// `node6.ansible_host=10.0.0.6`: the host, and the assignment that was to stand behind it.
fn blank_missing(name: &str) -> Option<(&str, &str)> {
    let (before, _) = name.split_once('=')?;
    let start = ["ansible_", "ip", "access_ip", "etcd_member_name"].into_iter().find_map(|key| before.rfind(&format!(".{key}")))?;
    Some((&name[..start], &name[start + 1..]))
}
