//! Tasks whose tool is not there: through roles, includes and imports; and everything that must keep them silent.

use std::collections::BTreeSet;
use std::sync::Arc;

use expect_test::expect;
use hostwise_analysis::{FileEdit, Settings, TaskOutcome, Token, Workspace, explain_play, hover};
use hostwise_fixture::Fixture;
use hostwise_inventory::{Content, Files, SourceFile};

const SEPARATE: &str = "\
#- /w/hosts.yaml
kube_control_plane: {hosts: {cp: }}
kube_node: {hosts: {worker: }}
etcd: {hosts: {db: }}
#- /w/group_vars/all.yml
x: 1
";

/// The same, where the inventory itself says what the cluster is.
fn spelt_out() -> String {
    SEPARATE.replace("#- /w/group_vars", "k8s_cluster: {children: {kube_control_plane: , kube_node: }}\n#- /w/group_vars")
}

fn workspace(fixture: &str) -> (Fixture, Workspace) {
    let inventory = if fixture.contains("#- /w/hosts.yaml") { "" } else { SEPARATE };
    let fixture = Fixture::parse(&format!("{inventory}{fixture}"), "/w/site.yml");
    let file = |file: &hostwise_fixture::File| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false);
    let files: Files = fixture.files.iter().map(file).collect();
    let workspace = Workspace::new(files, BTreeSet::new(), Settings::default());
    (fixture, workspace)
}

/// What is found of tools, as `path: message up to the colon`.
fn found(fixture: &str) -> Vec<String> {
    let (_, workspace) = workspace(fixture);
    let found = workspace.diagnostics(&Token::never()).expect("nothing cancels");
    let of_tools = found.iter().flat_map(|(path, diagnostics)| diagnostics.iter().map(move |diagnostic| (path, diagnostic)));
    let of_tools = of_tools.filter(|(_, diagnostic)| diagnostic.code == "tool-not-installed");
    of_tools.map(|(path, diagnostic)| format!("{path}: {}", diagnostic.message.split(" (").next().unwrap_or_default())).collect()
}

const FOUND: &str = "nerdctl is not installed on db";

/// A play on all hosts with these tasks, two blanks deep.
fn site(tasks: &str) -> String {
    format!("#- /w/site.yml\n- hosts: all\n  tasks:\n{tasks}")
}

#[test]
fn every_form_of_a_command_names_its_program() {
    for task in [
        "command: nerdctl images",
        "ansible.builtin.command: nerdctl images",
        "command: {cmd: nerdctl images}",
        "command: {argv: [nerdctl, images]}",
        "command: chdir=/tmp nerdctl images",
        "command: /usr/local/bin/nerdctl images",
        "command: \"{{ bin_dir }}/nerdctl images\"",
        "action: command nerdctl images",
        "shell: nerdctl images",
        "shell: sudo nerdctl images",
        "shell: cd /tmp && nerdctl images",
        "shell: \"set -o pipefail; nerdctl images | wc -l\"",
        "raw: nerdctl images",
        "{command: \"{{ tool }} images\", vars: {tool: nerdctl}}",
        "{command: \"{{ item }} images\", loop: [nerdctl]}",
        "{command: nerdctl pull x, loop: [a, b]}",
        "{command: nerdctl images, when: \"inventory_hostname in groups['etcd']\"}",
        "{command: nerdctl images, when: [true, \"'etcd' in group_names\"], tags: [images]}",
        "{command: nerdctl images, ignore_errors: false, become: true, register: x, changed_when: false}",
    ] {
        assert_eq!(found(&site(&format!("    - {task}\n"))), [format!("/w/site.yml: {FOUND}")], "{task}");
    }
}

#[test]
fn guards_and_doubts_keep_silent() {
    for task in [
        "{command: nerdctl images, failed_when: false}",
        "{command: nerdctl images, ignore_errors: true}",
        "{command: nerdctl images, ignore_errors: \"{{ ansible_check_mode }}\"}",
        "{command: nerdctl images, when: \"'k8s_cluster' in group_names\"}",
        "{command: nerdctl images, when: tool.rc == 0}",
        "{command: nerdctl images, when: ansible_facts.os_family == 'Debian'}",
        "{command: nerdctl images, when: some_switch}",
        "{command: nerdctl images, delegate_to: localhost}",
        "{command: nerdctl images, delegate_to: cp}",
        "{command: nerdctl images, connection: local}",
        "{command: nerdctl images, run_once: true}",
        "{command: nerdctl images, loop: \"{{ images }}\"}",
        "{command: nerdctl images, args: {creates: /x}}",
        "{command: nerdctl images, async: 60, poll: 0}",
        "{command: nerdctl images, environment: {PATH: /opt/bin}}",
        "{command: nerdctl images, tags: [never]}",
        "{command: nerdctl images, check_mode: true}",
        "command: creates=/x nerdctl images",
        "command: /opt/bin/nerdctl images",
        "command: ./nerdctl images",
        "command: \"{{ tool }} images\"",
        "command: echo nerdctl",
        "command: which nerdctl",
        "shell: nerdctl images | grep x",
        "shell: nerdctl images || true",
        "shell: nerdctl images; true",
        "shell: command -v nerdctl && nerdctl images",
        "shell: \"if [ -x /x ]; then nerdctl images; fi\"",
        "shell: \"nerdctl images {{ unknown_options }}\"",
        "script: nerdctl images",
        "local_action: command nerdctl images",
        "debug: {msg: nerdctl images}",
        "systemd: {name: containerd, daemon_reload: true}",
        "systemd: {name: unheard-of, state: started}",
        "command:",
        "{}",
    ] {
        assert_eq!(found(&site(&format!("    - {task}\n"))), [""; 0], "{task}");
    }
}

