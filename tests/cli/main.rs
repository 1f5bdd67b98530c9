//! The command line: output contracts and exit codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use expect_test::expect;
use serde_json::{Value, json};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/examples/separate");

fn hostwise(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hostwise")).current_dir(directory).args(arguments).output().expect("the program runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = hostwise(Path::new(EXAMPLE), arguments);
    (output.status.code().expect("a code"), stdout(&output), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn check_prints_findings_as_rustc_does() {
    let (code, out, _) = run(&["check"]);
    assert_eq!(code, 0);
    expect![[r#"
        info[component-not-installed]: etcd-only in separate mode: nerdctl not installed here
          --> hosts.yaml:22:9
           |
        20 |     etcd:
           |     ---- instance-3 is in etcd and in no group of k8s_cluster
        21 |       hosts:
        22 |         instance-3:
           |         ^^^^^^^^^^
           |
          ::: group_vars/all/all.yml:2:1
           |
         2 | etcd_deployment_type: host
           | -------------------- etcd_deployment_type is host

        3 hosts: 1 information
    "#]]
    .assert_eq(&out);
}

#[test]
fn check_as_json_keeps_its_contract() {
    let (code, out, _) = run(&["check", "--format", "json"]);
    let found: Value = serde_json::from_str(&out).expect("JSON");
    let range = |line: u32, start: u32, end: u32| json!({ "start": { "line": line, "character": start }, "end": { "line": line, "character": end } });
    let expected = json!({
        "version": 1,
        "diagnostics": [{
            "path": "hosts.yaml",
            "range": range(21, 8, 18),
            "severity": "information",
            "code": "component-not-installed",
            "message": "etcd-only in separate mode: nerdctl not installed here",
            "host": "instance-3",
            "related": [
                { "path": "hosts.yaml", "range": range(19, 4, 8), "message": "instance-3 is in etcd and in no group of k8s_cluster" },
                { "path": "group_vars/all/all.yml", "range": range(1, 0, 20), "message": "etcd_deployment_type is host" },
            ],
            "fixes": [],
        }],
        "summary": { "files": 1, "hosts": 3, "errors": 0, "warnings": 0, "information": 1, "hints": 0 },
    });
    assert_eq!((code, found), (0, expected));
}

#[test]
fn other_programs_get_their_formats() {
    let (_, github, _) = run(&["check", "--format", "github"]);
    assert_eq!(
        github,
        "::notice file=hosts.yaml,line=22,col=9,title=component-not-installed::etcd-only in separate mode: nerdctl not installed here\n"
    );
    let gitlab: Value = serde_json::from_str(&run(&["check", "--format", "gitlab"]).1).expect("JSON");
    assert_eq!(gitlab[0]["location"], json!({ "path": "hosts.yaml", "lines": { "begin": 22 } }));
    let sarif: Value = serde_json::from_str(&run(&["check", "--format", "sarif"]).1).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "component-not-installed");
    let region = json!({ "startLine": 22, "startColumn": 9, "endLine": 22, "endColumn": 19 });
    assert_eq!(result["locations"][0]["physicalLocation"]["region"], region);
}

#[test]
fn exit_codes_tell_findings_from_mistakes() {
    assert_eq!(run(&["check", "--deny", "information"]).0, 1);
    assert_eq!(run(&["check", "--deny", "warning"]).0, 0);
    for arguments in [
        &["check", "missing"][..],
        &["check", "--format", "nonsense"],
        &["explain", "-i", ".", "nobody"],
        &["rule", "nonsense"],
        &["nonsense"],
    ] {
        let (code, out, error) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(!error.is_empty(), "{arguments:?}");
    }
    assert!(run(&["check", "--kubespray", "nowhere"]).2.contains("neither a release like 2.31.0 nor a checkout"));
}

#[test]
fn explain_as_json_keeps_its_contract() {
    let (_, out, _) = run(&["explain", "-i", "hosts.yaml", "instance-3", "nerdctl", "--format", "json", "--kubespray", "2.32.7"]);
    let explained: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        explained,
        json!({
            "host": "instance-3",
            "role": "etcd-only",
            "layout": "separate",
            "groups": ["etcd"],
            "kubespray": { "version": "2.32.7, by what is known of 2.32.0", "source": "settings" },
            "components": [{
                "name": "nerdctl",
                "state": "not-installed",
                "reason": "no container engine: not in k8s_cluster, and etcd_deployment_type is host",
                "because": [
                    { "kind": "group", "name": "k8s_cluster", "value": "not a member" },
                    { "kind": "variable", "name": "deploy_container_engine", "value": "False" },
                    { "kind": "variable", "name": "etcd_deployment_type", "value": "host", "path": "group_vars/all/all.yml", "line": 2 },
                ],
            }],
        })
    );
    let (_, out, _) = run(&["explain", "-i", "hosts.yaml", "instance-2", "container_manager", "--format", "json"]);
    let explained: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        explained,
        json!({
            "host": "instance-2",
            "variable": "container_manager",
            "value": "containerd",
            "rendered": "containerd",
            "known": true,
            "origin": { "kind": "group-vars", "path": "group_vars/k8s_cluster/k8s-cluster.yml", "line": 2 },
            "overridden": [],
        })
    );
    let (_, out, _) = run(&["explain", "-i", "hosts.yaml", "instance-2", "kubelet_checksums", "--format", "json", "--kubespray", "2.31.0"]);
    let explained: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        explained,
        json!({
            "host": "instance-2",
            "variable": "kubelet_checksums",
            "value": null,
            "rendered": null,
            "known": false,
            "unknown": "unknown (depends on a checksum, which only a checkout of the release has)",
            "origin": { "kind": "role-vars" },
            "overridden": [],
        })
    );
}

