//! Playbooks and task files as they are written: plays, blocks and tasks, each with its place. What is half-typed or unknown is left out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hostwise_inventory::SourceFile;
use hostwise_kubespray::Version;
use hostwise_syntax::TextRange;
use hostwise_syntax::yaml::{Node, NodeId};
use rustc_hash::FxHashMap;

use super::needs::source_of_needs;
use super::toolset::{ToolTable, Tools};

/// A file with plays, with tasks, or with the variables or dependencies of a role.
#[derive(Debug)]
pub(crate) struct PlayFile {
    pub(crate) source: Arc<SourceFile>,
    pub(crate) content: Content,
    /// All tasks of the file, blocks and handlers included, in document order.
    pub(crate) tasks: Vec<Task>,
    /// The keywords of plays, blocks and tasks.
    pub(crate) keywords: Vec<Keywords>,
    /// By release: what [`PlayFile::tools`] found.
    tools: Mutex<BTreeMap<Version, Arc<[Tools]>>>,
}

#[derive(Debug)]
pub(crate) enum Content {
    Playbook(Vec<Play>),
    Tasks(Vec<Item>),
    /// Root entries of a mapping: names and values.
    Variables(FxHashMap<Arc<str>, NodeId>),
    /// Of a role: the roles before it.
    Dependencies(Vec<RoleUse>),
}

/// Index of a [`Task`] in its file.
pub(crate) type TaskId = u32;
/// Index of [`Keywords`] in their file.
pub(crate) type KeywordsId = u32;

/// A scalar and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) text: Arc<str>,
    pub(crate) range: TextRange,
}

impl Text {
    pub(crate) fn is_template(&self) -> bool {
        is_template(&self.text)
    }
}

/// Whether Ansible would template the text.
pub(crate) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// One play, or the import of a playbook.
#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) node: NodeId,
    pub(crate) keywords: KeywordsId,
    pub(crate) name: Option<Text>,
    /// The patterns of `hosts`; empty when there are none, and for imports.
    pub(crate) hosts: Vec<Text>,
    pub(crate) import: Option<Text>,
    pub(crate) vars_files: Vec<Text>,
    /// With `serial` or `order`, what runs once does not run on the first host of the inventory alone.
    pub(crate) has_own_order: bool,
    pub(crate) roles: Vec<RoleUse>,
    pub(crate) pre_tasks: Vec<Item>,
    pub(crate) tasks: Vec<Item>,
    pub(crate) post_tasks: Vec<Item>,
    pub(crate) handlers: Vec<Item>,
}

/// An entry below `roles`, or a dependency of a role.
#[derive(Debug)]
pub(crate) struct RoleUse {
    pub(crate) role: Text,
    /// `when`, `tags`, `vars`, and the parameters of the role among `vars`.
    pub(crate) keywords: KeywordsId,
}

#[derive(Debug)]
pub(crate) enum Item {
    Task(TaskId),
    Block(Block),
}

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) keywords: KeywordsId,
    pub(crate) block: Vec<Item>,
    pub(crate) rescue: Vec<Item>,
    pub(crate) always: Vec<Item>,
}

/// What plays, blocks and tasks have in common.
#[derive(Debug, Default)]
pub(crate) struct Keywords {
    /// All that is written for the thing, but the lists of tasks and roles in it. It is the same in memory in the next version of a file where that says the
    /// same, in whatever place.
    pub(crate) written: Arc<str>,
    pub(crate) when: Vec<Text>,
    /// In the order of writing.
    pub(crate) vars: Vec<(Arc<str>, NodeId)>,
    pub(crate) has_never_tag: bool,
    pub(crate) ignores_errors: bool,
    pub(crate) delegate_to: Option<Text>,
    pub(crate) run_once: Option<Text>,
    pub(crate) connection: Option<Text>,
    /// `environment` is set, and may change where programs are found.
    pub(crate) changes_path: bool,
    pub(crate) has_check_mode: bool,
    /// Names that get values while the thing runs: registered results, loop variables, prompts.
    pub(crate) registered: Vec<Arc<str>>,
    /// `loop` or `with_*`.
    pub(crate) repeats: Option<Repeats>,
    /// The modules to which `module_defaults` gives arguments, without their collection when every Ansible has it.
    pub(crate) defaults_of: Vec<Arc<str>>,
    /// The handlers that a change tells.
    pub(crate) notify: Vec<Text>,
}

