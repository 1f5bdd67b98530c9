//! Edits of INI inventories: assignments, lines and sections.

use super::{Edit, line_break, line_end, line_start, next_line};
use crate::Value;
use crate::ini::{Document, Line, Section, SectionKind, literal, words};

/// Sets `key` on a host line: in place of the last assignment of that key, else behind the last word. None when the value has no spelling there.
pub fn set_on_host(document: &Document, line: &Line, key: &str, value: &Value) -> Option<Edit> {
    let text = document.text();
    let word = word(key, value)?;
    let known = line.assignments.iter().rev().find(|assignment| &text[assignment.key.span()] == key);
    Some(match known {
        Some(assignment) => Edit::new(assignment.key.start as usize, assignment.value_range.end as usize, word),
        None => Edit::new(line.range.end as usize, line.range.end as usize, format!(" {word}")),
    })
}

/// Sets `key` in a `:vars` section: on its last line for that key, else on a new line at its end. None when the value has no spelling there.
pub fn set_variable(document: &Document, section: &Section, key: &str, value: &Value) -> Option<Edit> {
    let text = document.text();
    let value = literal::text(value)?;
    let (key, is_vars) = (checked_key(key)?, section.kind == SectionKind::Vars);
    let assignments = section.lines.iter().rev().flat_map(|line| line.assignments.first());
    match assignments.into_iter().find(|assignment| &text[assignment.key.span()] == key) {
        _ if !is_vars => None,
        Some(assignment) => Some(Edit { range: assignment.value_range, new_text: value }),
        None => Some(insert_line(document, section, &format!("{key}={value}"))),
    }
}

/// A word of a host line. None when the value has no spelling there.
pub fn word(key: &str, value: &Value) -> Option<String> {
    Some(format!("{}={}", checked_key(key)?, words::quoted(&literal::text(value)?)?))
}

/// A section header. None for a name that cannot stand between brackets.
pub fn header(name: &str, kind: SectionKind) -> Option<String> {
    let kind = match kind {
        SectionKind::Hosts => "",
        SectionKind::Children => ":children",
        SectionKind::Vars => ":vars",
    };
    is_name(name).then(|| format!("[{name}{kind}]"))
}

/// A line of a `:vars` section. None when the value has no spelling there.
pub fn assignment(key: &str, value: &Value) -> Option<String> {
    Some(format!("{}={}", checked_key(key)?, literal::text(value)?))
}

/// Takes all assignments of `key` from a host line.
pub fn delete_from_host(document: &Document, line: &Line, key: &str) -> Vec<Edit> {
    let text = document.text();
    let known = line.assignments.iter().filter(|assignment| &text[assignment.key.span()] == key);
    let edit = |assignment: &crate::ini::Assignment| {
        let start = text[..assignment.key.start as usize].trim_end_matches([' ', '\t']).len();
        Edit::new(start, assignment.value_range.end as usize, "")
    };
    known.map(edit).collect()
}

/// Puts a line at the end of a section: behind its last line, or behind its header.
pub fn insert_line(document: &Document, section: &Section, content: &str) -> Edit {
    let last = section.lines.last().map_or(section.header.end, |line| line.range.end) as usize;
    below(document.text(), last, &[content.to_owned()])
}

/// Takes a line out, with the comment behind it and the comment lines right above it.
pub fn delete_line(document: &Document, line: &Line) -> Edit {
    let text = document.text();
    let mut start = line_start(text, line.range.start as usize);
    while let Some(end) = text[..start].strip_suffix("\r\n").or_else(|| text[..start].strip_suffix(['\n', '\r'])).map(str::len) {
        let above = line_start(text, end);
        if !text[above..end].trim_start().starts_with(['#', ';']) {
            break;
        }
        start = above;
    }
    Edit::new(start, next_line(text, line.range.end as usize), "")
}

/// Gives a section another name; its kind stays. None for the lines before the first header, and for a name that cannot stand between brackets.
pub fn rename_section(section: &Section, name: &str) -> Option<Edit> {
    let range = section.name.filter(|_| is_name(name))?;
    Some(Edit { range, new_text: name.to_owned() })
}

/// Gives the host pattern or the child group of a line another name. None for a line without one, and for a name that needs quotes.
pub fn rename_line(line: &Line, name: &str) -> Option<Edit> {
    let range = line.name.filter(|_| is_word(name))?;
    Some(Edit { range, new_text: name.to_owned() })
}