#[test]
fn explain_for_people_fits_eighty_columns() {
    let long = "a_name_that_is_longer_than_the_column_of_names";
    for arguments in [&["instance-1"][..], &["instance-3"], &["instance-3", "etcd"], &["instance-1", "kube_owner"], &["instance-1", long]] {
        let (_, out, _) = run(&[&["explain", "-i", "."], arguments].concat());
        assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    }
    expect![[r#"
        instance-3: etcd-only in separate layout
          groups     etcd
          kubespray  2.31.0 (newest known release, no checkout found)

        installed
          etcd
              etcd member, etcd_deployment_type is host
          etcdctl
              comes with etcd

        not installed
          containerd, runc, nerdctl, crictl, docker, cri-dockerd, cri-o, skopeo
              no container engine: not in k8s_cluster, and etcd_deployment_type is host
          crun, youki, kata-containers, gvisor, etcd-events, kube-vip, calico-typha,
          calico-apiserver, hubble, multus, yq, argocd, metrics-server, metallb,
          registry, cert-manager, ingress-alb, kubelet-csr-approver, gateway-api,
          prometheus-operator-crds, node-feature-discovery, scheduler-plugins,
          nvidia-device-plugin, local-path-provisioner, local-volume-provisioner,
          csi-sidecars, cinder-csi, aws-ebs-csi, azure-csi, gcp-pd-csi, upcloud-csi,
          vsphere-csi, csi-snapshot-controller, openstack-cloud-controller,
          vsphere-cloud-controller, hcloud-cloud-controller,
          huaweicloud-cloud-controller, oci-cloud-controller, ntp
              turned off
          kubelet, kubeadm, kube-proxy, pause, nginx-proxy, haproxy, cni-plugins,
          calico, calicoctl, cilium, cilium-envoy, flannel, kube-ovn, kube-router,
          macvlan, nodelocaldns
              not in k8s_cluster
          kubectl, kube-apiserver, kube-controller-manager, kube-scheduler,
          k8s-certs-renew, etcd-static-pod, cilium-operator, cilium-certgen, coredns,
          dns-autoscaler, helm
              not in kube_control_plane
          etcd-client-certificates
              not in kube_node
          calico-kube-controllers, calico-crds, custom-cni
              kube_network_plugin is cilium
    "#]]
    .assert_eq(&run(&["explain", "-i", ".", "instance-3"]).1);
    expect![[r#"
        nerdctl on instance-3: not installed
          no container engine: not in k8s_cluster, and etcd_deployment_type is host
          downloaded: no

        because
          k8s_cluster              not a member
          deploy_container_engine  False         default
          etcd_deployment_type     host          group_vars/all/all.yml:2

        instance-3: etcd-only in separate layout
          groups     etcd
          kubespray  2.31.0 (newest known release, no checkout found)
    "#]]
    .assert_eq(&run(&["explain", "-i", ".", "instance-3", "nerdctl"]).1);
    expect![[r#"
        container_manager on instance-2
          containerd

          set      containerd
                   group_vars/k8s_cluster/k8s-cluster.yml:2, group_vars of k8s_cluster
          default  containerd

          kubespray  2.31.0 (newest known release, no checkout found)
    "#]]
    .assert_eq(&run(&["explain", "instance-2", "container_manager"]).1);
}

#[test]
fn explain_takes_several_sources_as_one_inventory_and_says_what_was_meant() {
    let folder = tempfile::tempdir().expect("a folder");
    let more = folder.path().join("more.yaml");
    fs::write(&more, "more: {hosts: {instance-3: {container_manager: crio}, instance-9: }}\n").expect("a file");
    let more = more.display().to_string();
    let (_, out, _) = run(&["explain", "-i", "hosts.yaml", "-i", &more, "instance-3", "--format", "json"]);
    let explained: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&explained["groups"], &explained["role"]), (&json!(["etcd", "more"]), &json!("etcd-only")));
    for (arguments, expected) in [
        (&["instanc-3"][..], "no host instanc-3 in this inventory: did you mean instance-3 or instance-1 or instance-2?"),
        (&["web"], "no host web in this inventory"),
        (&["instance-3", "nerdclt"], "nerdclt is no component and no variable of instance-3: did you mean nerdctl?"),
        (
            &["instance-3", "kube-network-plugin"],
            "kube-network-plugin is no component and no variable of instance-3: did you mean kube_network_plugin?",
        ),
    ] {
        let (code, out, error) = run(&[&["explain", "-i", "hosts.yaml"], arguments].concat());
        assert_eq!((code, out.as_str(), error.as_str()), (2, "", &*format!("hostwise: {expected}\n")));
    }
}

#[test]
fn a_file_that_is_named_stands_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    for host in ["a", "b"] {
        fs::write(folder.path().join(format!("{host}.yml")), format!("web: {{hosts: {{{host}: }}, hots: {{}}}}\n")).expect("a file");
    }
    fs::write(folder.path().join("hostwise.toml"), "inventories = [\"b.yml\"]\n").expect("a file");
    let found = |arguments: &[&str]| {
        let out = stdout(&hostwise(folder.path(), &[&["check", "--format", "json"], arguments].concat()));
        let answer: Value = serde_json::from_str(&out).expect("JSON");
        (answer["summary"]["hosts"].as_u64(), answer["diagnostics"].as_array().map(Vec::len))
    };
    assert_eq!(found(&["a.yml"]), (Some(1), Some(1)));
    assert_eq!(found(&["a.yml", "b.yml"]), (Some(2), Some(2)));
    assert_eq!(found(&["."]), (Some(2), Some(2)));
    let explain = |arguments: &[&str]| hostwise(folder.path(), &[&["explain", "b"], arguments].concat()).status.code();
    assert_eq!([explain(&[]), explain(&["-i", "a.yml"]), explain(&["-i", "a.yml", "-i", "b.yml"])], [Some(0), Some(2), Some(0)]);
}

#[test]
fn settings_and_a_checkout_around_the_inventory_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let inventory = folder.path().join("inventory/mine");
    fs::create_dir_all(&inventory).expect("a folder");
    fs::write(folder.path().join("galaxy.yml"), "namespace: kubernetes_sigs\nname: kubespray\nversion: 2.31.0\n").expect("a file");
    fs::write(inventory.join("hosts.yaml"), "etcd: {hosts: {a: }}\nkube_node: {hosts: {b: }}\nkube_control_plane: {hosts: {c: }}\n")
        .expect("a file");
    let explain = hostwise(&inventory, &["explain", "-i", "hosts.yaml", "a", "--format", "json"]);
    let explained: Value = serde_json::from_str(&stdout(&explain)).expect("JSON");
    assert_eq!(explained["kubespray"]["version"], "2.31.0");
    assert!(explained["kubespray"]["source"].as_str().is_some_and(|source| source.ends_with("/galaxy.yml")), "{explained}");
    fs::write(inventory.join("hostwise.toml"), "[rules]\ncomponent-not-installed = \"error\"\n").expect("a file");
    assert_eq!(hostwise(&inventory, &["check", "hosts.yaml"]).status.code(), Some(1));
    fs::write(inventory.join("hostwise.toml"), "nonsense = 1\n").expect("a file");
    assert_eq!(hostwise(&inventory, &["check", "hosts.yaml"]).status.code(), Some(2));
}

#[test]
fn a_copy_beside_the_inventory_says_what_its_defaults_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    let hosts = "etcd: {hosts: {a: }}\nkube_node: {hosts: {b: }}\nkube_control_plane: {hosts: {c: }}\n";
    write("inventory/hosts.yaml", hosts);
    write("kubespray/galaxy.yml", "namespace: kubernetes_sigs\nname: kubespray\nversion: 2.31.0\n");
    write("kubespray/roles/kubespray_defaults/defaults/main/main.yml", "container_manager: docker\nmine: 1\n");
    write("kubespray/roles/kubespray_defaults/tasks/main.yml", "- no: variables\n");
    let explain = |arguments: &[&str]| {
        let arguments = [&["explain", "-i", "inventory/hosts.yaml", "b", "--format", "json"], arguments].concat();
        serde_json::from_str::<Value>(&stdout(&hostwise(folder.path(), &arguments))).expect("JSON")
    };
    let main = "kubespray/roles/kubespray_defaults/defaults/main/main.yml";
    assert_eq!(explain(&["mine"])["origin"], json!({ "kind": "kubespray-default", "path": main, "line": 2 }));
    let docker = explain(&["docker"]);
    assert_eq!(docker["kubespray"], json!({ "version": "2.31.0", "source": "kubespray/galaxy.yml" }));
    assert_eq!(docker["components"][0]["state"], "installed");
    // A release that is asked for is taken from what is known, not from what stands beside.
    assert_eq!(explain(&["docker", "--kubespray", "2.31"])["components"][0]["state"], "not-installed");
    write("collection/roles/kubespray_defaults/defaults/main/main.yml", "mine: 2\n");
    assert_eq!(explain(&["mine", "--kubespray", "collection"])["value"], 2);
}

#[test]
fn rule_prints_pages_and_the_list() {
    let (_, list, _) = run(&["rule"]);
    let (_, page, _) = run(&["rule", "component-not-installed"]);
    assert!(list.lines().count() >= 4 && list.contains("component-not-installed"), "{list}");
    assert!(page.starts_with("# component-not-installed\n"), "{page}");
}

#[test]
fn fixes_are_written_and_the_result_is_checked() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("group_vars")).expect("a folder");
    let (hosts, all) = (folder.path().join("hosts.yaml"), folder.path().join("group_vars/all.yml"));
    fs::write(&hosts, "# hostwise: ignore[yaml-syntax]\nkube_control_plane: {hosts: {m1: }}\netcd: {hosts: {m1: }}\n").expect("a file");
    fs::write(&all, "---\n# the network\nkube_network_plugin: cilium\n").expect("a file");
    fs::set_permissions(&all, fs::Permissions::from_mode(0o640)).expect("permissions");
    assert_eq!(hostwise(folder.path(), &["check"]).status.code(), Some(1));
    let output = hostwise(folder.path(), &["check", "--fix"]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), "1 host: nothing found\n"));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "fixed group_vars/all.yml:3 Set kube_owner to root (cilium-kube-owner)\nfixed hosts.yaml:1 Do not ignore yaml-syntax (unused-ignore)\n"
    );
    assert_eq!(fs::read_to_string(&all).expect("a file"), "---\n# the network\nkube_network_plugin: cilium\nkube_owner: root\n");
    assert_eq!(fs::read_to_string(&hosts).expect("a file"), "kube_control_plane: {hosts: {m1: }}\netcd: {hosts: {m1: }}\n");
    assert_eq!(fs::metadata(&all).expect("a file").permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing is left behind");
    assert!(hostwise(folder.path(), &["check", "--fix"]).stderr.is_empty(), "there is nothing more to do");
}

