//! Local damage: one line of a real file is broken in each of the ways people break lines while typing, and everything else must still be there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hostwise_syntax::yaml::{self, Node};
use hostwise_syntax::{LineIndex, judge};

use crate::{data, yaml_files};

/// An entry: the keys that lead to it (`[]` for a list), and its line.
type Found = BTreeSet<(String, usize)>;

/// Broken forms of a line.
fn damages(line: &str) -> Vec<String> {
    let indent = &line[..line.len() - line.trim_start().len()];
    let content = line.trim();
    let half = content.char_indices().nth(content.chars().count() / 2).map_or("", |(at, _)| &content[..at]);
    let mut damages = vec![
        format!("{indent}{half}"),
        format!("{indent}ab"),
        format!("\t{content}"),
        format!("{indent}x: \"abc"),
        format!("{indent}x: 'abc"),
        format!("{indent}x: [a, b"),
        format!("{indent}x: {{{{ a"),
        format!("{indent} {content}"),
        format!("{indent}-"),
        format!("{indent}key: -"),
        format!("{indent}a: b: c"),
        format!("{indent}@x"),
    ];
    if let Some(shorter) = indent.strip_suffix(' ') {
        damages.push(format!("{shorter}{content}"));
    }
    damages
}

fn entries(text: &str) -> Found {
    let document = yaml::parse(text.into());
    let lines = LineIndex::new(text);
    let mut found = Found::new();
    let mut open: Vec<(Node<'_>, String)> = document.root().map(|root| (root, String::new())).into_iter().collect();
    while let Some((node, path)) = open.pop() {
        for entry in node.entries() {
            let path = format!("{path}/{}", entry.key.text());
            found.insert((path.clone(), lines.line_of(entry.key.range().start as usize)));
            open.push((entry.value, path));
        }
        open.extend(node.items().map(|item| (item, format!("{path}/[]"))));
    }
    found
}

/// What must survive when `line` is damaged: all entries but those on the line, inside the block that it opened, or on the lines that its value goes
/// on to.
fn must_survive(all: &Found, text: &str, line: usize) -> Found {
    let own_lines = value_lines(text, line);
    let item_lines = item_lines(text, line);
    let opened: Vec<&String> = all.iter().filter(|(_, at)| *at == line).map(|(path, _)| path).collect();
    let inside = |path: &str| opened.iter().any(|opened| path.strip_prefix(opened.as_str()).is_some_and(|rest| rest.starts_with('/')));
    all.iter().filter(|(path, at)| !own_lines.contains(at) && !item_lines.contains(at) && !inside(path)).cloned().collect()
}

/// The lines of the item that a dash on `line` opens.
fn item_lines(text: &str, line: usize) -> std::ops::Range<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    if !lines[line].trim_start().starts_with('-') {
        return line..line;
    }
    let is_inside = |below: &&&str| below.trim().is_empty() || indent(below) > indent(lines[line]);
    line..line + 1 + lines[line + 1..].iter().take_while(is_inside).count()
}

/// The lines of the innermost entry on `line`, and of any scalar or bracket over several lines that reaches it.
fn value_lines(text: &str, line: usize) -> std::ops::RangeInclusive<usize> {
    let document = yaml::parse(text.into());
    let lines = LineIndex::new(text);
    let (mut first, mut last) = (line, line);
    let mut open: Vec<Node<'_>> = document.root().into_iter().collect();
    while let Some(node) = open.pop() {
        let range = node.range();
        let (start, end) = (lines.line_of(range.start as usize), lines.line_of(range.end as usize));
        let is_block = matches!(node.kind(), yaml::Kind::BlockMapping | yaml::Kind::BlockSequence);
        if !is_block && start <= line && line <= end {
            (first, last) = (first.min(start), last.max(end));
        }
        open.extend(node.entries().flat_map(|entry| [entry.key, entry.value]).chain(node.items()));
    }
    first..=last
}

