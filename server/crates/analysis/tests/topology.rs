//! The data of the picture, effective variables and comparisons.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use expect_test::{Expect, expect};
use hostwise_analysis::{
    Defaults, Profile, Settings, State, Topology, VariableExplanation, Workspace, compare_hosts, effective_variables, overview, topology,
};
use hostwise_fixture::Fixture;
use hostwise_inventory::{Content, Files, SourceFile};

fn workspace(fixture: &str) -> Workspace {
    let fixture = Fixture::parse(fixture, "/inventory/hosts.yaml");
    let file = |file: &hostwise_fixture::File| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false);
    let files: Files = fixture.files.iter().map(file).collect();
    let open: BTreeSet<Arc<str>> = fixture.files.iter().map(|file| file.path.as_str().into()).collect();
    Workspace::new(files, open, Settings::default())
}

/// The picture of the only inventory in lines; of the components only those named.
fn check(fixture: &str, components: &[&str], expected: Expect) {
    let workspace = workspace(fixture);
    let [picture] = &topology(&workspace, None)[..] else { panic!("one inventory") };
    assert_eq!(overview(&workspace), std::slice::from_ref(&picture.overview));
    expected.assert_eq(&show(&workspace, picture, components));
}

fn show(workspace: &Workspace, picture: &Topology, components: &[&str]) -> String {
    let text = |path: &str, range: hostwise_syntax::TextRange| {
        let file = workspace.files().file(path).expect("it is there");
        format!("{}:{}", path.trim_start_matches("/inventory/"), file.lines().line_of(range.start as usize) + 1)
    };
    let mut out = format!("{} hosts, {}", picture.overview.n_hosts, picture.overview.layout);
    let _ = match &picture.overview.kubespray {
        Some(release) => writeln!(out, ", Kubespray {}", release.version),
        None => writeln!(out),
    };
    for Profile { roles, role, groups, components: known, hosts } in &picture.profiles {
        let _ = writeln!(out, "{role} ({}) in {}", roles.join(", "), groups.join(", "));
        for component in known.iter().filter(|component| components.contains(&&*component.name)) {
            let mark = match component.state {
                State::Installed => "+",
                State::NotInstalled => "-",
                State::Unknown => "?",
            };
            let _ = writeln!(out, "  {mark} {}: {}", component.name, component.reason);
        }
        for host in hosts {
            let at = host.location.as_ref().map(|(path, range)| text(path, *range)).unwrap_or_default();
            let _ = writeln!(out, "  {} {at} {}", host.name, host.groups.join(" "));
            for finding in &host.findings {
                let _ =
                    writeln!(out, "    {}: {} {}", finding.severity.name(), finding.message, text(&finding.location.0, finding.location.1));
            }
        }
    }
    if let Some(balancer) = &picture.load_balancer {
        let at = balancer.location.as_ref().map(|(path, range)| text(path, *range));
        let words = [Some(balancer.kind.name().to_owned()), balancer.address.clone(), balancer.program.clone(), at];
        let _ = writeln!(out, "load balancer: {}", words.into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    for finding in &picture.findings {
        let _ = writeln!(out, "{}: {} {}", finding.severity.name(), finding.message, text(&finding.location.0, finding.location.1));
    }
    out
}

const SEPARATE: &str = "\
#- /inventory/hosts.yaml
kube_control_plane: {hosts: {a: }}
kube_node: {hosts: {b: }}
etcd: {hosts: {c: }}
";

#[test]
fn three_hosts_with_a_role_each() {
    check(
        SEPARATE,
        &["nerdctl"],
        expect![[r#"
            3 hosts, separate, Kubespray 2.31.0
            control plane (control plane) in k8s_cluster, kube_control_plane
              + nerdctl: a container engine is deployed here, container_manager is containerd
              a hosts.yaml:1 
            etcd-only (etcd) in etcd
              - nerdctl: no container engine: not in k8s_cluster, and etcd_deployment_type is host
              c hosts.yaml:3 
                information: etcd-only in separate mode: nerdctl not installed here hosts.yaml:3
            worker (worker) in k8s_cluster, kube_node
              + nerdctl: a container engine is deployed here, container_manager is containerd
              b hosts.yaml:2 
            load balancer: local nginx
        "#]],
    );
}

#[test]
fn hosts_in_the_same_situation_are_one_profile() {
    check(
        "\
#- /inventory/hosts.yaml
kube_control_plane: {hosts: {a: }}
etcd: {hosts: {a: , 'e[1:2]': }}
kube_node: {children: {r1: {hosts: {'w[1:2]': }}, r2: {hosts: {w3: , w4: {kube_network_plugin: none}}}}}
",
        &["cni-plugins"],
        expect![[r#"
            7 hosts, mixed, Kubespray 2.31.0
            control plane + etcd (control plane, etcd) in etcd, k8s_cluster, kube_control_plane
              + cni-plugins: Kubernetes node, kube_network_plugin is calico
              a hosts.yaml:1 
            etcd-only (etcd) in etcd
              - cni-plugins: not in k8s_cluster
              e1 hosts.yaml:2 
                information: etcd-only: nerdctl not installed here hosts.yaml:2
              e2 hosts.yaml:2 
                information: etcd-only: nerdctl not installed here hosts.yaml:2
            worker (worker) in k8s_cluster, kube_node
              + cni-plugins: Kubernetes node, kube_network_plugin is calico
              w1 hosts.yaml:3 r1
              w2 hosts.yaml:3 r1
              w3 hosts.yaml:3 r2
            worker (worker) in k8s_cluster, kube_node, r2
              - cni-plugins: kube_network_plugin is none
              w4 hosts.yaml:3 
                warning: kube_network_plugin is none on w4 and calico on a, w1 and 2 more hosts.yaml:3
            load balancer: local nginx
        "#]],
    );
}

#[test]
fn hosts_without_a_role_and_bastions_come_last() {
    check(
        "#- /inventory/hosts.yaml\nlb: {hosts: {x: }}\nbastion: {hosts: {y: }}\nkube_control_plane: {hosts: {a: }}\netcd: {hosts: {a: }}\n",
        &[],
        expect![[r#"
            3 hosts, all-in-one, Kubespray 2.31.0
            control plane + etcd (control plane, etcd) in etcd, k8s_cluster, kube_control_plane
              a hosts.yaml:3 
            no Kubespray role (bastion) in bastion
              y hosts.yaml:2 
                warning: y is in the group bastion, but a proxy command is only made for a host named bastion hosts.yaml:2
            no Kubespray role () in lb
              x hosts.yaml:1 
                information: Kubespray does nothing with x: lb is in none of its groups hosts.yaml:1
            load balancer: none
        "#]],
    );
}

#[test]
fn without_kubespray_there_are_only_hosts() {
    check(
        "web: {hosts: {a: , b: }}\ndb: {hosts: {b: }}\n",
        &[],
        expect![[r#"
            2 hosts, incomplete
            no Kubespray role () in web
              a hosts.yaml:1 
              b hosts.yaml:1 db
        "#]],
    );
}

/// The load balancer of [`SEPARATE`] with these variables for all.
fn balancer(variables: &str) -> String {
    let workspace = workspace(&format!("{SEPARATE}#- /inventory/group_vars/all.yml\n{variables}"));
    let [picture] = &topology(&workspace, None)[..] else { panic!("one inventory") };
    let shown = show(&workspace, picture, &[]);
    shown.lines().find_map(|line| line.strip_prefix("load balancer: ")).expect("Kubespray").to_owned()
}

#[test]
fn the_load_balancer_is_what_the_variables_say() {
    for (variables, expected) in [
        ("x: 1\n", "local nginx"),
        ("loadbalancer_apiserver_type: haproxy\n", "local haproxy group_vars/all.yml:1"),
        ("x: 1\nloadbalancer_apiserver: {address: 10.0.0.9, port: 8443}\n", "external 10.0.0.9:8443 group_vars/all.yml:2"),
        ("vip: 10.0.0.9\nloadbalancer_apiserver: {address: '{{ vip }}'}\n", "external 10.0.0.9 group_vars/all.yml:2"),
        ("loadbalancer_apiserver: {address: '{{ ansible_facts.x }}', port: 1}\n", "external group_vars/all.yml:1"),
        ("loadbalancer_apiserver_localhost: false\n", "none group_vars/all.yml:1"),
        ("kube_vip_enabled: true\nkube_vip_address: 10.0.0.8\n", "kube-vip 10.0.0.8 group_vars/all.yml:1"),
        ("kube_vip_enabled: '{{ site_has_vip }}'\n", "unknown group_vars/all.yml:1"),
    ] {
        assert_eq!(balancer(variables), expected, "{variables}");
    }
}

const VARIABLES: &str = "\
#- /inventory/hosts.yaml
kube_control_plane: {hosts: {a: }}
kube_node: {hosts: {b: {ip: 10.0.0.2}}}
#- /inventory/group_vars/all.yml
container_manager: docker
domain: example.org
name: \"{{ inventory_hostname }}.{{ domain }}\"
secret: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  6162
#- /inventory/group_vars/kube_node.yml
container_manager: crio
";

fn line(variable: &VariableExplanation) -> String {
    let place = |origin: &hostwise_analysis::Origin| {
        let (path, line) = (origin.path.as_deref().unwrap_or_default(), origin.line.unwrap_or_default());
        format!("{} {} {}:{line}", origin.kind, origin.group.as_deref().unwrap_or("-"), path.trim_start_matches("/inventory/"))
    };
    let mut out = format!("{} = {} from {}", variable.variable, variable.rendered, place(&variable.origin));
    for beaten in &variable.overridden {
        let _ = write!(out, ", beats {} from {}", beaten.value, place(&beaten.origin));
    }
    out
}

#[test]
fn variables_come_with_their_origin_and_what_they_beat() {
    let workspace = workspace(VARIABLES);
    let known = effective_variables(&workspace, Some("/inventory/group_vars/all.yml"), "b", Defaults::Included).expect("a host");
    assert_eq!(known.host.role, "worker");
    let (set, defaults): (Vec<_>, Vec<_>) = known.variables.iter().partition(|variable| variable.origin.kind != "kubespray-default");
    let lines: Vec<String> = set.iter().map(|variable| line(variable)).collect();
    let expected = [
        "container_manager = \"crio\" from group-vars kube_node group_vars/kube_node.yml:1, beats \"docker\" from group-vars-all all group_vars/all.yml:1",
        "domain = \"example.org\" from group-vars-all all group_vars/all.yml:2",
        "ip = \"10.0.0.2\" from inventory-host - hosts.yaml:2",
        "name = \"b.example.org\" from group-vars-all all group_vars/all.yml:3",
        "secret = null from group-vars-all all group_vars/all.yml:4",
    ];
    assert_eq!(lines, expected);
    let vaulted = set.last().expect("the last");
    assert_eq!(vaulted.unknown.as_deref(), Some("unknown (depends on secret, which is vaulted)"));
    assert!(defaults.iter().any(|variable| variable.variable == "etcd_deployment_type" && variable.rendered == "host"));
    assert!(defaults.is_sorted_by_key(|variable| &variable.variable));
    assert_eq!(effective_variables(&workspace, None, "nobody", Defaults::Included), None);
    assert_eq!(effective_variables(&workspace, Some("/elsewhere/hosts.yaml"), "b", Defaults::Included), None);
}

#[test]
fn comparing_says_equal_only_of_what_is_known() {
    let workspace = workspace(VARIABLES);
    let compared = compare_hosts(&workspace, None, "a", "b", Defaults::Included).expect("two hosts");
    let differs = |name: &str| compared.variables.iter().find(|variable| &*variable.name == name).map(|variable| variable.differs);
    assert_eq!(differs("container_manager"), Some(Some(true)));
    assert_eq!(differs("name"), Some(Some(true)), "the template is the same, the value is not");
    assert_eq!(differs("domain"), Some(Some(false)));
    assert_eq!(differs("ip"), Some(Some(true)), "one of them has it");
    assert_eq!(differs("secret"), Some(None));
    assert_eq!(compared.left.role, "control plane");
    assert_eq!(compare_hosts(&workspace, None, "a", "nobody", Defaults::Included), None);
}
