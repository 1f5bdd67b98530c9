//! Variables as keys: those of the release by how near they are to the file's group, those of the user, those of Ansible's connections.

use std::collections::BTreeMap;

use hostwise_kubespray::{Kind, Variable};
use rustc_hash::FxHashSet;

use super::place::{Place, Style};
use super::{Asked, Completion, CompletionKind, Found, values};
use crate::discovery::{name_of, parent};
use crate::knowledge::{self, CONNECTION};
use crate::occurrences::{self, Role};

/// Whose variables are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner<'k> {
    Group(&'k str),
    Host(&'k str),
}

/// In a variable file: its root keys, and their values.
pub(super) fn found_in_file(asked: &Asked<'_>, place: &Place) -> Option<Found> {
    if !place.keys.is_empty() {
        return None;
    }
    let items = match &place.value_of {
        Some(name) => values::of(asked, name),
        None => {
            let owner = owner_of_file(asked.file.path()).unwrap_or(Owner::Group("all"));
            keys(asked, owner, &set_in_files(asked), place)
        }
    };
    Some(place.found(items))
}

/// Whom a variable file belongs to, by its path.
fn owner_of_file(path: &str) -> Option<Owner<'_>> {
    let mut entity = path;
    loop {
        let directory = parent(entity);
        let stem = || name_of(entity).trim_end_matches(".yml").trim_end_matches(".yaml").trim_end_matches(".json");
        match name_of(directory) {
            "group_vars" => return Some(Owner::Group(stem())),
            "host_vars" => return Some(Owner::Host(stem())),
            "" => return None,
            _ => entity = directory,
        }
    }
}

/// What is set in the file, and in the other files of the same group or host.
fn set_in_files(asked: &Asked<'_>) -> FxHashSet<String> {
    let owner = owner_of_file(asked.file.path());
    let files = asked
        .cluster
        .inventory
        .files()
        .filter(|file| file.path() == asked.file.path() || (owner.is_some() && owner_of_file(file.path()) == owner));
    let mut set = FxHashSet::default();
    for file in files {
        let is_here = file.path() == asked.file.path();
        for occurrence in occurrences::of_file(asked.cluster, file).iter().filter(|occurrence| occurrence.role == Role::Definition) {
            if !(is_here && occurrence.range.touches(asked.offset)) {
                set.insert(occurrence.name(file.text()).to_owned());
            }
        }
    }
    set
}

/// The variables that `owner` may set; those in `set` come last.
pub(super) fn keys(asked: &Asked<'_>, owner: Owner<'_>, set: &FxHashSet<String>, place: &Place) -> Vec<Completion> {
    let mut items = Vec::new();
    let mut add = |name: &str, rank: u8, detail: String, known: Option<&Variable>| {
        let (rank, detail) = if set.contains(name) { (9, "set already".to_owned()) } else { (rank, detail) };
        let item = Completion::new(name, CompletionKind::Variable, rank).detail(detail);
        items.push(written(item, known, place));
    };
    if let Owner::Host(_) = owner {
        CONNECTION.iter().filter(|(name, _)| *name == "ansible_host").for_each(|(name, words)| add(name, 0, (*words).to_owned(), None));
    }
    let own_names = own_names(asked);
    for known in knowledge::variables(asked.cluster) {
        let is_near = match owner {
            Owner::Group(group) => knowledge::sample_group(known) == Some(group),
            Owner::Host(_) => knowledge::is_of_host(known),
        };
        let rank = match (is_near, known.purpose.is_some()) {
            (true, _) => 1,
            (false, true) => 3,
            (false, false) => 4,
        };
        add(&known.name, rank, knowledge::summary(known), Some(known));
    }
    for (name, n_places) in own_names {
        let places = if n_places == 1 { "set in 1 place".to_owned() } else { format!("set in {n_places} places") };
        add(name, 2, places, None);
    }
    CONNECTION.iter().for_each(|(name, words)| add(name, 5, (*words).to_owned(), None));
    items
}

/// The variables that the inventory sets somewhere else, and in how many places.
fn own_names<'w>(asked: &Asked<'w>) -> BTreeMap<&'w str, usize> {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for file in asked.cluster.inventory.files() {
        for occurrence in occurrences::of_file(asked.cluster, file) {
            let is_set = occurrence.kind == occurrences::Kind::Variable && occurrence.role == Role::Definition;
            let is_typed = file.path() == asked.file.path() && occurrence.range.touches(asked.offset);
            if is_set && !is_typed {
                *names.entry(occurrence.name(file.text())).or_default() += 1;
            }
        }
    }
    names
}

/// The key with its colon and, where the default is a plain literal, the default to type over.
fn written(item: Completion, known: Option<&Variable>, place: &Place) -> Completion {
    if place.style == Style::NameOnly {
        return item;
    }
    let name = item.text.clone();
    let choices = known.map(values::choices).unwrap_or_default();
    let default = known.and_then(values::literal_default);
    // What stands below the key, two columns further right than it.
    let below = |line: &str| format!("\n{}{line}", " ".repeat(place.column + 2));
    let value = match (choices.is_empty(), &default, known.map(|known| known.kind)) {
        (false, ..) => format!(" ${{1|{}|}}", first_of(choices, default.as_deref()).join(",")),
        (true, Some(default), _) => format!(" ${{1:{}}}", escaped(default)),
        (true, None, Some(Kind::List)) if place.style == Style::Block => below("- $1"),
        (true, None, Some(Kind::Map)) if place.style == Style::Block => below("$1"),
        (true, None, Some(Kind::List)) => " [$1]".to_owned(),
        (true, None, Some(Kind::Map)) => " {$1}".to_owned(),
        (true, None, _) => " $1".to_owned(),
    };
    item.text(format!("{name}: ")).snippet(format!("{name}:{value}"))
}

/// The choices, one of them first.
fn first_of(mut choices: Vec<String>, first: Option<&str>) -> Vec<String> {
    choices.sort_by_key(|choice| Some(choice.as_str()) != first);
    choices.iter().map(|choice| escaped(choice)).collect()
}

/// Text inside a placeholder of a snippet.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}").replace(',', "\\,").replace('|', "\\|")
}