/// A loop.
#[derive(Debug)]
pub(crate) struct Repeats {
    pub(crate) says: Loop,
    /// The list of items; `None` when a plugin makes something else of it.
    pub(crate) items: Option<NodeId>,
    /// Lists among the items are spread.
    pub(crate) is_spread: bool,
    /// The loop may end before its last item.
    pub(crate) may_break: bool,
    /// The name that an item has.
    pub(crate) variable: Arc<str>,
}

/// The items of a loop, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loop {
    /// A list with items, written out.
    Certain,
    /// A list without items, written out.
    Empty,
    /// It may have no items.
    Unknown,
}

/// One task.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) node: NodeId,
    /// From its first key to the end of its last value.
    pub(crate) range: TextRange,
    pub(crate) name: Option<Text>,
    pub(crate) keywords: KeywordsId,
    /// What an include says for the tasks that it includes.
    pub(crate) apply: Option<KeywordsId>,
    /// `None` while the task has no module yet.
    pub(crate) module: Option<Module>,
    /// All of these must be true for the task to fail; none when the module says whether it failed.
    pub(crate) failed_when: Vec<Text>,
    pub(crate) register: Option<Text>,
    /// With `async`, Ansible may go on before the task has ended.
    pub(crate) may_be_left: bool,
    pub(crate) is_local: bool,
    /// Of a handler: more names to which it listens.
    pub(crate) listen: Vec<Text>,
    /// It changes something whenever it runs.
    pub(crate) always_changes: bool,
}

/// The module of a task, and its arguments.
#[derive(Debug)]
pub(crate) struct Module {
    /// Without `ansible.builtin.` or `ansible.legacy.`.
    pub(crate) name: Arc<str>,
    /// The bytes of its name.
    pub(crate) range: TextRange,
    /// The value behind the name.
    pub(crate) value: NodeId,
    /// The value of `args`.
    pub(crate) args: Option<NodeId>,
    /// What stands behind the module's name in `action: name ...`.
    pub(crate) action: Option<Text>,
}

impl PlayFile {
    pub(crate) fn new(source: &Arc<SourceFile>, content: Content, tasks: Vec<Task>, keywords: Vec<Keywords>) -> PlayFile {
        PlayFile { source: Arc::clone(source), content, tasks, keywords, tools: Mutex::default() }
    }

    /// What each task may need of what this release installs, by its text alone.
    pub(crate) fn tools(&self, table: &ToolTable, release: Version) -> Arc<[Tools]> {
        let mut known = self.tools.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |task: &Task| source_of_needs(self, task).map_or(Tools::NONE, |source| table.needed(&source));
        Arc::clone(known.entry(release).or_insert_with(|| self.tasks.iter().map(of).collect()))
    }

    pub(crate) fn path(&self) -> &Arc<str> {
        self.source.path()
    }

    pub(crate) fn node(&self, id: NodeId) -> Node<'_> {
        self.source.yaml().node(id)
    }

    pub(crate) fn keywords(&self, id: KeywordsId) -> &Keywords {
        &self.keywords[id as usize]
    }

    pub(crate) fn task(&self, id: TaskId) -> &Task {
        &self.tasks[id as usize]
    }

    /// The innermost task at byte `offset`.
    pub(crate) fn task_at(&self, offset: usize) -> Option<TaskId> {
        let around = self.tasks.iter().enumerate().filter(|(_, task)| task.range.touches(offset));
        around.min_by_key(|(_, task)| task.range.len()).map(|(index, _)| index as TaskId)
    }

    /// An argument of a module: an entry of its mapping or of `args`.
    pub(crate) fn argument(&self, module: &Module, name: &str) -> Option<Node<'_>> {
        let of = |id| self.node(id).get(name).map(|entry| entry.value);
        of(module.value).or_else(|| module.args.and_then(of))
    }

    /// An argument as text, templates and all.
    pub(crate) fn text_argument(&self, module: &Module, name: &str) -> Option<Text> {
        self.argument(module, name).and_then(text)
    }

    /// The free-form argument: `command: nerdctl images`.
    pub(crate) fn free_form(&self, module: &Module) -> Option<Text> {
        module.action.clone().or_else(|| text(self.node(module.value)))
    }
}

/// A scalar that says something.
pub(super) fn text(node: Node<'_>) -> Option<Text> {
    let node = node.target()?;
    let text = node.text();
    (!text.is_empty()).then(|| Text { text: Arc::from(text), range: node.range() })
}