/// What was expected and what was lost over many mutations.
#[derive(Default)]
struct Tally {
    n_mutations: usize,
    n_expected: usize,
    n_lost: usize,
    worst: Vec<(usize, String)>,
}

impl Tally {
    /// Damages every `step`th line of a file in every way.
    fn add(&mut self, name: &str, text: &str, step: usize) {
        let all = entries(text);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let has_content = |line: &usize| !lines[*line].trim().is_empty() && !lines[*line].trim().starts_with('#');
        for line in (0..lines.len()).step_by(step).filter(has_content) {
            let expected = must_survive(&all, text, line);
            for damage in damages(lines[line].trim_end_matches(['\n', '\r'])) {
                let damaged = format!("{}{damage}\n{}", lines[..line].concat(), lines[line + 1..].concat());
                // What is still YAML has a meaning of its own, which may be another.
                if judge::yaml(&yaml::parse(damaged.as_str().into())).is_none() {
                    continue;
                }
                let left = entries(&damaged);
                let lost = expected.iter().filter(|entry| !left.contains(*entry)).count();
                self.n_expected += expected.len();
                self.n_lost += lost;
                self.n_mutations += 1;
                if lost > 0 {
                    self.worst.push((lost, format!("{name}:{}: {damage:?} loses {lost}", line + 1)));
                }
            }
        }
    }

    fn report(&mut self) {
        let kept = 100.0 - 100.0 * self.n_lost as f64 / self.n_expected as f64;
        let Tally { n_mutations, n_expected, n_lost, worst } = self;
        eprintln!(
            "{n_mutations} mutations, {n_expected} entries expected, {n_lost} lost: {kept:.4} % kept; {} mutations lose something",
            worst.len()
        );
        worst.sort_unstable_by(|a, b| b.cmp(a));
        worst.iter().take(10).for_each(|(_, line)| eprintln!("  {line}"));
    }
}

/// Every line with HOSTWISE_LONG=1, else one in eleven.
#[test]
fn one_broken_line_damages_itself_only() {
    let Some(data) = data() else { return };
    let step = if std::env::var_os("HOSTWISE_LONG").is_some() { 1 } else { 11 };
    let mut tally = Tally::default();
    for path in yaml_files(&data) {
        let text = fs::read_to_string(&path).expect("a file");
        tally.add(&path.strip_prefix(&data).expect("below").display().to_string(), &text, step);
    }
    tally.report();
    assert_eq!(tally.n_lost, 0);
}

#[test]
fn no_host_group_or_variable_of_an_inventory_is_lost() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/examples/separate");
    let mut tally = Tally::default();
    for path in yaml_files(Path::new(example)) {
        tally.add(&path.display().to_string(), &fs::read_to_string(&path).expect("a file"), 1);
    }
    let inventory = "all:
  vars:
    ansible_user: ubuntu
  hosts:
    node1:
      ansible_host: 10.0.0.1
      node_labels: {zone: a}
    node2: {ansible_host: 10.0.0.2}
    node3:
    node[4:9]:
      etcd_member_name: \"etcd{{ x }}\"
  children:
    kube_control_plane:
      hosts:
        node1:
    kube_node:
      hosts: {node2: , node3: }
    etcd:
      children:
        kube_control_plane:
        kube_node:
          vars: {x: 1}
";
    tally.add("inventory", inventory, 1);
    let lists = "scenarios:
  separate:
    - node_groups: [kube_control_plane]
    - node_groups: [kube_node]
      memory: 4096
    - node_groups: [etcd]
  two:
    - node_groups: [kube_node]
    - node_groups: [etcd]
pools:
  pool1:
    ip_range:
      - 192.0.2.1-192.0.2.1
    auto_assign: false
patches:
  - target: kube-apiserver
    patch:
      metadata: {}
  - target: kubelet
";
    // Where dashes stand in the column of their key, what takes the place of the first item is a key like that one.
    tally.add("lists", lists, 1);
    tally.report();
    assert_eq!(tally.n_lost, 0);
    assert!(tally.n_mutations > 300);
}
