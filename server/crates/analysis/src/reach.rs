//! What a line of a variable does: the hosts on which it gives the value, and those on which another line does.

use std::fmt;
use std::sync::Arc;

use hostwise_expression::Value;
use hostwise_inventory::{FileId, HostId, Layer, Place, SourceFile};
use hostwise_syntax::TextRange;
use rustc_hash::FxHashSet;

use crate::cluster::Cluster;
use crate::occurrences::{self, Kind, Role};

/// The hosts for which a line says something.
#[derive(Default)]
pub(crate) struct Reach {
    /// It gives the value.
    pub(crate) here: Vec<HostId>,
    /// Another line gives the value.
    pub(crate) elsewhere: Vec<HostId>,
    /// Another line gives another value.
    pub(crate) differs: Vec<HostId>,
    /// What gives another value: the first such line.
    pub(crate) stronger: Option<Place>,
    /// The different values that it gives, with all templates resolved.
    pub(crate) values: Vec<Value>,
    /// The value as written, in the file of the line.
    pub(crate) written: Option<TextRange>,
}

impl Reach {
    /// What the line with this key says of a variable, on all hosts.
    pub(crate) fn of(cluster: &Cluster, name: &str, line: Place) -> Reach {
        let mut reach = Reach::default();
        for situation in cluster.situations(name).iter() {
            let Some(variable) = cluster.inventory.variable(situation.hosts.example, name) else { continue };
            if variable.winner.key == line {
                reach.wins(&variable.winner, &situation.value, situation.hosts.all(cluster));
            } else if let Some(beaten) = variable.overridden.iter().find(|layer| layer.key == line) {
                reach.loses(beaten, &variable.winner, situation.hosts.all(cluster));
            }
        }
        reach
    }

    /// What the line, which is in the entry of a host, says of a variable there.
    pub(crate) fn of_entry(cluster: &Cluster, host: HostId, name: &str, line: Place) -> Reach {
        let mut reach = Reach::default();
        let Some(variable) = cluster.inventory.variable(host, name) else { return reach };
        if variable.winner.key == line {
            reach.wins(&variable.winner, &cluster.value(host, name), vec![host]);
        } else if let Some(beaten) = variable.overridden.iter().find(|layer| layer.key == line) {
            reach.loses(beaten, &variable.winner, vec![host]);
        }
        reach
    }

    fn wins(&mut self, layer: &Layer, value: &Value, hosts: Vec<HostId>) {
        self.written = Some(layer.place.range);
        self.here.extend(hosts);
        if !self.values.contains(value) {
            self.values.push(value.clone());
        }
    }

    fn loses(&mut self, beaten: &Layer, winner: &Layer, hosts: Vec<HostId>) {
        self.written = Some(beaten.place.range);
        if beaten.value != winner.value {
            self.stronger.get_or_insert(winner.key);
            self.differs.extend(&hosts);
        }
        self.elsewhere.extend(hosts);
    }
}

/// Whom a variable file reaches: `applies to 5 hosts; 2 values overridden`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileReach {
    n_hosts: usize,
    /// The variables for which another line gives the value on some host.
    n_overridden: usize,
}

impl fmt::Display for FileReach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "applies to {}", hosts(self.n_hosts))?;
        match self.n_overridden {
            0 => Ok(()),
            1 => write!(f, "; 1 value overridden"),
            n => write!(f, "; {n} values overridden"),
        }
    }
}

/// Whom the variables of a file reach, and what is to be said of each: its key, and its reach. `None` when it reaches no host.
pub(crate) fn of_file(cluster: &Cluster, id: FileId, file: &Arc<SourceFile>) -> Option<(FileReach, Vec<(TextRange, Reach)>)> {
    let mut lines = Vec::new();
    for occurrence in occurrences::of_file(cluster, file) {
        if occurrence.kind == Kind::Variable && occurrence.role == Role::Definition {
            let line = Place { file: id, range: occurrence.with_quotes(file.text()) };
            lines.push((occurrence.range, Reach::of(cluster, occurrence.name(file.text()), line)));
        }
    }
    let mut reached: FxHashSet<HostId> = FxHashSet::default();
    lines.iter().for_each(|(_, reach)| reached.extend(reach.here.iter().chain(&reach.elsewhere)));
    let n_overridden = lines.iter().filter(|(_, reach)| !reach.elsewhere.is_empty()).count();
    (!reached.is_empty()).then_some((FileReach { n_hosts: reached.len(), n_overridden }, lines))
}

/// `1 host`, `5 hosts`.
pub(crate) fn hosts(n: usize) -> String {
    if n == 1 { "1 host".to_owned() } else { format!("{n} hosts") }
}
