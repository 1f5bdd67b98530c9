//! From YAML to the model of playbooks and task files.

mod keywords;

use std::sync::Arc;

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use hostwise_syntax::yaml::{Entry, Node};
use rustc_hash::FxHashMap;

pub(crate) use keywords::is_reserved;

use crate::discovery::{name_of, parent};

use super::model::{Block, Content, Item, Keywords, KeywordsId, Module, Play, PlayFile, RoleUse, Task, TaskId, Text, text};

/// Blocks nested deeper than this are left out.
const DEPTH: usize = 30;

/// The model of a file; `None` when it has neither plays nor tasks nor variables. What is written as in the version before is taken over from there.
pub(super) fn parse(source: &Arc<SourceFile>, before: Option<&PlayFile>) -> Option<PlayFile> {
    let root = source.yaml().root()?;
    let mut parser = Parser { source, tasks: Vec::new(), keywords: Vec::new(), written: FxHashMap::default() };
    // Behind an anchor the same words may say something else.
    if source.yaml().anchors().next().is_none() {
        let known = before.into_iter().flat_map(|before| &before.keywords);
        parser.written = known.map(|keywords| (&*keywords.written, &keywords.written)).collect();
    }
    let content = if root.is_mapping() && is_meta(source.path()) {
        Content::Dependencies(parser.roles(root.get("dependencies").map(|entry| entry.value)))
    } else if root.is_mapping() {
        let entries = root.entries().filter(|entry| entry.colon.is_some());
        Content::Variables(entries.map(|entry| (Arc::from(entry.key.text()), entry.value.id())).collect())
    } else if root.items().any(is_play) {
        Content::Playbook(root.items().filter(|item| item.is_mapping()).map(|play| parser.play(play)).collect())
    } else if root.items().any(Node::is_mapping) {
        Content::Tasks(parser.items(Some(root), DEPTH))
    } else {
        return None;
    };
    Some(PlayFile::new(source, content, parser.tasks, parser.keywords))
}

/// Whether the file is where a role names the roles that it depends on.
fn is_meta(path: &str) -> bool {
    matches!(name_of(path), "main.yml" | "main.yaml") && name_of(parent(path)) == "meta"
}

fn is_play(item: Node<'_>) -> bool {
    item.entries().any(|entry| entry.colon.is_some() && matches!(short(&entry.key.text()), "hosts" | "import_playbook"))
}

/// A name without the collection that every Ansible has.
pub(super) fn short(name: &str) -> &str {
    ["ansible.builtin.", "ansible.legacy."].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

struct Parser<'p> {
    source: &'p SourceFile,
    tasks: Vec<Task>,
    keywords: Vec<Keywords>,
    /// What is written in the version before.
    written: FxHashMap<&'p str, &'p Arc<str>>,
}

/// The lists of a play that have keywords of their own.
const LISTS_OF_PLAY: [&str; 5] = ["handlers", "post_tasks", "pre_tasks", "roles", "tasks"];

/// The same of a block.
const LISTS_OF_BLOCK: [&str; 3] = ["always", "block", "rescue"];

