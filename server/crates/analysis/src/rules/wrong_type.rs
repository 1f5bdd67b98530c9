//! `wrong-type`: a value that cannot be what its variable stands for: no address, no range, no port.

use std::net::IpAddr;

use hostwise_expression::Value;
use ipnet::IpNet;

use super::{Findings, Rule};
use crate::Severity;
use crate::findings::HOSTS;

pub(super) const RULE: Rule = Rule { id: "wrong-type", severity: Severity::Error, tag: None, page: include_str!("wrong-type.md"), check };

/// What a value must be.
#[derive(Clone, Copy)]
enum Shape {
    Address,
    Address6,
    Range,
}

const SHAPES: [(&str, Shape); 9] = [
    ("ip", Shape::Address),
    ("access_ip", Shape::Address),
    ("ip6", Shape::Address6),
    ("access_ip6", Shape::Address6),
    ("kube_vip_address", Shape::Address),
    ("kube_service_addresses", Shape::Range),
    ("kube_pods_subnet", Shape::Range),
    ("kube_service_addresses_ipv6", Shape::Range),
    ("kube_pods_subnet_ipv6", Shape::Range),
];

fn check(findings: &mut Findings<'_>) {
    let cluster = findings.cluster;
    let Some(release) = &cluster.kubespray else { return };
    for (name, shape) in SHAPES {
        for situation in cluster.situations(name).iter() {
            let Some(winner) = &situation.winner else { continue };
            let Value::String(text) = &situation.value else { continue };
            if text.is_empty() || fits(shape, text) || !cluster.has_role(situation.hosts.example) {
                continue;
            }
            let wanted = match shape {
                Shape::Address => "an address",
                Shape::Address6 => "an IPv6 address",
                Shape::Range => "a range such as 10.233.0.0/18",
            };
            let message = format!("{name} {text} on {HOSTS} must be {wanted}");
            findings.report(findings.at(&RULE, winner.place, message).on(situation.hosts.all(cluster)));
        }
    }
    for name in cluster.inventory.set_variables().iter().filter(|name| name.ends_with("_port")) {
        if release.pack.variable(name).is_none_or(|variable| variable.kind != hostwise_kubespray::Kind::Int) {
            continue;
        }
        for situation in cluster.situations(name).iter() {
            let Some(winner) = &situation.winner else { continue };
            let is_port = match &situation.value {
                Value::Int(port) => (0..=65535).contains(port),
                Value::String(text) => text.is_empty() || text.parse::<u16>().is_ok(),
                _ => continue,
            };
            if !is_port {
                let message = format!("{name} {} on {HOSTS} must be a port, 1 to 65535", situation.value);
                findings.report(findings.at(&RULE, winner.place, message).on(situation.hosts.all(cluster)));
            }
        }
    }
}

fn fits(shape: Shape, text: &str) -> bool {
    match shape {
        Shape::Address => text.parse::<IpAddr>().is_ok(),
        Shape::Address6 => text.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()),
        // A list of ranges is read by some templates.
        Shape::Range => text.split(',').all(|range| range.trim().parse::<IpNet>().is_ok()),
    }
}
