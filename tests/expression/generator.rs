//! Expressions by chance, the same for the same seed: what Kubespray's templates are made of, put together in any order.

/// A small generator of numbers (splitmix64): the sequence is part of the test.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % (sides as u64)).unwrap_or(0)
    }

    fn pick<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.roll(choices.len())]
    }
}

const NAMES: &[&str] = &[
    "number",
    "zero",
    "text",
    "empty",
    "version",
    "subnet",
    "address",
    "address6",
    "flag_text",
    "yes",
    "no",
    "nothing",
    "names",
    "numbers",
    "none_list",
    "settings",
    "groups",
    "items",
    "nested",
    "made_number",
    "made_text",
    "made_list",
    "made_flag",
    "made_block",
    "broken",
    "missing",
    "words",
];
const CONSTANTS: &[&str] = &[
    "0",
    "1",
    "-3",
    "2.5",
    "true",
    "false",
    "none",
    "'a'",
    "''",
    "'b c'",
    "'1.30.4'",
    "'x.y'",
    "'kube_node'",
    "[]",
    "{}",
    "[1, 2, 3]",
    "['a', 'b']",
    "{'a': 1, 'b': 'two'}",
    "['A', 'a', 'B']",
    "[[1], [2, [3]]]",
    "'10.233.0.0/18'",
    "'True'",
    "('t', 'u')",
];
const FILTERS: &[&str] = &[
    "bool",
    "int",
    "float",
    "string",
    "lower",
    "upper",
    "trim",
    "length",
    "count",
    "first",
    "last",
    "list",
    "unique",
    "sort",
    "reverse",
    "join",
    "join(',')",
    "join('-')",
    "default('d')",
    "d([])",
    "default('d', true)",
    "default(none)",
    "dict2items",
    "items2dict",
    "flatten",
    "min",
    "max",
    "sum",
    "abs",
    "round",
    "type_debug",
    "select",
    "reject",
    "select('defined')",
    "select('match', 'a')",
    "map('upper')",
    "map('int')",
    "map(attribute='name')",
    "map(attribute='key')",
    "selectattr('name', 'defined')",
    "selectattr('size', '>', 1)",
    "rejectattr('name', 'equalto', 'a')",
    "union(['a', 'z'])",
    "difference(['a'])",
    "intersect(names)",
    "combine({'a': 2})",
    "combine({'b': {'c': 1}}, recursive=true)",
    "ternary('yes', 'no')",
    "ternary(1, 2, 3)",
    "regex_replace('[a-c]', '<\\\\g<0>>')",
    "regex_replace('^(.)', '\\\\1\\\\1')",
    "regex_search('[0-9]+')",
    "regex_findall('[a-z]')",
    "regex_escape",
    "replace('a', 'o')",
    "split",
    "split('.')",
    "split(',')",
    "basename",
    "dirname",
    "quote",
    "b64encode",
    "to_json",
    "to_nice_json",
    "mandatory",
    "capitalize",
    "dictsort",
    "items",
    "zip([1, 2])",
    "product([1, 2])",
    "symmetric_difference(['a', 1])",
    "indent(2)",
    "format(1)",
    "round(1)",
    "path_join",
    "splitext",
    "map('default', 'q')",
    "select('in', ['a', 1])",
    "map('extract', settings)",
    "extract(settings)",
    "nosuchfilter",
];
const TESTS: &[&str] = &[
    "defined",
    "undefined",
    "none",
    "true",
    "false",
    "boolean",
    "integer",
    "float",
    "number",
    "string",
    "mapping",
    "iterable",
    "sequence",
    "truthy",
    "falsy",
    "odd",
    "even",
    "divisibleby(2)",
    "divisibleby 3",
    "lower",
    "upper",
    "match('a')",
    "search('b')",
    "regex('^[0-9]')",
    "version('1.30', '>=')",
    "version('1.9', '<')",
    "version(version, 'eq')",
    "in(names)",
    "contains('a')",
    "subset(['a', 'b', 'c'])",
    "superset(['a'])",
    "sameas true",
    "eq(1)",
    "ne('a')",
    "gt(0)",
    "lt 5",
    "any",
    "all",
];
const METHODS: &[&str] = &[
    ".get('a')",
    ".get('zz', 'dflt')",
    ".keys()",
    ".values()",
    ".items()",
    ".split('.')",
    ".split()",
    ".lower()",
    ".upper()",
    ".strip()",
    ".startswith('a')",
    ".endswith('c')",
    ".replace('a', 'b')",
    ".count('a')",
    ".index('a')",
    ".find('b')",
    ".isdigit()",
    ".title()",
    ".zfill(4)",
    ".rsplit('.', 1)",
    ".splitlines()",
    ".join(['p', 'q'])",
    ".partition('.')",
    ".capitalize()",
    ".removeprefix('a')",
    ".lstrip('a')",
];
const ACCESS: &[&str] = &[
    "[0]", "[-1]", "['a']", ".a", ".b", ".name", "[1:]", "[:-1]", "[::2]", "['name']", ".missing", "[5]", "[number]", "[text]", ".b.c",
    "[:2]", ".0",
];