impl Parser<'_> {
    /// Adds the keywords of a thing that has lists of these names.
    fn keywords(&mut self, node: Node<'_>, mut keywords: Keywords, lists: &[&str]) -> KeywordsId {
        keywords.written = self.written(node, lists);
        self.keywords.push(keywords);
        self.keywords.len() as KeywordsId - 1
    }

    /// From the start of its line, each entry: how deep it stands is part of what it says.
    fn written(&self, node: Node<'_>, lists: &[&str]) -> Arc<str> {
        let text = self.source.text();
        let from_line = |range: TextRange| {
            let start = text[..range.start as usize].rfind('\n').map_or(0, |at| at + 1);
            &text[start..range.end as usize]
        };
        let whole: String = if node.is_mapping() {
            let entries = node.entries().filter(|entry| !lists.contains(&&*entry.key.text()));
            entries.map(|entry| format!("{}\n", from_line(entry.range()))).collect()
        } else {
            from_line(node.range()).to_owned()
        };
        self.written.get(&*whole).map_or_else(|| Arc::from(whole), |known| Arc::clone(known))
    }

    fn play(&mut self, node: Node<'_>) -> Play {
        let keywords = self.keywords(node, keywords::of(node), &LISTS_OF_PLAY);
        let value = |key: &str| node.get(key).map(|entry| entry.value);
        let import = node.entries().find(|entry| short(&entry.key.text()) == "import_playbook").and_then(|entry| {
            let file = entry.value.get("file").map(|file| file.value);
            text(file.unwrap_or(entry.value))
        });
        Play {
            node: node.id(),
            keywords,
            name: value("name").and_then(text),
            hosts: value("hosts").map(texts).unwrap_or_default(),
            import,
            vars_files: value("vars_files").map(texts).unwrap_or_default(),
            has_own_order: ["serial", "order"].iter().any(|key| value(key).is_some()),
            roles: self.roles(value("roles")),
            pre_tasks: self.items(value("pre_tasks"), DEPTH),
            tasks: self.items(value("tasks"), DEPTH),
            post_tasks: self.items(value("post_tasks"), DEPTH),
            handlers: self.items(value("handlers"), DEPTH),
        }
    }

    fn roles(&mut self, list: Option<Node<'_>>) -> Vec<RoleUse> {
        let mut roles = Vec::new();
        for item in list.into_iter().flat_map(Node::items) {
            let role = if item.is_mapping() {
                ["role", "name"].into_iter().find_map(|key| item.get(key)).and_then(|entry| text(entry.value))
            } else {
                text(item)
            };
            let Some(role) = role else { continue };
            let mut of_role = keywords::of(item);
            let is_parameter =
                |entry: &Entry<'_>| !keywords::is_keyword(&entry.key.text()) && !matches!(&*entry.key.text(), "role" | "name");
            let parameters = item.entries().filter(|entry| entry.colon.is_some()).filter(is_parameter);
            of_role.vars.extend(parameters.map(|entry| (Arc::from(entry.key.text()), entry.value.id())));
            let keywords = self.keywords(item, of_role, &[]);
            roles.push(RoleUse { role, keywords });
        }
        roles
    }

    fn items(&mut self, list: Option<Node<'_>>, depth: usize) -> Vec<Item> {
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        let mappings = list.into_iter().flat_map(Node::items).filter(|item| item.is_mapping());
        mappings.map(|item| self.item(item, depth)).collect()
    }

    fn item(&mut self, node: Node<'_>, depth: usize) -> Item {
        let value = |key: &str| node.get(key).map(|entry| entry.value);
        if value("block").is_none() {
            return Item::Task(self.task(node));
        }
        Item::Block(Block {
            keywords: self.keywords(node, keywords::of(node), &LISTS_OF_BLOCK),
            block: self.items(value("block"), depth),
            rescue: self.items(value("rescue"), depth),
            always: self.items(value("always"), depth),
        })
    }

    fn task(&mut self, node: Node<'_>) -> TaskId {
        let value = |key: &str| node.get(key).map(|entry| entry.value);
        let module = module(node);
        let always_changes = match value("changed_when") {
            Some(when) => matches!(when.value(), Ok(hostwise_syntax::Value::Bool(true))),
            // These cannot know better (their documentation, "changed").
            None => module.as_ref().is_some_and(|module| matches!(&*module.name, "command" | "shell" | "raw")) && !may_be_done(node),
        };
        let apply = applied(node).map(|(apply, keywords)| self.keywords(apply, keywords, &[]));
        let task = Task {
            apply,
            node: node.id(),
            range: node.range(),
            name: value("name").and_then(text),
            keywords: self.keywords(node, keywords::of(node), &[]),
            module,
            failed_when: value("failed_when").map(texts).unwrap_or_default(),
            register: value("register").and_then(text),
            may_be_left: may_be_left(node),
            is_local: value("local_action").is_some(),
            listen: value("listen").map(texts).unwrap_or_default(),
            always_changes,
        };
        self.tasks.push(task);
        self.tasks.len() as TaskId - 1
    }
}

/// The keywords that `include_tasks` or `include_role` hands on. What a template hands on may be anything.
fn applied(task: Node<'_>) -> Option<(Node<'_>, Keywords)> {
    let arguments = task.entries().filter(|entry| matches!(short(&entry.key.text()), "include_role" | "include_tasks" | "args"));
    let apply = arguments.filter_map(|entry| entry.value.get("apply")).next()?.value;
    let applied = keywords::of(apply);
    Some((apply, Keywords { ignores_errors: !apply.is_mapping() || applied.ignores_errors, ..applied }))
}

/// Whether the task runs on while Ansible does something else. What becomes of `failed_when` there is not looked at.
fn may_be_left(task: Node<'_>) -> bool {
    let value = |key: &str| task.get(key).and_then(|entry| text(entry.value)).map(|text| text.text);
    let is_asynchronous = value("async").is_some_and(|seconds| &*seconds != "0");
    let is_waited_for = value("poll").is_none_or(|seconds| seconds.parse::<u32>().is_ok_and(|seconds| seconds > 0));
    is_asynchronous && (!is_waited_for || task.get("failed_when").is_some())
}

/// Whether the arguments of a command say when nothing is left to do.
fn may_be_done(task: Node<'_>) -> bool {
    ["creates", "removes"].iter().any(|argument| task.source().contains(argument))
}

fn module(task: Node<'_>) -> Option<Module> {
    let args = task.get("args").map(|entry| entry.value.id());
    for key in ["action", "local_action"] {
        if let Some(entry) = task.get(key) {
            return action(entry.value, args);
        }
    }
    let is_module = |entry: &Entry<'_>| entry.colon.is_some() && !keywords::is_keyword(&entry.key.text());
    let entry = task.entries().find(is_module)?;
    let name = Arc::from(short(&entry.key.text()));
    Some(Module { name, range: entry.key.range(), value: entry.value.id(), args, action: None })
}

/// `action: command nerdctl images`, or a mapping with `module`.
fn action(value: Node<'_>, args: Option<hostwise_syntax::yaml::NodeId>) -> Option<Module> {
    if let Some(module) = value.get("module") {
        let name = Arc::from(short(&module.value.text()));
        return Some(Module { name, range: module.value.range(), value: value.id(), args, action: None });
    }
    let whole = text(value)?;
    let (name, rest) = whole.text.split_once(char::is_whitespace).unwrap_or((&whole.text, ""));
    let range = TextRange::new(whole.range.start as usize, whole.range.start as usize + name.len());
    let rest = Text { text: Arc::from(rest.trim_start()), range: whole.range };
    Some(Module { name: Arc::from(short(name)), range, value: value.id(), args, action: Some(rest) })
}

/// One text, or the texts of a list.
fn texts(node: Node<'_>) -> Vec<Text> {
    let Some(node) = node.target() else { return Vec::new() };
    if node.is_sequence() { node.items().filter_map(text).collect() } else { text(node).into_iter().collect() }
}
