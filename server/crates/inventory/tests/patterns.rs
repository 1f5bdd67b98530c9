//! Host patterns, each answer as ansible-core 2.19 gives it (`InventoryManager.get_hosts`).

use hostwise_inventory::{Content, HostPattern, Inventory, PatternRole, Request, SourceFile};

const HOSTS: &str = "\
web: {hosts: {w1: , w2: , w3: }}
db: {hosts: {d1: , w2: }}
prod: {children: {web: , db: }}
other: {hosts: {\"x.example.org\": , \"::1\": }}
";

fn inventory() -> Inventory {
    let file = SourceFile::new("/i/hosts.yaml", Content::Text(HOSTS.into()), false);
    let request = Request { sources: vec!["/i/hosts.yaml".into()], ..Request::default() };
    Inventory::load(&[file].into_iter().collect(), &request, None)
}

#[test]
fn patterns_name_hosts() {
    let inventory = inventory();
    for (pattern, expected) in [
        ("web", "w1 w2 w3"),
        ("web:db", "w1 w2 w3 d1"),
        ("web,db", "w1 w2 w3 d1"),
        ("prod:!db", "w1 w3"),
        ("prod:&db", "w2 d1"),
        ("web:&db:!w2", ""),
        ("!web", "x.example.org ::1 d1"),
        ("&db", "w2 d1"),
        ("w*", "w1 w2 w3"),
        ("~w[12]", "w1 w2"),
        ("~.*", "x.example.org ::1 w1 w2 w3 d1"),
        ("web[0]", "w1"),
        ("web[-1]", "w3"),
        ("web[0:1]", "w1 w2"),
        ("web[1:]", "w2 w3"),
        ("web[1-2]", "w2 w3"),
        ("web[0:0]", "w1"),
        ("web[7:9]", ""),
        ("prod[0:9]", "w1 w2 w3 d1"),
        ("*.example.org", "x.example.org"),
        ("x*", "x.example.org"),
        ("all[0]", "x.example.org"),
        ("web:80", ""),
        ("::1", "::1"),
        ("localhost", "::1"),
        ("w[12]", ""),
        ("w[!1]", "w2 w3"),
        ("w?", "w1 w2 w3"),
        ("nope", ""),
        ("w1:nope", "w1"),
        (" web : db ", "w1 w2 w3 d1"),
        ("[w", ""),
        ("d1,w1,d1", "d1 w1"),
        ("web[9]", "!"),
        ("~(", "!"),
    ] {
        let hosts = HostPattern::parse(pattern).hosts(&inventory);
        let names = hosts.map(|hosts| hosts.iter().map(|&host| inventory.host(host).name.to_string()).collect::<Vec<_>>().join(" "));
        assert_eq!(names.unwrap_or_else(|_| "!".to_owned()), expected, "{pattern}");
    }
}

#[test]
fn parts_have_places_and_roles() {
    let pattern = " é1, &web ,!db[0],";
    let parts = HostPattern::parse(pattern).parts;
    let seen: Vec<(&str, &str, PatternRole)> =
        parts.iter().map(|part| (part.text.as_str(), &pattern[part.range.span()], part.role)).collect();
    assert_eq!(
        seen,
        [("é1", "é1", PatternRole::Add), ("&web", "&web", PatternRole::Intersect), ("!db[0]", "!db[0]", PatternRole::Exclude)]
    );
}

/// What Ansible says it "could not match".
#[test]
fn unknown_parts_have_places() {
    let inventory = inventory();
    let unknown = |pattern: &str| -> Vec<String> {
        let parsed = HostPattern::parse(pattern);
        parsed.unknown_parts(&inventory).map(|part| pattern[part.range.span()].to_owned()).collect()
    };
    assert_eq!(unknown("web, nope,!gone[0], w1 ,*.nowhere,~x.y"), ["nope", "!gone[0]", "*.nowhere", "~x.y"]);
    // A group without hosts, `all`, the local host, and what is no pattern at all.
    assert!(unknown("ungrouped,all,localhost,127.0.0.1,w2,~(").is_empty());
    assert_eq!(unknown("web:80"), ["web:80"]);
}

#[test]
fn the_name_in_a_part_has_a_place() {
    let names = |pattern: &str| -> Vec<String> {
        let parts = HostPattern::parse(pattern).parts;
        parts.iter().map(|part| part.name().map_or("-", |range| &pattern[range.span()]).to_owned()).collect()
    };
    assert_eq!(names("web, &db[0] ,!é[1:],w*,~x,w[!1],h[1]"), ["web", "db", "é", "-", "-", "-", "h"]);
}

#[test]
fn a_list_is_the_union_of_its_items() {
    let inventory = inventory();
    let list = HostPattern::of_list(["!w2", "web", "&prod"].map(HostPattern::parse));
    let names: Vec<_> = list.hosts(&inventory).expect("a pattern").iter().map(|&host| inventory.host(host).name.to_string()).collect();
    assert_eq!(names, ["w1", "w3"]);
}
