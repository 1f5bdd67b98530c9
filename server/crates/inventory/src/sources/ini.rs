//! INI inventories (ansible-core `plugins/inventory/ini.py`).

use hostwise_syntax::TextRange;
use hostwise_syntax::ini::{Line, Section, SectionKind};
use indexmap::IndexMap;

use super::{Outcome, Reader, Reading};
use crate::graph::{GroupId, MentionKind, UNGROUPED};
use crate::hosts::Expanded;
use crate::precedence::Origin;
use crate::{ProblemKind, SourceFile};

/// Groups that something was said about before any header of theirs declared them, by name.
type Pending<'t> = IndexMap<&'t str, Wanted>;

struct Wanted {
    /// Where the group was first named.
    at: TextRange,
    /// The groups whose child it shall be, and where that is said; none for the group of a `:vars` section.
    parents: Vec<(GroupId, TextRange)>,
}

impl Reader {
    pub(super) fn ini(&mut self, file: &SourceFile) -> Outcome {
        let document = file.ini();
        let text = file.text();
        let error = document.errors.first();
        let end = match self.reading {
            Reading::Tolerant => u32::MAX,
            Reading::Strict => error.map_or(u32::MAX, |error| error.range.start),
        };
        let mut pending = Pending::new();
        for (index, section) in
            document.sections.iter().enumerate().filter(|(_, section)| section.name.is_none() || section.header.end <= end)
        {
            let group = match section.name {
                Some(name) => self.header(text, name, section.kind, &mut pending)?,
                None => UNGROUPED,
            };
            for (line_index, line) in section.lines.iter().enumerate().filter(|(_, line)| line.range.end <= end) {
                let at = |assignment| Origin::Ini { section: index as u32, line: line_index as u32, assignment };
                self.ini_line(text, section, line, group, at, &mut pending)?;
            }
        }
        if let Some(error) = error {
            self.refuse(error.range, error.message.clone())?;
        }
        self.undeclared(pending)
    }

    /// A header declares its group, unless it only says something about its variables.
    fn header<'t>(
        &mut self,
        text: &'t str,
        range: TextRange,
        kind: SectionKind,
        pending: &mut Pending<'t>,
    ) -> Result<GroupId, super::Refused> {
        let name = &text[range.span()];
        let is_new = self.graph.group_named(name).is_none();
        let group = self.graph.add_group(name);
        if is_new && kind == SectionKind::Vars {
            pending.entry(name).or_insert(Wanted { at: range, parents: Vec::new() });
        }
        let wanted = if kind == SectionKind::Vars { None } else { pending.shift_remove(name) };
        for (parent, at) in wanted.into_iter().flat_map(|wanted| wanted.parents) {
            self.mention_group(group, at, MentionKind::ChildOf(parent));
            self.link(parent, group, at)?;
        }
        self.mention_group(group, range, MentionKind::Definition);
        Ok(group)
    }

    /// Ansible reports only the first of them; the places of all are wrong.
    fn undeclared(&mut self, pending: Pending<'_>) -> Outcome {
        for (name, wanted) in pending {
            self.refuse_as(ProblemKind::UndefinedGroup, wanted.at, format!("no header declares the group {name}"))?;
            for (parent, at) in wanted.parents {
                let child = self.define_group(name, at, MentionKind::ChildOf(parent));
                self.link(parent, child, at)?;
            }
        }
        Ok(())
    }

    fn ini_line<'t>(
        &mut self,
        text: &'t str,
        section: &Section,
        line: &Line,
        group: GroupId,
        at: impl Fn(u32) -> Origin,
        pending: &mut Pending<'t>,
    ) -> Outcome {
        let name = |range: TextRange| &text[range.span()];
        match (section.kind, line.name) {
            (SectionKind::Hosts, Some(pattern)) => {
                for host in self.add_hosts(&unquoted(name(pattern)), pattern, group, is_ini_host)? {
                    for (index, assignment) in line.assignments.iter().enumerate() {
                        let set = self.assignment(&unquoted(name(assignment.key)), assignment.key, at(index as u32));
                        self.set_on_host(host, set, || assignment.value.clone())?;
                    }
                }
            }
            (SectionKind::Children, Some(child)) => match self.graph.group_named(name(child)) {
                Some(id) => {
                    self.mention_group(id, child, MentionKind::ChildOf(group));
                    self.link(group, id, child)?;
                }
                None => {
                    let wanted = pending.entry(name(child)).or_insert(Wanted { at: child, parents: Vec::new() });
                    wanted.parents.push((group, child));
                }
            },
            (SectionKind::Vars, _) => {
                for (index, assignment) in line.assignments.iter().enumerate() {
                    let set = self.assignment(name(assignment.key), assignment.key, at(index as u32));
                    self.set_on_group(group, set, || assignment.value.clone())?;
                }
            }
            (_, None) => {}
        }
        Ok(())
    }
}

/// What the INI plugin refuses of patterns that are otherwise fine.
fn is_ini_host(pattern: &str, expanded: &Expanded<'_>) -> Result<(), String> {
    if pattern.trim().ends_with(':') && expanded.port.is_none() {
        return Err("a colon behind a host must be followed by its port".to_owned());
    }
    if expanded.names.iter().any(|name| name.trim() == "---") {
        return Err("--- begins a YAML file, this is an INI inventory".to_owned());
    }
    Ok(())
}

/// A word of a host line without its quotes and escapes.
fn unquoted(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut quote = None;
    let mut characters = word.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '\\') => out.extend(characters.next()),
            (Some('"'), '\\') => match characters.next() {
                Some(escaped @ ('"' | '\\')) => out.push(escaped),
                other => out.extend(std::iter::once('\\').chain(other)),
            },
            _ => out.push(character),
        }
    }
    out
}
