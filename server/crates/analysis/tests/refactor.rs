//! What is offered at a place, and what the files are afterwards.

mod support;

use expect_test::{Expect, expect};
use hostwise_analysis::{apply, refactor, refactorings};
use hostwise_inventory::Entry;
use support::{Scene, scene};

/// The titles at the cursor, with why they cannot be had.
fn offered(fixture: &str) -> Vec<String> {
    let scene = scene(fixture);
    let show = |offer: hostwise_analysis::Refactoring| match offer.refusal {
        Some(refusal) => format!("{} ({refusal})", offer.title),
        None => offer.title,
    };
    refactorings(&scene.workspace, &scene.path, scene.offset).into_iter().map(show).collect()
}

/// The files that are others after the refactoring of this title.
fn check(fixture: &str, title: &str, expected: Expect) {
    let scene = scene(fixture);
    let offers = refactorings(&scene.workspace, &scene.path, scene.offset);
    let Some(offer) = offers.iter().find(|offer| offer.title == title) else {
        panic!("not offered: {title}; but {:?}", offers.iter().map(|offer| &offer.title).collect::<Vec<_>>());
    };
    let change = refactor(&scene.workspace, &scene.path, scene.offset, &offer.id);
    expected.assert_eq(&change.map_or_else(|refusal| format!("refused: {refusal}\n"), |change| changed(&scene, &change)));
}

fn changed(scene: &Scene, change: &hostwise_analysis::Change) -> String {
    let before = scene.workspace.files();
    let after = apply(before, change).expect("it fits");
    let mut out = String::new();
    for (path, entry) in after.iter() {
        if let Entry::File(file) = entry
            && before.file(path).is_none_or(|known| known.text() != file.text())
        {
            out.push_str(&format!("#- {path}\n{}", file.text()));
        }
    }
    let gone = before.iter().filter(|(path, _)| after.get(path).is_none());
    out.extend(gone.map(|(path, _)| format!("gone: {path}\n")));
    out
}

#[test]
fn a_value_of_all_hosts_of_a_group_goes_to_the_group() {
    let fixture = "\
kube_control_plane:
  hosts:
    m1:
kube_node:
  hosts:
    é€😀: {ip: 10.0.0.1, si$0te: a}
    w2:
      site: a # as the first
      ip: 10.0.0.2
    w3: {site: a}
";
    assert_eq!(offered(fixture), ["Move `site` to group `kube_node` (3 hosts)"]);
    check(
        fixture,
        "Move `site` to group `kube_node` (3 hosts)",
        expect![[r#"
            #- /inventory/hosts.yaml
            kube_control_plane:
              hosts:
                m1:
            kube_node:
              hosts:
                é€😀: {ip: 10.0.0.1}
                w2:
                  ip: 10.0.0.2
                w3: {}
              vars:
                site: a
        "#]],
    );
}

#[test]
fn from_host_vars_it_goes_to_group_vars() {
    let fixture = "\
#- /w/hosts.ini
[web]
a
b
[db]
c
#- /w/host_vars/a.yml
# why
x$0: [1, 2]
y: 1
#- /w/host_vars/b.yml
x: [1, 2]
#- /w/host_vars/c.yml
x: [2]
#- /w/group_vars/web/main.yml
z: 1
";
    assert_eq!(offered(fixture), ["Move `x` to group `web` (2 hosts)", "Move `x` to group `all` (2 hosts)"]);
    check(
        fixture,
        "Move `x` to group `web` (2 hosts)",
        expect![[r#"
            #- /w/group_vars/web/main.yml
            z: 1
            # why
            x: [1, 2]
            #- /w/host_vars/a.yml
            y: 1
            #- /w/host_vars/b.yml
        "#]],
    );
    check(
        fixture,
        "Move `x` to group `all` (2 hosts)",
        expect![[r#"
            #- /w/group_vars/all.yml
            # why
            x: [1, 2]
            #- /w/host_vars/a.yml
            y: 1
            #- /w/host_vars/b.yml
        "#]],
    );
}

#[test]
fn in_ini_it_goes_to_the_variables_of_the_section() {
    let fixture = "[web]\na x=1 y='p q' # one\nb y=2 x$0=1\n[web:vars]\nz=3\n";
    check(
        &format!("#- /w/hosts.ini\n{fixture}"),
        "Move `x` to group `web` (2 hosts)",
        expect![[r#"
            #- /w/hosts.ini
            [web]
            a y='p q' # one
            b y=2
            [web:vars]
            z=3
            x=1
        "#]],
    );
    check(
        &format!("#- /w/hosts.ini\n{}", fixture.replace("[web:vars]\nz=3\n", "")),
        "Move `x` to group `web` (2 hosts)",
        expect![[r#"
            #- /w/hosts.ini
            [web]
            a y='p q' # one
            b y=2

            [web:vars]
            x=1
        "#]],
    );
}

#[test]
fn what_would_change_for_a_host_is_not_offered() {
    let none: [&str; 0] = [];
    assert_eq!(offered("web: {hosts: {a: {$0x: 1}, b: {x: 1}, c: }}\n"), none, "c would gain it");
    assert_eq!(offered("web: {hosts: {a: {$0x: 1}, b: {x: 2}}}\n"), none, "one host alone");
    assert_eq!(
        offered("web: {hosts: {a: {$0x: 1}, b: {x: 1}, c: {x: 2}}}\n"),
        ["Move `x` to group `web` (2 hosts)", "Move `x` to group `all` (2 hosts)"],
        "c keeps its own"
    );
    let beaten = "#- /w/hosts.yaml\nweb: {hosts: {a: {$0x: 1}, b: {x: 1}}}\n#- /w/group_vars/all.yml\nx: 2\n";
    check(
        beaten,
        "Move `x` to group `web` (2 hosts)",
        expect![[r#"
            #- /w/group_vars/web.yml
            x: 1
            #- /w/hosts.yaml
            web: {hosts: {a: {}, b: {}}}
        "#]],
    );
    assert_eq!(
        offered("web: {hosts: {'n[1:3]': {$0x: 1}}}\ndb: {hosts: {n1: , n2: }}\n"),
        ["Move `x` to group `web` (3 hosts)", "Move `x` to group `all` (3 hosts)"]
    );
    assert_eq!(
        offered("all: {children: {web: {hosts: {a: {$0x: 1}, b: {x: 1}}, vars: {x: 3}}}, vars: {x: 2}}\n"),
        none,
        "the groups say something"
    );
    assert_eq!(offered("web: {hosts: {a: {x: 1}, b: {x: 1}}, vars: {$0y: 3}}\n"), none, "a variable of a group");
    check(
        "web: {hosts: {a: &v {$0x: 1, y: 2}, b: *v}}\n",
        "Move `x` to group `web` (2 hosts)",
        expect![[r#"
            #- /inventory/hosts.yaml
            web: {hosts: {a: &v {y: 2}, b: *v}, vars: {x: 1}}
        "#]],
    );
}
