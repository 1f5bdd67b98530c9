//! The files of a workspace as immutable values. Who made them (disk or editor buffer) is unknown here.
//!
//! Paths are absolute text with `/` between names, without a trailing `/`.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use hostwise_syntax::yaml::NodeId;
use hostwise_syntax::{LineIndex, SyntaxError, TextRange, Value, ini, judge, yaml};
use rustc_hash::FxHashMap;

use crate::sources::extension;
use crate::{json_reader, mapping, python};

/// A snapshot of files and directories, cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Files {
    entries: Arc<BTreeMap<Arc<str>, Entry>>,
}

/// What stands at a path.
#[derive(Clone, Debug)]
pub enum Entry {
    Directory,
    File(Arc<SourceFile>),
}

/// What is known of a file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Text(Arc<str>),
    /// Why there is no text: unreadable, not UTF-8, too large. A short reason for people.
    Unavailable(Arc<str>),
}

/// A file and what was derived from it, each derived thing at most once.
#[derive(Debug)]
pub struct SourceFile {
    path: Arc<str>,
    content: Content,
    executable: bool,
    lines: OnceLock<LineIndex>,
    yaml: OnceLock<yaml::Document>,
    ini: OnceLock<ini::Document>,
    json: OnceLock<Option<Value>>,
    syntax_error: OnceLock<Option<SyntaxError>>,
    variables: OnceLock<Variables>,
    derived: Derived,
    repeated_keys: OnceLock<Vec<(NodeId, NodeId)>>,
}

/// What a layer above made of a file.
#[derive(Default)]
struct Derived(OnceLock<Box<dyn Any + Send + Sync>>);

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", if self.0.get().is_some() { "derived" } else { "nothing derived" })
    }
}

/// The variables of a file below `group_vars` or `host_vars`: its root entries, the last of a name.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    entries: FxHashMap<Arc<str>, (NodeId, NodeId)>,
}

impl Variables {
    /// Key and value of a variable.
    pub(crate) fn named(&self, name: &str) -> Option<(NodeId, NodeId)> {
        self.entries.get(name).copied()
    }

    /// In no order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.entries.keys()
    }
}

impl SourceFile {
    pub fn new(path: impl Into<Arc<str>>, content: Content, executable: bool) -> Self {
        Self {
            path: path.into(),
            content,
            executable,
            lines: OnceLock::new(),
            yaml: OnceLock::new(),
            ini: OnceLock::new(),
            json: OnceLock::new(),
            syntax_error: OnceLock::new(),
            variables: OnceLock::new(),
            repeated_keys: OnceLock::new(),
            derived: Derived::default(),
        }
    }

    pub fn path(&self) -> &Arc<str> {
        &self.path
    }
    pub fn content(&self) -> &Content {
        &self.content
    }
    /// The text, empty when there is none.
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Text(text) => text,
            Content::Unavailable(_) => "",
        }
    }
    /// Whether the file has an executable bit: Ansible would run it, hostwise never does.
    pub fn is_executable(&self) -> bool {
        self.executable
    }
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(self.text()))
    }
    pub fn yaml(&self) -> &yaml::Document {
        self.yaml.get_or_init(|| yaml::parse(self.shared_text()))
    }
    pub fn ini(&self) -> &ini::Document {
        self.ini.get_or_init(|| ini::parse(self.shared_text()))
    }
    /// The value of a text that is a JSON object: Ansible reads such a text as JSON, whatever the file is called.
    fn json(&self) -> Option<&Value> {
        let parse = || self.text().trim_start().starts_with('{').then(|| json_reader::parse(self.text())).flatten();
        self.json.get_or_init(parse).as_ref()
    }

    /// The value of a node as Ansible reads it; what it refuses is [`Value::Invalid`].
    pub(crate) fn value(&self, node: yaml::Node<'_>) -> Value {
        let value = self.json().and_then(|_| json_reader::parse(node.source()));
        value.or_else(|| node.value().ok()).unwrap_or_else(|| Value::Invalid(node.source().into()))
    }

    /// The whole document as Ansible reads it, or why it does not.
    pub(crate) fn document(&self) -> Result<Value, SyntaxError> {
        if let Some(json) = self.json() {
            return Ok(json.clone());
        }
        if let Some(error) = self.syntax_error() {
            return Err(error.clone());
        }
        self.yaml().root().map_or(Ok(Value::Null), yaml::Node::value)
    }

    /// Whether Ansible's YAML reader is the one for this file: by its extension, by its place below `group_vars` or `host_vars`, or by its text.
    pub fn is_yaml(&self) -> bool {
        let below = |directory: &str| self.path.split('/').rev().skip(1).any(|name| name == directory);
        match extension(&self.path) {
            Some("yml" | "yaml" | "json") => self.ini_alone().is_none(),
            Some(_) => false,
            None => below("group_vars") || below("host_vars") || self.yaml().root().is_some_and(yaml::Node::is_mapping),
        }
    }

    /// The INI tree of a file that is no YAML but a sound INI inventory: Ansible reads such a file in spite of its extension.
    fn ini_alone(&self) -> Option<&ini::Document> {
        if self.yaml().root().is_some_and(yaml::Node::is_mapping) {
            return None;
        }
        let ini = self.ini();
        (ini.errors.is_empty() && ini.sections.iter().any(|section| section.name.is_some())).then_some(ini)
    }

    /// The first reason for which Ansible's YAML reader refuses the text; judged once. None for a file that is encrypted as a whole.
    pub fn syntax_error(&self) -> Option<&SyntaxError> {
        let judge = || if self.is_encrypted() || self.json().is_some() { None } else { judge::yaml(self.yaml()) };
        self.syntax_error.get_or_init(judge).as_ref()
    }

    /// Whether the file is encrypted as a whole.
    pub fn is_encrypted(&self) -> bool {
        self.text().starts_with("$ANSIBLE_VAULT")
    }

    /// Whether the file may set any variable, because it is encrypted as a whole and not named as one that holds secrets only.
    pub(crate) fn may_set_anything(&self) -> bool {
        let is_for_secrets = || {
            let name = self.path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
            name.contains("vault") || name.contains("secret")
        };
        self.is_encrypted() && !is_for_secrets()
    }

    /// The root entries, read once; none for a file that is encrypted as a whole.
    pub(crate) fn variables(&self) -> &Variables {
        self.variables.get_or_init(|| {
            let root = self.yaml().root().filter(|_| !self.is_encrypted());
            let pairs = root.map(mapping::pairs).unwrap_or_default().into_iter();
            Variables { entries: pairs.map(|pair| (pair.key.name().into(), (pair.entry.key.id(), pair.entry.value.id()))).collect() }
        })
    }

    /// The variables that Ansible reads from this file, or why it ends there.
    pub(crate) fn variable_values(&self) -> Result<Arc<[(Value, Value)]>, SyntaxError> {
        let refused = |range, message: &str| Err(SyntaxError { range, message: message.to_owned() });
        if let Content::Unavailable(reason) = &self.content {
            return refused(TextRange::empty(0), reason);
        }
        if self.is_encrypted() {
            return refused(TextRange::empty(0), "this file is encrypted, and secrets are not known here");
        }
        match self.document()? {
            Value::Map(entries) => Ok(entries),
            value if !python::is_true(&value) => Ok(Arc::default()),
            _ => refused(self.yaml().root().map(yaml::Node::range).unwrap_or_default(), "variables must be a mapping"),
        }
    }

    /// What a layer above derives from this file alone, kept with the file. One type for all callers: `None` for a second one.
    pub fn derived<T: Default + Send + Sync + 'static>(&self) -> Option<&T> {
        self.derived.0.get_or_init(|| Box::new(T::default())).downcast_ref()
    }

    /// The keys of a YAML text that stand again in their mapping, each behind the same key before it: the later counts. In document order.
    pub fn repeated_keys(&self) -> &[(NodeId, NodeId)] {
        let find = || self.yaml().root().filter(|_| self.is_yaml()).map(mapping::repeated_keys).unwrap_or_default();
        self.repeated_keys.get_or_init(find)
    }

    fn shared_text(&self) -> Arc<str> {
        match &self.content {
            Content::Text(text) => Arc::clone(text),
            Content::Unavailable(_) => Arc::from(""),
        }
    }
}