#[test]
fn paths_are_ignored_and_many_findings_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = String::from("[kube_control_plane]\nm1\n[etcd]\nm1\n[kube_node]\n");
    for host in 0..150 {
        text.push_str(&format!("w{host} # hostwise: ignore[yaml-syntax]\n"));
    }
    fs::write(folder.path().join("hosts.ini"), text).expect("a file");
    let check =
        || serde_json::from_str::<Value>(&stdout(&hostwise(folder.path(), &["check", "--format", "json", "hosts.ini"]))).expect("JSON");
    let found = check();
    assert_eq!(found["summary"]["hints"], 100);
    let last = &found["diagnostics"][100];
    assert_eq!(last["message"], "too many findings in this file: 50 hints more are not shown");
    fs::write(folder.path().join("hostwise.toml"), "[[ignore]]\npath = \"*.ini\"\nrules = [\"unused-ignore\"]\n").expect("a file");
    assert_eq!(check()["diagnostics"], json!([]));
}

#[test]
fn check_finds_the_task_that_will_fail_and_leaves_its_tolerant_forms_alone() {
    let output = hostwise(&Path::new(EXAMPLE).with_file_name("images"), &["check", "--format", "json"]);
    let found: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let findings = found["diagnostics"].as_array().expect("a list");
    let of_tasks: Vec<_> = findings.iter().filter(|finding| finding["code"] == "tool-not-installed").collect();
    let [finding] = of_tasks[..] else { panic!("one finding: {found:#}") };
    assert_eq!(finding["path"], "list-images.yml");
    assert_eq!(finding["message"], "nerdctl is not installed on instance-3 (etcd-only in separate mode): this task will fail there");
    assert_eq!((&finding["host"], &finding["range"]["start"]["line"]), (&json!("instance-3"), &json!(15)));
    let titles: Vec<&Value> = finding["fixes"].as_array().expect("a list").iter().map(|fix| &fix["title"]).collect();
    assert_eq!(
        titles,
        [
            "Run the play on kube_control_plane:kube_node only",
            "Run the task on kube_control_plane:kube_node only",
            "Run the play on k8s_cluster only, in the same run as Kubespray",
            "Run the task on k8s_cluster only, in the same run as Kubespray",
        ]
    );
}

#[test]
fn convert_prints_the_other_language_or_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("hosts.ini", "# all of them\n[web]\na x=1 # one\n");
    // As a shell leaves it before the program starts.
    write("hosts.yaml", "");
    let output = hostwise(folder.path(), &["convert", "hosts.ini"]);
    assert_eq!(stdout(&output), "# all of them\nweb:\n  hosts:\n    a: # one\n      x: 1\n");
    write("hosts.yaml", "web: {hosts: {a: {x: !vault b}}}\n");
    let output = hostwise(folder.path(), &["convert", "hosts.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "hostwise: hosts.yaml: the value of x has no spelling in INI\n");
}
