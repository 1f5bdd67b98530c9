//! Pages to read: the variables of a host, or what differs between two, as YAML with the line that gave each value in a comment above it.

use std::fmt::Write as _;
use std::path::Path;

use hostwise_analysis::{Comparison, EffectiveVariables, HostExplanation, Origin, VariableExplanation, value_in_line};
use serde_json::{Value, json};

/// The variables that the inventory sets for a host; the defaults of the release where they are among them.
pub(crate) fn variables(of: &EffectiveVariables, root: Option<&Path>) -> String {
    let mut page = format!("# Variables of {}\n", in_words(&of.host));
    about(&mut page, &of.host);
    for variable in &of.variables {
        page.push('\n');
        entry(&mut page, &variable.variable, variable, root);
    }
    page
}

/// The variables that have different values on two hosts, or may have: what is not known is said.
pub(crate) fn difference(of: &Comparison, root: Option<&Path>) -> String {
    let mut page = format!("# {}\n# {}\n", in_words(&of.left), in_words(&of.right));
    for (host, other) in [(&of.left, &of.right), (&of.right, &of.left)] {
        let only: Vec<&str> = host.groups.iter().filter(|group| !other.groups.contains(group)).map(|group| &**group).collect();
        if !only.is_empty() {
            let _ = writeln!(page, "# Only {} is in {}", host.host, only.join(", "));
        }
    }
    let mut n = 0;
    for variable in of.variables.iter().filter(|variable| variable.differs != Some(false)) {
        n += 1;
        let _ = write!(page, "\n{}:\n", yaml_key(&variable.name));
        for (host, side) in [(&of.left.host, &variable.left), (&of.right.host, &variable.right)] {
            let mut text = String::new();
            match side {
                Some(known) => entry(&mut text, host, known, root),
                None => {
                    let _ = writeln!(text, "# not set on {host}");
                }
            }
            text.lines().for_each(|line| page.push_str(&if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }));
        }
    }
    if n == 0 {
        page.push_str("\n# No variable differs.\n");
    }
    page
}

/// `instance-3: etcd-only in separate layout`; of other inventories the name alone.
fn in_words(host: &HostExplanation) -> String {
    match &host.kubespray {
        Some(_) => format!("{}: {} in {} layout", host.host, host.role, host.layout),
        None => host.host.to_string(),
    }
}

fn about(page: &mut String, host: &HostExplanation) {
    if !host.groups.is_empty() {
        let _ = writeln!(page, "# Groups: {}", host.groups.join(", "));
    }
    if let Some(release) = &host.kubespray {
        let _ = writeln!(page, "# Kubespray {} ({})", release.version, release.source);
    }
}

/// A value under a name, below the lines that it comes from.
fn entry(page: &mut String, name: &str, of: &VariableExplanation, root: Option<&Path>) {
    let _ = writeln!(page, "# {}", place(&of.origin, root));
    for beaten in &of.overridden {
        let _ = writeln!(page, "#   beats {} of {}", in_comment(&value_in_line(&beaten.value)), place(&beaten.origin, root));
    }
    let value = match &of.unknown {
        Some(reason) => {
            let _ = writeln!(page, "# {}; as written:", in_comment(reason));
            &of.value
        }
        None => {
            if of.value != of.rendered {
                let _ = writeln!(page, "# as written: {}", in_comment(&value_in_line(&of.value)));
            }
            &of.rendered
        }
    };
    page.push_str(&yaml(&json!({ name: value })));
}

/// `group_vars/all.yml:3`, or what kind of origin it is.
fn place(origin: &Origin, root: Option<&Path>) -> String {
    match (&origin.path, origin.line) {
        (Some(path), Some(line)) => {
            let path = Path::new(&**path);
            let shown = root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path);
            format!("{}:{line}", shown.display())
        }
        _ => origin.kind.to_owned(),
    }
}

/// In one line.
fn in_comment(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn yaml_key(name: &str) -> String {
    yaml(&json!({ name: {} })).trim_end().trim_end_matches("{}").trim_end().trim_end_matches(':').to_owned()
}

/// JSON always can be written as YAML.
fn yaml(value: &Value) -> String {
    serde_yaml::to_string(value).unwrap_or_default()
}
