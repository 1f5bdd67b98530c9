//! Generated inventories in the other language: what `ansible-inventory --list` would print stays, and so does every comment.

use std::collections::BTreeSet;
use std::fmt::Write;

use hostwise_analysis::{Converted, Settings, Workspace, convert};
use hostwise_inventory::{Content, Files, Inventory, Output, Request, SourceFile};

/// A small generator of numbers: the same ones in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    fn is(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

const HOSTS: [&str; 12] = ["n1", "n2", "n3", "db-1", "é€😀", "10.0.0.1", "n[4:6]", "n[01:03].x", "h1:2222", "d[a:c]", "2001:db8::1", "_x"];
const GROUPS: [&str; 9] = ["all", "ungrouped", "web", "db", "kube_node", "kube_control_plane", "etcd", "k8s_cluster", "grün"];
const NAMES: [&str; 6] = ["x", "y", "ip", "ansible_host", "labels", "ansible_group_priority"];
const INI_VALUES: [&str; 14] =
    ["1", "-1.5", "True", "true", "None", "abc", "'p q'", "[1,'a']", "{'a':{'b':2}}", "0755", "''", "10.0.0.1", "yes", "\"{{x}}\""];
const YAML_VALUES: [&str; 16] = [
    "1",
    "-1.5",
    "true",
    "'true'",
    "",
    "abc",
    "'p q'",
    "[1, a]",
    "{a: {b: 2}}",
    "0755",
    "''",
    "'10'",
    "\"a\\nb\"",
    "a#b",
    "1:30",
    "\"{{ x }}\"",
];

fn comment(numbers: &mut Numbers, n_comments: &mut usize) -> Option<String> {
    numbers.is(20).then(|| {
        *n_comments += 1;
        format!("# c{n_comments} é€😀")
    })
}

fn own_line(numbers: &mut Numbers, n_comments: &mut usize, indent: usize, out: &mut String) {
    if let Some(comment) = comment(numbers, n_comments) {
        let _ = writeln!(out, "{}{comment}", " ".repeat(indent));
    }
}

fn line(numbers: &mut Numbers, n_comments: &mut usize, text: &str, out: &mut String) {
    match comment(numbers, n_comments) {
        Some(comment) => drop(writeln!(out, "{text} {comment}")),
        None => drop(writeln!(out, "{text}")),
    }
}

/// Groups further right in the list may be children of those before them, so that there are no loops.
fn children(numbers: &mut Numbers, group: usize) -> Vec<usize> {
    let later: Vec<usize> = (group + 1..GROUPS.len()).filter(|&child| GROUPS[child] != "ungrouped").collect();
    later.into_iter().filter(|_| numbers.is(25)).collect()
}

fn ini(numbers: &mut Numbers) -> String {
    let (mut out, mut n) = (String::new(), 0);
    let host = |numbers: &mut Numbers, n: &mut usize, out: &mut String| {
        own_line(numbers, n, 0, out);
        let mut text = numbers.one(&HOSTS).to_owned();
        for name in NAMES.iter().take(5).filter(|_| numbers.is(30)).collect::<Vec<_>>() {
            let value = numbers.one(&INI_VALUES);
            let _ = write!(text, " {name}=\"{}\"", value.replace('"', "\\\""));
        }
        line(numbers, n, &text, out);
    };
    own_line(numbers, &mut n, 0, &mut out);
    for _ in 0..numbers.below(3) {
        host(numbers, &mut n, &mut out);
    }
    let mut declared: BTreeSet<usize> = BTreeSet::from([0, 1]);
    let mut named = BTreeSet::new();
    let mut order: Vec<usize> = (0..GROUPS.len()).filter(|_| numbers.is(70)).collect();
    let shift = numbers.below(order.len().max(1));
    order.rotate_left(shift);
    for group in order {
        if numbers.is(50) {
            out.push('\n');
        }
        own_line(numbers, &mut n, 0, &mut out);
        line(numbers, &mut n, &format!("[{}]", GROUPS[group]), &mut out);
        declared.insert(group);
        for _ in 0..numbers.below(4) {
            host(numbers, &mut n, &mut out);
        }
        let own = if group == 1 { Vec::new() } else { children(numbers, group) };
        if !own.is_empty() {
            line(numbers, &mut n, &format!("[{}:children]", GROUPS[group]), &mut out);
            for child in own {
                own_line(numbers, &mut n, 0, &mut out);
                line(numbers, &mut n, GROUPS[child], &mut out);
                named.insert(child);
            }
        }
        if numbers.is(40) {
            line(numbers, &mut n, &format!("[{}:vars]", GROUPS[group]), &mut out);
            for name in NAMES.iter().filter(|_| numbers.is(30)).collect::<Vec<_>>() {
                own_line(numbers, &mut n, 0, &mut out);
                let value = if *name == "ansible_group_priority" { "7" } else { numbers.one(&INI_VALUES) };
                let _ = writeln!(out, "{name} = {value}");
            }
        }
    }
    for group in named.difference(&declared) {
        let _ = writeln!(out, "[{}]", GROUPS[*group]);
    }
    own_line(numbers, &mut n, 0, &mut out);
    out
}

