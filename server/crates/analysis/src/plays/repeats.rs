//! What a task is done for: the items of its loop.

use std::sync::Arc;

use hostwise_expression::{Evaluator, Value};
use hostwise_inventory::HostId;
use rustc_hash::FxHashSet;

use super::scope::{StepScope, value_of};
use crate::cluster::Cluster;
use crate::scope::DIALECT;

/// Of longer loops nothing is said.
const MAX_ROUNDS: usize = 100;

/// The names around a step in each round of its own loop, on a host: one round when it has no loop. `None` when the items are not known.
pub(super) fn rounds<'s>(
    cluster: &Cluster,
    around: &StepScope<'s>,
    host: HostId,
    without_own: bool,
    read: &mut FxHashSet<Arc<str>>,
) -> Option<Vec<StepScope<'s>>> {
    let script = around.script;
    let Some(repeats) = &script.step_keywords(around.step).repeats else { return Some(vec![around.clone()]) };
    let items = value_of(script.file(around.step), repeats.items?, LOOP);
    let with_loop = around.with(LOOP, items);
    let outcome = Evaluator::new(&with_loop.on(cluster, host, without_own), DIALECT).variable(LOOP);
    read.extend(outcome.read);
    let items = match outcome.result {
        Value::List(items) if repeats.is_spread => items.iter().flat_map(spread).collect(),
        Value::List(items) => items.to_vec(),
        item @ Value::String(_) if repeats.is_spread => vec![item],
        _ => return None,
    };
    let n_certain = if repeats.may_break { 1 } else { MAX_ROUNDS };
    let are_known = items.len() <= MAX_ROUNDS && !items.iter().any(|item| matches!(item, Value::Error(_) | Value::Undefined(_)));
    are_known.then(|| items.into_iter().take(n_certain).map(|item| around.with(&repeats.variable, item)).collect())
}

/// A name that no variable has.
const LOOP: &str = "loop";

fn spread(item: &Value) -> Vec<Value> {
    match item {
        Value::List(items) => items.to_vec(),
        item => vec![item.clone()],
    }
}