/// An expression; deeper ones are rarer.
pub(crate) fn expression(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 {
        return if dice.roll(3) == 0 { dice.pick(CONSTANTS) } else { dice.pick(NAMES) }.to_owned();
    }
    let inner = |dice: &mut Dice| expression(dice, depth - 1);
    match dice.roll(20) {
        0..=2 => dice.pick(NAMES).to_owned(),
        3 => dice.pick(CONSTANTS).to_owned(),
        4..=7 => format!("{} | {}", operand(dice, depth), dice.pick(FILTERS)),
        8 => format!("{} | {} | {}", operand(dice, depth), dice.pick(FILTERS), dice.pick(FILTERS)),
        9..=10 => format!("{}{}", operand(dice, depth), dice.pick(ACCESS)),
        11 => format!("{}{}", operand(dice, depth), dice.pick(METHODS)),
        12 => format!("{} {} {}", inner(dice), dice.pick(&["+", "-", "*", "/", "//", "%", "~", "**"]), inner(dice)),
        13 => format!("{} if {} else {}", inner(dice), condition(dice, depth - 1), inner(dice)),
        14 => format!("[{}, {}]", inner(dice), inner(dice)),
        15 => format!("{{'k': {}, 'a': {}}}", inner(dice), inner(dice)),
        16 => format!("lookup('vars', {})", dice.pick(&["'number'", "'made_text'", "'missing'", "'missing', default=7", "'n' ~ 'ames'"])),
        17 => format!("({} {} {})", inner(dice), dice.pick(&["and", "or"]), inner(dice)),
        18 => condition(dice, depth - 1),
        _ => format!("({})", inner(dice)),
    }
}

/// An expression that binds tightly.
fn operand(dice: &mut Dice, depth: usize) -> String {
    match dice.roll(3) {
        0 => format!("({})", expression(dice, depth - 1)),
        1 => dice.pick(CONSTANTS).to_owned(),
        _ => dice.pick(NAMES).to_owned(),
    }
}

/// An expression that is true or false, if it is anything.
pub(crate) fn condition(dice: &mut Dice, depth: usize) -> String {
    let value = |dice: &mut Dice| expression(dice, depth.saturating_sub(1));
    match dice.roll(12) {
        0..=2 => format!("{} {} {}", value(dice), dice.pick(&["==", "!=", "<", "<=", ">", ">="]), value(dice)),
        3 => format!("{} {} {}", value(dice), dice.pick(&["in", "not in"]), value(dice)),
        4..=6 => format!("{} {} {}", operand(dice, depth.max(1)), dice.pick(&["is", "is not"]), dice.pick(TESTS)),
        7..=8 if depth > 0 => format!("{} {} {}", condition(dice, depth - 1), dice.pick(&["and", "or"]), condition(dice, depth - 1)),
        9 if depth > 0 => format!("not ({})", condition(dice, depth - 1)),
        10 => format!("1 < {} <= 3", value(dice)),
        _ => format!("{} | bool", operand(dice, depth.max(1))),
    }
}

