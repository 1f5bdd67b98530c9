//! Tasks that certainly run where the program or service that they need is certainly not installed.

use std::collections::BTreeMap;

use hostwise_expression::{Evaluator, Value};
use hostwise_inventory::HostId;
use hostwise_kubespray::{Component, Pack};
use rustc_hash::{FxHashMap, FxHashSet};

use super::installs::mentions;
use super::library::Library;
use super::model::Keywords;
use super::needs::{Need, NeedKind, needs, source_of_needs};
use super::runs::{Hosts, Outcome, by_situation, hosts_of, outcomes};
use super::scope::StepScope;
use super::script::{FrameKind, Script, ScriptPlay, Step};
use crate::cluster::Cluster;
use crate::components::State;
use crate::discovery::parent;
use crate::layout::Role;
use crate::scope::DIALECT;

/// A task that will fail on some hosts.
#[derive(Debug)]
pub(crate) struct MissingTool {
    pub(crate) need: Need,
    /// Index of its play and of its step in the script.
    pub(crate) play: usize,
    pub(crate) step: usize,
    /// Of one role, in the order of the play.
    pub(crate) hosts: Vec<HostId>,
    pub(crate) role: Role,
    /// The component that would bring it.
    pub(crate) component: String,
}

/// For each program and service, the hosts on which Kubespray certainly installs no component that brings it.
pub(crate) type Missing = FxHashMap<(NeedKind, String), FxHashSet<HostId>>;

/// The steps of a script that may need something that Kubespray installs, and catch no failure: what is looked at for each inventory.
pub(crate) fn candidates(script: &Script, pack: &Pack) -> Vec<usize> {
    let mut tools: Vec<&str> = pack.components.values().flat_map(tools_of).map(|(_, tool)| tool).collect();
    tools.sort_unstable();
    tools.dedup();
    let may_fail = |step: &Step| {
        let task = script.task(step);
        let is_forgiving =
            |keywords: &Keywords| keywords.ignores_errors || keywords.has_check_mode || keywords.has_never_tag || keywords.changes_path;
        let is_caught = script.frames_of(step).any(|frame| matches!(frame.kind, FrameKind::Guarded | FrameKind::Rescue));
        let loops = script.keywords_of(step).any(|keywords| keywords.repeats == Some(super::model::Loop::Unknown));
        let is_elsewhere = |keywords: &Keywords| {
            let connection = keywords.connection.as_ref();
            connection.is_some_and(|connection| !matches!(&*connection.text, "ssh" | "smart" | "paramiko" | "paramiko_ssh"))
        };
        let is_silent = task.may_forgive || task.is_local || step.is_after_unknown || step.is_after_script || is_caught || loops;
        !is_silent && !script.keywords_of(step).any(|keywords| is_forgiving(keywords) || is_elsewhere(keywords))
    };
    let names_tool = |step: &Step| {
        let source = source_of_needs(script.file(step), script.task(step));
        source.is_some_and(|source| source.contains("{{") || tools.iter().any(|tool| mentions(&source, tool)))
    };
    let steps = script.steps.iter().enumerate();
    steps.filter(|(_, step)| may_fail(step) && names_tool(step)).map(|(index, _)| index).collect()
}

/// What is missing where. Only hosts that Kubespray makes something of count: of others it says nothing.
pub(crate) fn missing(cluster: &Cluster) -> Missing {
    let mut missing = Missing::default();
    let Some(release) = &cluster.kubespray else { return missing };
    let mut providers: BTreeMap<(NeedKind, &str), Vec<&str>> = BTreeMap::new();
    for (name, component) in &release.pack.components {
        for (kind, tool) in tools_of(component) {
            providers.entry((kind, tool)).or_default().push(name);
        }
    }
    for (host, _) in cluster.inventory.hosts() {
        let view = cluster.view(host);
        let is_managed = view.role.in_cluster() || view.role.etcd;
        if !is_managed || !is_reached_over_ssh(cluster, host) {
            continue;
        }
        let is_absent = |component: &str| view.component(component).is_some_and(|verdict| verdict.state == State::NotInstalled);
        let has_no_engine = ["containerd", "docker", "cri-o"].iter().all(|engine| is_absent(engine));
        for (&(kind, tool), components) in &providers {
            // The packages of one engine bring parts of another.
            let is_part_of_engine = matches!(tool, "containerd" | "ctr" | "runc" | "crun" | "conmon");
            if components.iter().all(|component| is_absent(component)) && (!is_part_of_engine || has_no_engine) {
                missing.entry((kind, tool.to_owned())).or_default().insert(host);
            }
        }
    }
    missing
}

