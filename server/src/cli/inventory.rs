//! `hostwise inventory`: what `ansible-inventory` prints, without Ansible.

use std::fs;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use hostwise_inventory::{Entry, Failure, Files, HostPattern, Inventory, Output, Request};

use crate::files;

/// Directories nested deeper than this are left out: a loop of links ends here.
const DEPTH: usize = 40;

/// Print an inventory exactly as ansible-inventory does; nothing is run, nothing is decrypted.
#[derive(Debug, clap::Args)]
pub(crate) struct InventoryArgs {
    /// A file, a directory, or a list of hosts with a comma; may be repeated
    #[arg(short, long, required = true, value_name = "PATH")]
    inventory: Vec<String>,
    /// All groups, and the variables of all hosts
    #[arg(long)]
    list: bool,
    /// The variables of one host
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// The tree of groups, below all or below a group
    #[arg(long, num_args = 0..=1, default_missing_value = "all", value_name = "GROUP")]
    graph: Option<String>,
    /// With --graph: variables, too
    #[arg(long)]
    vars: bool,
    /// With --list: variables where they are set, not where they arrive
    #[arg(long)]
    export: bool,
    /// With --list: only the hosts of this pattern
    #[arg(short, long, value_name = "PATTERN")]
    limit: Option<String>,
    /// The directory of the playbook, whose group_vars and host_vars count, too
    #[arg(long, value_name = "DIR")]
    playbook_dir: Option<String>,
}

/// Exit 0: printed, even when a source could not be read (stderr says so); 1, 4, 5: as ansible-inventory.
pub(crate) fn run(args: &InventoryArgs) -> anyhow::Result<ExitCode> {
    let working_directory = std::env::current_dir().context("the working directory is gone")?;
    let mut files = ManuallyDrop::new(Files::default());
    let sources = args.inventory.iter().map(|source| read_source(&working_directory, source, &mut files)).collect();
    let playbook_dir = working_directory.join(args.playbook_dir.as_deref().unwrap_or("."));
    read_variables(&playbook_dir, &mut files);
    let request = Request { sources, playbook_dir: Some(files::path_text(&playbook_dir)), ..Request::default() };
    match printed(args, &files, &request) {
        Ok(text) => {
            std::io::stdout().write_all(text.as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(failure) => {
            eprintln!("hostwise: {failure}");
            Ok(ExitCode::from(failure.exit_code()))
        }
    }
}

fn printed(args: &InventoryArgs, files: &Files, request: &Request) -> Result<String, Failure> {
    if usize::from(args.list) + usize::from(args.host.is_some()) + usize::from(args.graph.is_some()) != 1 {
        return Err(Failure::Asked("one of --list, --host and --graph is needed".to_owned()));
    }
    // The process ends with the answer: taking everything apart first would only take time.
    let inventory = ManuallyDrop::new(Inventory::load_strictly(files, request)?);
    for problem in inventory.problems() {
        let file = inventory.file(problem.place.file);
        let line = file.lines().line_of(problem.place.range.start as usize) + 1;
        eprintln!("{}:{line}: {}", file.path(), problem.message);
    }
    for file in inventory.files() {
        for &(_, again) in file.repeated_keys() {
            let key = file.yaml().node(again);
            let line = file.lines().line_of(key.range().start as usize) + 1;
            eprintln!("{}:{line}: {} stands here again: this value counts", file.path(), key.source());
        }
    }
    let mut output = Output::new(&inventory, args.export, args.playbook_dir.is_some());
    if let Some(limit) = args.limit.as_deref().map(HostPattern::parse) {
        if limit.parts.iter().any(|part| part.text.starts_with('@')) {
            return Err(Failure::Pattern("a limit is not read from a file here: write its hosts, with commas".to_owned()));
        }
        for part in limit.unknown_parts(&inventory) {
            eprintln!("--limit: no host and no group is called {}", part.text);
        }
        output = output.limited_to(limit);
    }
    let text = match (&args.host, &args.graph) {
        (Some(host), _) => output.host(host),
        (_, Some(group)) => output.graph(group, args.vars),
        _ => output.list(),
    };
    text.map(|text| text + "\n")
}

/// Reads a source and the variable files beside it; returns its name in a [`Request`]. A list of hosts stays as it is.
fn read_source(working_directory: &Path, source: &str, files: &mut Files) -> Arc<str> {
    let path = working_directory.join(source);
    if source.contains(',') && !path.exists() {
        return source.into();
    }
    let text = files::path_text(&path);
    let path = Path::new(&*text);
    if path.is_dir() {
        read_directory(path, &text, files, DEPTH);
    } else {
        match files::read(path) {
            Some(file) => files.insert(&text, Entry::File(Arc::new(file))),
            None => eprintln!("{text}: there is no such file"),
        }
        if let Some(beside) = path.parent() {
            read_variables(beside, files);
        }
    }
    text
}

fn read_variables(directory: &Path, files: &mut Files) {
    for name in ["group_vars", "host_vars"] {
        let path = directory.join(name);
        if path.is_dir() {
            read_directory(&path, &files::path_text(&path), files, DEPTH);
        }
    }
}

/// Everything below a directory; `text` is its path as [`Files`] has it.
fn read_directory(directory: &Path, text: &str, files: &mut Files, depth: usize) {
    files.insert(text, Entry::Directory);
    let Some(depth) = depth.checked_sub(1) else { return };
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        let text = format!("{text}/{}", entry.file_name().to_string_lossy());
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir() || (kind.is_symlink() && path.is_dir()));
        if is_directory {
            read_directory(&path, &text, files, depth);
        } else if let Some(file) = files::read(&path) {
            files.insert(&text, Entry::File(Arc::new(file)));
        }
    }
}
