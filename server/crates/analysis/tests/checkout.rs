//! The user's own Kubespray: which copy counts for an inventory, which release it is, what its roles say.

use std::collections::BTreeSet;
use std::sync::Arc;

use hostwise_analysis::{
    CHECKOUT_TAG, Environment, RECORDED_COMMIT, Settings, Workspace, checkout_problems, declaration, explain_component, explain_host,
    explain_variable,
};
use hostwise_fixture::Fixture;
use hostwise_inventory::{Content, Files, SourceFile};

const HOSTS: &str = "\
#- /repo/env/prod/hosts.yaml
kube_control_plane: {hosts: {a: }}
etcd: {hosts: {a: }}
kube_node: {hosts: {b: }}
";

fn files(fixture: &str) -> Files {
    let fixture = Fixture::parse(fixture, "/hosts.yaml");
    let file = |file: &hostwise_fixture::File| SourceFile::new(file.path.as_str(), Content::Text(file.text.as_str().into()), false);
    fixture.files.iter().map(file).collect()
}

fn workspace(fixture: &str, settings: Settings) -> Workspace {
    let open: BTreeSet<Arc<str>> = BTreeSet::from(["/repo/env/prod/hosts.yaml".into()]);
    Workspace::new(files(&format!("{HOSTS}{fixture}")), open, settings)
}

/// Release and source, as `explain` prints them.
#[track_caller]
fn check_release_with(fixture: &str, settings: Settings, expected: &str) {
    let workspace = workspace(fixture, settings);
    let release = explain_host(&workspace, None, "a").expect("a host").kubespray.expect("a release");
    assert_eq!(format!("{} ({})", release.version, release.source), expected);
}

#[track_caller]
fn check_release(fixture: &str, expected: &str) {
    check_release_with(fixture, Settings::default(), expected);
}

fn galaxy(path: &str, version: &str) -> String {
    format!("#- {path}/galaxy.yml\nnamespace: kubernetes_sigs\nname: kubespray\nversion: {version}\n")
}

fn manifest(path: &str, version: &str) -> String {
    let about = format!("{{\"namespace\": \"kubernetes_sigs\", \"name\": \"kubespray\", \"version\": \"{version}\"}}");
    format!("#- {path}/MANIFEST.json\n{{\"collection_info\": {about}, \"format\": 1}}\n")
}

#[test]
fn the_nearest_claim_wins() {
    let around = galaxy("/repo", "2.31.0");
    let beside = galaxy("/repo/env/kubespray", "2.31.1");
    let vendored = galaxy("/repo/vendor/kubespray", "2.31.2");
    let submodule = galaxy("/repo/deep/in/the/tree/ks", "2.31.3");
    let modules = "#- /repo/.gitmodules\n[submodule \"x\"]\n\tpath = other\n\turl = https://example.org/other.git\n[submodule \"ks\"]\n\tpath = deep/in/the/tree/ks\n\turl = https://github.com/kubernetes-sigs/kubespray.git/\n";
    let configured = manifest("/opt/collections/ansible_collections/kubernetes_sigs/kubespray", "2.31.4");
    let config = "#- /repo/ansible.cfg\n[defaults]\ncollections_path = /opt/collections:~/x\n";
    let installed = manifest("/home/me/.ansible/collections/ansible_collections/kubernetes_sigs/kubespray", "2.31.5");
    let foreign = galaxy("/elsewhere/kubespray", "2.24.0");
    let environment = Environment { collections: vec!["/home/me/.ansible/collections".into()], ..Environment::default() };
    let settings = || Settings { environment: environment.clone(), ..Settings::default() };
    let claims = [
        (around.clone(), "2.31.0, by what is known of 2.31.0 (/repo/galaxy.yml)"),
        (format!("{modules}{submodule}"), "2.31.3, by what is known of 2.31.0 (/repo/deep/in/the/tree/ks/galaxy.yml)"),
        (beside, "2.31.1, by what is known of 2.31.0 (/repo/env/kubespray/galaxy.yml)"),
        (vendored, "2.31.2, by what is known of 2.31.0 (/repo/vendor/kubespray/galaxy.yml)"),
        (
            format!("{config}{configured}"),
            "2.31.4, by what is known of 2.31.0 (/opt/collections/ansible_collections/kubernetes_sigs/kubespray/MANIFEST.json)",
        ),
        (
            installed,
            "2.31.5, by what is known of 2.31.0 (/home/me/.ansible/collections/ansible_collections/kubernetes_sigs/kubespray/MANIFEST.json)",
        ),
        (foreign, "2.31.0 (newest known release, no checkout found)"),
    ];
    for first in 0..claims.len() {
        let fixture: String = claims[first..].iter().map(|(fixture, _)| fixture.as_str()).collect();
        check_release_with(
            &format!("#- /repo/.git/HEAD\nref\n{fixture}"),
            settings(),
            &claims[first].1.replace("2.31.0, by what is known of 2.31.0", "2.31.0"),
        );
    }
    // Settings beat all of them, with a number or a path.
    let named = |kubespray: &str| Settings { kubespray: Some(kubespray.to_owned()), ..Settings::default() };
    check_release_with(&around, named("2.31"), "2.31.0 (settings)");
    let elsewhere = format!("{around}{}", galaxy("/elsewhere/kubespray", "2.31.7"));
    check_release_with(&elsewhere, named("/elsewhere/kubespray/"), "2.31.7, by what is known of 2.31.0 (/elsewhere/kubespray/galaxy.yml)");
}