fn tools_of(component: &Component) -> impl Iterator<Item = (NeedKind, &str)> {
    let programs = component.commands.iter().map(|name| (NeedKind::Program, name.as_str()));
    programs.chain(component.services.iter().map(|name| (NeedKind::Service, name.as_str())))
}

/// Whether tasks for the host run on a machine of its own: with `ansible_connection: local` they run here, where anything may be installed.
fn is_reached_over_ssh(cluster: &Cluster, host: HostId) -> bool {
    match cluster.inventory.variable(host, "ansible_connection") {
        None => !matches!(&*cluster.inventory.host(host).name, "localhost" | "127.0.0.1" | "::1"),
        Some(variable) => {
            matches!(&variable.winner.value, hostwise_syntax::Value::String(text) if matches!(&**text, "ssh" | "smart" | "paramiko"))
        }
    }
}

/// The tasks of a script that will fail, in order.
pub(crate) fn check(cluster: &Cluster, library: &Library, script: &Script) -> Vec<MissingTool> {
    let mut found = Vec::new();
    let Some(release) = cluster.kubespray.as_ref().filter(|_| !overrides_defaults(cluster, library, script)) else { return found };
    let missing = cluster.missing_tools();
    if missing.is_empty() {
        return found;
    }
    for &index in script.candidates(&release.pack).iter() {
        let Some((number, play)) = script.plays.iter().enumerate().find(|(_, play)| play.steps.contains(&index)) else { continue };
        let Hosts::Known(hosts) = hosts_of(cluster, script, play) else { continue };
        if !may_lack(script, index, &hosts, missing) {
            continue;
        }
        let mut by_role: BTreeMap<(usize, String), (Need, Role, Vec<HostId>)> = BTreeMap::new();
        for (host, need) in failing(cluster, script, play, index, &hosts, missing) {
            if library.installs().may_bring(&need.name) || is_out_before(cluster, library, script, index, host, &need.name) {
                continue;
            }
            let role = cluster.view(host).role;
            let key = (need.range.start as usize, format!("{} {role}", need.name));
            by_role.entry(key).or_insert_with(|| (need, role, Vec::new())).2.push(host);
        }
        for (need, role, hosts) in by_role.into_values() {
            let component = component_of(cluster, &need).unwrap_or_else(|| need.name.clone());
            found.push(MissingTool { need, play: number, step: index, hosts, role, component });
        }
    }
    found
}

/// Whether a step may need something that some of its hosts lack: most do not, and then nothing is evaluated.
fn may_lack(script: &Script, index: usize, hosts: &[HostId], missing: &Missing) -> bool {
    let step = &script.steps[index];
    let Some(source) = source_of_needs(script.file(step), script.task(step)) else { return false };
    let is_delegated = script.keywords_of(step).any(|keywords| keywords.delegate_to.is_some());
    // Of a program in Kubespray's own directory the name is written out.
    let rest = source.replace("{{ bin_dir }}/", "");
    let is_text = script.task(step).module.as_ref().is_some_and(|module| !script.file(step).node(module.value).is_mapping());
    let made_by_template = if is_text { rest.trim_start_matches(['"', '\'', ' ']).starts_with("{{") } else { rest.contains("{{") };
    #[expect(clippy::iter_over_hash_type, reason = "any of them, in no order")]
    for ((_, tool), lacking) in missing {
        let is_here = is_delegated || hosts.iter().any(|host| lacking.contains(host));
        if is_here && (made_by_template || mentions(&source, tool)) {
            return true;
        }
    }
    false
}

