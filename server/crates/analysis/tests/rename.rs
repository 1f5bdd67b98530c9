//! Renaming hosts, groups and variables, and what is refused.

mod support;

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use hostwise_analysis::{Change, FileRename, follow_renamed_files, prepare_rename, rename};
use support::{Scene, scene};

/// The changed lines of each file, then the renames.
fn shown(scene: &Scene, change: &Change) -> String {
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for edit in change.edits.iter().rev() {
        let file = scene.workspace.files().file(&edit.path).expect("a file");
        texts.entry(&edit.path).or_insert_with(|| file.text().to_owned()).replace_range(edit.range.span(), &edit.new_text);
    }
    let mut out = String::new();
    for (path, text) in texts {
        let before = scene.workspace.files().file(path).expect("a file").text();
        let changed = text.lines().zip(before.lines()).filter(|(after, before)| after != before);
        out.extend(changed.map(|(after, _)| format!("{path}: {}\n", after.trim_start())));
    }
    out.extend(change.renames.iter().map(|rename| format!("{} -> {}\n", rename.from, rename.to)));
    out
}

/// The change that a new name makes at the cursor, or why not.
fn check(fixture: &str, new_name: &str, expected: Expect) {
    let scene = scene(fixture);
    let result = rename(&scene.workspace, &scene.path, scene.offset, new_name);
    expected.assert_eq(&result.map_or_else(|refusal| format!("refused: {refusal}\n"), |change| shown(&scene, &change)));
}