fn yaml(numbers: &mut Numbers) -> String {
    let (mut out, mut n) = (String::new(), 0);
    own_line(numbers, &mut n, 0, &mut out);
    let order: Vec<usize> = (0..GROUPS.len()).filter(|_| numbers.is(40)).collect();
    for group in order {
        yaml_group(numbers, &mut n, group, 0, &mut out);
    }
    if out.lines().all(|line| line.starts_with('#')) {
        out.push_str("web:\n  hosts:\n    n1:\n");
    }
    own_line(numbers, &mut n, 0, &mut out);
    out
}

fn yaml_group(numbers: &mut Numbers, n: &mut usize, group: usize, indent: usize, out: &mut String) {
    let at = |indent: usize| " ".repeat(indent);
    own_line(numbers, n, indent, out);
    line(numbers, n, &format!("{}{}:", at(indent), GROUPS[group]), out);
    if numbers.is(60) {
        line(numbers, n, &format!("{}hosts:", at(indent + 2)), out);
        let hosts: Vec<&str> = HOSTS.into_iter().filter(|_| numbers.is(25)).collect();
        for host in hosts {
            own_line(numbers, n, indent + 4, out);
            line(numbers, n, &format!("{}\"{host}\":", at(indent + 4)), out);
            for name in NAMES.iter().take(5).filter(|_| numbers.is(25)).collect::<Vec<_>>() {
                own_line(numbers, n, indent + 6, out);
                let value = numbers.one(&YAML_VALUES);
                line(numbers, n, &format!("{}{name}: {value}", at(indent + 6)), out);
            }
        }
    }
    if numbers.is(30) {
        line(numbers, n, &format!("{}vars:", at(indent + 2)), out);
        for name in NAMES.iter().filter(|_| numbers.is(30)).collect::<Vec<_>>() {
            own_line(numbers, n, indent + 4, out);
            let value = if *name == "ansible_group_priority" { "7" } else { numbers.one(&YAML_VALUES) };
            line(numbers, n, &format!("{}{name}: {value}", at(indent + 4)), out);
        }
    }
    let own = if group == 1 { Vec::new() } else { children(numbers, group) };
    if !own.is_empty() {
        line(numbers, n, &format!("{}children:", at(indent + 2)), out);
        for child in own {
            if numbers.is(40) && indent < 12 {
                yaml_group(numbers, n, child, indent + 4, out);
            } else {
                line(numbers, n, &format!("{}{}:", at(indent + 4), GROUPS[child]), out);
            }
        }
    }
}

/// What Ansible would print of the source.
fn listed(path: &str, text: &str) -> String {
    let files: Files = [SourceFile::new(path, Content::Text(text.into()), false)].into_iter().collect();
    let request = Request { sources: vec![path.into()], ..Request::default() };
    match Inventory::load_strictly(&files, &request) {
        Ok(inventory) => Output::new(&inventory, false, false).list().unwrap_or_else(|failure| failure.to_string()),
        Err(failure) => failure.to_string(),
    }
}

fn converted(path: &str, text: &str) -> Result<Converted, String> {
    let files: Files = [SourceFile::new(path, Content::Text(text.into()), false)].into_iter().collect();
    let workspace = Workspace::new(files, BTreeSet::from([path.into()]), Settings::default());
    convert(&workspace, path)
}

/// The comments of a text, sorted, without the sign that begins them.
fn comments(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text.lines().filter_map(|line| line.split_once("# ")).map(|(_, comment)| comment).collect();
    found.sort_unstable();
    found
}

#[test]
fn generated_inventories_stay_what_they_are() {
    let mut numbers = Numbers(7);
    let (mut n_converted, mut refusals) = (0, Vec::new());
    for case in 0..400 {
        let (path, text) = match case % 2 {
            0 => ("/w/hosts.ini", ini(&mut numbers)),
            _ => ("/w/hosts.yaml", yaml(&mut numbers)),
        };
        let other = match converted(path, &text) {
            Ok(other) => other,
            Err(reason) => {
                refusals.push(format!("{reason}\n{text}"));
                continue;
            }
        };
        n_converted += 1;
        assert_eq!(listed(&other.path, &other.text), listed(path, &text), "{text}\n---\n{}", other.text);
        assert_eq!(comments(&other.text), comments(&text), "{text}\n---\n{}", other.text);
        if let Ok(back) = converted(&other.path, &other.text) {
            assert_eq!(listed(&back.path, &back.text), listed(path, &text), "{}\n---\n{}", other.text, back.text);
        }
    }
    assert!(n_converted > 300, "{n_converted} of 400; refused: {}", refusals.join("\n===\n"));
}