#[test]
fn what_stands_before_a_task_can_silence_it() {
    let last = "    - command: nerdctl images\n";
    for before in [
        "    - {meta: end_host, when: \"'k8s_cluster' not in group_names\"}\n",
        "    - {fail: {msg: no}, when: not tool.stat.exists}\n",
        "    - {assert: {that: tool.stat.exists}}\n",
        "    - command: which nerdctl\n",
        "    - shell: command -v nerdctl\n",
        "    - {package: {name: [nerdctl, jq]}}\n",
        "    - {get_url: {url: \"https://x/nerdctl.tgz\", dest: /tmp/x}}\n",
        "    - {copy: {src: nerdctl, dest: /usr/local/bin/}}\n",
        "    - {template: {src: nerdctl.j2, dest: /opt/bin/tool}}\n",
        "    - shell: curl -L https://x/nerdctl.tgz | tar xz -C /usr/local/bin\n",
        "    - script: setup.sh\n",
        "    - shell: ./setup.sh\n",
        "    - {include_role: {name: somebody.engine}}\n",
        "    - {include_tasks: \"{{ what }}.yml\"}\n",
        "    - {add_host: {name: db, groups: k8s_cluster}}\n    - {command: nerdctl images, when: \"'etcd' in group_names\"}\n",
    ] {
        assert_eq!(found(&site(&format!("{before}{last}"))), [""; 0], "{before}");
    }
    for before in [
        "    - {meta: flush_handlers}\n",
        "    - {assert: {that: \"'x' == 'x'\"}}\n",
        "    - {assert: {that: ansible_facts.os_family == 'Debian'}}\n",
        "    - {fail: {msg: no}, when: \"'etcd' not in group_names\"}\n",
        "    - {package: {name: jq}}\n",
        "    - {name: Before nerdctl, package: {name: jq}, notify: nerdctl, tags: nerdctl}\n",
        "    - {template: {src: nerdctl.toml.j2, dest: /etc/nerdctl/nerdctl.toml}}\n",
        "    - {include_tasks: more.yml}\n#- /w/more.yml\n- debug:\n#- /w/site2.yml\n- hosts: all\n  tasks:\n",
    ] {
        let n_found = found(&site(&format!("{before}{last}"))).len();
        assert_eq!(n_found, 1, "{before}");
    }
    let listed = "#- /w/group_vars/k8s_cluster.yml\npackages: [jq, nerdctl]\n";
    let by_variable = "    - {package: {name: \"{{ packages }}\"}}\n";
    assert_eq!(found(&format!("{}{listed}", site(&format!("{by_variable}{last}")))), [""; 0]);
}

#[test]
fn blocks_hand_down_what_they_say() {
    let block = |keywords: &str| site(&format!("    - block:\n        - command: nerdctl images\n{keywords}"));
    assert_eq!(found(&block("")), [format!("/w/site.yml: {FOUND}")]);
    assert_eq!(found(&block("      always:\n        - debug:\n")), [format!("/w/site.yml: {FOUND}")]);
    for keywords in [
        "      rescue:\n        - debug:\n",
        "      when: \"'kube_node' in group_names\"\n",
        "      ignore_errors: true\n",
        "      delegate_to: cp\n",
    ] {
        assert_eq!(found(&block(keywords)), [""; 0], "{keywords}");
    }
    let rescue = "    - block:\n        - debug:\n      rescue:\n        - command: nerdctl images\n";
    assert_eq!(found(&site(rescue)), [""; 0]);
}

#[test]
fn roles_includes_and_imports_are_followed() {
    let role = "\
#- /w/roles/images/tasks/main.yml
- import_tasks: list.yml
#- /w/roles/images/tasks/list.yml
- command: \"{{ images_tool }} images\"
#- /w/roles/images/defaults/main.yml
images_tool: nerdctl
";
    let in_role = format!("/w/roles/images/tasks/list.yml: {FOUND}");
    for site in [
        "- hosts: all\n  roles: [images]\n",
        "- hosts: all\n  roles:\n    - role: images\n      tags: x\n",
        "- hosts: all\n  tasks:\n    - include_role: {name: images}\n",
        "- hosts: all\n  tasks:\n    - import_role: {name: images, tasks_from: list}\n",
        "- hosts: all\n  tasks:\n    - include_role: {name: images, apply: {become: true, tags: x}}\n",
        "- import_playbook: plays/other.yml\n#- /w/plays/other.yml\n- hosts: all\n  roles: [images]\n",
        "- hosts: all\n  roles: [outer]\n#- /w/roles/outer/meta/main.yml\ndependencies: [{role: images}]\n",
    ] {
        assert_eq!(found(&format!("#- /w/site.yml\n{site}{role}")), std::slice::from_ref(&in_role), "{site}");
    }
    for site in [
        "- hosts: k8s_cluster\n  roles: [images]\n",
        "- hosts: all\n  roles:\n    - {role: images, when: \"'k8s_cluster' in group_names\"}\n",
        "- hosts: all\n  roles:\n    - {role: images, images_tool: ls}\n",
        "- hosts: all\n  vars: {images_tool: ls}\n  roles: [images]\n",
        "- hosts: all\n  tasks:\n    - {include_role: {name: images}, when: inventory_hostname == 'cp'}\n",
        "- {import_playbook: other.yml, when: \"'kube_node' in group_names\"}\n#- /w/other.yml\n- hosts: all\n  roles: [images]\n",
        "- hosts: all\n  tasks:\n    - include_role: {name: images, apply: {when: false}}\n",
        "- hosts: all\n  tasks:\n    - include_role: {name: images, apply: {ignore_errors: true}}\n",
        "- hosts: all\n  tasks:\n    - include_role: {name: images, apply: {delegate_to: cp}}\n",
        "- hosts: all\n  tasks:\n    - include_role: {name: images, apply: \"{{ keywords }}\"}\n",
        "- hosts: all\n  tasks:\n    - include_tasks: {file: roles/images/tasks/list.yml, apply: {vars: {images_tool: ls}}}\n",
        "- hosts: localhost\n  roles: [images]\n",
        "- hosts: \"{{ target }}\"\n  roles: [images]\n",
        "- hosts: all\n  connection: local\n  roles: [images]\n",
        "- hosts: all\n  tasks:\n    - set_fact: {images_tool: ls}\n    - include_role: {name: images}\n",
        "- debug:\n",
    ] {
        assert_eq!(found(&format!("#- /w/site.yml\n{site}{role}")), [""; 0], "{site}");
    }
    let beside =
        "#- /w/site.yml\n- import_playbook: plays/x.yml\n#- /w/plays/x.yml\n- hosts: all\n  tasks: [command: \"{{ tool }} images\"]\n";
    let tool = "#- /w/group_vars/etcd.yml\ntool: nerdctl\n";
    assert_eq!(found(&format!("{beside}{tool}")), [format!("/w/plays/x.yml: {FOUND}")]);
    assert_eq!(found(&format!("{beside}{tool}#- /w/plays/group_vars/all.yml\ntool: ls\n")), [""; 0], "the playbook's beat the inventory's");
    let set = "#- /w/group_vars/etcd.yml\nimages_tool: ls\n";
    assert_eq!(found(&format!("#- /w/site.yml\n- hosts: all\n  roles: [images]\n{role}{set}")), [""; 0], "the inventory beats the default");
}