#[test]
fn a_host_changes_everywhere_with_its_file() {
    check(
        "\
#- /w/hosts.yaml
all:
  hosts:
    é€😀: {x: 1}
    $0old: {ip: 1}
  children:
    etcd: {hosts: {é€😀: , \"old\": , new-1: }}
    web: {hosts: {old:2222: }}
#- /w/host_vars/old.yml
ip: 2
#- /w/host_vars/old/more.yml
ip: 3
#- /w/group_vars/all.yml
x: old
#- /w/site.yml
- hosts: é€😀:!old:old
",
        "n.1",
        expect![[r#"
            /w/hosts.yaml: n.1: {ip: 1}
            /w/hosts.yaml: etcd: {hosts: {é€😀: , "n.1": , new-1: }}
            /w/hosts.yaml: web: {hosts: {n.1:2222: }}
            /w/site.yml: - hosts: é€😀:!n.1:n.1
            /w/host_vars/old -> /w/host_vars/n.1
            /w/host_vars/old.yml -> /w/host_vars/n.1.yml
        "#]],
    );
}

#[test]
fn a_name_that_yaml_reads_as_something_else_gets_quotes() {
    check(
        "etcd: {hosts: {$0a: }}\nkube_node:\n  hosts: a\n",
        "10",
        expect![[r#"
        /inventory/hosts.yaml: etcd: {hosts: {"10": }}
        /inventory/hosts.yaml: hosts: "10"
    "#]],
    );
    check(
        "#- /w/hosts.toml\n[web.hosts]\n$0a = {}\n#- /w/group_vars/all.yml\nx: 1\n",
        "a.b",
        expect![[r#"
        /w/hosts.toml: "a.b" = {}
    "#]],
    );
}

#[test]
fn a_group_changes_in_ini_with_its_directory() {
    check(
        "#- /w/hosts.ini\n[old]\nh1\n[old:vars]\nold=1\n[all:children]\no$0ld\n#- /w/group_vars/old/a.yml\nx: 1\n",
        "web_2",
        expect![[r#"
            /w/hosts.ini: [web_2]
            /w/hosts.ini: [web_2:vars]
            /w/hosts.ini: web_2
            /w/group_vars/old -> /w/group_vars/web_2
        "#]],
    );
}

#[test]
fn a_variable_changes_wherever_it_is_set() {
    check(
        "#- /w/hosts.yaml\nall: {hosts: {h: {mine: 1}}, vars: {'mine': 2}}\n#- /w/group_vars/all.yml\n$0mine: 3\nother: mine\n",
        "ours",
        expect![[r#"
            /w/group_vars/all.yml: ours: 3
            /w/hosts.yaml: all: {hosts: {h: {ours: 1}}, vars: {'ours': 2}}
        "#]],
    );
}

#[test]
fn inventories_that_share_a_file_are_renamed_together_and_others_are_left_alone() {
    let fixture = "\
#- /a/one.yaml
all: {children: {$0web: {hosts: {x: }}}}
#- /a/two.yaml
all: {children: {web: {hosts: {y: }}}}
#- /a/group_vars/web.yml
x: 1
#- /b/hosts.yaml
all: {children: {web: {hosts: {z: }}}}
#- /b/group_vars/all.yml
x: 1
";
    check(
        fixture,
        "front",
        expect![[r#"
        /a/one.yaml: all: {children: {front: {hosts: {x: }}}}
        /a/two.yaml: all: {children: {front: {hosts: {y: }}}}
        /a/group_vars/web.yml -> /a/group_vars/front.yml
    "#]],
    );
    let with_play = format!("{fixture}#- /site.yml\n- hosts: web\n");
    check(
        &with_play,
        "front",
        expect![[r#"
        /a/one.yaml: all: {children: {front: {hosts: {x: }}}}
        /a/two.yaml: all: {children: {front: {hosts: {y: }}}}
        /b/hosts.yaml: all: {children: {front: {hosts: {z: }}}}
        /site.yml: - hosts: front
        /a/group_vars/web.yml -> /a/group_vars/front.yml
    "#]],
    );
}

#[test]
fn what_others_rely_on_is_refused() {
    let refused = |fixture: &str| {
        let scene = scene(fixture);
        prepare_rename(&scene.workspace, &scene.path, scene.offset).expect_err("a refusal")
    };
    assert_eq!(refused("kube_n$0ode: {hosts: {a: }}\n"), "kube_node is a group that Kubespray's playbooks name");
    assert_eq!(refused("a$0ll: {hosts: {a: }}\n"), "all is a group of Ansible's own");
    assert_eq!(refused("all: {hosts: {a: {ansible_$0host: 1}}}\n"), "ansible_host is a variable of Ansible's own");
    assert_eq!(refused("etcd: {vars: {container_ma$0nager: x}}\n"), "container_manager is a variable that Kubespray reads");
    assert_eq!(
        refused("etcd:\n  hosts:\n    n[1:3]: &v {x: 1}\nx: {hosts: {n$02: }}\n"),
        "n2 is one of a range of hosts in hosts.yaml:3: write the hosts of the range one by one first"
    );
    assert_eq!(
        refused("etcd:\n  hosts:\n    n[1:$03]:\nx: {hosts: {\"n[2:3]\": }}\n"),
        "some of these hosts are in another range in hosts.yaml:4: write its hosts one by one first"
    );
    assert_eq!(
        refused("#- /w/hosts.toml\n[web.hosts]\n\"n[1:2]\" = {}\n[db.hosts]\nn$01 = {}\n#- /w/group_vars/all.yml\nx: 1\n"),
        "n1 is one of a range of hosts in hosts.toml:2: write the hosts of the range one by one first"
    );
    assert_eq!(
        refused("etcd: {hosts: {\"\\x61\": }}\nx: {hosts: {$0a: }}\n"),
        "a is written with escapes or as an alias in hosts.yaml:1: write it as it is first"
    );
    assert_eq!(refused("etcd: {ho$0sts: {a: }}\n"), "no host, group or variable is named here");
}

#[test]
fn names_that_cannot_be_or_are_taken_are_refused() {
    let host = "etcd: {hosts: {$0a: , b: }}\nweb: {hosts: {c: }}\n";
    check(host, "x y", expect![["refused: `x y` cannot be a host: use letters, digits, `.`, `-` and `_`\n"]]);
    check(host, "n[1:2]", expect![["refused: `n[1:2]` cannot be a host: use letters, digits, `.`, `-` and `_`\n"]]);
    check(host, "b", expect![["refused: b is a host already\n"]]);
    check(host, "web", expect![["refused: web is a group already\n"]]);
    check(host, "", expect![["refused: `` cannot be a host: use letters, digits, `.`, `-` and `_`\n"]]);
    check(host, "a", expect![[""]]);
    let group = "etcd: {hosts: {a: }}\n$0web: {hosts: {a: }}\n";
    check(group, "web-1", expect![["refused: `web-1` cannot be a group: use letters, digits and `_`, no digit first\n"]]);
    check(group, "a", expect![["refused: a is a host already\n"]]);
    let variable = "etcd: {hosts: {a: }, vars: {$0mine: 1, taken: 2}}\n";
    check(variable, "1x", expect![["refused: `1x` cannot be a variable: use ASCII letters, digits and `_`, no digit first\n"]]);
    check(variable, "true", expect![["refused: `true` cannot be a variable: use ASCII letters, digits and `_`, no digit first\n"]]);
    check(variable, "group_names", expect![["refused: group_names is a variable of Ansible's own\n"]]);
    check(variable, "taken", expect![["refused: taken is set already\n"]]);
    check(
        "#- /w/hosts.yaml\nweb: {hosts: {$0a: }}\n#- /w/host_vars/a.yml\nx: 1\n#- /w/host_vars/b.yml\nx: 1\n",
        "b",
        expect![["refused: host_vars/b.yml exists already\n"]],
    );
}

#[test]
fn a_renamed_file_takes_the_name_with_it() {
    let fixture = "\
#- /w/hosts.yaml
web: {hosts: {a: }}
all: {children: {web: , kube_node: {hosts: {a: }}}}
#- /w/group_vars/web.yml
x: 1
#- /w/group_vars/web/more.yml
x: 1
#- /w/group_vars/kube_node.yml
x: 1
#- /w/host_vars/a.yml
x: 1
";
    let scene = scene(fixture);
    let follow = |from: &str, to: &str| {
        let renamed = FileRename { from: from.into(), to: to.into() };
        shown(&scene, &follow_renamed_files(&scene.workspace, &[renamed]))
    };
    expect![[r#"
        /w/hosts.yaml: front: {hosts: {a: }}
        /w/hosts.yaml: all: {children: {front: , kube_node: {hosts: {a: }}}}
        /w/group_vars/web -> /w/group_vars/front
    "#]]
    .assert_eq(&follow("/w/group_vars/web.yml", "/w/group_vars/front.yml"));
    expect![[r#"
        /w/hosts.yaml: web: {hosts: {b: }}
        /w/hosts.yaml: all: {children: {web: , kube_node: {hosts: {b: }}}}
    "#]]
    .assert_eq(&follow("/w/host_vars/a.yml", "/w/host_vars/b.yml"));
    expect![[r#"
        /w/hosts.yaml: front: {hosts: {a: }}
        /w/hosts.yaml: all: {children: {front: , kube_node: {hosts: {a: }}}}
        /w/group_vars/web.yml -> /w/group_vars/front.yml
    "#]]
    .assert_eq(&follow("/w/group_vars/web", "/w/group_vars/front"));
    for (from, to) in [
        ("/w/group_vars/kube_node.yml", "/w/group_vars/nodes.yml"),
        ("/w/group_vars/web.yml", "/w/group_vars/kube_node.yml"),
        ("/w/group_vars/web.yml", "/w/group_vars/web.yaml"),
        ("/w/group_vars/web/more.yml", "/w/group_vars/web/less.yml"),
        ("/w/hosts.yaml", "/w/inventory.yaml"),
        ("/w/group_vars/nobody.yml", "/w/group_vars/x.yml"),
    ] {
        assert_eq!(follow(from, to), "", "{from} -> {to}");
    }
}

#[test]
fn templates_follow() {
    let fixture = "#- /w/hosts.yaml\nweb: {hosts: {a: {mine: 1}}}\n#- /w/group_vars/all.yml\nx: \"é€😀 {{ hostvars['a'].mine }}{{ groups[\\\"web\\\"] }}{{ mine }}\"\n";
    check(
        &fixture.replacen("a: {", "$0a: {", 1),
        "b",
        expect![[r#"
        /w/group_vars/all.yml: x: "é€😀 {{ hostvars['b'].mine }}{{ groups[\"web\"] }}{{ mine }}"
        /w/hosts.yaml: web: {hosts: {b: {mine: 1}}}
    "#]],
    );
    check(
        &fixture.replacen("web:", "$0web:", 1),
        "front",
        expect![[r#"
        /w/group_vars/all.yml: x: "é€😀 {{ hostvars['a'].mine }}{{ groups[\"front\"] }}{{ mine }}"
        /w/hosts.yaml: front: {hosts: {a: {mine: 1}}}
    "#]],
    );
    check(
        &fixture.replacen("{mine", "{$0mine", 1),
        "ours",
        expect![[r#"
        /w/group_vars/all.yml: x: "é€😀 {{ hostvars['a'].ours }}{{ groups[\"web\"] }}{{ ours }}"
        /w/hosts.yaml: web: {hosts: {a: {ours: 1}}}
    "#]],
    );
}

#[test]
fn conditions_of_tasks_follow() {
    let fixture = "\
#- /w/hosts.yaml
web: {hosts: {a: {mine: 1}}}
#- /w/group_vars/all.yml
when: mine
#- /w/site.yml
- hosts: web
  tasks:
    - debug: {var: mine}
      when:
        - mine | int > 1 and 'web' in group_names
        - 'inventory_hostname == \"é€😀\" or mine'
    - fail: {msg: mine}
";
    check(
        &fixture.replacen("mine: 1", "$0mine: 1", 1),
        "ours",
        expect![[r#"
        /w/hosts.yaml: web: {hosts: {a: {ours: 1}}}
        /w/site.yml: - debug: {var: ours}
        /w/site.yml: - ours | int > 1 and 'web' in group_names
        /w/site.yml: - 'inventory_hostname == "é€😀" or ours'
    "#]],
    );
    check(
        &fixture.replacen("web:", "$0web:", 1),
        "front",
        expect![[r#"
        /w/hosts.yaml: front: {hosts: {a: {mine: 1}}}
        /w/site.yml: - hosts: front
        /w/site.yml: - mine | int > 1 and 'front' in group_names
    "#]],
    );
}

/// The whole texts that are others, then the renames.
fn check_whole(fixture: &str, new_name: &str, expected: Expect) {
    let scene = scene(fixture);
    let result = rename(&scene.workspace, &scene.path, scene.offset, new_name);
    let show = |change: Change| {
        let after = hostwise_analysis::apply(scene.workspace.files(), &Change { renames: Vec::new(), ..change.clone() }).expect("it fits");
        let mut paths: Vec<_> = change.edits.iter().map(|edit| &edit.path).collect();
        paths.dedup();
        let mut out: String = paths.into_iter().map(|path| format!("#- {path}\n{}", after.file(path).expect("a file").text())).collect();
        out.extend(change.renames.iter().map(|rename| format!("{} -> {}\n", rename.from, rename.to)));
        out
    };
    expected.assert_eq(&result.map_or_else(|refusal| format!("refused: {refusal}\n"), show));
}

#[test]
fn a_host_leaves_its_range_with_the_variables_of_the_range() {
    check_whole(
        "\
#- /w/hosts.yaml
all:
  hosts:
    # workers
    n[1:4]: # é€😀
      x: 1
    other:
etcd: {hosts: {\"n[1:2]:22\": {y: 1}, n$02: }}
#- /w/more/inventory.ini
[a]
n[1:2]
#- /w/host_vars/n2.yml
z: 1
#- /w/site.yml
- hosts: n2:other
",
        "db",
        expect![[r##"
            #- /w/hosts.yaml
            all:
              hosts:
                # workers
                n1: # é€😀
                  x: 1
                db: # é€😀
                  x: 1
                n[3:4]: # é€😀
                  x: 1
                other:
            etcd: {hosts: {"n1:22": {y: 1}, "db:22": {y: 1}, db: }}
            #- /w/more/inventory.ini
            [a]
            n1
            db
            #- /w/site.yml
            - hosts: db:other
            /w/host_vars/n2.yml -> /w/host_vars/db.yml
        "##]],
    );
    check_whole(
        "#- /w/inventory.ini\n[web]\nn[01:12]:22 x=1 # é€😀\n[etcd]\nn$002\n",
        "w",
        expect![[r#"
            #- /w/inventory.ini
            [web]
            n01:22 x=1
            w:22 x=1
            n[03:12]:22 x=1 # é€😀
            [etcd]
            w
        "#]],
    );
}

#[test]
fn a_range_gets_the_names_of_another_one() {
    let fixture = "\
#- /w/hosts.yaml
all: {hosts: {é€😀: , n3: }}
web:
  hosts:
    n[1$0:3]:22:
      x: 1
etcd: {hosts: {n1: , 'n[1:3]': }}
#- /w/host_vars/n2.yml
z: 1
#- /w/group_vars/all.yml
first: \"{{ hostvars['n1'].ip }}\"
";
    check_whole(
        fixture,
        "w-[01:03]",
        expect![[r##"
        #- /w/group_vars/all.yml
        first: "{{ hostvars['w-01'].ip }}"
        #- /w/hosts.yaml
        all: {hosts: {é€😀: , w-03: }}
        web:
          hosts:
            w-[01:03]:22:
              x: 1
        etcd: {hosts: {w-01: , 'w-[01:03]': }}
        /w/host_vars/n2.yml -> /w/host_vars/w-02.yml
    "##]],
    );
    check_whole(
        fixture,
        "w",
        expect![[r#"
        refused: this stands for 3 hosts: give a range of as many, like node[1:3]
    "#]],
    );
    check_whole(
        fixture,
        "w[1:2]",
        expect![[r#"
        refused: this stands for 3 hosts: give a range of as many, like node[1:3]
    "#]],
    );
    check_whole(fixture, "n[1:3]", expect![[""]]);
    check_whole(
        fixture,
        "n[2:4]",
        expect![[r#"
        refused: n2 is a host already
    "#]],
    );
}

#[test]
fn a_renamed_file_of_a_host_takes_it_out_of_its_range() {
    let scene = scene("#- /w/hosts.yaml\nweb:\n  hosts:\n    n[1:3]:\n#- /w/host_vars/n3/a.yml\nx: 1\n");
    let renamed = FileRename { from: "/w/host_vars/n3".into(), to: "/w/host_vars/db".into() };
    let change = follow_renamed_files(&scene.workspace, &[renamed]);
    assert_eq!(change.edits.iter().map(|edit| &*edit.new_text).collect::<Vec<_>>(), ["n[1:2]:\n    db:"]);
    assert_eq!(change.renames, []);
}
