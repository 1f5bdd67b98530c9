//! A component, or a program that it brings: where it is and where it is not.

use hostwise_kubespray::Component;

use super::{hosts_of, release_line};
use crate::cluster::Cluster;
use crate::components::State;

/// The component that is called `word`, or brings a program of that name.
pub(super) fn named<'c>(cluster: &'c Cluster, word: &str) -> Option<(&'c str, &'c Component)> {
    let components = &cluster.kubespray.as_ref()?.pack.components;
    let by_name = components.get_key_value(word);
    let found = by_name.or_else(|| components.iter().find(|(_, component)| component.commands.iter().any(|command| command == word)))?;
    Some((found.0.as_str(), found.1))
}

pub(super) fn markdown(cluster: &Cluster, word: &str, name: &str, component: &Component) -> String {
    let mut lines = vec![if word == name {
        format!("**{name}**: {}", component.purpose)
    } else {
        format!("**{word}** comes with **{name}**: {}", component.purpose)
    }];
    for (title, state) in [("Installed on", State::Installed), ("Not installed on", State::NotInstalled), ("Not known on", State::Unknown)]
    {
        let reasons = cluster.hosts_by_reason(name, state);
        if let [(reason, hosts)] = &reasons[..] {
            lines.extend([String::new(), format!("{title} {}: {reason}", hosts_of(cluster, hosts))]);
        } else if !reasons.is_empty() {
            lines.extend([String::new(), format!("{title}:"), String::new()]);
            lines.extend(reasons.iter().map(|(reason, hosts)| format!("- {}: {reason}", hosts_of(cluster, hosts))));
        }
    }
    lines.extend(release_line(cluster).into_iter().flat_map(|release| [String::new(), release]));
    lines.join("\n")
}
