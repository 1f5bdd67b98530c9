//! INI inventories (ansible-core `plugins/inventory/ini.py`).

use hostwise_syntax::TextRange;
use hostwise_syntax::ini::{Line, Section, SectionKind};

use super::Reader;
use crate::graph::{GroupId, MentionKind, UNGROUPED};
use crate::precedence::{Assignment, Origin};
use crate::{ProblemKind, SourceFile};

impl Reader {
    pub(super) fn ini(&mut self, file: &SourceFile) {
        let document = file.ini();
        let text = file.text();
        for (index, section) in document.sections.iter().enumerate() {
            let group = match section.name {
                Some(name) => self.define_group(&text[name.span()], name, MentionKind::Definition),
                None => UNGROUPED,
            };
            for (line_index, line) in section.lines.iter().enumerate() {
                let at = |assignment| Origin::Ini { section: index as u32, line: line_index as u32, assignment };
                self.ini_line(text, section, line, group, at);
            }
        }
        if let Some(error) = document.errors.first() {
            self.problem(ProblemKind::UnparsedSource, error.range, error.message.clone());
        }
    }

    fn ini_line(&mut self, text: &str, section: &Section, line: &Line, group: GroupId, at: impl Fn(u32) -> Origin) {
        let name = |range: TextRange| &text[range.span()];
        match (section.kind, line.name) {
            (SectionKind::Hosts, Some(pattern)) => {
                for host in self.add_hosts(name(pattern), pattern, group) {
                    for (index, assignment) in line.assignments.iter().enumerate() {
                        let assignment = self.ini_assignment(name(assignment.key), assignment.key, at(index as u32));
                        self.set_on_host(host, assignment);
                    }
                }
            }
            (SectionKind::Children, Some(child)) => {
                let id = self.define_group(name(child), child, MentionKind::ChildOf(group));
                if self.graph.add_child(group, id).is_err() {
                    let message = format!("{} would contain itself", name(child));
                    self.problem(ProblemKind::UnparsedSource, child, message);
                }
            }
            (SectionKind::Vars, _) => {
                for (index, assignment) in line.assignments.iter().enumerate() {
                    let key = name(assignment.key);
                    if key == "ansible_group_priority" {
                        if let Ok(priority) = name(assignment.value_range).trim().parse() {
                            self.graph.group_mut(group).priority = priority;
                        }
                        continue;
                    }
                    let assignment = self.ini_assignment(key, assignment.key, at(index as u32));
                    self.set_on_group(group, assignment);
                }
            }
            (_, None) => {}
        }
    }

    fn ini_assignment(&self, name: &str, key: TextRange, origin: Origin) -> Assignment {
        Assignment { name: name.into(), key: self.place(key), origin }
    }
}