#[test]
fn files_that_name_each_other_end() {
    let endless = "\
#- /w/site.yml
- import_playbook: site.yml
- hosts: all
  tasks:
    - include_tasks: a.yml
#- /w/a.yml
- include_tasks: b.yml
#- /w/b.yml
- include_tasks: a.yml
- include_role: {name: r}
#- /w/roles/r/meta/main.yml
dependencies: [r]
#- /w/roles/r/tasks/main.yml
- import_role: {name: r}
";
    assert_eq!(found(endless), [""; 0]);
}

#[test]
fn where_tasks_run_once_or_elsewhere() {
    let task = |keywords: &str| site(&format!("    - {{command: nerdctl images, {keywords}}}\n"));
    assert_eq!(found(&task("run_once: true").replace("hosts: all", "hosts: \"etcd:kube_node\"")), [format!("/w/site.yml: {FOUND}")]);
    for order in ["serial: 1", "order: shuffle", "order: reverse_inventory"] {
        let other_first = task("run_once: true").replace("hosts: all", &format!("hosts: \"etcd:kube_node\"\n  {order}"));
        assert_eq!(found(&other_first), [""; 0], "{order}");
    }
    assert_eq!(found(&task("delegate_to: db")), [format!("/w/site.yml: {FOUND}")]);
    assert_eq!(found(&task("delegate_to: \"{{ groups['etcd'][0] }}\"")), [format!("/w/site.yml: {FOUND}")]);
    assert_eq!(found(&task("delegate_to: \"{{ groups['kube_node'][0] }}\"")), [""; 0]);
    let (_, delegated) = workspace(&task("delegate_to: db"));
    let found = delegated.diagnostics(&Token::never()).expect("nothing cancels");
    assert!(found["/w/site.yml" as &str].iter().all(|diagnostic| diagnostic.fixes.is_empty()), "other hosts would fail alike");
}

#[test]
fn hosts_that_kubespray_knows_nothing_of_are_left_alone() {
    let more = "#- /w/more.yaml\nlb: {hosts: {lb1: , lb2: {ansible_connection: local}}}\n";
    assert_eq!(found(&format!("{more}{}", site("    - command: nerdctl images\n"))), [format!("/w/site.yml: {FOUND}")]);
    let local = "#- /w/host_vars/db.yml\nansible_connection: local\n";
    assert_eq!(found(&format!("{local}{}", site("    - command: nerdctl images\n"))), [""; 0]);
    let engine = "#- /w/host_vars/db.yml\ndeploy_container_engine: true\n";
    assert_eq!(found(&format!("{engine}{}", site("    - command: nerdctl images\n"))), [""; 0]);
}

#[test]
fn fixes_make_the_finding_go_away() {
    let spelt_out = &*spelt_out();
    for (more, site, title, fixed) in [
        (
            spelt_out,
            "- hosts: all # every node\n  tasks:\n    - command: nerdctl images\n",
            "Run the play on k8s_cluster only",
            "- hosts: k8s_cluster # every node\n",
        ),
        (
            spelt_out,
            "- hosts: all\n  tasks:\n    - command: nerdctl images\n",
            "Run the task on k8s_cluster only",
            "      when: \"'k8s_cluster' in group_names\"\n",
        ),
        (
            spelt_out,
            "- hosts: all\n  tasks:\n    - command: nerdctl images\n      when: inventory_hostname != 'x'\n",
            "Run the task on k8s_cluster only",
            "      when:\n        - inventory_hostname != 'x'\n        - \"'k8s_cluster' in group_names\"\n",
        ),
        (
            spelt_out,
            "- hosts: all\n  tasks:\n    - command: nerdctl images\n      when: # both\n        - true # one\n        # two\n        - x == 1\n      tags: a\n",
            "Run the task on k8s_cluster only",
            "      when: # both\n        - true # one\n        # two\n        - x == 1\n        - \"'k8s_cluster' in group_names\"\n      tags: a\n",
        ),
        (
            spelt_out,
            "- hosts: all\n  tasks:\n    - command: nerdctl images\n      when: # later\n    - debug:\n",
            "Run the task on k8s_cluster only",
            "      when: \"'k8s_cluster' in group_names\" # later\n    - debug:\n",
        ),
        // What Kubespray's playbooks alone make is not there for others.
        (
            "",
            "- hosts: [all]\n  tasks:\n    - command: nerdctl images\n",
            "Run the play on kube_control_plane:kube_node only",
            "- hosts: kube_control_plane:kube_node\n",
        ),
        (
            "",
            "- hosts: all\n  tasks:\n    - command: nerdctl images\n",
            "Run the task on kube_control_plane:kube_node only",
            "      when: \"'kube_control_plane' in group_names or 'kube_node' in group_names\"\n",
        ),
        (
            "",
            "- hosts: all\n  tasks:\n    - command: nerdctl images\n",
            "Run the play on k8s_cluster only, in the same run as Kubespray",
            "- hosts: k8s_cluster\n",
        ),
    ] {
        let (_, workspace) = workspace(&format!("{more}#- /w/site.yml\n{site}"));
        let found = workspace.diagnostics(&Token::never()).expect("nothing cancels");
        let fix = found["/w/site.yml" as &str][0].fixes.iter().find(|fix| fix.title == title).expect("the fix");
        let [FileEdit { range, new_text, .. }] = &fix.change.edits[..] else { panic!("one edit") };
        let mut text = site.to_owned();
        text.replace_range(range.span(), new_text);
        assert!(text.contains(fixed), "{title}: {text}");
        assert_eq!(self::found(&format!("{more}#- /w/site.yml\n{text}")), [""; 0], "{text}");
    }
}

