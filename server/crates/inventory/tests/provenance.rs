//! Every value is where it is said to be: a change of the text at the winner's place, and at no other place, changes the value.

use std::collections::BTreeSet;

use hostwise_fixture::Fixture;
use hostwise_inventory::{Content, Files, HostId, Inventory, Layer, Place, Request, SourceFile};
use hostwise_syntax::{TextRange, Value};
use proptest::prelude::*;

/// What is written in the place of a value; no generated value is like it.
const OTHER: &str = "\"perturbed\"";

/// The texts of an inventory, and what is asked of it.
#[derive(Clone, Debug)]
struct Texts {
    files: Vec<(String, String)>,
    request: Request,
}

impl Texts {
    fn of(fixture: &str, sources: &[&str], playbook_dir: Option<&str>) -> Texts {
        let fixture = Fixture::parse(fixture, "/i/hosts.yaml");
        let files = fixture.files.iter().map(|file| (file.path.clone(), file.text.clone())).collect();
        let sources = sources.iter().map(|&source| source.into()).collect();
        Texts { files, request: Request { sources, playbook_dir: playbook_dir.map(Into::into), given: None } }
    }

    fn load(&self) -> Inventory {
        let file = |(path, text): &(String, String)| SourceFile::new(path.as_str(), Content::Text(text.as_str().into()), false);
        let files: Files = self.files.iter().map(file).collect();
        Inventory::load(&files, &self.request, None)
    }

    /// The texts with [`OTHER`] at a place.
    fn changed(&self, path: &str, range: TextRange) -> Texts {
        let mut changed = self.clone();
        for (_, text) in changed.files.iter_mut().filter(|(known, _)| known == path) {
            // Behind a colon nothing may be written yet.
            let blank = if range.is_empty() { " " } else { "" };
            text.replace_range(range.span(), &format!("{blank}{OTHER}"));
        }
        changed
    }
}

/// Changes the text at every place that says something for any host, and looks at every variable of every host. Gives the number of changes.
fn check(texts: &Texts) -> usize {
    let inventory = texts.load();
    let all: Vec<(HostId, String)> = inventory
        .hosts()
        .flat_map(|(host, _)| inventory.variable_names(host).into_iter().map(move |name| (host, name.to_string())))
        .collect();
    let layers = |host: HostId, name: &str| -> Vec<Layer> {
        let variable = inventory.variable(host, name).expect("it has a value");
        std::iter::once(variable.winner).chain(variable.overridden).collect()
    };
    let places: BTreeSet<(Place, String)> =
        all.iter().flat_map(|(host, name)| layers(*host, name).into_iter().map(|layer| (layer.place, name.clone()))).collect();
    for (place, said) in &places {
        let path = inventory.file(place.file).path();
        let after = texts.changed(path, place.range).load();
        for (host, name) in &all {
            let value = after.variable(*host, name).map(|variable| variable.winner.value);
            let won = layers(*host, name)[0].clone();
            if won.place == *place && name == said {
                assert_eq!(value, Some(Value::String("perturbed".into())), "{name}: {path} {place:?} in {texts:#?}");
            } else {
                assert_eq!(value, Some(won.value), "{name} is not said by {path} {place:?} in {texts:#?}");
            }
        }
    }
    places.len()
}

