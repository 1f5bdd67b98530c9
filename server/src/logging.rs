//! The log: what the program says of itself on stderr or in a file. What an editor is to know is told to it by `client`, and is here, too.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Mutex;

use anyhow::Context as _;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Marks what the editor is told as well.
pub(crate) const TOLD: &str = "hostwise::told";

/// How much the file gets: `error` to `trace`, or levels by part, as `info,hostwise=debug`.
const LEVEL: &str = "HOSTWISE_LOG";

/// Logs to the end of a file, or else to stderr what is wrong and no editor is told.
pub(crate) fn start(file: Option<&Path>) -> anyhow::Result<()> {
    // Saying on stderr that stderr is closed would panic.
    let log = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_ansi(false).log_internal_errors(false);
    let Some(path) = file else {
        let wanted = Targets::new().with_default(LevelFilter::WARN).with_target(TOLD, LevelFilter::OFF);
        log.with_writer(io::stderr).finish().with(wanted).init();
        return Ok(());
    };
    let level = std::env::var(LEVEL).unwrap_or_else(|_| "info".to_owned());
    let wanted = Targets::from_str(&level).with_context(|| format!("{LEVEL}={level}"))?;
    let file = OpenOptions::new().create(true).append(true).open(path).with_context(|| path.display().to_string())?;
    log.with_writer(Mutex::new(file)).finish().with(wanted).init();
    Ok(())
}