impl Files {
    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }
    pub fn file(&self, path: &str) -> Option<&Arc<SourceFile>> {
        match self.get(path)? {
            Entry::File(file) => Some(file),
            Entry::Directory => None,
        }
    }
    /// Adds or replaces an entry; the directories above it are added with it.
    pub fn insert(&mut self, path: &str, entry: Entry) {
        let entries = Arc::make_mut(&mut self.entries);
        for (at, _) in path.match_indices('/').skip(1) {
            entries.entry(Arc::from(&path[..at])).or_insert(Entry::Directory);
        }
        entries.insert(Arc::from(path), entry);
    }
    /// Removes a file, or a directory with all below it.
    pub fn remove(&mut self, path: &str) {
        let below: Vec<Arc<str>> = self.under(path).map(|(path, _)| Arc::clone(path)).collect();
        let entries = Arc::make_mut(&mut self.entries);
        entries.remove(path);
        for path in below {
            entries.remove(&path);
        }
    }
    /// All entries below the directory `path`, in byte order of their paths.
    pub fn under<'f>(&'f self, path: &str) -> impl Iterator<Item = (&'f Arc<str>, &'f Entry)> {
        let prefix: Arc<str> = format!("{path}/").into();
        self.entries.range(Arc::clone(&prefix)..).take_while(move |(path, _)| path.starts_with(&*prefix))
    }
    /// The names directly in the directory `path`, in byte order.
    pub fn names_in<'f>(&'f self, path: &str) -> impl Iterator<Item = (&'f str, &'f Entry)> {
        let skip = path.len() + 1;
        self.under(path).filter_map(move |(path, entry)| {
            let name = &path[skip..];
            (!name.contains('/')).then_some((name, entry))
        })
    }
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Entry)> {
        self.entries.iter()
    }
    /// The paths at which `other` has something else, in path order; files are compared by identity. The flag says that both have a file there.
    pub fn differences<'f>(&'f self, other: &'f Files) -> Vec<(&'f str, bool)> {
        let mut differences: Vec<(&str, bool)> = Vec::new();
        if Arc::ptr_eq(&self.entries, &other.entries) {
            return differences;
        }
        let mut theirs = other.entries.iter().peekable();
        for (path, entry) in self.entries.iter() {
            while let Some((added, _)) = theirs.next_if(|(their_path, _)| *their_path < path) {
                differences.push((added, false));
            }
            match (entry, theirs.next_if(|(their_path, _)| *their_path == path)) {
                (Entry::Directory, Some((_, Entry::Directory))) => {}
                (Entry::File(ours), Some((_, Entry::File(other)))) if Arc::ptr_eq(ours, other) => {}
                (Entry::File(_), Some((_, Entry::File(_)))) => differences.push((path, true)),
                _ => differences.push((path, false)),
            }
        }
        differences.extend(theirs.map(|(added, _)| (&**added, false)));
        differences
    }
}

impl FromIterator<SourceFile> for Files {
    fn from_iter<I: IntoIterator<Item = SourceFile>>(files: I) -> Self {
        let mut all = Files::default();
        for file in files {
            let path = Arc::clone(file.path());
            all.insert(&path, Entry::File(Arc::new(file)));
        }
        all
    }
}
