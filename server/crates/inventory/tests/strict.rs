//! Where Ansible gives up a source, a strict reading does too, and an editor's reading goes on; what Ansible says is a problem with its place.

use hostwise_inventory::{Content, Files, Inventory, Output, ProblemKind, Request, SourceFile};

fn files(text: &str, name: &str) -> (Files, Request) {
    let file = SourceFile::new(format!("/i/{name}"), Content::Text(text.into()), false);
    let request = Request { sources: vec![format!("/i/{name}").into()], ..Request::default() };
    ([file].into_iter().collect(), request)
}

fn hosts(inventory: &Inventory) -> Vec<&str> {
    inventory.hosts().map(|(_, host)| &*host.name).collect()
}

#[test]
fn an_editor_reads_on_where_ansible_ends() {
    for (name, text, strict, tolerant) in [
        ("hosts.yaml", "web:\n  hosts:\n    h1:\n    10:\n    h2:\n", vec!["h1"], vec!["h1", "h2"]),
        ("hosts.yaml", "web:\n  hosts:\n    h1: [a]\n    h2:\n", vec![], vec!["h1", "h2"]),
        ("hosts.yaml", "web:\n  hosts: [h1]\ndb:\n  hosts:\n    h2:\n", vec![], vec!["h2"]),
        ("hosts.ini", "h1\n[web]\nh2 novalue\nh3\n", vec!["h1"], vec!["h1", "h2", "h3"]),
        ("hosts.ini", "h1\n[web:vars]\na=1\n", vec!["h1"], vec!["h1"]),
    ] {
        let (files, request) = files(text, name);
        let exact = Inventory::load_strictly(&files, &request).expect("no group loop");
        assert_eq!((hosts(&exact), exact.any_parsed()), (strict, false), "{text}");
        assert_eq!(hosts(&Inventory::load(&files, &request, None)), tolerant, "{text}");
    }
}

#[test]
fn what_ansible_says_has_a_place() {
    use ProblemKind::{
        GroupLoop, InvalidGroupDefinition, MisplacedSection, NotAMapping, UndefinedGroup, UnexpectedKey, UnparsedSource, UnquotedName,
        WrongFormat,
    };
    for (name, text, expected) in [
        ("hosts.yaml", "web: text\n", vec![(InvalidGroupDefinition, "web")]),
        ("hosts.yaml", "web:\n  host:\n    h1:\n", vec![(UnexpectedKey, "host")]),
        (
            "hosts.yaml",
            "all:\nhosts:\n  h1:\nchildren:\n  web: {hosts: {h2: }}\n",
            vec![(MisplacedSection, "hosts"), (MisplacedSection, "children")],
        ),
        ("hosts.yaml", "hosts:\n  hosts:\n    h1:\n", vec![]),
        ("hosts.yaml", "web:\n  hosts: [h1]\n", vec![(NotAMapping, "hosts")]),
        ("hosts.yaml", "web:\n  hosts:\n    h1: text\n", vec![(NotAMapping, "h1")]),
        ("hosts.yaml", "web:\n  children:\n    db: 1\ndb:\n", vec![(UndefinedGroup, "db")]),
        ("hosts.yaml", "db:\nweb:\n  children:\n    db: 1\n", vec![(InvalidGroupDefinition, "db")]),
        ("hosts.ini", "all:\n  hosts:\n    h1:\n", vec![(WrongFormat, "all")]),
        ("hosts.ini", "[web:vars]\na=1\n", vec![(UndefinedGroup, "web")]),
        ("hosts.yaml", "web:\n  children:\n    db: 1\n", vec![(UndefinedGroup, "db")]),
        ("hosts.yaml", "web:\n  hosts:\n    10:22:\n", vec![(UnquotedName, "10:22")]),
        ("hosts.yaml", "web:\n  vars:\n    ansible_group_priority: high\n", vec![(UnparsedSource, "ansible_group_priority")]),
        ("hosts.yaml", "a:\n  children:\n    a:\n", vec![(GroupLoop, "a")]),
        ("hosts.ini", "[web:children]\ndb\n", vec![(UndefinedGroup, "db")]),
        ("hosts.ini", "[web]\nn[1]\n", vec![(UnparsedSource, "n[1]")]),
        ("hosts.toml", "[web]\nchildren = 1\n", vec![(UnparsedSource, "children")]),
    ] {
        let (files, request) = files(text, name);
        let inventory = Inventory::load(&files, &request, None);
        let problems: Vec<_> = inventory.problems().iter().map(|problem| (problem.kind, &text[problem.place.range.span()])).collect();
        assert_eq!(problems, expected, "{text}");
    }
}

/// As ansible-inventory 2.19 prints it.
#[test]
fn the_graph_is_printed_as_ansible_prints_it() {
    let (files, request) = files(
        "lone:\nweb:\n  hosts:\n    h1: {a: 1}\n  vars: {b: [x, 'y''z', 1.5, null, true]}\np:\n  children:\n    web:\n",
        "hosts.yaml",
    );
    let inventory = Inventory::load_strictly(&files, &request).expect("no group loop");
    let graph = Output::new(&inventory, false, false).graph("p", true).expect("a group");
    assert_eq!(
        graph,
        "@p:\n  |--@web:\n  |  |--h1\n  |  |  |--{a = 1}\n  |  |  |--{b = ['x', \"y'z\", 1.5, None, True]}\n  |  |--{b = ['x', \"y'z\", 1.5, None, True]}"
    );
}