/// A text with one or several templates in it.
pub(crate) fn template(dice: &mut Dice) -> String {
    let depth = dice.roll(4);
    match dice.roll(12) {
        0..=5 => format!("{{{{ {} }}}}", expression(dice, depth)),
        6 => format!("{}{{{{ {} }}}}", dice.pick(&["a-", " ", "x: ", "\\d "]), expression(dice, depth)),
        7 => format!("{{{{ {} }}}}{{{{ {} }}}}", expression(dice, depth), expression(dice, depth)),
        8 => format!(
            "{{% if {} %}}{{{{ {} }}}}{{% else %}}{}{{% endif %}}",
            condition(dice, depth),
            expression(dice, depth),
            dice.pick(&["", "no", "[]"])
        ),
        9 => {
            let over = dice.pick(&["names", "numbers", "settings", "items", "made_list", "nothing", "missing", "'abc'"]);
            let body = dice.pick(&[
                "{{ i }}",
                "{{ i }}{% if not loop.last %},{% endif %}",
                "{{ loop.index }}={{ i }} ",
                "{% set n = i %}{{ n }}",
                "-",
            ]);
            format!("{{% for i in {over} %}}{body}{{% endfor %}}")
        }
        10 => format!("{{% set v = {} %}}{{{{ v }}}}\n", expression(dice, depth)),
        _ => format!("[{{% for i in names -%}} '{{{{ i }}}}', {{% endfor %}}{{{{ {} }}}}]\n", expression(dice, depth)),
    }
}

const ADDRESSES: &[&str] = &[
    "'10.233.0.0/18'",
    "'10.233.0.1/18'",
    "'10.233.0.1'",
    "'10.0.0.0/31'",
    "'10.0.0.1/31'",
    "'10.0.0.1/32'",
    "'0.0.0.0/0'",
    "'192.168.1.255/24'",
    "'10.0.0.0/255.255.255.0'",
    "'fd85:ee78:d8a6:8607::1:0000/116'",
    "'fd85::1'",
    "'fd85::/64'",
    "'::1/128'",
    "'::/0'",
    "'fe80::1/127'",
    "'10.0'",
    "'10.0.0.256'",
    "'10.0.0.0/33'",
    "'host.example'",
    "''",
    "' 10.0.0.1'",
    "'010.0.0.1'",
    "true",
    "false",
    "none",
    "['10.0.0.1', 'x', 'fd85::1/64', '10.1.0.0/16']",
    "[]",
    "'10.0.0.1/'",
    "'/24'",
    "'2001:db8::g'",
    "'::ffff:10.0.0.1'",
];
const QUERIES: &[&str] = &[
    "",
    "'net'",
    "'address'",
    "'ip'",
    "'prefix'",
    "'network'",
    "'network_id'",
    "'subnet'",
    "'netmask'",
    "'hostmask'",
    "'broadcast'",
    "'cidr'",
    "'host'",
    "'type'",
    "'version'",
    "'size'",
    "'bool'",
    "'ip/prefix'",
    "'first_usable'",
    "'last_usable'",
    "'range_usable'",
    "'wrap'",
    "'v4'",
    "'ipv6'",
    "'network/prefix'",
    "'network_netmask'",
    "'private'",
    "'public'",
    "'peer'",
    "'next_usable'",
    "0",
    "1",
    "3",
    "-1",
    "-2",
    "300",
    "'10.233.0.0/16'",
    "'10.233.0.0/18'",
    "'fd00::/8'",
    "'10.233.0.1'",
    "'nonsense'",
    "'1.5'",
];
const VERSIONS: &[&str] = &[
    "'1.30.4'",
    "'1.9'",
    "'1.10.0'",
    "'v1.30.4'",
    "'1.31.0-rc.1'",
    "'1.31.0-alpha'",
    "'1.31.0+build'",
    "'2.0.0'",
    "1.5",
    "2",
    "''",
    "'a'",
    "'1.01'",
];
const COMPARISONS: &[&str] = &["'=='", "'<'", "'<='", "'>'", "'>='", "'!='", "'ge'", "'<>'", "'=>'"];

/// Every query of every address, and every comparison of every two versions.
pub(crate) fn plugin_calls() -> Vec<String> {
    let mut calls = Vec::new();
    for address in ADDRESSES {
        for query in QUERIES {
            calls.extend(["ipaddr", "ipv4", "ipv6"].map(|filter| format!("{{{{ {address} | ansible.utils.{filter}({query}) }}}}")));
        }
        calls.push(format!("{{{{ {address} | ansible.utils.ipwrap }}}}"));
    }
    for left in VERSIONS {
        for right in VERSIONS {
            for comparison in COMPARISONS {
                calls.extend(
                    ["", ", version_type='semver'", ", strict=false"]
                        .map(|more| format!("{{{{ {left} is version({right}, {comparison}{more}) }}}}")),
                );
            }
        }
    }
    calls
}
