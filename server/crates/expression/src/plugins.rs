//! Which filters and tests there are, evaluated here or not.
//!
//! Jinja looks plugins up when it compiles: one that does not exist spoils the whole expression, also where it is never reached.

use crate::{checks, filters};

/// Filters of ansible-core 2.19 that are not evaluated here.
const OTHER_FILTERS: &[&str] = &[
    "attr",
    "batch",
    "center",
    "checksum",
    "combinations",
    "comment",
    "commonpath",
    "e",
    "escape",
    "expanduser",
    "expandvars",
    "fileglob",
    "filesizeformat",
    "forceescape",
    "from_yaml",
    "from_yaml_all",
    "groupby",
    "hash",
    "human_readable",
    "human_to_bytes",
    "log",
    "md5",
    "normpath",
    "password_hash",
    "permutations",
    "pow",
    "pprint",
    "random",
    "realpath",
    "rekey_on_member",
    "relpath",
    "root",
    "safe",
    "sha1",
    "shuffle",
    "slice",
    "strftime",
    "striptags",
    "subelements",
    "title",
    "to_datetime",
    "to_nice_yaml",
    "to_uuid",
    "to_yaml",
    "tojson",
    "truncate",
    "unvault",
    "urldecode",
    "urlencode",
    "urlize",
    "urlsplit",
    "vault",
    "win_basename",
    "win_dirname",
    "win_splitdrive",
    "wordcount",
    "wordwrap",
    "xmlattr",
    "zip_longest",
];

/// Tests of ansible-core 2.19 that are not evaluated here: most of them look at the disk.
const OTHER_TESTS: &[&str] = &[
    "abs",
    "directory",
    "escaped",
    "exists",
    "file",
    "is_abs",
    "is_dir",
    "is_file",
    "is_link",
    "is_mount",
    "is_same_file",
    "isnan",
    "link",
    "link_exists",
    "mount",
    "nan",
    "same_file",
    "uri",
    "url",
    "urn",
    "vault_encrypted",
    "vaulted_file",
];

/// Whether the filter surely or, when a collection is named, presumably exists.
pub(crate) fn is_filter(name: &str) -> bool {
    name.contains('.') || filters::exists(name) || OTHER_FILTERS.contains(&name)
}

/// Whether the test surely or, when a collection is named, presumably exists.
pub(crate) fn is_test(name: &str) -> bool {
    name.contains('.') || checks::exists(name) || OTHER_TESTS.contains(&name)
}
