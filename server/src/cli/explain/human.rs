//! An explanation in 80 columns: the answer first, then the chain behind it, a line each.

use std::fmt::Write as _;

use hostwise_analysis::{
    BecauseExplanation, BecauseKind, HostExplanation, KubesprayRelease, Origin, State, VariableExplanation, value_in_line,
};
use serde_json::Value;

use super::Explained;

const WIDTH: usize = 80;

/// Longer names and values do not widen their column.
const MAX_COLUMN: usize = 32;

/// More of a value is not shown.
const MAX_VALUE: usize = 240;

/// Of a longer list or map that a value was computed from only the kind is shown.
const MAX_READ: usize = 30;

/// So many variables that a value was computed from are shown.
const N_READS: usize = 10;

pub(super) fn render(explained: &Explained, is_terminal: bool) -> String {
    let mut page = Page { out: String::new(), is_styled: is_terminal && std::env::var_os("NO_COLOR").is_none() };
    match explained {
        Explained::Host(host) => page.host(host),
        Explained::Component(host) => page.component(host),
        Explained::Variable(variable) => page.variable(variable),
    }
    page.out
}

/// What stands below the checkout as seen from there: the line about the release says where that is.
pub(super) fn below_checkout(path: &str, kubespray: Option<&KubesprayRelease>) -> Option<String> {
    let root = kubespray?.root.as_deref()?;
    path.strip_prefix(root)?.strip_prefix('/').map(str::to_owned)
}

struct Page {
    out: String,
    is_styled: bool,
}

/// One line of a chain: what, its value, and where that is said.
struct Row {
    what: String,
    value: String,
    place: String,
}

impl Page {
    fn host(&mut self, host: &HostExplanation) {
        let what = match &host.kubespray {
            Some(_) => format!(": {} in {} layout", host.role, host.layout),
            None => String::new(),
        };
        self.title(&host.host, &what);
        self.about(host);
        for (title, state) in [("installed", State::Installed), ("not installed", State::NotInstalled), ("not known", State::Unknown)] {
            let components = host.by_reason(state);
            if !components.is_empty() {
                self.heading(title);
            }
            for (names, reason) in components {
                self.wrapped(2, &names.join(", "));
                self.wrapped(6, reason);
            }
        }
    }

    fn component(&mut self, host: &HostExplanation) {
        for component in &host.components {
            let state = match component.state {
                State::Installed => "installed",
                State::NotInstalled => "not installed",
                State::Unknown => "not known",
            };
            self.title(&component.name, &format!(" on {}: {state}", host.host));
            self.wrapped(2, &component.reason);
            let states = [("downloaded", component.downloaded), ("running", component.running)];
            let states = states.iter().filter_map(|(word, answer)| Some(format!("{word}: {}", (*answer)?.name())));
            let states: Vec<String> = states.collect();
            if !states.is_empty() {
                self.wrapped(2, &states.join(", "));
            }
            if !component.because.is_empty() {
                self.heading("because");
                self.rows(&component.because.iter().map(row).collect::<Vec<_>>());
            }
        }
        self.out.push('\n');
        self.title(&host.host, &format!(": {} in {} layout", host.role, host.layout));
        self.about(host);
    }

    fn variable(&mut self, variable: &VariableExplanation) {
        let value = variable.unknown.clone().unwrap_or_else(|| value_in_line(&variable.rendered));
        self.title(&variable.variable, &format!(" on {}", variable.host));
        self.wrapped(2, &shortened(&value, MAX_VALUE));
        let mut rows = Vec::new();
        let mut add = |what: &str, value: &Value, origin: &Origin| {
            let is_kept = !(value.is_null() && variable.unknown.is_some() && origin.path.is_none());
            let value = if is_kept { value_in_line(value) } else { "not known here".to_owned() };
            rows.push(Row { what: what.to_owned(), value: shortened(&value, MAX_VALUE), place: place_of(origin) });
        };
        let is_default = variable.origin.kind == "kubespray-default";
        add(if is_default { "default" } else { "set" }, &variable.value, &variable.origin);
        variable.overridden.iter().for_each(|beaten| add("beats", &beaten.value, &beaten.origin));
        variable.default.iter().for_each(|default| add("default", &default.value, &default.origin));
        self.out.push('\n');
        self.rows(&rows);
        if !variable.reads.is_empty() {
            self.heading("computed from");
            let shown = variable.reads.iter().take(N_READS).map(|read| Row { value: outlined(&read.value), ..row(read) });
            self.rows(&shown.collect::<Vec<_>>());
            if variable.reads.len() > N_READS {
                let _ = writeln!(self.out, "  and {} more", variable.reads.len() - N_READS);
            }
        }
        if let Some(kubespray) = &variable.kubespray {
            self.out.push('\n');
            self.release(kubespray);
        }
    }

