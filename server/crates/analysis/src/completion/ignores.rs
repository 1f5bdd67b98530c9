//! Ids of rules in comments that ignore findings.

use hostwise_inventory::SourceFile;

use super::Found;
use super::place::comment;
use super::settings::{rules, word};

/// `None` where no rule is named.
pub(super) fn found(file: &SourceFile, offset: usize) -> Option<Found> {
    let text = file.text();
    let line = file.lines().line_range(file.lines().line_of(offset), text);
    let before = text.get(line.start as usize..offset)?;
    let (_, ids) = comment(before)?.rsplit_once("hostwise: ignore[")?;
    let typed = ids[ids.rfind(',').map_or(0, |at| at + 1)..].trim_start();
    (!ids.contains(']')).then(|| Found { word: word(text, offset, typed), typed: typed.to_owned(), items: rules() })
}
