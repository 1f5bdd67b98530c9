//! Filters: which exist, what they take, and how much of their input they look at.

mod encoding;
mod lists;
mod maps;
mod network;
mod numbers;
mod pattern;
mod text;

use crate::Value;
use crate::arguments::{Arguments, Bound, Parameters};
use crate::logic::{Eval, Stop};
use crate::machine::Machine;

pub(crate) use pattern::{Flags, compile, is_match};
pub(crate) use text::{capitalized, has_unusual_line_end, percent_format, replaced, split_text};

/// A filter by what it needs to know of its arguments. The first parameter is the input.
enum Filter {
    /// All of them, to the last element: anything unknown makes the result unknown.
    Whole(Parameters, fn(&Bound) -> Eval),
    /// What they are, not all that is in them: elements may be unknown, failures, or not yet evaluated.
    Shape(Parameters, fn(&mut Machine<'_>, &Bound) -> Eval),
    /// Nothing: they may be undefined or unknown.
    Any(Parameters, fn(&mut Machine<'_>, &Bound) -> Eval),
}

/// `input | name(arguments)`; stops with what the filter would raise. A filter that is not here is unknown, not an error.
pub(crate) fn apply(machine: &mut Machine<'_>, name: &str, input: Value, mut arguments: Arguments) -> Eval {
    let Some(filter) = find(name) else { return Ok(Value::unsupported(&format!("filter {name}"))) };
    if let (Value::HostVars | Value::Host(_), Filter::Whole(..) | Filter::Shape(..)) = (&input, &filter) {
        return Ok(Value::unsupported(&format!("filter {name} of hostvars")));
    }
    arguments.positional.insert(0, input);
    match filter {
        Filter::Whole(parameters, run) => {
            let arguments = arguments.try_map(|value| machine.settled_argument(value))?;
            let result = run(&arguments.bind(parameters)?)?;
            if matches!(name, "string" | "to_json" | "to_nice_json") {
                machine.keep_as_text(&result);
            }
            Ok(result)
        }
        Filter::Shape(parameters, run) => {
            if let Some(stop) = arguments.values().find(|value| value.is_failure()) {
                return Err(Stop(stop.clone()));
            }
            if let Some(unknown) = arguments.values().find(|value| matches!(value, Value::Unknown(_))) {
                return Ok(unknown.clone());
            }
            run(machine, &arguments.bind(parameters)?)
        }
        Filter::Any(parameters, run) => run(machine, &arguments.bind(parameters)?),
    }
}

/// Whether hostwise evaluates the filter.
pub(crate) fn exists(name: &str) -> bool {
    find(name).is_some()
}

fn find(name: &str) -> Option<Filter> {
    use Filter::{Any, Shape, Whole};
    Some(match name {
        "default" | "d" => Any(&["value", "default_value", "boolean"], maps::default),
        "mandatory" => Any(&["a", "msg"], maps::mandatory),
        "ternary" => Any(&["value", "true_val", "false_val", "none_val"], maps::ternary),
        "type_debug" => Any(&["obj"], maps::type_debug),

        "bool" => Shape(&["value"], numbers::bool),
        "int" => Shape(&["value", "default", "base"], numbers::int),
        "float" => Shape(&["value", "default"], numbers::float),
        "abs" => Whole(&["x"], numbers::abs),
        "round" => Whole(&["value", "precision", "method"], numbers::round),

        "length" | "count" => Shape(&["value"], lists::length),
        "first" => Shape(&["seq"], lists::first),
        "last" => Shape(&["seq"], lists::last),
        "list" => Shape(&["value"], lists::list),
        "reverse" => Shape(&["value"], lists::reverse),
        "flatten" => Shape(&["mylist", "levels", "skip_nulls"], lists::flatten),
        "map" => Shape(&["seq", "*", "**"], lists::map),
        "select" => Shape(&["seq", "*", "**"], |machine, bound| lists::select(machine, bound, true)),
        "reject" => Shape(&["seq", "*", "**"], |machine, bound| lists::select(machine, bound, false)),
        "selectattr" => Shape(&["seq", "attribute", "*", "**"], |machine, bound| lists::select_by_attribute(machine, bound, true)),
        "rejectattr" => Shape(&["seq", "attribute", "*", "**"], |machine, bound| lists::select_by_attribute(machine, bound, false)),
        "extract" => Shape(&["item", "container", "morekeys"], lists::extract),
        "zip" => Shape(&["seq", "*"], lists::zip),
        "product" => Shape(&["seq", "*"], lists::product),
        "unique" => Whole(&["a", "case_sensitive", "attribute"], lists::unique),
        "union" => Whole(&["a", "b"], lists::union),
        "intersect" => Whole(&["a", "b"], lists::intersect),
        "difference" => Whole(&["a", "b"], lists::difference),
        "symmetric_difference" => Whole(&["a", "b"], lists::symmetric_difference),
        "sort" => Whole(&["value", "reverse", "case_sensitive", "attribute"], lists::sort),
        "min" => Whole(&["value", "case_sensitive", "attribute"], lists::min),
        "max" => Whole(&["value", "case_sensitive", "attribute"], lists::max),
        "sum" => Shape(&["iterable", "attribute", "start"], lists::sum),

        "dict2items" => Shape(&["mydict", "key_name", "value_name"], maps::dict2items),
        "items2dict" => Shape(&["mylist", "key_name", "value_name"], maps::items2dict),
        "items" => Any(&["value"], maps::items),
        "combine" => Shape(&["value", "*", "**"], maps::combine),
        "dictsort" => Whole(&["value", "case_sensitive", "by", "reverse"], maps::dictsort),

        "string" => Whole(&["value"], text::string),
        "lower" => Whole(&["s"], text::lower),
        "upper" => Whole(&["s"], text::upper),
        "capitalize" => Whole(&["s"], text::capitalize),
        "trim" => Whole(&["value", "chars"], text::trim),
        "replace" => Whole(&["s", "old", "new", "count"], text::replace),
        "join" => Whole(&["value", "d", "attribute"], text::join),
        "split" => Whole(&["value", "sep", "maxsplit"], text::split),
        "indent" => Whole(&["s", "width", "first", "blank"], text::indent),
        "format" => Whole(&["value", "*"], text::format),
        "quote" => Whole(&["a"], text::quote),
        "basename" => Whole(&["path"], text::basename),
        "dirname" => Whole(&["path"], text::dirname),
        "splitext" => Whole(&["path"], text::splitext),
        "path_join" => Whole(&["paths"], text::path_join),

        "regex_replace" => {
            Whole(&["value", "pattern", "replacement", "ignorecase", "multiline", "count", "mandatory_count"], pattern::regex_replace)
        }
        "regex_search" => Whole(&["value", "regex", "*", "**"], pattern::regex_search),
        "regex_findall" => Whole(&["value", "regex", "multiline", "ignorecase"], pattern::regex_findall),
        "regex_escape" => Whole(&["string", "re_type"], pattern::regex_escape),

        "b64encode" => Whole(&["string", "encoding", "urlsafe"], encoding::b64encode),
        "b64decode" => Whole(&["string", "encoding", "urlsafe"], encoding::b64decode),
        "to_json" => Whole(&["a", "indent", "sort_keys", "ensure_ascii"], encoding::to_json),
        "to_nice_json" => Whole(&["a", "indent", "sort_keys", "ensure_ascii"], encoding::to_nice_json),
        "from_json" => Whole(&["a"], encoding::from_json),

        "ipaddr" | "ansible.utils.ipaddr" | "ansible.netcommon.ipaddr" => Whole(&["value", "query", "version", "alias"], network::ipaddr),
        "ipv4" | "ansible.utils.ipv4" | "ansible.netcommon.ipv4" => Whole(&["value", "query"], network::ipv4),
        "ipv6" | "ansible.utils.ipv6" | "ansible.netcommon.ipv6" => Whole(&["value", "query"], network::ipv6),
        "ipwrap" | "ansible.utils.ipwrap" | "ansible.netcommon.ipwrap" => Whole(&["value", "query"], network::ipwrap),
        _ => return None,
    })
}