/// Puts a section with its lines at the end of the text, a blank line before it. None for a name that cannot stand between brackets.
pub fn add_section(document: &Document, name: &str, kind: SectionKind, lines: &[String]) -> Option<Edit> {
    let header = header(name, kind)?;
    let text = document.text();
    let newline = line_break(text);
    let lead = match text.trim_end_matches([' ', '\t']) {
        "" | "\u{feff}" => String::new(),
        text if text.ends_with(&newline.repeat(2)) => String::new(),
        text if text.ends_with(newline) => newline.to_owned(),
        _ => newline.repeat(2),
    };
    let lines: String = std::iter::once(&header).chain(lines).map(|line| format!("{line}{newline}")).collect();
    Some(Edit::new(text.len(), text.len(), format!("{lead}{lines}")))
}

fn below(text: &str, at: usize, lines: &[String]) -> Edit {
    let newline = line_break(text);
    let (end, next) = (line_end(text, at), next_line(text, at));
    let lines = lines.join(newline);
    if next > end { Edit::new(next, next, format!("{lines}{newline}")) } else { Edit::new(end, end, format!("{newline}{lines}")) }
}

/// Whether a host or a group can stand at the beginning of a line as it is.
pub fn is_word(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || matches!(c, '#' | ';' | '\'' | '"' | '\\' | '='))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || matches!(c, ':' | '[' | ']' | '#'))
}

fn checked_key(key: &str) -> Option<&str> {
    let is_key = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!key.is_empty() && key.chars().all(is_key)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::apply;
    use crate::ini::parse;

    const BASE: &str = "# top\n[web] # front\nh1 a=1 b='x y' # one\n# about h2\nh2 a=2\n\n[web:vars]\nport=80\n";

    fn edited(edit: impl Fn(&Document) -> Vec<Edit>) -> String {
        let document = parse(BASE.into());
        apply(BASE, &edit(&document))
    }

    #[test]
    fn assignments_of_hosts() {
        let set = |key: &str, value: Value| {
            edited(|document| set_on_host(document, &document.sections[0].lines[0], key, &value).into_iter().collect())
        };
        assert_eq!(set("a", Value::Int(7)), BASE.replace("a=1", "a=7"));
        assert_eq!(set("c", Value::String("p q".into())), BASE.replace("'x y' #", "'x y' c='p q' #"));
        assert_eq!(set("c", Value::String("7".into())), BASE.replace("'x y' #", "'x y' c=\"'7'\" #"));
        assert_eq!(edited(|document| delete_from_host(document, &document.sections[0].lines[0], "b")), BASE.replace(" b='x y'", ""));
        assert_eq!(edited(|document| delete_from_host(document, &document.sections[0].lines[0], "z")), BASE);
    }

    #[test]
    fn variables_lines_and_sections() {
        let vars = |key: &str, value| edited(|document| set_variable(document, &document.sections[1], key, &value).into_iter().collect());
        assert_eq!(vars("port", Value::Bool(true)), BASE.replace("port=80", "port=True"));
        assert_eq!(vars("name", Value::String("a # b".into())), format!("{BASE}name=a # b\n"));
        let line = |at: usize| edited(|document| vec![delete_line(document, &document.sections[0].lines[at])]);
        assert_eq!(line(1), BASE.replace("# about h2\nh2 a=2\n", ""));
        assert_eq!(edited(|document| vec![insert_line(document, &document.sections[0], "h3")]), BASE.replace("h2 a=2\n", "h2 a=2\nh3\n"));
        let renamed = edited(|document| document.sections.iter().filter_map(|section| rename_section(section, "www")).collect());
        assert_eq!(renamed, BASE.replace("[web", "[www"));
        let added = edited(|document| add_section(document, "all", SectionKind::Children, &["web".to_owned()]).into_iter().collect());
        assert_eq!(added, format!("{BASE}\n[all:children]\nweb\n"));
    }

    #[test]
    fn what_has_no_spelling_is_refused() {
        let document = parse(BASE.into());
        let (line, section) = (&document.sections[0].lines[0], &document.sections[0]);
        assert_eq!(set_on_host(&document, line, "a b", &Value::Int(1)), None);
        assert_eq!(set_on_host(&document, line, "a", &Value::Vault("x".into())), None);
        assert_eq!(set_variable(&document, section, "a", &Value::Int(1)), None);
        assert_eq!(rename_section(section, "a b"), None);
        assert_eq!(rename_line(line, "a b"), None);
    }
}
