//! In a playbook or a list of tasks: groups and hosts in the pattern of a play, and the words of bare conditions.

use hostwise_syntax::TextRange;

use super::place::Place;
use super::{Asked, Completion, Found, sources, template};
use crate::occurrences::CONDITIONS;

/// Only of a file whose root is a list.
pub(super) fn found(asked: &Asked<'_>, place: &Place) -> Option<Found> {
    if !asked.file.yaml().root().is_some_and(|root| root.is_sequence()) {
        return None;
    }
    let key = place.value_of.as_deref().or(place.keys.last().map(String::as_str));
    if key.is_some_and(|key| CONDITIONS.contains(&key)) {
        return Some(template::in_expression(asked, expression(asked, place)?));
    }
    let is_pattern = match (&place.keys[..], place.value_of.as_deref()) {
        ([], Some("hosts")) => true,
        ([hosts], None) => hosts == "hosts",
        _ => false,
    };
    if !is_pattern {
        return None;
    }
    // Only the part of the pattern at the cursor.
    let start = place.typed.rfind([':', ',', '!', '&']).map_or(0, |at| at + 1);
    let typed = place.typed[start..].trim_start();
    let word = TextRange::new(asked.offset - typed.len(), place.word.end as usize);
    let mut items = sources::groups(asked, None);
    items.extend(sources::hosts(asked, None).into_iter().map(|host| Completion { rank: 3, ..host }));
    // What the pattern names already comes last.
    let named: Vec<&str> = place.typed[..start].split([':', ',', '!', '&']).map(str::trim).collect();
    items.iter_mut().filter(|item| named.contains(&item.label.as_str())).for_each(|item| item.rank = 9);
    Some(Found { word, typed: typed.to_owned(), items })
}

/// The value up to the cursor, without the quote of YAML around it.
fn expression<'a>(asked: &Asked<'a>, place: &Place) -> Option<&'a str> {
    let before = asked.file.text().get(..asked.offset)?;
    let start = before[..before.len() - place.typed.len()].trim_end_matches(['"', '\'']).len();
    let value = &before[start..];
    Some(value.strip_prefix(['"', '\'']).unwrap_or(value))
}