#[test]
fn without_a_repository_the_neighbours_of_the_inventory_count() {
    check_release(&galaxy("/repo/env/kubespray", "2.31.0"), "2.31.0 (/repo/env/kubespray/galaxy.yml)");
    check_release(&galaxy("/repo/kubespray", "2.31.0"), "2.31.0 (newest known release, no checkout found)");
    check_release("#- /repo/galaxy.yml\nnamespace: me\nname: other\nversion: 1.0.0\n", "2.31.0 (newest known release, no checkout found)");
}

#[test]
fn roles_tell_the_release_of_a_copy_without_a_number() {
    let checksums = |path: &str, versions: &[&str]| {
        let keys: String = versions.iter().map(|version| format!("    {version}: sha256:0\n")).collect();
        format!("#- /repo/{path}\nkubelet_checksums:\n  amd64:\n{keys}")
    };
    let new = "#- /repo/roles/kubespray_defaults/defaults/main/main.yml\na: 1\n#- /repo/roles/dynamic_groups/tasks/main.yml\n- a:\n";
    let of_new = "roles/kubespray_defaults/vars/main/checksums.yml";
    check_release(&format!("{new}{}", checksums(of_new, &["1.33.7", "1.31.0"])), "2.29.1 (/repo/roles)");
    // A fork with versions of its own: the release that starts where it starts.
    check_release(&format!("{new}{}", checksums(of_new, &["1.33.9", "1.31.0"])), "2.29.1 (/repo/roles)");
    check_release(new, "2.30.0 (/repo/roles)");
    let old = "#- /repo/roles/kubespray-defaults/defaults/main/download.yml\na: 1\n";
    let of_old = "roles/kubespray-defaults/defaults/main/checksums.yml";
    check_release(&format!("{old}{}", checksums(of_old, &["v1.27.0", "v1.29.5"])), "2.25.0 (/repo/roles)");
    // Releases whose number is that of the release before.
    let stale = format!("{}#- /repo/roles/download/defaults/main/checksums.yml\na: 1\n", galaxy("/repo", "2.22.1"));
    check_release(&stale, "2.23.3, by what is known of 2.24.0 (/repo/roles)");
    check_release(&galaxy("/repo", "2.21.0"), "2.22.0, by what is known of 2.24.0 (/repo/galaxy.yml)");
}