/// The hosts on which a step certainly runs and lacks what it needs.
fn failing(
    cluster: &Cluster,
    script: &Script,
    play: &ScriptPlay,
    index: usize,
    hosts: &[HostId],
    missing: &Missing,
) -> Vec<(HostId, Need)> {
    let step = &script.steps[index];
    let (file, task) = (script.file(step), script.task(step));
    if script.keywords_of(step).any(|keywords| keywords.run_once.is_some()) && script.play(play).1.is_some_and(|play| play.has_serial) {
        return Vec::new();
    }
    let around = StepScope::new(script, play, step);
    let delegated = script.keywords_of(step).find_map(|keywords| keywords.delegate_to.as_ref());
    let lacking = |host: HostId, without_own: bool| {
        // A program in Kubespray's own directory is known by its name, wherever that directory is.
        let scope = around.on(cluster, host, without_own).with_bin_dir(BIN_DIR);
        let evaluator = Evaluator::new(&scope, DIALECT);
        let read = std::cell::RefCell::new(FxHashSet::default());
        let render = |text: &str| {
            let outcome = evaluator.template(text);
            read.borrow_mut().extend(outcome.read);
            match outcome.result {
                Value::String(text) => Some(text.to_string()),
                Value::Int(_) | Value::Bool(_) => Some(outcome.result.to_string()),
                _ => None,
            }
        };
        let target = match delegated {
            None => Some(host),
            Some(to) => render(&to.text).and_then(|name| cluster.inventory.host_named(&name)),
        };
        let is_missing = |need: &Need| {
            target.is_some_and(|host| missing.get(&(need.kind, need.name.clone())).is_some_and(|hosts| hosts.contains(&host)))
        };
        let need = needs(file, task, &render).into_iter().find(|need| is_missing(need) && is_in_bin_dir(cluster, target, need));
        (need.zip(target), read.into_inner())
    };
    let lacking: Vec<(HostId, (Need, HostId))> =
        by_situation(cluster, hosts, lacking).into_iter().filter_map(|(host, found)| Some((host, found?))).collect();
    if lacking.is_empty() {
        return Vec::new();
    }
    // A delegated step is found for the host that it is delegated to, once.
    let mut known = FxHashSet::default();
    let outcomes: FxHashMap<HostId, Outcome> = outcomes(cluster, script, play, step, hosts).into_iter().collect();
    let runs = lacking.into_iter().filter(|(host, _)| outcomes.get(host) == Some(&Outcome::Runs));
    let at_target = runs.map(|(host, (need, target))| if delegated.is_some() { (target, need) } else { (host, need) });
    at_target.filter(|(host, _)| known.insert(*host)).collect()
}

/// Where Kubespray puts programs, unless `bin_dir` says otherwise.
const BIN_DIR: &str = "/usr/local/bin";

/// Whether the program is one that is looked for by its name alone, or where Kubespray would put it.
fn is_in_bin_dir(cluster: &Cluster, host: Option<HostId>, need: &Need) -> bool {
    let Some(directory) = &need.directory else { return true };
    let said = host.and_then(|host| cluster.inventory.variable(host, "bin_dir"));
    match said.map(|variable| variable.winner.value) {
        None => directory == BIN_DIR,
        Some(hostwise_syntax::Value::String(said)) => directory == BIN_DIR || *said == **directory,
        Some(_) => false,
    }
}

/// Whether variables beside the playbook may change what Kubespray does.
fn overrides_defaults(cluster: &Cluster, library: &Library, script: &Script) -> bool {
    let Some(release) = &cluster.kubespray else { return false };
    let beside = parent(&script.path);
    let is_of_inventory = cluster.request.sources.iter().any(|source| parent(source) == beside || &**source == beside);
    if is_of_inventory {
        return false;
    }
    let directories = ["group_vars", "host_vars"].map(|name| format!("{beside}/{name}"));
    let files = directories.iter().flat_map(|directory| library.files.under(directory)).filter_map(|(path, _)| library.files.file(path));
    files.into_iter().any(|file| {
        let root = file.yaml().root();
        root.into_iter().flat_map(|root| root.entries()).any(|entry| release.pack.variable(&entry.key.text()).is_some())
            || file.is_encrypted()
    })
}

