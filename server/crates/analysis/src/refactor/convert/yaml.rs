//! An outline as YAML: each group is a root key, in the order in which the source names them.

use hostwise_inventory::Inventory;
use hostwise_syntax::Value;
use hostwise_syntax::edit::yaml;
use hostwise_syntax::ini::SectionKind;

use super::outline::{Content, Item, Notes, Outline, Section};
use crate::Refusal;

/// `inventory` is what the source means now: children stand in the order that they have there.
pub(super) fn write(outline: &Outline, inventory: &Inventory) -> Result<String, Refusal> {
    let mut lines: Vec<String> = outline.head.clone();
    let mut names: Vec<&str> = Vec::new();
    for section in &outline.sections {
        if !names.contains(&section.group.as_str()) {
            names.push(&section.group);
        }
    }
    for name in names {
        let own: Vec<&Section> = outline.sections.iter().filter(|section| section.group == name).collect();
        let first = own.first().map(|section| section.notes.clone()).unwrap_or_default();
        lines.extend(first.above);
        lines.push(with_comment(format!("{}:", key(name)?), first.behind.as_deref()));
        for (kind, title) in [(SectionKind::Hosts, "hosts"), (SectionKind::Children, "children"), (SectionKind::Vars, "vars")] {
            let sections = own.iter().enumerate().filter(|(_, section)| section.kind == kind);
            part(title, &sections.map(|(index, section)| (*section, index == 0)).collect::<Vec<_>>(), inventory, &mut lines)?;
        }
    }
    Ok(lines.iter().map(|line| format!("{line}\n")).collect())
}

/// The sections of one kind as one; what stands at the first of the group stands at the group already.
fn part(title: &str, sections: &[(&Section, bool)], inventory: &Inventory, lines: &mut Vec<String>) -> Result<(), Refusal> {
    let Some((section, _)) = sections.first() else { return Ok(()) };
    let has_any = sections.iter().any(|(section, _)| !section.items.is_empty() || !section.tail.is_empty());
    let others = sections.iter().filter(|(_, is_first)| !is_first).map(|(section, _)| &section.notes);
    let comments: Vec<&String> = others.flat_map(|notes| notes.above.iter().chain(&notes.behind)).collect();
    if !has_any && comments.is_empty() {
        return Ok(());
    }
    lines.extend(comments.into_iter().map(|comment| format!("  {comment}")));
    lines.push(format!("  {title}:"));
    let mut items: Vec<Item> = Vec::new();
    for item in sections.iter().flat_map(|(section, _)| &section.items) {
        add(&mut items, item);
    }
    let group = inventory.group_named(&section.group).map(|group| inventory.group(group));
    items.sort_by_key(|item| match &item.content {
        Content::Child(name) => {
            let child = inventory.group_named(name);
            group.and_then(|group| group.children.iter().position(|&known| Some(known) == child))
        }
        _ => None,
    });
    for item in &items {
        lines.extend(item_lines(item)?.into_iter().map(|line| if line.is_empty() { line } else { format!("    {line}") }));
    }
    lines.extend(sections.iter().flat_map(|(section, _)| &section.tail).map(|comment| format!("    {comment}")));
    Ok(())
}

/// A key stands once: what is said of a name later is added to what was said before, and wins.
fn add(items: &mut Vec<Item>, item: &Item) {
    let known = items.iter_mut().find(|known| match (&known.content, &item.content) {
        (Content::Host(a, _), Content::Host(b, _))
        | (Content::Child(a), Content::Child(b))
        | (Content::Variable(a, _), Content::Variable(b, _)) => a == b,
        _ => false,
    });
    let Some(known) = known else {
        items.push(item.clone());
        return;
    };
    known.notes.above.extend(item.notes.above.iter().chain(&item.notes.behind).cloned());
    match (&mut known.content, &item.content) {
        (Content::Host(_, variables), Content::Host(_, later)) => {
            variables.retain(|(name, _)| later.iter().all(|(other, _)| other != name));
            variables.extend(later.iter().cloned());
        }
        (content, later) => *content = later.clone(),
    }
}

fn item_lines(item: &Item) -> Result<Vec<String>, Refusal> {
    let Notes { above, behind } = &item.notes;
    let mut lines = above.clone();
    match &item.content {
        Content::Host(pattern, variables) => {
            lines.push(with_comment(format!("{}:", key(pattern)?), behind.as_deref()));
            for (name, value) in variables {
                lines.extend(entry(name, value)?.into_iter().map(|line| format!("  {line}")));
            }
        }
        Content::Child(name) => lines.push(with_comment(format!("{}:", key(name)?), behind.as_deref())),
        Content::Variable(name, value) => {
            lines.extend(behind.clone());
            lines.extend(entry(name, value)?);
        }
    }
    Ok(lines)
}

fn entry(name: &str, value: &Value) -> Result<Vec<String>, Refusal> {
    yaml::entry_lines(name, value).ok_or_else(|| format!("the value of {name} has no spelling in YAML"))
}

fn key(name: &str) -> Result<String, Refusal> {
    yaml::key(name).ok_or_else(|| format!("{name} is too long for a key"))
}

fn with_comment(line: String, comment: Option<&str>) -> String {
    comment.map(|comment| format!("{line} {comment}")).unwrap_or(line)
}