#[test]
fn a_tag_tells_the_release_where_the_number_does_not() {
    let at = |described: &str| format!("#- /repo/{CHECKOUT_TAG}\n{described}\n");
    let roles = "#- /repo/roles/kubespray_defaults/defaults/main/main.yml\na: 1\n";
    check_release(&format!("{}{}", galaxy("/repo", "2.32.0"), at("v2.31.0")), "2.31.0 (/repo/.git)");
    // Between two releases the number is that of the next one.
    check_release(&format!("{}{}", galaxy("/repo", "2.32.0"), at("v2.31.0-57-g46dbdd3")), "2.32.0 (/repo/galaxy.yml)");
    // Numbers that nobody raised, and copies without one.
    check_release(&format!("{}{}", galaxy("/repo", "2.28.0"), at("v2.29.1-3-g46dbdd3")), "2.29.1 (/repo/.git)");
    check_release(&format!("{roles}{}", at("v2.30.0-3-g46dbdd3")), "2.30.0 (/repo/.git)");
    check_release(&format!("{}{}", galaxy("/repo", "2.30.0"), at("rolling-3-g46dbdd3")), "2.30.0 (/repo/galaxy.yml)");
}

#[test]
fn an_inventory_hints_at_its_release() {
    let vars = |text: &str| format!("#- /repo/env/prod/group_vars/k8s_cluster/k8s-cluster.yml\n{text}\n");
    let at = "/repo/env/prod/group_vars/k8s_cluster/k8s-cluster.yml:1";
    check_release(&vars("kube_version: v1.26.5"), &format!("2.24.3 (guessed: kube_version is v1.26.5 ({at}))"));
    check_release(&vars("kube_version: 1.31.4"), &format!("2.29.1 (guessed: kube_version is 1.31.4 ({at}))"));
    check_release(&vars("kube_version: 1.34.2"), &format!("2.31.0 (guessed: kube_version is 1.34.2 ({at}))"));
    check_release(&vars("kube_version: 1.36.2"), &format!("2.32.0 (guessed: kube_version is 1.36.2 ({at}))"));
    check_release(
        "#- /repo/env/prod/group_vars/etcd.yml\na: 1\n",
        "2.28.1 (guessed: group_vars/etcd.yml is there (/repo/env/prod/group_vars/etcd.yml))",
    );
    // What says nothing, and what contradicts itself.
    for text in ["kube_version: \"{{ mine }}\"", "kube_version: v1.99.0", "kube_version:", "kube_version: [1, 2]", "other: 1"] {
        check_release(&vars(text), "2.31.0 (newest known release, no checkout found)");
    }
    check_release(
        "#- /repo/env/prod/group_vars/etcd.yml\na: 1\n#- /repo/env/prod/group_vars/k8s_cluster/kube_control_plane.yml\na: 1\n",
        "2.28.1 (guessed: group_vars/k8s_cluster/kube_control_plane.yml is there (/repo/env/prod/group_vars/k8s_cluster/kube_control_plane.yml))",
    );
}

#[test]
fn a_submodule_that_is_not_checked_out_has_the_release_of_its_commit() {
    let modules = "#- /repo/.gitmodules\n[submodule \"ks\"]\n\tpath = ks\n\turl = https://github.com/kubernetes-sigs/kubespray\n";
    let at = |commit: &str| format!("{modules}#- /repo/ks/{RECORDED_COMMIT}\n{commit}");
    // The tag v2.23.0 is an annotated one.
    for (commit, release) in [
        ("f4ccdb5e72395eaf9f3444056ebd1a6625ddb89a", "2.30.0"),
        ("c33e4d7bb76cadb52707b2714bb199885563f2a9", "2.23.0, by what is known of 2.24.0"),
    ] {
        check_release(&at(commit), &format!("{release} (recorded for the submodule /repo/ks, which is not checked out)"));
    }
    check_release(&at("46dbdd3990000000000000000000000000000000"), "2.31.0 (newest known release, no checkout found)");
    // What its roles would say is known of the release.
    check_variable(&at("f4ccdb5e72395eaf9f3444056ebd1a6625ddb89a"), "kubelet_checksums", "null role-vars");
}

/// Value, origin, and what it beat, of a variable on host `b`.
#[track_caller]
fn check_variable(fixture: &str, name: &str, expected: &str) {
    let workspace = workspace(fixture, Settings::default());
    let shown = explain_variable(&workspace, None, "b", name).map(|variable| {
        let origin = |origin: &hostwise_analysis::Origin| match (&origin.path, origin.line) {
            (Some(path), Some(line)) => format!("{} {path}:{line}", origin.kind),
            _ => origin.kind.to_owned(),
        };
        let default =
            variable.default.map(|default| format!("; default {} {}", default.value, origin(&default.origin))).unwrap_or_default();
        let beaten: String =
            variable.overridden.iter().map(|beaten| format!("; beats {} {}", beaten.value, origin(&beaten.origin))).collect();
        format!("{} {}{beaten}{default}", variable.rendered, origin(&variable.origin))
    });
    assert_eq!(shown.as_deref().unwrap_or("nothing"), expected);
}

