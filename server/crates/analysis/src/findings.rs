//! How a rule says what it found: one finding per cause, with the hosts that it concerns.

use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};

use hostwise_inventory::{HostId, MentionKind, Place};
use hostwise_syntax::{TextRange, Value};
use rustc_hash::FxHashMap;

use crate::cluster::Cluster;
use crate::rules::Rule;
use crate::scope::from_inventory;
use crate::{Change, Diagnostic, Fix, Related, Severity, Workspace};

/// Stands in a message for the names of the hosts, `a, b and 3 more`: `format!("no address on {HOSTS}")`.
pub(crate) const HOSTS: &str = "\u{0}hosts\u{0}";

/// More hosts than this are counted, not listed as related places.
const RELATED_HOSTS: usize = 8;
/// So many lines that decided are shown when several causes are put together.
const RELATED: usize = 12;

/// What a check looks at, and where it puts what it finds.
pub(crate) struct Findings<'w> {
    pub(crate) cluster: &'w Cluster,
    workspace: &'w Workspace,
    /// Whether the rule has asked for more than the inventory.
    looked_around: Cell<bool>,
    found: Vec<Finding>,
    /// By what makes two findings the same.
    known: FxHashMap<Key, usize>,
}

type Key = (&'static str, Arc<str>, TextRange, String);

/// Something that a rule found, at the line that a person must change.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    rule: &'static Rule,
    path: Arc<str>,
    range: TextRange,
    message: String,
    severity: Severity,
    hosts: Vec<HostId>,
    related: Vec<Related>,
    fixes: Vec<Fix>,
}

