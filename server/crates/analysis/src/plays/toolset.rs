//! The programs and services that a release may install, as sets of bits: most tasks need none that is missing anywhere, and that must cost nothing.

use std::ops::{BitAnd, BitOr, BitOrAssign};

use hostwise_kubespray::{Component, Pack};

use super::installs::mentions;
use super::needs::{NeedKind, Source};

/// A set of tools of one [`ToolTable`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tools(u128);

impl Tools {
    pub(crate) const NONE: Tools = Tools(0);
    pub(crate) const ALL: Tools = Tools(u128::MAX);

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Tools {
    type Output = Tools;

    fn bitor(self, other: Tools) -> Tools {
        Tools(self.0 | other.0)
    }
}

impl BitAnd for Tools {
    type Output = Tools;

    fn bitand(self, other: Tools) -> Tools {
        Tools(self.0 & other.0)
    }
}

impl BitOrAssign for Tools {
    fn bitor_assign(&mut self, other: Tools) {
        self.0 |= other.0;
    }
}

/// All tools of a release, each with the components that bring it.
#[derive(Debug)]
pub(crate) struct ToolTable {
    /// Sorted.
    tools: Vec<(NeedKind, String, Vec<String>)>,
}

/// So many tools have a bit; of more, nothing is said.
const MAX_TOOLS: usize = u128::BITS as usize;

impl ToolTable {
    pub(crate) fn of(pack: &Pack) -> ToolTable {
        let mut tools: Vec<(NeedKind, String, Vec<String>)> = Vec::new();
        for (name, component) in &pack.components {
            for (kind, tool) in tools_of(component) {
                match tools.iter_mut().find(|(known, text, _)| (*known, text.as_str()) == (kind, tool)) {
                    Some((.., components)) => components.push(name.clone()),
                    None => tools.push((kind, tool.to_owned(), vec![name.clone()])),
                }
            }
        }
        tools.sort_unstable();
        tools.truncate(MAX_TOOLS);
        ToolTable { tools }
    }

    /// Each tool as a set of its own, with the components that bring it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Tools, &str, &[String])> {
        self.tools.iter().enumerate().map(|(index, (_, tool, components))| (Tools(1 << index), tool.as_str(), &components[..]))
    }

    /// One tool; no tool for what no component brings.
    pub(crate) fn named(&self, kind: NeedKind, tool: &str) -> Tools {
        let index = self.tools.binary_search_by(|(known, text, _)| (*known, text.as_str()).cmp(&(kind, tool)));
        index.map_or(Tools::NONE, |index| Tools(1 << index))
    }

    /// The first component that brings a tool.
    pub(crate) fn component(&self, kind: NeedKind, tool: &str) -> Option<&str> {
        let index = self.tools.binary_search_by(|(known, text, _)| (*known, text.as_str()).cmp(&(kind, tool))).ok()?;
        self.tools[index].2.first().map(String::as_str)
    }

    /// What a task may need by its text.
    pub(super) fn needed(&self, source: &Source) -> Tools {
        if source.is_made {
            return Tools::ALL;
        }
        let is_named = |&(_, tool, _): &(Tools, &str, &[String])| mentions(&source.text, tool);
        self.iter().filter(is_named).fold(Tools::NONE, |all, (one, ..)| all | one)
    }
}

/// The programs and services of a component.
pub(super) fn tools_of(component: &Component) -> impl Iterator<Item = (NeedKind, &str)> {
    let programs = component.commands.iter().map(|name| (NeedKind::Program, name.as_str()));
    programs.chain(component.services.iter().map(|name| (NeedKind::Service, name.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_release_has_bits_for_its_tools() {
        for pack in hostwise_kubespray::Packs::bundled().all() {
            let table = ToolTable::of(pack);
            assert!((30..MAX_TOOLS).contains(&table.tools.len()), "{}: {}", pack.version, table.tools.len());
            assert_eq!(table.component(NeedKind::Program, "nerdctl"), Some("nerdctl"));
            assert!(table.named(NeedKind::Service, "nerdctl").is_empty());
        }
    }
}