const ROLES: &str = "\
#- /repo/roles/kubespray_defaults/defaults/main/download.yml
helm_version: 3.18.4
helm_label: \"v{{ helm_version }} for {{ kube_network_plugin }}\"
container_manager: crio
#- /repo/roles/kubespray_defaults/defaults/main/main.yml
kube_network_plugin: flannel
container_manager: docker
shared: of all
#- /repo/roles/kubespray_defaults/vars/main/main.yml
kube_major_version: '1.35'
#- /repo/roles/network_plugin/calico/defaults/main.yml
shared: of one
timeout: 60s
same: 1
#- /repo/roles/network_plugin/calico/vars/debian.yml
from_debian: 1
#- /repo/roles/etcd/defaults/main.yaml
timeout: 5m
same: 1
#- /repo/roles/etcd/defaults/main/more.yml
not_loaded: 1
";

#[test]
fn defaults_are_read_live() {
    let main = "/repo/roles/kubespray_defaults/defaults/main";
    check_variable(ROLES, "kube_network_plugin", &format!("\"flannel\" kubespray-default {main}/main.yml:1"));
    check_variable(ROLES, "helm_label", &format!("\"v3.18.4 for flannel\" kubespray-default {main}/download.yml:2"));
    // The last file of a directory wins, and the shared role wins over others.
    check_variable(ROLES, "container_manager", &format!("\"docker\" kubespray-default {main}/main.yml:2"));
    check_variable(ROLES, "shared", &format!("\"of all\" kubespray-default {main}/main.yml:3"));
    // Roles that say the same, and roles that do not.
    check_variable(ROLES, "same", "1 kubespray-default /repo/roles/etcd/defaults/main.yaml:2");
    check_variable(ROLES, "timeout", "null kubespray-default /repo/roles/etcd/defaults/main.yaml:1");
    // Not loaded by itself; not of this copy, so known from the pack only.
    check_variable(ROLES, "from_debian", "nothing");
    check_variable(ROLES, "not_loaded", "nothing");
    check_variable(ROLES, "etcd_deployment_type", "\"host\" kubespray-default");
}

#[test]
fn the_vars_of_the_shared_role_beat_the_inventory() {
    let set = "#- /repo/env/prod/group_vars/all.yml\nkube_major_version: '1.30'\nkube_network_plugin: calico\n";
    let main = "/repo/roles/kubespray_defaults";
    check_variable(
        &format!("{ROLES}{set}"),
        "kube_major_version",
        &format!("\"1.35\" role-vars {main}/vars/main/main.yml:1; beats \"1.30\" group-vars-all /repo/env/prod/group_vars/all.yml:1"),
    );
    check_variable(
        &format!("{ROLES}{set}"),
        "kube_network_plugin",
        &format!(
            "\"calico\" group-vars-all /repo/env/prod/group_vars/all.yml:2; default \"flannel\" kubespray-default {main}/defaults/main/main.yml:1"
        ),
    );
}