impl Finding {
    /// A finding in a file. The message has one line: effect, hosts ([`HOSTS`]), value.
    pub(crate) fn in_file(rule: &'static Rule, path: &Arc<str>, range: TextRange, message: impl Into<String>) -> Finding {
        Finding {
            rule,
            path: Arc::clone(path),
            range,
            message: message.into(),
            severity: rule.severity,
            hosts: Vec::new(),
            related: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Another severity than the usual one of the rule. The settings still win.
    pub(crate) fn severity(self, severity: Severity) -> Finding {
        Finding { severity, ..self }
    }

    /// The hosts that it concerns.
    pub(crate) fn on(mut self, hosts: impl IntoIterator<Item = HostId>) -> Finding {
        self.hosts.extend(hosts);
        self
    }

    /// A line that decided.
    pub(crate) fn because(mut self, related: impl IntoIterator<Item = Related>) -> Finding {
        self.related.extend(related);
        self
    }

    /// Ways to make it go away, the best first.
    pub(crate) fn fix(mut self, fixes: impl IntoIterator<Item = Fix>) -> Finding {
        self.fixes.extend(fixes);
        self
    }
}

/// Variables that are to have other values.
#[derive(Clone, Debug)]
pub(crate) struct Remedy {
    settings: Vec<(&'static str, Value)>,
    is_safe: bool,
}

impl Remedy {
    /// Certainly what was meant.
    pub(crate) fn safe(settings: impl IntoIterator<Item = (&'static str, Value)>) -> Remedy {
        Remedy { settings: settings.into_iter().collect(), is_safe: true }
    }

    /// One way of several.
    pub(crate) fn offered(settings: impl IntoIterator<Item = (&'static str, Value)>) -> Remedy {
        Remedy { is_safe: false, ..Remedy::safe(settings) }
    }

    /// The fix that sets the variables for a host: each where a line sets it, else beside the first of `names` that a line sets.
    pub(crate) fn on(&self, cluster: &Cluster, host: HostId, names: &[&str]) -> Option<Fix> {
        let mut change = Change::default();
        for (name, value) in &self.settings {
            let set = match cluster.winner(host, name) {
                Some(layer) => cluster.change_value(&layer, value),
                None => {
                    let beside = names.iter().find_map(|name| cluster.winner(host, name))?;
                    cluster.set_beside(&beside, name, value)
                }
            };
            change.edits.extend(set?.edits);
        }
        let words = |(name, value): &(&str, Value)| match value {
            Value::Bool(value) => format!("{name} to {value}"),
            value => format!("{name} to {}", from_inventory(value, name)),
        };
        let words: Vec<String> = self.settings.iter().map(words).collect();
        Some(Fix { title: format!("Set {}", words.join(" and ")), is_safe: self.is_safe, change })
    }
}

/// Findings with their paths.
pub(crate) type Found = Arc<[(Arc<str>, Diagnostic)]>;

/// What rules found that looked at nothing but one inventory, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<FxHashMap<&'static str, Found>>);

/// What a rule finds in an inventory, with the severities of the settings; a rule that is off finds nothing.
pub(crate) fn of_rule(rule: &Rule, cluster: &Cluster, workspace: &Workspace) -> Found {
    let known = cluster.findings.0.lock().unwrap_or_else(PoisonError::into_inner).get(rule.id).cloned();
    known.unwrap_or_else(|| {
        let mut findings = Findings::new(cluster, workspace);
        (rule.check)(&mut findings);
        let looked_around = findings.looked_around.get();
        let found = findings.into_diagnostics();
        if !looked_around {
            cluster.findings.0.lock().unwrap_or_else(PoisonError::into_inner).insert(rule.id, Arc::clone(&found));
        }
        found
    })
}

impl<'w> Findings<'w> {
    fn new(cluster: &'w Cluster, workspace: &'w Workspace) -> Self {
        Self { cluster, workspace, looked_around: Cell::new(false), found: Vec::new(), known: FxHashMap::default() }
    }

    /// Everything around the inventory. What a rule finds without it is kept for as long as the inventory is the same.
    pub(crate) fn workspace(&self) -> &'w Workspace {
        self.looked_around.set(true);
        self.workspace
    }

    /// A finding at a place of the inventory; [`Self::report`] adds it.
    pub(crate) fn at(&self, rule: &'static Rule, place: Place, message: impl Into<String>) -> Finding {
        Finding::in_file(rule, self.cluster.inventory.file(place.file).path(), place.range, message)
    }

    /// Adds a finding. One with the same place and message is the same cause: its hosts are put together.
    pub(crate) fn report(&mut self, finding: Finding) {
        let key = (finding.rule.id, Arc::clone(&finding.path), finding.range, finding.message.clone());
        match self.known.get(&key) {
            Some(&index) => {
                let known = &mut self.found[index];
                known.severity = known.severity.max(finding.severity);
                known.hosts.extend(finding.hosts);
                for related in finding.related {
                    if known.related.len() < RELATED && !known.related.contains(&related) {
                        known.related.push(related);
                    }
                }
            }
            None => {
                self.known.insert(key, self.found.len());
                self.found.push(finding);
            }
        }
    }

    /// A line that decided, for [`Finding::because`].
    pub(crate) fn related(&self, place: Place, message: impl Into<String>) -> Related {
        Related { path: Arc::clone(self.cluster.inventory.file(place.file).path()), range: place.range, message: message.into() }
    }

    /// The lines that give these variables their values on a host: `kube_owner is kube`.
    pub(crate) fn values(&self, host: HostId, names: &[&str]) -> Vec<Related> {
        let line = |name: &&str| {
            let winner = self.cluster.winner(host, name)?;
            Some(self.related(winner.key, format!("{name} is {}", self.cluster.value_for_people(host, name))))
        };
        names.iter().filter_map(line).collect()
    }

    /// The first of these variables that a line gives to the host: the name, and the place of that line's key.
    pub(crate) fn first_set<'n>(&self, host: HostId, names: &[&'n str]) -> Option<(&'n str, Place)> {
        names.iter().find_map(|name| Some((*name, self.cluster.winner(host, name)?.key)))
    }

    /// Reports the hosts on which a condition certainly holds, at the first of `names` that a line gives to them: `names` are the variables that the
    /// condition reads, the one to change first. `message` is asked for one host of several that are alike. `remedy` makes the condition false.
    pub(crate) fn report_where(
        &mut self,
        rule: &'static Rule,
        condition: &str,
        names: &[&str],
        message: impl Fn(HostId) -> String,
        remedy: Option<&Remedy>,
    ) {
        let cluster = self.cluster;
        for hosts in cluster.where_true(condition) {
            let example = hosts.example;
            let Some((_, place)) = self.first_set(example, names) else { continue };
            let fix = remedy.and_then(|remedy| remedy.on(cluster, example, names));
            let finding = self.at(rule, place, message(example)).on(hosts.all(cluster)).because(self.values(example, names)).fix(fix);
            self.report(finding);
        }
    }

    /// All that it found. What a test of the CI borrows is for the inventory to judge that it belongs to.
    fn into_diagnostics(self) -> Found {
        let Findings { cluster, workspace, found, .. } = self;
        let severity = |finding: &Finding| workspace.settings().severity(finding.rule, finding.severity);
        let own = found.into_iter().filter(|finding| !cluster.borrows(&finding.path));
        let wanted = own.filter_map(|finding| Some((severity(&finding)?, finding)));
        wanted.map(|(severity, finding)| (Arc::clone(&finding.path), diagnostic(cluster, severity, finding))).collect()
    }
}

impl Cluster {
    /// `a`, `a and b`, `a, b and 3 more`.
    pub(crate) fn names_of(&self, hosts: &[HostId]) -> String {
        let name = |host: &HostId| self.inventory.host(*host).name.to_string();
        match hosts {
            [] => String::new(),
            [one] => name(one),
            [one, two] => format!("{} and {}", name(one), name(two)),
            [one, two, three] => format!("{}, {} and {}", name(one), name(two), name(three)),
            [one, two, rest @ ..] => format!("{}, {} and {} more", name(one), name(two), rest.len()),
        }
    }

    /// The same, but `every host` and `every host of kube_node` for more than three that are all. `hosts` are sorted.
    fn described(&self, hosts: &[HostId]) -> String {
        self.all_of(hosts).unwrap_or_else(|| self.names_of(hosts))
    }

    fn all_of(&self, hosts: &[HostId]) -> Option<String> {
        if hosts.len() <= 3 {
            return None;
        }
        if hosts.len() == self.inventory.hosts().len() {
            return Some("every host".to_owned());
        }
        let is_whole = |group: &&str| {
            let members = self.inventory.group_named(group).map(|group| self.inventory.members(group));
            members.is_some_and(|mut members| {
                members.sort_unstable();
                members == hosts
            })
        };
        let group = ["k8s_cluster", "kube_node", "kube_control_plane", "etcd"].into_iter().find(is_whole)?;
        Some(format!("every host of {group}"))
    }
}

fn diagnostic(cluster: &Cluster, severity: Severity, finding: Finding) -> Diagnostic {
    let Finding { rule, path, range, message, mut hosts, mut related, fixes, .. } = finding;
    hosts.sort_unstable();
    hosts.dedup();
    let message = if message.contains(HOSTS) { message.replace(HOSTS, &cluster.described(&hosts)) } else { message };
    let host = if let [host] = hosts[..] { Some(Arc::clone(&cluster.inventory.host(host).name)) } else { None };
    if (2..=RELATED_HOSTS).contains(&hosts.len()) && hosts.len() < cluster.inventory.hosts().len() {
        for &host in &hosts {
            let host = cluster.inventory.host(host);
            let first = host.mentions.iter().find(|mention| matches!(mention.kind, MentionKind::HostOf(_))).or(host.mentions.first());
            if let Some(mention) = first {
                let place = Related {
                    path: Arc::clone(cluster.inventory.file(mention.place.file).path()),
                    range: mention.place.range,
                    message: host.name.to_string(),
                };
                let is_told = (place.path == path && place.range == range)
                    || related.iter().any(|known| known.path == place.path && known.range == place.range);
                if !is_told {
                    related.push(place);
                }
            }
        }
    }
    Diagnostic { range, severity, code: rule.id, message, host, related, fixes, tag: rule.tag }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hostwise_inventory::{Content, Entry, Files, SourceFile};

    use super::*;
    use crate::{Settings, Token};

    fn put(files: &mut Files, path: &str, text: &str) {
        files.insert(path, Entry::File(Arc::new(SourceFile::new(path, Content::Text(text.into()), false))));
    }

    fn found(workspace: &Workspace, rule: &str) -> Found {
        let rule = Rule::named(rule).expect("a rule");
        of_rule(rule, &workspace.clusters()[0], workspace)
    }

    #[test]
    fn an_edit_elsewhere_asks_only_the_rules_that_look_around() {
        let mut files = Files::default();
        put(
            &mut files,
            "/w/a/hosts.yaml",
            "etcd: {hosts: {h1: , h2: }}\nkube_control_plane: {hosts: {h1: }}\nkube_node: {hosts: {h2: }}\n",
        );
        put(&mut files, "/w/a/group_vars/all.yml", "calico_endpoint_to_host_actoin: ACCEPT\n");
        put(&mut files, "/w/b/hosts.yaml", "kube_node: {hosts: {h3: }}\n");
        let before = Workspace::new(files.clone(), BTreeSet::new(), Settings::default());
        let codes = |workspace: &Workspace| -> Vec<String> {
            let found = workspace.diagnostics(&Token::never()).expect("not cancelled");
            found.iter().flat_map(|(path, found)| found.iter().map(move |found| format!("{path} {}", found.code))).collect()
        };
        assert!(codes(&before).contains(&"/w/a/group_vars/all.yml variable-typo".to_owned()), "{:?}", codes(&before));
        let members = found(&before, "etcd-even-members");
        assert_eq!(members.len(), 1);

        put(&mut files, "/w/site.yml", "- hosts: all\n  tasks:\n    - debug: {msg: \"{{ calico_endpoint_to_host_actoin }}\"}\n");
        let after = before.change_files(files.clone());
        assert!(Arc::ptr_eq(&found(&after, "etcd-even-members"), &members), "it is the same inventory");
        assert!(found(&after, "variable-typo").is_empty(), "a play reads it now");
        assert_eq!(codes(&after), codes(&Workspace::new(files, BTreeSet::new(), Settings::default())));
    }
}