    fn about(&mut self, host: &HostExplanation) {
        self.field("groups", &host.groups.join(", "));
        if !host.helper_groups.is_empty() {
            self.field("made late", &host.helper_groups.join(", "));
        }
        if let Some(kubespray) = &host.kubespray {
            self.release(kubespray);
        }
    }

    fn release(&mut self, kubespray: &KubesprayRelease) {
        self.field("kubespray", &format!("{} ({})", kubespray.version, kubespray.source));
        kubespray.problems.iter().for_each(|problem| self.field("not read", problem));
    }

    fn title(&mut self, name: &str, rest: &str) {
        let name = if self.is_styled { format!("\x1b[1m{name}\x1b[0m") } else { name.to_owned() };
        let _ = writeln!(self.out, "{name}{rest}");
    }

    fn heading(&mut self, text: &str) {
        let text = if self.is_styled { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() };
        let _ = writeln!(self.out, "\n{text}");
    }

    fn field(&mut self, name: &str, text: &str) {
        let _ = writeln!(self.out, "  {name:<9}  {}", wrap(text, 13));
    }

    fn wrapped(&mut self, indent: usize, text: &str) {
        let _ = writeln!(self.out, "{:indent$}{}", "", wrap(text, indent));
    }

    /// In columns as wide as they must be; what does not fit goes on below.
    fn rows(&mut self, rows: &[Row]) {
        let widest = |width: fn(&Row) -> usize| rows.iter().map(width).filter(|width| *width <= MAX_COLUMN).max().unwrap_or(0);
        let (first, second) = (widest(|row| row.what.chars().count()), widest(|row| row.value.chars().count()));
        let at_value = 2 + first + 2;
        for Row { what, value, place } in rows {
            let mut line = format!("  {what:<first$}  ");
            if line.chars().count() > at_value {
                line = format!("  {what}\n{:at_value$}", "");
            }
            let fits = value.chars().count() <= second && at_value + second + 2 + place.chars().count() <= WIDTH;
            match (place.is_empty(), fits) {
                (true, _) => line.push_str(&wrap(value, at_value)),
                (false, true) => line.push_str(&format!("{value:<second$}  {place}")),
                (false, false) => line.push_str(&format!("{}\n{:at_value$}{}", wrap(value, at_value), "", wrap(place, at_value))),
            }
            let _ = writeln!(self.out, "{}", line.trim_end());
        }
    }
}

fn row(because: &BecauseExplanation) -> Row {
    let place = because.path.as_ref().zip(because.line).map(|(path, line)| format!("{path}:{line}"));
    let place = place.unwrap_or_else(|| match because.kind {
        BecauseKind::Variable => "default".to_owned(),
        BecauseKind::Group | BecauseKind::Fact => String::new(),
    });
    Row { what: because.name.clone(), value: shortened(&because.value, MAX_VALUE), place }
}

/// `group_vars/all.yml:3, group_vars of all`
fn place_of(origin: &Origin) -> String {
    let group = origin.group.as_deref().unwrap_or("all");
    let kind = match origin.kind {
        "inventory-all" | "inventory-group" => format!("vars of {group}"),
        "inventory-host" => "the host's line".to_owned(),
        "group-vars-all" | "group-vars" => format!("group_vars of {group}"),
        "playbook-group-vars-all" | "playbook-group-vars" => format!("group_vars of {group} beside the playbook"),
        "host-vars" => "host_vars".to_owned(),
        "playbook-host-vars" => "host_vars beside the playbook".to_owned(),
        "role-vars" => "vars of a role, which beat any inventory".to_owned(),
        _ => String::new(),
    };
    match (&origin.path, origin.line) {
        (Some(path), Some(line)) if kind.is_empty() => format!("{path}:{line}"),
        (Some(path), Some(line)) => format!("{path}:{line}, {kind}"),
        _ => kind,
    }
}

/// A value that another one was computed from: what is long is only named.
fn outlined(value: &str) -> String {
    match value.chars().next() {
        Some('{') if value.len() > MAX_READ => "a map".to_owned(),
        Some('[') if value.len() > MAX_READ => "a list".to_owned(),
        _ => shortened(value, MAX_VALUE),
    }
}

fn shortened(text: &str, n_chars: usize) -> String {
    match text.char_indices().nth(n_chars) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Breaks a text between words so that it fits behind an indent.
pub(super) fn wrap(text: &str, indent: usize) -> String {
    let mut out = String::new();
    let mut column = indent;
    for word in text.split(' ') {
        let width = word.chars().count();
        if column > indent && column + 1 + width > WIDTH {
            let _ = write!(out, "\n{:indent$}", "");
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out
}
