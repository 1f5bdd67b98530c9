//! An outline as INI. Groups are declared in the order in which the source names them: their order below `all` depends on it.

use hostwise_syntax::edit::ini;
use hostwise_syntax::ini::SectionKind;

use super::outline::{Content, Item, Outline, Section};
use crate::Refusal;

/// Where the sections stand that say which groups belong to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Children {
    /// Behind all others.
    Last,
    /// Where the source has them: the order of children is then that of their own sections.
    InPlace,
    /// Behind all others, and the group is declared where the source has them.
    Declared,
}

pub(super) fn write(outline: &Outline, children: Children) -> Result<String, Refusal> {
    let mut lines: Vec<String> = outline.head.clone();
    let is_last = |section: &Section| section.kind == SectionKind::Children && children != Children::InPlace;
    let last: Vec<&Section> = outline.sections.iter().filter(|section| is_last(section)).collect();
    let first = outline.sections.iter().filter(|section| !is_last(section) || children == Children::Declared);
    let mut declared: Vec<&str> = vec!["all", "ungrouped"];
    // Lines without a header are the hosts of `ungrouped`: they come first.
    let (bare, named): (Vec<&Section>, Vec<&Section>) =
        first.partition(|section| section.group == "ungrouped" && section.kind == SectionKind::Hosts);
    for section in bare {
        lines.extend(section.notes.above.iter().chain(&section.notes.behind).cloned());
        lines.extend(body(section)?);
    }
    for section in named {
        let name = section.group.as_str();
        // Variables alone declare no group.
        let declares = section.kind != SectionKind::Vars && !is_last(section);
        if !declares && !declared.contains(&name) {
            open(&mut lines, &header(name, SectionKind::Hosts)?);
        }
        declared.push(name);
        if !is_last(section) {
            put(section, &mut lines)?;
        }
    }
    let of_children = outline.sections.iter().filter(|section| section.kind == SectionKind::Children);
    let children = of_children.flat_map(|section| &section.items).filter_map(|item| match &item.content {
        Content::Child(name) => Some(name.as_str()),
        _ => None,
    });
    for name in children {
        let has_header = last.iter().any(|section| section.group == name);
        if !declared.contains(&name) && !has_header {
            open(&mut lines, &header(name, SectionKind::Hosts)?);
            declared.push(name);
        }
    }
    let is_nothing = |section: &Section| section.items.is_empty() && section.tail.is_empty() && section.notes.is_empty();
    for section in last.iter().filter(|section| !is_nothing(section) || !declared.contains(&section.group.as_str())) {
        put(section, &mut lines)?;
    }
    Ok(lines.iter().map(|line| format!("{line}\n")).collect())
}

fn put(section: &Section, lines: &mut Vec<String>) -> Result<(), Refusal> {
    let header = header(&section.group, section.kind)?;
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(section.notes.above.iter().cloned());
    lines.push(match &section.notes.behind {
        Some(comment) => format!("{header} {comment}"),
        None => header,
    });
    lines.extend(body(section)?);
    Ok(())
}

fn open(lines: &mut Vec<String>, header: &str) {
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(header.to_owned());
}

fn body(section: &Section) -> Result<Vec<String>, Refusal> {
    let mut lines = Vec::new();
    for item in &section.items {
        lines.extend(item.notes.above.iter().cloned());
        let line = line(item)?;
        match (&item.notes.behind, &item.content) {
            // In the line of a variable it would be a part of the value.
            (Some(comment), Content::Variable(..)) => lines.extend([comment.clone(), line]),
            (Some(comment), _) => lines.push(format!("{line} {comment}")),
            (None, _) => lines.push(line),
        }
    }
    lines.extend(section.tail.iter().cloned());
    Ok(lines)
}

fn line(item: &Item) -> Result<String, Refusal> {
    let word = |name: &str| if ini::is_word(name) { Ok(name.to_owned()) } else { Err(format!("{name} cannot stand in a line of INI")) };
    let no_spelling = |name: &str| format!("the value of {name} has no spelling in INI");
    match &item.content {
        Content::Host(pattern, variables) => {
            let mut line = word(pattern)?;
            for (name, value) in variables {
                line.push(' ');
                line.push_str(&ini::word(name, value).ok_or_else(|| no_spelling(name))?);
            }
            Ok(line)
        }
        Content::Child(name) => word(name),
        Content::Variable(name, value) => ini::assignment(name, value).ok_or_else(|| no_spelling(name)),
    }
}

fn header(name: &str, kind: SectionKind) -> Result<String, Refusal> {
    ini::header(name, kind).ok_or_else(|| format!("{name} cannot stand in the brackets of INI"))
}