#[test]
fn components_follow_the_checkout() {
    let workspace = workspace(ROLES, Settings::default());
    let host = explain_host(&workspace, None, "b").expect("a host");
    let docker = host.components.iter().find(|component| &*component.name == "docker").expect("docker");
    assert_eq!(docker.state, hostwise_analysis::State::Installed);
    let decided = docker.because.iter().find(|because| because.name == "container_manager").expect("the engine");
    assert_eq!((decided.path.as_deref(), decided.line), (Some("/repo/roles/kubespray_defaults/defaults/main/main.yml"), Some(2)));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_used() {
    let broken = ROLES.replace("kube_network_plugin: flannel", "kube_network_plugin: [flannel");
    let all = files(&format!("{}{broken}", galaxy("/repo", "2.31.0")));
    let line = "/repo/roles/kubespray_defaults/defaults/main/main.yml:1: this bracket is not closed";
    // This one has no more than a few roles of its release.
    let missing = "/repo: no defaults or vars of adduser and 74 more roles";
    assert_eq!(checkout_problems(&all), [missing, line]);
    // Of another release nobody knows which roles it should have.
    let unknown = files(&format!("{}{broken}", galaxy("/repo", "2.31.7")));
    assert_eq!(checkout_problems(&unknown), [line]);
    let main = "/repo/roles/kubespray_defaults/defaults/main";
    check_variable(&broken, "shared", &format!("\"of all\" kubespray-default {main}/main.yml:3"));
    // What the text in pieces does not say is known from the pack.
    check_variable(&broken, "kube_network_plugin", "\"calico\" kubespray-default");
    // Without roles the pack says everything.
    let empty = galaxy("/repo", "2.31.0");
    assert_eq!(checkout_problems(&files(&empty)), ["/repo: no role kubespray_defaults"]);
    check_variable(&empty, "kube_network_plugin", "\"calico\" kubespray-default");
    // A fork with another name for the shared role.
    let renamed =
        ROLES.replace("kubespray_defaults", "our_defaults").replace("shared: of all\n", "shared: of all\ndeploy_container_engine: true\n");
    let fork = format!("{}{renamed}", galaxy("/repo", "2.31.0"));
    check_variable(&fork, "shared", "\"of all\" kubespray-default /repo/roles/our_defaults/defaults/main/main.yml:3");
    assert_eq!(checkout_problems(&files(&fork)), ["/repo: no role kubespray_defaults: our_defaults is taken for it", missing]);
}

#[test]
fn the_table_of_downloads_is_read_from_the_checkout() {
    let downloads = "\
#- /repo/roles/kubespray_defaults/defaults/main/table.yml
downloads:
  nerdctl: {enabled: \"{{ container_manager == 'docker' }}\", groups: [k8s_cluster]}
  kubectl: {enabled: true, groups: [kube_control_plane]}
  cni: {enabled: \"{{ ansible_facts.x }}\", groups: [k8s_cluster]}
  helm: {enabled: false, groups: [k8s_cluster]}
";
    let workspace = workspace(&format!("{ROLES}{downloads}"), Settings::default());
    let downloaded = |component: &str| {
        let explanation = explain_component(&workspace, None, "b", component).expect("a component");
        explanation.components[0].downloaded.map(hostwise_analysis::Answer::name)
    };
    assert_eq!(downloaded("nerdctl"), Some("yes"));
    assert_eq!(downloaded("kubectl"), Some("no"));
    assert_eq!(downloaded("helm"), Some("no"));
    assert_eq!(downloaded("cni-plugins"), Some("unknown"));
}

#[test]
fn a_variable_is_declared_in_the_checkout() {
    let set = "#- /repo/env/prod/group_vars/all.yml\nkube_major_version: '1.30'\ntimeout: 1\nother: \"{{ shared }}\"\n";
    let workspace = workspace(&format!("{ROLES}{set}"), Settings::default());
    let path = "/repo/env/prod/group_vars/all.yml";
    let text = workspace.files().file(path).expect("a file").text().to_owned();
    let declared = |name: &str| {
        let found = declaration(&workspace, path, text.find(name).expect("it is there"));
        let targets = found.into_iter().flat_map(|found| found.targets);
        targets
            .map(|target| workspace.files().file(&target.path).expect("a file").text()[target.range.span()].to_owned() + " " + &target.path)
            .collect::<Vec<_>>()
    };
    let roles = "/repo/roles";
    assert_eq!(declared("kube_major"), [format!("kube_major_version {roles}/kubespray_defaults/vars/main/main.yml")]);
    assert_eq!(
        declared("timeout"),
        [format!("timeout {roles}/etcd/defaults/main.yaml"), format!("timeout {roles}/network_plugin/calico/defaults/main.yml")]
    );
    assert_eq!(
        declared("shared"),
        [
            format!("shared {roles}/kubespray_defaults/defaults/main/main.yml"),
            format!("shared {roles}/network_plugin/calico/defaults/main.yml")
        ]
    );
    assert_eq!(declared("other"), [""; 0]);
}
