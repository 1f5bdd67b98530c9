//! In a playbook: groups and hosts in the pattern of a play.

use hostwise_syntax::TextRange;

use super::place::Place;
use super::{Asked, Found, sources};

/// Only of a file whose root is a list.
pub(super) fn found(asked: &Asked<'_>, place: &Place) -> Option<Found> {
    let is_list = asked.file.yaml().root().is_some_and(|root| root.is_sequence());
    let is_pattern = match (&place.keys[..], place.value_of.as_deref()) {
        ([], Some("hosts")) => true,
        ([hosts], None) => hosts == "hosts",
        _ => false,
    };
    if !is_list || !is_pattern {
        return None;
    }
    // Only the part of the pattern at the cursor.
    let start = place.typed.rfind([':', ',', '!', '&']).map_or(0, |at| at + 1);
    let typed = place.typed[start..].trim_start();
    let word = TextRange::new(asked.offset - typed.len(), place.word.end as usize);
    let mut items = sources::groups(asked, None);
    items.extend(sources::hosts(asked, None).into_iter().map(|host| super::Completion { rank: 3, ..host }));
    Some(Found { word, typed: typed.to_owned(), items })
}