#[test]
fn in_yaml_ini_and_variable_files() {
    let texts = Texts::of(
        "\
#- /i/hosts.yaml
all:
  vars: {color: 1, size: \"é€😀\", own: all}
  hosts:
    lone: {size: 2}
  children:
    parent:
      vars:
        color: parent
        shape: [1, {a: b}]
      children:
        web:
          hosts:
            w[1:2]:
              port: 80
              nothing:
            w1:
              port: >
                folded
                text
#- /i/more.ini
[web:vars]
color = 'ini'
shape=[1, 2] # a comment
[web]
w2 size=3 own=\"a b\"
w3 port=5#comment
[app]
w1 size=x
#- /i/group_vars/all/main.yml
size: 4
#- /i/group_vars/all/other
size: !!str 5
#- /i/group_vars/parent.yml
color: &anchor green
copy: 1
#- /i/group_vars/web/a.yml
shape: |
  literal
#- /i/host_vars/w1.json
{\"size\": 6, \"json\": [1]}
#- /i/host_vars/w2
\"color\": 'quoted'
color: twice
#- /play/group_vars/web.yml
size: 7
copy: play
#- /play/host_vars/w1.yml
port: 8
",
        &["/i/hosts.yaml", "/i/more.ini"],
        Some("/play"),
    );
    assert_eq!(check(&texts), 26);
}

#[test]
fn in_directories_of_sources() {
    let texts = Texts::of(
        "\
#- /d/10.yml
web: {hosts: {w1: {a: 1}}, vars: {b: 2}}
#- /d/9.ini
[web]
w1 a=3 c=4
#- /d/sub/z.yml
db: {hosts: {w1: {c: 5}}, vars: {b: 6, d: 7}}
#- /d/group_vars/web.yml
b: 8
#- /d/sub/group_vars/web.yml
b: not read
",
        &["/d"],
        None,
    );
    assert_eq!(check(&texts), 8);
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const GROUPS: [&str; 4] = ["all", "web", "db", "site"];
const HOSTS: [&str; 3] = ["h1", "h2", "h3"];

/// Variables of one mapping: names, and numbers that are their values.
fn variables() -> impl Strategy<Value = Vec<(usize, u16)>> {
    prop::collection::vec((0..NAMES.len(), any::<u16>()), 0..4)
}

fn yaml(variables: &[(usize, u16)], indent: &str) -> String {
    let mut names = BTreeSet::new();
    let first = variables.iter().filter(|(name, _)| names.insert(*name));
    first.map(|(name, value)| format!("{indent}{}: {value}\n", NAMES[*name])).collect()
}

fn ini(variables: &[(usize, u16)], separator: &str) -> String {
    variables.iter().map(|(name, value)| format!("{}={value}{separator}", NAMES[*name])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_inventory(
        groups in prop::collection::vec((0..GROUPS.len(), variables(), prop::collection::vec((0..HOSTS.len(), variables()), 0..3)), 1..5),
        lines in prop::collection::vec((1..GROUPS.len(), variables(), 0..HOSTS.len(), variables()), 0..3),
        group_vars in prop::collection::vec((0..GROUPS.len(), any::<bool>(), variables()), 0..5),
        host_vars in prop::collection::vec((0..HOSTS.len(), variables()), 0..3),
        has_playbook in any::<bool>(),
    ) {
        let mut known = BTreeSet::new();
        let mut text = String::from("site:\n  children:\n    web:\n    db:\n");
        known.insert(3);
        for (group, vars, hosts) in groups.iter().filter(|(group, ..)| known.insert(*group)) {
            text += &format!("{}:\n  vars:\n{}  hosts:\n", GROUPS[*group], yaml(vars, "    "));
            let mut named = BTreeSet::new();
            for (host, vars) in hosts.iter().filter(|(host, _)| named.insert(*host)) {
                text += &format!("    {}:\n{}", HOSTS[*host], yaml(vars, "      "));
            }
        }
        let sections = lines.iter().map(|(group, vars, host, own)| {
            format!("[{0}]\n{1} {2}\n[{0}:vars]\n{3}", GROUPS[*group], HOSTS[*host], ini(own, " "), ini(vars, "\n"))
        });
        let mut files = vec![("/i/hosts.yaml".to_owned(), text), ("/i/more.ini".to_owned(), sections.collect())];
        for (index, (group, is_play, vars)) in group_vars.iter().enumerate() {
            let base = if *is_play { "/play" } else { "/i" };
            files.push((format!("{base}/group_vars/{}/{index}.yml", GROUPS[*group]), yaml(vars, "")));
        }
        for (index, (host, vars)) in host_vars.iter().enumerate() {
            files.push((format!("/i/host_vars/{}/{index}", HOSTS[*host]), yaml(vars, "")));
        }
        let sources = vec!["/i/hosts.yaml".into(), "/i/more.ini".into()];
        let request = Request { sources, playbook_dir: has_playbook.then(|| "/play".into()), given: None };
        check(&Texts { files, request });
    }
}
