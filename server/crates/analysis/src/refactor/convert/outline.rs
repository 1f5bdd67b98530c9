//! What a source says, in neither language: sections in the order in which they count, with the comments at them.

use hostwise_inventory::SourceFile;
use hostwise_syntax::ini::{Line, SectionKind};
use hostwise_syntax::yaml::{Entry, Kind, Node};
use hostwise_syntax::{TextRange, Value};

use crate::Refusal;

/// Groups nested deeper than this are not read.
const DEPTH: usize = 100;

#[derive(Clone, Debug, Default)]
pub(super) struct Outline {
    /// Comments above everything.
    pub(super) head: Vec<String>,
    pub(super) sections: Vec<Section>,
}

#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) group: String,
    pub(super) kind: SectionKind,
    pub(super) notes: Notes,
    pub(super) items: Vec<Item>,
    /// Comments below its last item.
    pub(super) tail: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) notes: Notes,
    pub(super) content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    Host(String, Vec<(String, Value)>),
    Child(String),
    Variable(String, Value),
}

/// The comments at something, with their `#`.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    pub(super) above: Vec<String>,
    pub(super) behind: Option<String>,
}

impl Notes {
    pub(super) fn is_empty(&self) -> bool {
        self.above.is_empty() && self.behind.is_none()
    }
}

/// What comments can stand at.
#[derive(Clone, Copy, Debug)]
enum Target {
    Section(usize),
    Item(usize, usize),
}

/// Something in the text that comments can stand at.
#[derive(Clone, Copy, Debug)]
struct Mark {
    offset: u32,
    target: Target,
}

impl Outline {
    fn section(&mut self, group: &str, kind: SectionKind) -> usize {
        self.sections.push(Section { group: group.to_owned(), kind, notes: Notes::default(), items: Vec::new(), tail: Vec::new() });
        self.sections.len() - 1
    }

    fn item(&mut self, section: usize, content: Content) -> Target {
        let items = &mut self.sections[section].items;
        items.push(Item { notes: Notes::default(), content });
        Target::Item(section, items.len() - 1)
    }

    fn notes(&mut self, target: Target) -> &mut Notes {
        match target {
            Target::Section(section) => &mut self.sections[section].notes,
            Target::Item(section, item) => &mut self.sections[section].items[item].notes,
        }
    }

    /// Below what `target` belongs to; at the head before everything.
    fn tail(&mut self, target: Option<Target>) -> &mut Vec<String> {
        match target {
            Some(Target::Section(section) | Target::Item(section, _)) => &mut self.sections[section].tail,
            None => &mut self.head,
        }
    }

    /// Puts each comment to what it stands at. `belongs` says of a comment on a line of its own whether it stands at the mark below it, or is the last
    /// of what is above.
    fn annotate(&mut self, text: &str, comments: &[TextRange], marks: &[Mark], belongs: impl Fn(TextRange, Mark) -> bool) {
        for &comment in comments {
            let written = &text[comment.span()];
            let written = written.strip_prefix(';').map_or_else(|| written.to_owned(), |rest| format!("#{rest}"));
            let line_start = text[..comment.start as usize].rfind('\n').map_or(0, |at| at + 1);
            let n_before = marks.partition_point(|mark| mark.offset < comment.start);
            let before = n_before.checked_sub(1).map(|index| marks[index]);
            let is_alone = text[line_start..comment.start as usize].trim().trim_start_matches('\u{feff}').is_empty();
            if let Some(before) = before.filter(|_| !is_alone) {
                let notes = self.notes(before.target);
                if notes.behind.is_none() && before.offset as usize >= line_start && !written.contains('\r') {
                    notes.behind = Some(written);
                } else {
                    notes.above.push(written);
                }
                continue;
            }
            match marks.get(n_before).filter(|&&next| belongs(comment, next)) {
                Some(next) => self.notes(next.target).above.push(written),
                None => self.tail(before.map(|before| before.target)).push(written),
            }
        }
    }
}

/// A source in INI; an error in words for what Ansible would not read.
pub(super) fn of_ini(file: &SourceFile) -> Result<Outline, Refusal> {
    let (document, text) = (file.ini(), file.text());
    if let Some(error) = document.errors.first() {
        return Err(format!("line {} is no INI: {}", file.lines().line_of(error.range.start as usize) + 1, error.message));
    }
    let (mut outline, mut marks) = (Outline::default(), Vec::new());
    for section in &document.sections {
        let group = section.name.map_or("ungrouped", |range| &text[range.span()]);
        let index = outline.section(group, section.kind);
        if section.name.is_some() {
            marks.push(Mark { offset: section.header.start, target: Target::Section(index) });
        }
        for line in &section.lines {
            let target = outline.item(index, content(text, section.kind, line)?);
            marks.push(Mark { offset: line.range.start, target });
        }
    }
    let mut comments = document.comments.clone();
    comments.sort_unstable();
    let line_of = |offset: u32| file.lines().line_of(offset as usize);
    let alone: Vec<usize> = comments.iter().map(|comment| line_of(comment.start)).collect();
    let first = marks.first().map(|mark| mark.offset);
    // A header takes the comments right above it; what is apart from it ends the section before, or stands at the head.
    outline.annotate(text, &comments, &marks, |comment, next| {
        let is_loose = !matches!(next.target, Target::Section(_)) && Some(next.offset) != first;
        let between = line_of(comment.start) + 1..line_of(next.offset);
        is_loose || between.into_iter().all(|line| alone.binary_search(&line).is_ok())
    });
    Ok(outline)
}

