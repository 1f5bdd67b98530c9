//! Following a playbook.

use std::sync::{Arc, OnceLock};

use hostwise_inventory::SourceFile;
use hostwise_syntax::yaml::Node;
use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};

use super::handlers::Pending;
use super::names::{self, assigned};
use super::{FileIndex, FileIndices, Frame, FrameIndex, FrameKind, MAX_STEPS, Names, RoleFiles, Script, ScriptPlay, Step};
use crate::discovery::{join, parent};
use crate::plays::installs::{may_install_unnamed, text_may_install};
use crate::plays::library::Library;
use crate::plays::model::{Block, Content, Item, KeywordsId, Module, Play, PlayFile, Text};

/// Includes nested deeper than this are left out.
const DEPTH: usize = 25;

/// The script of the playbook at `path`.
pub(in crate::plays) fn build(library: &Library, path: &Arc<str>) -> Script {
    let mut builder = Builder {
        library,
        indices: FileIndices::default(),
        script: Script {
            path: Arc::clone(path),
            files: Vec::new(),
            sources: IndexMap::default(),
            frames: Vec::new(),
            plays: Vec::new(),
            steps: Vec::new(),
            names: Arc::default(),
            handlers: Vec::new(),
            scripts: Vec::new(),
            exits: OnceLock::new(),
            candidates: Default::default(),
        },
        names: Names::default(),
        roles: FxHashMap::default(),
        with_handlers: IndexMap::new(),
        not_followed: FxHashSet::default(),
        perhaps_notified: FxHashSet::default(),
        is_unknown: false,
        ran_script: false,
        has_defaults: false,
        has_groups: false,
        open: Vec::new(),
    };
    builder.playbook(path, None);
    let Builder { mut script, names, .. } = builder;
    script.names = Arc::new(names);
    script
}

pub(super) struct Builder<'l> {
    library: &'l Library,
    indices: FileIndices,
    pub(super) script: Script,
    names: Names,
    /// The variables of the roles that were met, by the directory of the role.
    roles: FxHashMap<String, Arc<RoleFiles>>,
    /// The roles of the present play that have handlers, by their directories: their handlers, their names and where they were used.
    with_handlers: IndexMap<String, (Arc<PlayFile>, Arc<str>, FrameIndex)>,
    /// The roles in which something could not be followed.
    not_followed: FxHashSet<String>,
    /// What files that could not be followed may notify.
    pub(super) perhaps_notified: FxHashSet<Arc<str>>,
    /// Something could not be followed.
    is_unknown: bool,
    /// A script ran, which may have installed anything.
    ran_script: bool,
    /// The present play has the defaults of Kubespray.
    has_defaults: bool,
    /// Kubespray's playbooks have made their groups.
    has_groups: bool,
    /// The files being followed, outermost first.
    open: Vec<Arc<str>>,
}

/// Where a list of tasks stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) file: FileIndex,
    pub(super) frame: FrameIndex,
    /// Index of the play in its playbook.
    pub(super) play: u32,
    pub(super) role: Option<&'p str>,
    pub(super) playbook_dir: &'p str,
    /// Whether the file is one of Kubespray's own.
    pub(super) is_kubesprays: bool,
}