/// A playbook may run right after Kubespray's, or alone: then `ansible-playbook` finds no host in a group that only they make.
#[test]
fn groups_that_only_kubespray_makes_are_not_certain() {
    let spelt_out = &*spelt_out();
    let on_worker = "/w/site.yml: kubectl is not installed on worker".to_owned();
    for site in [
        "- hosts: k8s_cluster\n  tasks:\n    - command: kubectl get nodes\n",
        "- hosts: all:!etcd\n  tasks:\n    - {command: kubectl get nodes, when: \"'k8s_cluster' in group_names\"}\n",
        "- hosts: all:!etcd\n  tasks:\n    - {command: \"{{ tool }} get nodes\"}\n#- /w/group_vars/k8s_cluster.yml\ntool: kubectl\n",
    ] {
        assert_eq!(found(&format!("#- /w/site.yml\n{site}")), [""; 0], "{site}");
        assert_eq!(found(&format!("{spelt_out}#- /w/site.yml\n{site}")), std::slice::from_ref(&on_worker), "{site}");
    }
    for site in [
        "- hosts: k8s_cluster:etcd\n  tasks:\n    - command: nerdctl images\n",
        "- hosts: all\n  tasks:\n    - {command: nerdctl images, when: \"'k8s_cluster' not in group_names\"}\n",
    ] {
        assert_eq!(found(&format!("#- /w/site.yml\n{site}")), [format!("/w/site.yml: {FOUND}")], "{site}");
    }
    let of_kubespray = "\
#- /w/kubespray/galaxy.yml
{namespace: kubernetes_sigs, name: kubespray, version: 2.31.0}
#- /w/kubespray/playbooks/cluster.yml
- hosts: all
  roles: [dynamic_groups]
#- /w/kubespray/roles/dynamic_groups/tasks/main.yml
- {group_by: {key: k8s_cluster}, when: \"'etcd' not in group_names\"}
#- /w/site.yml
- import_playbook: kubespray/playbooks/cluster.yml
- hosts: k8s_cluster
  tasks:
    - command: kubectl get nodes
";
    assert_eq!(found(of_kubespray), [on_worker]);
}

fn hover_at(fixture: &str, path: &str, word: &str) -> String {
    let (fixture, workspace) = workspace(fixture);
    let file = fixture.files.iter().find(|file| file.path == path).expect("the file");
    let offset = file.text.find(word).expect("the word");
    hover(&workspace, path, offset + 1).map(|hover| hover.markdown).unwrap_or_default()
}

#[test]
fn hover_on_a_task_says_who_runs_it_and_what_to_ask_of_etcd() {
    let site = site("    - name: List\n      command: nerdctl images\n      when: inventory_hostname != 'cp'\n");
    expect![[r#"
        **List**

        - skipped by `inventory_hostname != 'cp'`: `cp`
        - runs: `worker`
        - **fails**, nerdctl is not installed: `db`

        The health of a dedicated etcd host is that of etcd:

        ```yaml
        - name: Check the health of etcd
          ansible.builtin.command: >-
            /usr/local/bin/etcdctl --endpoints=https://127.0.0.1:2379
            --cacert=/etc/ssl/etcd/ssl/ca.pem
            --cert=/etc/ssl/etcd/ssl/admin-{{ inventory_hostname }}.pem
            --key=/etc/ssl/etcd/ssl/admin-{{ inventory_hostname }}-key.pem
            endpoint health
          when: "'etcd' in group_names"
          become: true
          changed_when: false
        ```

        Kubespray 2.31.0 (newest known release, no checkout found)"#]]
    .assert_eq(&hover_at(&site, "/w/site.yml", "nerdctl"));
    let hosts = hover_at("#- /w/site.yml\n- hosts: k8s_cluster:etcd:!worker\n", "/w/site.yml", "k8s_cluster");
    expect![[r#"
        **k8s_cluster:etcd:!worker**

        2 hosts

        - control plane: `cp`
        - etcd-only: `db`

        `k8s_cluster`: made by Kubespray's playbooks, without which this play finds no host there"#]]
    .assert_eq(&hosts);
    let declared = hover_at(&format!("{}#- /w/site.yml\n- hosts: k8s_cluster\n", spelt_out()), "/w/site.yml", "k8s_cluster");
    assert!(!declared.contains("made by"), "{declared}");
}

/// Where the defaults of Kubespray are there, the tool's own condition is a guard.
#[test]
fn the_condition_of_the_tool_itself_is_a_guard() {
    let rest = "#- /w/roles/kubespray_defaults/defaults/main.yml\nbin_dir: /usr/local/bin\n";
    let site = "- hosts: all\n  roles: [kubespray_defaults]\n  tasks:\n    - command: nerdctl images\n";
    let fixture = |site: &str| format!("{rest}#- /w/site.yml\n{site}");
    assert_eq!(found(&fixture(site)), [format!("/w/site.yml: {FOUND}")]);
    let (_, workspace) = workspace(&fixture(site));
    let of_site = &workspace.diagnostics(&Token::never()).expect("nothing cancels")["/w/site.yml" as &str];
    let fixes = of_site.iter().flat_map(|diagnostic| &diagnostic.fixes);
    let fix = fixes.into_iter().find(|fix| fix.title == "Run the task where nerdctl is installed").expect("the fix");
    let [FileEdit { range, new_text, .. }] = &fix.change.edits[..] else { panic!("one edit") };
    let mut text = site.to_owned();
    text.replace_range(range.span(), new_text);
    assert!(text.contains("when:") && text.contains("deploy_container_engine"), "{text}");
    assert_eq!(found(&fixture(&text)), [""; 0], "{text}");
}

/// After every edit, what is found is what a look at everything would find.
#[test]
fn what_was_found_before_counts_only_while_it_holds() {
    let (fixture, mut workspace) = workspace(
        "\
#- /w/site.yml
- hosts: all
  roles: [images]
- hosts: etcd
  tasks:
    - command: crictl ps
#- /w/roles/images/tasks/main.yml
- import_tasks: list.yml
- {command: touch x, notify: restart}
#- /w/roles/images/tasks/list.yml
- command: \"{{ tool }} images\"
#- /w/roles/images/defaults/main.yml
tool: nerdctl
#- /w/roles/images/handlers/main.yml
- {name: restart, systemd: {name: containerd, state: restarted}}
- {name: run, script: list.sh}
#- /w/roles/images/files/list.sh
#!/bin/sh
crictl images
",
    );
    let mut texts: Vec<(String, String)> = fixture.files.iter().map(|file| (file.path.clone(), file.text.clone())).collect();
    let found = |workspace: &Workspace| {
        let found = workspace.diagnostics(&Token::never()).expect("nothing cancels");
        let all =
            found.iter().flat_map(|(path, found)| found.iter().map(move |found| format!("{path} {:?} {}", found.range, found.message)));
        all.filter(|line| line.contains("this task will fail")).collect::<Vec<_>>()
    };
    let mut counts = vec![found(&workspace).len()];
    for (path, text) in [
        ("/w/roles/images/tasks/main.yml", "- import_tasks: list.yml\n# a comment\n- {command: touch x, notify: restart}\n"),
        ("/w/roles/images/defaults/main.yml", "tool: ls\n"),
        ("/w/roles/images/defaults/main.yml", "tool: crictl\n"),
        ("/w/roles/images/tasks/main.yml", "- import_tasks: list.yml\n- {command: touch x, changed_when: false, notify: restart}\n"),
        ("/w/roles/images/tasks/main.yml", "- import_tasks: list.yml\n- {command: touch x, notify: [restart, run]}\n"),
        ("/w/roles/images/files/list.sh", "#!/bin/sh\nls\n"),
        ("/w/roles/images/tasks/list.yml", "- {command: \"{{ tool }} images\", register: tool}\n"),
        ("/w/roles/images/tasks/list.yml", "- {command: nerdctl images, when: \"'etcd' in group_names\"}\n"),
        ("/w/site.yml", "- hosts: k8s_cluster\n  roles: [images]\n- hosts: etcd\n  tasks:\n    - command: crictl ps\n"),
        ("/w/site.yml", "- hosts: all\n  roles: [images]\n- hosts: etcd\n  tasks:\n    - {command: crictl ps, ignore_errors: true}\n"),
        ("/w/group_vars/all.yml", "deploy_container_engine: true\n"),
        ("/w/group_vars/all.yml", "x: 1\n"),
        ("/w/hosts.yaml", "kube_control_plane: {hosts: {cp: }}\nkube_node: {hosts: {worker: , db: }}\netcd: {hosts: {db: }}\n"),
    ] {
        for known in texts.iter_mut().filter(|(known, _)| known == path) {
            known.1 = text.to_owned();
        }
        let file = |path: &str, text: &str| SourceFile::new(path, Content::Text(text.into()), false);
        let mut files = workspace.files().clone();
        files.insert(path, hostwise_inventory::Entry::File(Arc::new(file(path, text))));
        workspace = workspace.change_files(files);
        let fresh: Files = texts.iter().map(|(path, text)| file(path, text)).collect();
        let fresh = Workspace::new(fresh, BTreeSet::new(), Settings::default());
        assert_eq!(found(&workspace), found(&fresh), "{path}: {text}");
        counts.push(found(&workspace).len());
    }
    assert_eq!(counts, [3, 3, 2, 3, 2, 4, 3, 2, 3, 1, 2, 0, 2, 0]);
}

/// `roles/etcd/tasks/configure.yml` asks with these files, in all releases.
#[test]
fn the_health_check_names_the_files_of_the_release() {
    for release in ["2.24.0", "2.31.0", "2.32.0"] {
        for (set, directory) in [("", "/etc/ssl/etcd/ssl"), ("etcd_config_dir: /srv/etcd\n", "/srv/etcd/ssl")] {
            let variables = format!("#- /w/group_vars/etcd.yml\ny: 1\n{set}");
            let (fixture, _) = workspace(&format!("{variables}{}", site("    - command: nerdctl images\n")));
            let file = |file: &hostwise_fixture::File| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false);
            let files: Files = fixture.files.iter().map(file).collect();
            let settings = Settings { kubespray: Some(release.to_owned()), ..Settings::default() };
            let workspace = Workspace::new(files, BTreeSet::new(), settings);
            let markdown = hover(&workspace, "/w/site.yml", 30).map(|hover| hover.markdown).unwrap_or_default();
            for part in [
                format!("--cacert={directory}/ca.pem"),
                format!("--cert={directory}/admin-{{{{ inventory_hostname }}}}.pem"),
                format!("--key={directory}/admin-{{{{ inventory_hostname }}}}-key.pem"),
            ] {
                assert!(markdown.contains(&part), "{release}: {part} in {markdown}");
            }
        }
    }
}

/// Each way to run etcd: a container has the same files (`roles/etcd/templates/etcd.j2`), and with kubeadm a host of `etcd` alone has none.
#[test]
fn the_health_check_is_one_of_an_etcd_that_is_there() {
    for (settings, expected) in [
        ("etcd_deployment_type: host", 1),
        ("{etcd_deployment_type: docker, container_manager: docker}", 1),
        ("etcd_deployment_type: kubeadm", 0),
    ] {
        let fixture = format!("#- /w/group_vars/all/x.yml\n{settings}\n{}", site("    - command: kubectl get nodes\n"));
        let said = hover_at(&fixture, "/w/site.yml", "kubectl");
        assert!(said.contains("**fails**, kubectl is not installed"), "{settings}: {said}");
        assert_eq!(said.matches("--cert=/etc/ssl/etcd/ssl/admin-").count(), expected, "{settings}: {said}");
    }
}

#[test]
fn a_group_that_only_kubespray_makes_is_named() {
    let late = |more: &str| {
        let (_, workspace) = workspace(&format!("{more}#- /w/site.yml\n- hosts: all\n- hosts: kube_node:!k8s_cluster[0]\n"));
        let explained = explain_play(&workspace, "/w/site.yml", None).expect("a playbook");
        explained.plays.into_iter().map(|play| play.made_late.join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(late(""), ["", "k8s_cluster"]);
    assert_eq!(late(&spelt_out()), ["", ""]);
}

#[test]
fn each_task_has_an_outcome_on_each_host() {
    let (_, workspace) = workspace(&site(
        "    - {debug: , when: \"'etcd' in group_names\"}\n    - command: nerdctl images\n    - {debug: , when: x.rc == 0, name: last}\n",
    ));
    let explained = explain_play(&workspace, "/w/site.yml", None).expect("a playbook");
    let [play] = &explained.plays[..] else { panic!("one play") };
    let outcomes = |at: usize| -> Vec<TaskOutcome> { play.situations[at].tasks.iter().map(|task| task.outcome).collect() };
    assert_eq!((play.known, play.pattern.as_str(), play.line), (true, "all", 2 - 1));
    assert_eq!(play.situations[0].hosts, ["cp".into(), "worker".into()] as [Arc<str>; 2]);
    assert_eq!(outcomes(0), [TaskOutcome::Skipped, TaskOutcome::Runs, TaskOutcome::Unknown]);
    assert_eq!(outcomes(1), [TaskOutcome::Runs, TaskOutcome::Runs, TaskOutcome::NotReached]);
    assert_eq!(play.situations[1].tasks[1].lacks.as_deref(), Some("nerdctl"));
    assert_eq!(play.situations[1].tasks[2].task, "last");
    let one = explain_play(&workspace, "/w/site.yml", Some("db")).expect("a playbook");
    assert_eq!(one.plays[0].situations.len(), 1);
    assert!(explain_play(&workspace, "/w/hosts.yaml", None).is_none() && explain_play(&workspace, "/w/site.yml", Some("x")).is_none());
}

#[test]
fn half_typed_playbooks_end_well() {
    let text = "\
- hosts: all:!cp[0]
  vars: {tool: nerdctl}
  roles:
    - {role: r, when: x}
  tasks:
    - block:
        - shell: |
            set -o pipefail && \"{{ tool }}\" images 2>&1 | grep 'a b' > /tmp/x
      rescue: [debug: {msg: é}]
    - command: {argv: [nerdctl, images]}
      loop: [1, 2]
      when: \"'etcd' in group_names\"
    - include_tasks: \"{{ a }}.yml\"
- import_playbook: other.yml
";
    for (at, character) in text.char_indices().step_by(5) {
        for broken in [text[..at].to_owned(), format!("{}{}", &text[..at], &text[at + character.len_utf8()..])] {
            let (_, workspace) = workspace(&format!("#- /w/site.yml\n{broken}"));
            workspace.diagnostics(&Token::never()).expect("nothing cancels");
            hover(&workspace, "/w/site.yml", at.min(broken.len()));
            explain_play(&workspace, "/w/site.yml", None);
        }
    }
}

/// Each form twice: where the program certainly decides, and where it may not.
#[test]
fn forms_that_decide_and_forms_that_do_not() {
    for (decides, does_not) in [
        ("command: env FOO=1 nerdctl images", "command: env PATH=/opt/bin nerdctl images"),
        ("shell: FOO=bar nerdctl images", "shell: PATH=/opt/bin nerdctl images"),
        ("command: sudo nerdctl images", "command: sudo -l nerdctl"),
        ("shell: sudo -n nerdctl images", "shell: sudo -l nerdctl"),
        ("command: timeout 5 nerdctl images", "command: timeout --preserve-status"),
        ("shell: timeout 5s nerdctl images", "shell: timeout 5 nerdctl images || true"),
        ("shell: nice -n 10 nerdctl images", "shell: nice"),
        ("shell: nohup nerdctl images", "shell: nohup nerdctl images &"),
        ("shell: nerdctl images && nerdctl ps", "shell: nerdctl images || nerdctl ps || true"),
        ("shell: nerdctl images || exit 1", "shell: nerdctl images || exit 0"),
        ("shell: \"set -e; nerdctl pull x; echo ok\"", "shell: \"nerdctl pull x; echo ok\""),
        ("shell: \"set -e\\nnerdctl pull x\\nif true; then exit 0; fi\"", "shell: \"set -e\\nif true; then exit 0; fi\\nnerdctl pull x\""),
        ("shell: \"nerdctl images > /tmp/x\"", "shell: \"! nerdctl images\""),
        ("{shell: nerdctl images, args: {executable: /bin/bash}}", "{shell: nerdctl images, args: {executable: /opt/mysh}}"),
        ("command: \"{{ bin_dir }}/nerdctl images\"", "command: \"{{ my_dir }}/nerdctl images\""),
        ("shell: \"{{ bin_dir }}/nerdctl images\"", "shell: \"{{ bin_dir }}/nerdctl images | cat\""),
        ("{command: nerdctl images, args: {chdir: /tmp}}", "{command: nerdctl images, args: {creates: /x}}"),
        ("{command: {cmd: nerdctl images, chdir: /tmp}}", "{command: {cmd: nerdctl images, removes: /x}}"),
        ("{command: {argv: [\"{{ bin_dir }}/nerdctl\", images]}}", "{command: {argv: [echo, nerdctl]}}"),
        ("{command: {argv: [sudo, nerdctl, images]}}", "{command: {argv: [sudo, -l, nerdctl]}}"),
        ("{command: nerdctl images, ignore_errors: false}", "{command: nerdctl images, ignore_errors: yes}"),
        ("{command: nerdctl images, register: x}", "{command: nerdctl images, register: x, failed_when: false}"),
        ("{command: nerdctl images, ignore_unreachable: true}", "{command: nerdctl images, ignore_errors: \"{{ x }}\"}"),
        ("{command: nerdctl images, loop: [a]}", "{command: nerdctl images, loop: []}"),
        ("{command: nerdctl images, with_items: [a]}", "{command: nerdctl images, with_items: \"{{ x }}\"}"),
        ("{command: nerdctl images, tags: [always]}", "{command: nerdctl images, tags: never}"),
        ("{command: nerdctl images, check_mode: false}", "{command: nerdctl images, check_mode: true}"),
        (
            "{command: nerdctl images, when: \"groups['etcd'] | length == 1\"}",
            "{command: nerdctl images, when: \"groups['etcd'] | length > 1\"}",
        ),
        (
            "{command: nerdctl images, when: container_manager == 'containerd', vars: {container_manager: containerd}}",
            "{command: nerdctl images, when: container_manager == 'containerd', vars: {container_manager: docker}}",
        ),
        (
            "{command: nerdctl images, until: x.rc == 0, register: x, retries: 3}",
            "{command: nerdctl images, until: x.rc == 0, register: x, failed_when: false}",
        ),
        (
            "{command: nerdctl images, delegate_to: \"{{ inventory_hostname }}\"}",
            "{command: nerdctl images, delegate_to: \"{{ groups['kube_node'] | first }}\"}",
        ),
        ("{command: nerdctl images, become: true, environment: {HTTP_PROXY: x}}", "{command: nerdctl images, environment: \"{{ env }}\"}"),
        ("{command: nerdctl images, no_log: true, changed_when: false}", "{command: nerdctl images, async: 10, poll: \"{{ x }}\"}"),
        ("{command: nerdctl images, async: 10}", "{command: nerdctl images, async: 10, poll: 0}"),
        ("{shell: nerdctl images, async: 0}", "{command: nerdctl images, async: 10, failed_when: x.rc != 0, register: x}"),
        (
            "{command: nerdctl images, module_defaults: {shell: {creates: /x}}}",
            "{command: nerdctl images, module_defaults: {ansible.builtin.command: {creates: /x}}}",
        ),
        ("command: bash -c 'nerdctl images'", "command: bash -lc 'nerdctl images'"),
        ("command: sh -c 'nerdctl images && ls'", "command: sh -c 'nerdctl images || true'"),
        (
            "{command: \"sh -c 'nerdctl {{ what }}'\", vars: {what: images}}",
            "{command: \"sh -c 'nerdctl {{ what }}'\", vars: {what: images || true}}",
        ),
        ("{command: {argv: [sh, -c, nerdctl images]}}", "{command: {argv: [sh, -c, nerdctl images || true]}}"),
        ("shell: sudo sh -c \"cd /tmp && nerdctl images\"", "shell: sudo sh -c \"nerdctl images || true\""),
        ("shell: echo a | xargs -n1 nerdctl inspect", "shell: echo a | xargs -r nerdctl inspect"),
        ("shell: \"nerdctl load <<EOF\\nx\\nEOF\"", "shell: \"cat <<EOF\\nnerdctl images\\nEOF\""),
        ("shell: \"nerdctl images > /tmp/x 2>&1\"", "shell: \"nerdctl images &> /tmp/x\""),
        (
            "{command: \"{{ bin_dir }}/nerdctl images\", vars: {bin_dir: /usr/local/bin}}",
            "{command: \"{{ bin_dir }}/nerdctl images\", vars: {bin_dir: /opt/bin}}",
        ),
        ("{name: x, block: [command: nerdctl images]}", "{name: x, block: [command: nerdctl images], rescue: [debug: ]}"),
        ("{name: x, block: [command: nerdctl images], when: true}", "{name: x, block: [command: nerdctl images], when: false}"),
        ("{block: [debug: ], always: [command: nerdctl images]}", "{block: [debug: ], rescue: [command: nerdctl images]}"),
        ("ansible.builtin.shell: nerdctl images", "ansible.builtin.debug: {msg: nerdctl images}"),
        ("ansible.legacy.command: nerdctl images", "community.general.make: {target: nerdctl}"),
        ("ansible.builtin.raw: nerdctl images", "ansible.builtin.raw: nerdctl images || true"),
        ("local_action: {module: debug}\n    - command: nerdctl images", "local_action: {module: command, cmd: nerdctl images}"),
    ] {
        let of = |task: &str| found(&site(&format!("    - {task}\n")));
        let (yes, no) = (of(decides), of(does_not));
        assert_eq!(yes, [format!("/w/site.yml: {FOUND}")], "{decides}");
        assert_eq!(no, [""; 0], "{does_not}");
    }
}

/// Each was run on ansible-core 2.18 and 2.19 with the program missing: `command` registers status 2 and no output, a shell 127.
#[test]
fn failed_when_has_the_last_word() {
    for (condition, in_command, in_shell, in_pipeline) in [
        ("x.rc != 0", true, true, true),
        ("x.rc not in [0, 1]", true, true, false),
        ("x.rc not in [0, 2]", false, true, false),
        ("x.rc not in [0, 127]", true, false, false),
        ("x.rc > 1", true, true, false),
        ("x.rc == 1", false, false, false),
        ("x.rc | default(0) != 0", true, true, true),
        ("'not found' not in x.stderr", true, false, false),
        ("'error' in x.stderr", false, false, false),
        ("x.stdout == ''", true, false, false),
        ("x.stdout_lines | length == 0", true, false, false),
        ("x is failed", true, true, true),
        ("x is not succeeded", true, true, true),
        ("x.failed and 'No such file' not in x.msg", false, false, false),
        ("[x.rc != 0, x.rc != 2]", false, true, false),
        ("[]", true, true, true),
        ("true", true, true, true),
        ("false", false, false, false),
        ("\"'etcd' in group_names and x.rc != 0\"", true, true, true),
        ("\"'k8s_cluster' in group_names and x.rc != 0\"", false, false, false),
        ("x.rc != 0 and not ansible_check_mode", false, false, false),
        ("y.rc != 0", false, false, false),
    ] {
        let quoted = if condition.starts_with(['[', '"']) { condition.to_owned() } else { format!("\"{condition}\"") };
        for (task, expected) in [
            ("command: nerdctl images", in_command),
            ("shell: nerdctl images", in_shell),
            ("shell: \"set -o pipefail; nerdctl images | wc -l\"", in_pipeline),
        ] {
            let task = format!("    - {{{task}, register: x, failed_when: {quoted}}}\n");
            assert_eq!(found(&site(&task)).len(), usize::from(expected), "{task}");
        }
    }
    for (condition, expected) in [("x is failed", 1), ("x.failed", 1), ("\"'no' in x.msg\"", 0), ("x.rc != 0", 0)] {
        let task = format!("    - {{systemd: {{name: kubelet, state: started}}, register: x, failed_when: {condition}}}\n");
        assert_eq!(found(&site(&task)).len(), expected, "{task}");
    }
}

/// A loop counts by its items where these are known: each was run.
#[test]
fn loops_run_for_each_item() {
    for (task, expected) in [
        ("{command: nerdctl images, loop: \"{{ groups['etcd'] }}\"}", 1),
        ("{command: nerdctl images, loop: \"{{ groups['other'] | default([]) }}\"}", 0),
        ("{command: nerdctl images, loop: \"{{ l }}\", vars: {l: [1]}}", 1),
        ("{command: nerdctl images, with_items: \"{{ l }}\", vars: {l: []}}", 0),
        ("{command: nerdctl images, with_items: [[], []]}", 0),
        ("{command: nerdctl images, with_items: [[], [a]]}", 1),
        ("{command: nerdctl images, with_list: [[]]}", 1),
        ("{command: nerdctl images, with_items: a}", 1),
        ("{command: nerdctl images, loop: [a, b], when: item == \"b\"}", 1),
        ("{command: nerdctl images, loop: [a, b], when: item == \"c\"}", 0),
        ("{command: \"{{ item }} --version\", loop: [nerdctl, ls], when: item == \"ls\"}", 0),
        ("{command: \"{{ item }} --version\", loop: [ls, nerdctl], loop_control: {break_when: [true]}}", 0),
        ("{command: \"{{ prog }} x\", loop: [ls, nerdctl], loop_control: {loop_var: prog}}", 1),
        ("{shell: \"{{ item.cmd }}\", loop: [{cmd: ls}, {cmd: nerdctl images}]}", 1),
        ("{shell: \"{{ item.cmd }}\", loop: [{cmd: ls}, {cmd: \"{{ x_cmd }}\"}]}", 0),
        ("{systemd: {name: \"{{ item }}\", state: restarted}, loop: [ssh, kubelet]}", 1),
        ("{command: nerdctl images, delegate_to: \"{{ item }}\", loop: [cp, db]}", 1),
        ("{command: nerdctl images, delegate_to: \"{{ item }}\", loop: \"{{ groups['k8s_cluster'] }}\"}", 0),
        ("{command: nerdctl images, loop: [a, b], register: x, failed_when: x.rc != 0}", 1),
        ("{command: nerdctl images, loop: [a, b], register: x, failed_when: item == \"c\"}", 0),
        ("{command: nerdctl images, with_dict: {a: 1}}", 0),
    ] {
        assert_eq!(found(&site(&format!("    - {task}\n"))).len(), expected, "{task}");
    }
    let skipped = site("    - {debug: , loop: [a, b], when: item == 'c'}\n    - {debug: , loop: [a, b], when: item == 'b'}\n");
    let (_, workspace) = workspace(&skipped);
    let explained = explain_play(&workspace, "/w/site.yml", None).expect("a playbook");
    let outcomes: Vec<TaskOutcome> = explained.plays[0].situations[0].tasks.iter().map(|task| task.outcome).collect();
    assert_eq!(outcomes, [TaskOutcome::Skipped, TaskOutcome::Runs]);
}

#[test]
fn services_and_modules_of_collections() {
    for (task, expected) in [
        ("systemd: {name: kubelet, state: restarted}", "the service kubelet is not installed on db"),
        ("systemd: {name: kubelet.service, enabled: true}", "the service kubelet is not installed on db"),
        ("ansible.builtin.service: name=kubelet state=started", "the service kubelet is not installed on db"),
        ("ansible.builtin.systemd_service: {name: containerd, state: started}", "the service containerd is not installed on db"),
        ("systemd: {unit: containerd, state: started}", "the service containerd is not installed on db"),
        ("service: {name: docker, state: started}", "the service docker is not installed on"),
        ("command: systemctl restart kubelet", "the service kubelet is not installed on db"),
        ("kubernetes.core.helm: {name: x, chart_ref: y, release_namespace: z}", "helm is not installed on"),
        ("community.docker.docker_container: {name: x, image: y}", "docker is not installed on"),
        ("community.docker.docker_image: {name: x, source: pull}", "docker is not installed on"),
        ("{systemd: {name: kubelet, state: \"{{ s }}\"}, vars: {s: started}}", "the service kubelet is not installed on db"),
        ("systemd: {name: kubelet, state: \"{{ s | default(omit) }}\"}", ""),
        ("systemd: {name: kubelet, enabled: \"{{ omit }}\", daemon_reload: true}", ""),
        ("systemd: {name: kubelet, masked: true}", ""),
        ("systemd: {name: kubelet, state: stopped}", "the service kubelet is not installed on db"),
        ("command: systemctl --user restart kubelet", ""),
        ("command: systemctl try-restart kubelet", ""),
        ("shell: systemctl enable --now kubelet", "the service kubelet is not installed on db"),
        ("systemd: {name: kubelet, daemon_reload: true}", ""),
        ("systemd: {name: \"{{ unit }}\", state: started}", ""),
        ("systemd: {name: etcd, state: restarted, scope: user}", ""),
        ("service: {name: ssh, state: restarted}", ""),
        ("kubernetes.core.k8s_info: {kind: Node}", ""),
        ("kubernetes.core.helm: {name: x, binary_path: /opt/helm}", ""),
        ("community.docker.docker_container: {name: x, docker_host: tcp://y}", ""),
        ("command: systemctl is-active kubelet", ""),
        ("service_facts:", ""),
    ] {
        let found = found(&site(&format!("    - {task}\n")));
        assert_eq!(found.is_empty(), expected.is_empty(), "{task}: {found:?}");
        assert!(found.iter().all(|message| message.contains(expected)), "{task}: {found:?}");
    }
}

/// A handler runs where a task that tells it runs; it certainly runs when that task certainly changes something.
#[test]
fn handlers_run_where_they_are_told_to() {
    let play = |tasks: &str, handlers: &str| format!("#- /w/site.yml\n- hosts: all\n  tasks:\n{tasks}  handlers:\n{handlers}");
    let images = "    - {name: list, command: nerdctl images}\n";
    for (tasks, handlers) in [
        ("    - {command: touch x, notify: list}\n", images),
        ("    - {command: touch x, notify: [other, list]}\n", images),
        ("    - {template: {src: a, dest: b}, changed_when: true, notify: list}\n", images),
        ("    - {command: touch x, notify: images}\n", "    - {name: list, listen: images, command: nerdctl images}\n"),
    ] {
        assert_eq!(found(&play(tasks, handlers)), [format!("/w/site.yml: {FOUND}")], "{tasks}");
    }
    for (tasks, handlers) in [
        ("    - debug:\n", images),
        ("    - {command: touch x, notify: other}\n", images),
        ("    - {command: touch x, notify: list, changed_when: false}\n", images),
        ("    - {command: crictl ps, notify: list, failed_when: false}\n", images),
        ("    - {command: touch x, notify: list, ignore_errors: true}\n", images),
        ("    - {command: touch x, notify: list, args: {creates: x}}\n", images),
        ("    - {command: touch x, notify: list, when: \"'k8s_cluster' in group_names\"}\n", images),
        ("    - {command: touch x, notify: list, when: something}\n", images),
        ("    - {command: touch x, notify: list, run_once: true}\n", images),
        ("    - {template: {src: a, dest: b}, notify: list}\n", images),
        ("    - {command: touch x, notify: \"{{ what }}\"}\n", images),
        ("    - {command: touch x, notify: list}\n", "    - {name: list, command: nerdctl images, when: \"'etcd' not in group_names\"}\n"),
        ("    - {command: touch x, notify: list}\n", "    - {name: list, debug: }\n    - {name: list, command: nerdctl images}\n"),
    ] {
        assert_eq!(found(&play(tasks, handlers)), [""; 0], "{tasks} {handlers}");
    }
    let role = "#- /w/roles/r/tasks/main.yml\n- {command: touch x, notify: list}\n#- /w/roles/r/handlers/main.yml\n- {name: list, command: nerdctl images}\n";
    let in_role = format!("/w/roles/r/handlers/main.yml: {FOUND}");
    assert_eq!(found(&format!("#- /w/site.yml\n- {{hosts: all, roles: [r]}}\n{role}")), std::slice::from_ref(&in_role));
    let by_role = "#- /w/site.yml\n- hosts: all\n  roles: [r]\n  tasks:\n    - {command: touch y, notify: \"r : list\"}\n";
    assert_eq!(found(&format!("{by_role}{}", role.replace("notify: list", "changed_when: false"))), [in_role]);
    assert_eq!(found(&format!("#- /w/site.yml\n- {{hosts: k8s_cluster, roles: [r]}}\n{role}")), [""; 0]);

    let site = play("    - {name: Write, template: {src: a, dest: b}, notify: list, when: inventory_hostname != 'cp'}\n", images);
    let (_, workspace) = workspace(&site);
    let explained = explain_play(&workspace, "/w/site.yml", None).expect("a playbook");
    let tasks: Vec<(Vec<String>, Vec<String>)> = explained.plays[0]
        .situations
        .iter()
        .map(|situation| {
            let task = |task: &hostwise_analysis::TaskRun| {
                format!("{} {:?} {:?}", task.task, task.outcome, task.reason.as_deref().unwrap_or_default())
            };
            (situation.hosts.iter().map(|host| host.to_string()).collect(), situation.tasks.iter().map(task).collect())
        })
        .collect();
    assert_eq!(
        tasks,
        [
            (vec!["cp".to_owned()], vec!["Write Skipped \"inventory_hostname != 'cp'\"".to_owned()]),
            (
                vec!["worker".to_owned(), "db".to_owned()],
                vec!["Write Runs \"\"".to_owned(), "list Unknown \"runs when Write changes something\"".to_owned()]
            ),
        ]
    );
    assert!(hover_at(&site, "/w/site.yml", "nerdctl").contains("- not run, nothing notifies it here: `cp`"));
}