/// Whether the host has certainly or possibly left the play before the step, or something looked for the tool and could stop there.
fn is_out_before(cluster: &Cluster, library: &Library, script: &Script, index: usize, host: HostId, tool: &str) -> bool {
    let present = script.play_of(index).map(|play| play.steps.clone()).unwrap_or_default();
    (0..index).any(|earlier| {
        let step = &script.steps[earlier];
        let file = script.file(step);
        let Some(module) = &script.task(step).module else { return false };
        let Some(play) = script.play_of(earlier) else { return false };
        match &*module.name {
            "meta" => {
                let ends = file.free_form(module).is_some_and(|what| what.text.starts_with("end_"));
                ends && present.contains(&earlier) && may_run(cluster, script, play, step, host)
            }
            // What Kubespray itself checks ends the whole run: that is for other rules to say.
            "fail" | "assert" if library.is_kubesprays(file.path()) => false,
            "fail" | "assert" => may_run(cluster, script, play, step, host) && may_stop(cluster, script, play, step, host),
            "command" | "shell" | "raw" | "stat" => {
                let text = &file.source.text()[script.task(step).range.span()];
                let looks = &*module.name == "stat" || ["command -v", "which", "type", "hash"].iter().any(|probe| mentions(text, probe));
                looks && mentions(text, tool) && &*module.name != "stat" && may_run(cluster, script, play, step, host)
            }
            _ => false,
        }
    })
}

fn may_run(cluster: &Cluster, script: &Script, play: &ScriptPlay, step: &Step, host: HostId) -> bool {
    match hosts_of(cluster, script, play) {
        Hosts::Unknown => true,
        Hosts::Known(hosts) if !hosts.contains(&host) => false,
        Hosts::Known(_) => {
            outcomes(cluster, script, play, step, &[host]).iter().all(|(_, outcome)| !matches!(outcome, Outcome::Skipped(_)))
        }
    }
}

/// Whether a `fail` or an `assert` that may run may end the play for the host. What only facts decide is taken to be well: any task may fail before.
fn may_stop(cluster: &Cluster, script: &Script, play: &ScriptPlay, step: &Step, host: HostId) -> bool {
    use hostwise_expression::{Reason, Truth};
    let around = StepScope::new(script, play, step);
    let scope = around.on(cluster, host, false);
    let evaluator = Evaluator::new(&scope, DIALECT);
    let (file, task) = (script.file(step), script.task(step));
    let conditions: Vec<(String, bool)> = {
        let when = script.conditions(step).into_iter().map(|(when, _)| (when.text.to_string(), true));
        let that = task.module.as_ref().and_then(|module| file.argument(module, "that")).into_iter();
        let that = that.flat_map(|that| if that.is_sequence() { that.items().collect() } else { vec![that] });
        when.chain(that.map(|that| (that.text().into_owned(), false))).collect()
    };
    let is_assert = conditions.iter().any(|(_, is_when)| !is_when);
    let mut stops = !is_assert;
    for (condition, is_when) in conditions {
        match evaluator.condition(&condition).result {
            Truth::True => {}
            Truth::False if is_when => return false,
            Truth::False | Truth::Error(_) => stops = true,
            Truth::Unknown(reasons) => {
                let by_facts = reasons.iter().all(|reason| matches!(reason, Reason::Fact(_)));
                if is_when && by_facts && !is_assert {
                    return false;
                }
                stops |= !by_facts;
            }
        }
    }
    stops
}

fn component_of(cluster: &Cluster, need: &Need) -> Option<String> {
    let components = &cluster.kubespray.as_ref()?.pack.components;
    let brings = |component: &Component| tools_of(component).any(|(kind, tool)| kind == need.kind && tool == need.name);
    components.iter().find(|(_, component)| brings(component)).map(|(name, _)| name.clone())
}