impl Builder<'_> {
    fn playbook(&mut self, path: &Arc<str>, frame: Option<FrameIndex>) {
        let Some(file) = self.file(path).filter(|_| self.open.len() < DEPTH && !self.open.contains(path)) else {
            self.is_unknown = true;
            return;
        };
        let Content::Playbook(plays) = &file.content else { return };
        self.open.push(Arc::clone(path));
        self.variables_beside(parent(path));
        let index = self.add_file(&file);
        for (number, play) in plays.iter().enumerate() {
            match &play.import {
                Some(import) => {
                    let frame = self.frame(frame, index, play.keywords, FrameKind::Import);
                    match self.library.playbook(&import.text, parent(path)) {
                        Some(imported) => self.playbook(&imported, Some(frame)),
                        None => self.is_unknown = true,
                    }
                }
                None => self.play(&file, index, number, play, frame),
            }
        }
        self.open.pop();
    }

    /// The names that variable files in the directory of a playbook set: they beat those of the inventory.
    fn variables_beside(&mut self, directory: &str) {
        let directories = ["group_vars", "host_vars"].map(|name| join(directory, name));
        let library = self.library;
        for (path, _) in directories.iter().flat_map(|directory| library.files.under(directory)) {
            for name in self.file(path).iter().flat_map(|file| names::variables(file)) {
                let known = self.names.beside.entry(name).or_default();
                if known.iter().all(|known| **known != *directory) {
                    known.push(directory.into());
                }
            }
        }
    }

    fn play(&mut self, file: &Arc<PlayFile>, index: FileIndex, number: usize, play: &Play, around: Option<FrameIndex>) {
        let frame = self.frame(around, index, play.keywords, FrameKind::Play);
        let dir = parent(file.path());
        self.has_defaults = self.library.is_kubesprays(file.path());
        for vars in &play.vars_files {
            match self.file(&join(dir, &vars.text)).filter(|_| !vars.is_template()) {
                Some(file) => self.names.runtime.extend(names::variables(&file)),
                None => self.is_unknown = true,
            }
        }
        let first = self.script.steps.len();
        let has_groups = self.has_groups;
        self.with_handlers.clear();
        let place = Place { file: index, frame, play: number as u32, role: None, playbook_dir: dir, is_kubesprays: self.has_defaults };
        self.items(&play.pre_tasks, file, place);
        for role in &play.roles {
            self.role(&role.role, "main", file, role.keywords, place);
        }
        self.items(&play.tasks, file, place);
        self.items(&play.post_tasks, file, place);
        self.handlers_of_play(file, place, first);
        let steps = first..self.script.steps.len();
        self.script.plays.push(ScriptPlay { file: index, index: number as u32, steps, has_defaults: self.has_defaults, has_groups });
    }

    /// The handlers of the roles that were used, and of the play itself.
    fn handlers_of_play(&mut self, file: &Arc<PlayFile>, place: Place<'_>, first: usize) {
        let with_handlers = std::mem::take(&mut self.with_handlers);
        let mut pending: Vec<Pending<'_>> = Vec::new();
        for (role, (handlers, name, frame)) in &with_handlers {
            let index = self.add_file(handlers);
            let is_kubesprays = self.library.is_kubesprays(handlers.path());
            let place = Place { file: index, frame: *frame, role: Some(role), is_kubesprays, ..place };
            pending.push(Pending { file: Arc::clone(handlers), place, role: Some(Arc::clone(name)) });
        }
        pending.push(Pending { file: Arc::clone(file), place, role: None });
        self.handlers(&pending, first);
    }

    fn items(&mut self, items: &[Item], file: &Arc<PlayFile>, place: Place<'_>) {
        for item in items {
            match item {
                Item::Task(task) => self.task(*task, file, place),
                Item::Block(block) => self.block(block, file, place),
            }
        }
    }

    fn block(&mut self, block: &Block, file: &Arc<PlayFile>, place: Place<'_>) {
        let guarded = if block.rescue.is_empty() { FrameKind::Block } else { FrameKind::Guarded };
        for (items, kind) in [(&block.block, guarded), (&block.rescue, FrameKind::Rescue), (&block.always, FrameKind::Block)] {
            if !items.is_empty() {
                let frame = self.frame(Some(place.frame), place.file, block.keywords, kind);
                self.items(items, file, Place { frame, ..place });
            }
        }
    }

    pub(super) fn task(&mut self, id: u32, file: &Arc<PlayFile>, place: Place<'_>) {
        let task = file.task(id);
        self.names.runtime.extend(file.keywords(task.keywords).registered.iter().cloned());
        if self.script.steps.len() >= MAX_STEPS {
            self.is_unknown = true;
            return;
        }
        let is_kubesprays = place.is_kubesprays;
        let run = self.file_of_script(id, file, place);
        self.script.steps.push(Step {
            file: place.file,
            task: id,
            frame: place.frame,
            is_after_unknown: self.is_unknown,
            is_after_script: self.ran_script,
            has_groups: self.has_groups,
            runs_file: run.as_ref().map(|_| self.script.scripts.len() as u32),
        });
        let may_install = || run.as_ref().map_or_else(|| may_install_unnamed(file, task), |run| text_may_install(run.text()));
        self.ran_script |= !is_kubesprays && may_install();
        self.script.scripts.extend(run);
        let Some(module) = &task.module else { return };
        let applied = task.apply.map(|apply| self.frame(Some(place.frame), place.file, apply, FrameKind::Include));
        let place = Place { frame: applied.unwrap_or(place.frame), ..place };
        match &*module.name {
            "include_tasks" | "import_tasks" | "include" => {
                let named = file.text_argument(module, "file").or_else(|| file.free_form(module));
                let frame = self.frame(Some(place.frame), place.file, task.keywords, FrameKind::Include);
                let found = named.and_then(|named| self.tasks_path(&named, file, place));
                match found {
                    Some(path) => self.tasks_file(&path, Place { frame, ..place }),
                    None => self.cannot_follow(place, is_kubesprays),
                }
            }
            "include_role" | "import_role" => match file.text_argument(module, "name") {
                Some(role) => {
                    let from = file.text_argument(module, "tasks_from").map(|from| from.text);
                    let from = from.as_deref().unwrap_or("main");
                    self.role(&role, from, file, task.keywords, place);
                }
                None => self.cannot_follow(place, is_kubesprays),
            },
            "include_vars" => self.include_vars(module, file, place, is_kubesprays),
            "group_by" if is_kubesprays => self.has_groups = true,
            "add_host" | "group_by" => self.names.groups_change |= !is_kubesprays,
            _ => self.names.runtime.extend(assigned(file, module)),
        }
    }

    fn tasks_file(&mut self, path: &Arc<str>, place: Place<'_>) {
        let followed = self.file(path).filter(|_| self.open.len() < DEPTH && !self.open.contains(path));
        let Some(file) = followed else {
            self.is_unknown = true;
            return;
        };
        let Content::Tasks(items) = &file.content else { return };
        self.open.push(Arc::clone(path));
        let index = self.add_file(&file);
        self.items(items, &file, Place { file: index, is_kubesprays: self.library.is_kubesprays(path), ..place });
        self.open.pop();
    }

    /// A role, after the roles that it depends on.
    fn role(&mut self, name: &Text, tasks_from: &str, file: &Arc<PlayFile>, keywords: KeywordsId, place: Place<'_>) {
        let beside = place.role.map(parent);
        let bases: Vec<&str> = beside.into_iter().chain([place.playbook_dir, parent(file.path())]).collect();
        let Some(role) = self.library.role(&name.text, &bases).filter(|_| !name.is_template() && self.open.len() < DEPTH) else {
            return self.cannot_follow(place, place.is_kubesprays);
        };
        self.has_defaults |= matches!(role.rsplit('/').next(), Some("kubespray_defaults" | "kubespray-defaults"));
        let files = self.variables_of(&role);
        let frame = self.frame(Some(place.frame), place.file, keywords, FrameKind::Role(files));
        let inside = Place { frame, role: Some(&role), ..place };
        let handlers = ["main.yml", "main.yaml"].iter().find_map(|main| self.file(&format!("{role}/handlers/{main}")));
        if let Some(handlers) = handlers {
            self.with_handlers.entry(role.clone()).or_insert_with(|| (handlers, Arc::clone(&name.text), frame));
        }
        let meta = ["meta/main.yml", "meta/main.yaml"].iter().find_map(|path| self.file(&format!("{role}/{path}")));
        if let Some(meta) = meta
            && let Content::Dependencies(dependencies) = &meta.content
            && !self.open.contains(meta.path())
        {
            self.open.push(Arc::clone(meta.path()));
            let file = self.add_file(&meta);
            for dependency in dependencies {
                self.role(&dependency.role, "main", &meta, dependency.keywords, Place { file, ..inside });
            }
            self.open.pop();
        }
        let from = tasks_from.strip_suffix(".yml").unwrap_or(tasks_from);
        let candidates = ["yml", "yaml"].map(|end| format!("{role}/tasks/{from}.{end}"));
        let tasks = candidates.iter().find_map(|path| self.library.files.file(path)).map(|file| Arc::clone(file.path()));
        match tasks {
            Some(path) => self.tasks_file(&path, inside),
            // A role without tasks is one for its variables.
            None if tasks_from == "main" => {}
            None => self.cannot_follow(place, self.library.is_kubesprays(&role)),
        }
    }

    /// The files with the variables of the role in a directory.
    fn variables_of(&mut self, role: &str) -> Arc<RoleFiles> {
        if let Some(known) = self.roles.get(role) {
            return Arc::clone(known);
        }
        let mut files = RoleFiles::default();
        for (kind, into) in [("vars", &mut files.vars), ("defaults", &mut files.defaults)] {
            for source in self.main_files(&format!("{role}/{kind}")) {
                if kind == "vars" {
                    self.names.of_roles.extend(names::variables(&source));
                }
                into.push(add_file(&mut self.script, &mut self.indices, &source));
            }
        }
        let files = Arc::new(files);
        self.roles.insert(role.to_owned(), Arc::clone(&files));
        files
    }

    /// The file that an include names: as Ansible looks for it, in the role first, then beside the file and the playbook.
    fn tasks_path(&self, named: &Text, file: &Arc<PlayFile>, place: Place<'_>) -> Option<Arc<str>> {
        let mut name = named.text.to_string();
        for (variable, directory) in [("role_path", place.role), ("playbook_dir", Some(place.playbook_dir))] {
            if let Some(directory) = directory {
                name = name.replace(&format!("{{{{ {variable} }}}}"), directory);
            }
        }
        if super::super::model::is_template(&name) {
            return None;
        }
        let of_role = place.role.into_iter().flat_map(|role| [format!("{role}/tasks"), role.to_owned()]);
        let here = [parent(file.path()).to_owned(), place.playbook_dir.to_owned(), format!("{}/tasks", place.playbook_dir)];
        let mut paths = of_role.chain(here).map(|base| join(&base, &name));
        paths.find(|path| self.library.files.file(path).is_some())
    }

    /// The file that a task runs with `script`: of the role first, then beside the file and the playbook.
    fn file_of_script(&mut self, id: u32, file: &Arc<PlayFile>, place: Place<'_>) -> Option<Arc<SourceFile>> {
        let module = file.task(id).module.as_ref().filter(|module| &*module.name == "script")?;
        let text = file.text_argument(module, "cmd").or_else(|| file.free_form(module))?;
        let name = text.text.split_whitespace().next().filter(|name| !super::super::model::is_template(name))?;
        let bases = place.role.into_iter().chain([parent(file.path()), place.playbook_dir]);
        let mut paths = bases.flat_map(|base| [join(base, &format!("files/{name}")), join(base, name)]);
        paths.find_map(|path| self.source(&path))
    }

    fn include_vars(&mut self, module: &Module, file: &Arc<PlayFile>, place: Place<'_>, is_kubesprays: bool) {
        if let Some(name) = file.text_argument(module, "name").filter(|name| !name.is_template()) {
            self.names.runtime.insert(name.text);
            return;
        }
        let named = file.text_argument(module, "file").or_else(|| file.free_form(module)).filter(|named| !named.is_template());
        let bases = place.role.into_iter().flat_map(|role| [format!("{role}/vars"), role.to_owned()]);
        let bases = bases.chain([parent(file.path()).to_owned(), format!("{}/vars", parent(file.path()))]);
        let found = named.and_then(|named| bases.map(|base| join(&base, &named.text)).find_map(|path| self.file(&path)));
        match found {
            Some(vars) => self.names.runtime.extend(names::variables(&vars)),
            None => self.cannot_follow(place, is_kubesprays),
        }
    }

    /// Something that is named by a template, or that is not here. What it sets is not known; inside a role, only names that the role's files set.
    fn cannot_follow(&mut self, place: Place<'_>, is_kubesprays: bool) {
        match place.role.filter(|_| is_kubesprays) {
            Some(role) if self.not_followed.contains(role) => {}
            Some(role) => {
                self.not_followed.insert(role.to_owned());
                let paths = self.library.files.under(role).map(|(path, _)| path);
                let files: Vec<Arc<PlayFile>> = paths.filter_map(|path| self.file(path)).collect();
                names::of_role(role, &files, &mut self.names.runtime, &mut self.perhaps_notified);
            }
            None => self.is_unknown |= !is_kubesprays,
        }
    }

    pub(super) fn frame(&mut self, parent: Option<FrameIndex>, file: FileIndex, keywords: KeywordsId, kind: FrameKind) -> FrameIndex {
        let registered = &self.script.files[file as usize].keywords(keywords).registered;
        self.names.runtime.extend(registered.iter().cloned());
        self.script.frames.push(Frame { parent, file, keywords, kind });
        self.script.frames.len() as FrameIndex - 1
    }

    /// `main` or the files of a directory `main`, lowest precedence first.
    fn main_files(&mut self, directory: &str) -> Vec<Arc<PlayFile>> {
        let alone = ["main.yml", "main.yaml", "main"].iter().find_map(|name| self.file(&format!("{directory}/{name}")));
        let main = format!("{directory}/main");
        let mut files: Vec<Arc<PlayFile>> = alone.into_iter().collect();
        files.extend(self.library.files.under(&main).filter_map(|(path, _)| self.file(path)));
        files
    }

    /// The file at `path`, taken apart: from now on the script depends on it.
    fn file(&mut self, path: &str) -> Option<Arc<PlayFile>> {
        let source = self.source(path)?;
        self.library.taken_apart(&source)
    }

    fn source(&mut self, path: &str) -> Option<Arc<SourceFile>> {
        let source = self.library.files.file(path)?;
        self.script.sources.entry(Arc::clone(source.path())).or_insert_with(|| Arc::clone(source));
        Some(Arc::clone(source))
    }

    fn add_file(&mut self, file: &Arc<PlayFile>) -> FileIndex {
        add_file(&mut self.script, &mut self.indices, file)
    }
}

fn add_file(script: &mut Script, indices: &mut FileIndices, file: &Arc<PlayFile>) -> FileIndex {
    *indices.entry(Arc::clone(file.path())).or_insert_with(|| {
        script.files.push(Arc::clone(file));
        script.files.len() as FileIndex - 1
    })
}

/// Whether a node is a mapping with entries: the arguments of a module.
pub(super) fn keys(node: Node<'_>) -> impl Iterator<Item = Arc<str>> {
    node.entries().map(|entry| Arc::from(entry.key.text()))
}
