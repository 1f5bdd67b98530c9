//! Ids of rules: in comments that ignore findings, and in `hostwise.toml`.

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;

use super::place::{comment, is_word};
use super::{Completion, CompletionKind, Found};
use crate::discovery::name_of;
use crate::{RULES, Severity};

/// `None` where no rule is named.
pub(super) fn found(file: &SourceFile, offset: usize) -> Option<Found> {
    let text = file.text();
    let line_number = file.lines().line_of(offset);
    let line = file.lines().line_range(line_number, text);
    let before = text.get(line.start as usize..offset)?;
    if name_of(file.path()) == "hostwise.toml" {
        return Some(in_settings(text, line.start as usize, offset, before));
    }
    let (_, ids) = comment(before)?.rsplit_once("hostwise: ignore[")?;
    let typed = ids[ids.rfind(',').map_or(0, |at| at + 1)..].trim_start();
    (!ids.contains(']')).then(|| Found { word: word(text, offset, typed), typed: typed.to_owned(), items: rules() })
}

/// Below `[rules]`: ids, and behind the equals sign what they can be.
fn in_settings(text: &str, line_start: usize, offset: usize, before: &str) -> Found {
    let headers = text[..line_start].lines().rev().map(str::trim);
    let is_rules = headers.clone().find(|line| line.starts_with('[')) == Some("[rules]");
    let (typed, items) = match before.split_once('=') {
        Some((_, value)) if is_rules => (value.trim_start().trim_start_matches('"'), severities(value.contains('"'))),
        None if is_rules => {
            let items = rules().into_iter().map(|rule| Completion { text: format!("{} = ", rule.label), ..rule });
            (before.trim_start(), items.collect())
        }
        _ => ("", Vec::new()),
    };
    Found { word: word(text, offset, typed), typed: typed.to_owned(), items }
}

fn rules() -> Vec<Completion> {
    RULES.iter().map(|rule| Completion::new(rule.id, CompletionKind::Rule, 1).detail(rule.summary())).collect()
}

fn severities(is_quoted: bool) -> Vec<Completion> {
    let names = [Severity::Hint, Severity::Information, Severity::Warning, Severity::Error].map(Severity::name);
    let names = std::iter::once("off").chain(names);
    let quoted = |name: &str| if is_quoted { name.to_owned() } else { format!("\"{name}\"") };
    names.map(|name| Completion::new(name, CompletionKind::Value, 1).text(quoted(name))).collect()
}

fn word(text: &str, offset: usize, typed: &str) -> TextRange {
    let rest = &text[offset..];
    let behind = rest.find(|character: char| !is_word(character)).unwrap_or(rest.len());
    TextRange::new(offset - typed.len(), offset + behind)
}