fn content(text: &str, kind: SectionKind, line: &Line) -> Result<Content, Refusal> {
    let plain = |range: TextRange| {
        let name = &text[range.span()];
        if name.contains(['\'', '"', '\\']) { Err(format!("{name} is written with quotes or escapes")) } else { Ok(name.to_owned()) }
    };
    let name = || line.name.map_or(Ok(String::new()), plain);
    let mut variables: Vec<(String, Value)> = Vec::new();
    for assignment in &line.assignments {
        let key = plain(assignment.key)?;
        variables.retain(|(known, _)| *known != key);
        variables.push((key, assignment.value.clone()));
    }
    Ok(match kind {
        SectionKind::Hosts => Content::Host(name()?, variables),
        SectionKind::Children => Content::Child(name()?),
        SectionKind::Vars => variables.into_iter().next().map(|(key, value)| Content::Variable(key, value)).ok_or("a line sets nothing")?,
    })
}

/// A source in YAML; an error in words for what is more than mappings with names.
pub(super) fn of_yaml(file: &SourceFile) -> Result<Outline, Refusal> {
    if file.syntax_error().is_some() || !file.repeated_keys().is_empty() {
        return Err("Ansible cannot read it, or a key stands there twice".to_owned());
    }
    let mut walk = Walk { outline: Outline::default(), marks: Vec::new() };
    for entry in entries(file.yaml().root())? {
        walk.group(entry, DEPTH)?;
    }
    let Walk { mut outline, mut marks } = walk;
    let text = file.text();
    marks.sort_by_key(|mark| mark.offset);
    let column = |offset: u32| offset as usize - text[..offset as usize].rfind('\n').map_or(0, |at| at + 1);
    outline.annotate(text, file.yaml().comments(), &marks, |comment, next| column(comment.start) <= column(next.offset));
    Ok(outline)
}

struct Walk {
    outline: Outline,
    marks: Vec<Mark>,
}

impl Walk {
    fn group(&mut self, entry: Entry<'_>, depth: usize) -> Result<(), Refusal> {
        let depth = depth.checked_sub(1).ok_or("its groups are nested too deep")?;
        let name = name(entry.key)?;
        let first = self.outline.sections.len();
        let sections = entries(Some(entry.value))?;
        if sections.is_empty() {
            self.outline.section(&name, SectionKind::Hosts);
        }
        self.mark(entry.key, Target::Section(first));
        for section in sections {
            let kind = match &*section.key.text() {
                "hosts" => SectionKind::Hosts,
                "children" => SectionKind::Children,
                "vars" => SectionKind::Vars,
                other => return Err(format!("{other} is no part of a group")),
            };
            let index = self.outline.section(&name, kind);
            self.mark(section.key, Target::Section(index));
            for item in entries(Some(section.value))? {
                self.item(index, kind, item, depth)?;
            }
        }
        Ok(())
    }

    fn item(&mut self, section: usize, kind: SectionKind, entry: Entry<'_>, depth: usize) -> Result<(), Refusal> {
        match kind {
            SectionKind::Children => {
                let target = self.outline.item(section, Content::Child(name(entry.key)?));
                if entry.value.kind() == Kind::Absent || entries(Some(entry.value))?.is_empty() {
                    self.mark(entry.key, target);
                    return Ok(());
                }
                self.group(entry, depth)
            }
            SectionKind::Vars => {
                let target = self.outline.item(section, Content::Variable(name(entry.key)?, value(&entry)?));
                self.mark(entry.key, target);
                Ok(())
            }
            SectionKind::Hosts => {
                let variables = entries(Some(entry.value))?;
                let given = variables.iter().map(|variable| Ok((name(variable.key)?, value(variable)?))).collect::<Result<_, Refusal>>()?;
                let target = self.outline.item(section, Content::Host(name(entry.key)?, given));
                self.mark(entry.key, target);
                variables.iter().for_each(|variable| self.mark(variable.key, target));
                Ok(())
            }
        }
    }

    fn mark(&mut self, key: Node<'_>, target: Target) {
        self.marks.push(Mark { offset: key.range().start, target });
    }
}

/// The entries of a mapping; none of nothing.
fn entries(node: Option<Node<'_>>) -> Result<Vec<Entry<'_>>, Refusal> {
    let Some(node) = node else { return Ok(Vec::new()) };
    if node.kind() == Kind::Alias || node.anchor().is_some() || node.tag().is_some() {
        return Err("an anchor, an alias or a tag stands for groups or hosts".to_owned());
    }
    if node.is_mapping() {
        let is_merge = |entry: &Entry<'_>| entry.key.source() == "<<" && entry.key.kind() == Kind::Plain;
        let found: Vec<Entry<'_>> = node.entries().collect();
        return if found.iter().any(is_merge) { Err("a mapping is merged into another (`<<`)".to_owned()) } else { Ok(found) };
    }
    if node.kind() == Kind::Absent || node.value() == Ok(Value::Null) {
        return Ok(Vec::new());
    }
    Err(format!("{} stands where a mapping belongs", node.source().lines().next().unwrap_or_default()))
}

fn name(key: Node<'_>) -> Result<String, Refusal> {
    match key.value() {
        Ok(Value::String(name)) if key.tag().is_none() => Ok(name.to_string()),
        _ => Err(format!("{} is no plain name", key.source())),
    }
}

fn value(entry: &Entry<'_>) -> Result<Value, Refusal> {
    entry.value.value().map_err(|error| error.message)
}
