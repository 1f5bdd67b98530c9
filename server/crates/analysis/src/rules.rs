//! The rules. A rule is one file with its check, one page that is documentation and test, and one line here.

mod anonymous_auth_off;
mod api_address_not_in_cert;
mod apiserver_lb;
mod bastion_name_and_user;
mod boolean_as_string;
mod calico_encapsulation;
mod ci_mode_unknown;
mod cidr_overlap;
mod cilium_kube_owner;
mod commented_host_variable;
mod component_not_installed;
mod containerd_mirror_url;
mod control_plane_vars_misplaced;
mod duplicate_address;
mod duplicate_definition;
mod duplicate_key;
mod duplicate_localhost;
mod enum_value;
mod etcd_even_members;
mod etcd_kubeadm_outside_control_plane;
mod etcd_member_name_clash;
mod file_unreadable;
mod first_control_plane_changed;
mod group_host_clash;
mod group_loop;
mod group_vars_unread;
mod host_in_no_role;
mod host_pattern_unknown;
mod host_vars_unread;
mod ignore_assert_errors;
mod immutable_after_deploy;
mod ini_comment_in_value;
mod invalid_group_definition;
mod invalid_group_name;
mod invalid_host_name;
mod invalid_variable_name;
mod inventory_file_format;
mod inventory_not_read;
mod kube_version_unsupported;
mod lb_service_controllers;
mod legacy_group_name;
mod missing_required_group;
mod no_proxy_override;
mod node_labels_taints_type;
mod node_range_too_small;
mod not_a_mapping;
mod offline_unused;
mod per_host_divergence;
mod refused_combination;
mod removed_variable;
mod reserved_variable_name;
mod role_variable_shadowed;
mod runtime_etcd_mismatch;
mod strict_arp;
pub(crate) mod too_many_findings;
mod tool_not_installed;
mod undefined_group;
mod unexpected_key;
mod unknown_group_near_miss;
mod unquoted_name;
pub(crate) mod unused_ignore;
mod variable_not_visible_on_etcd_host;
mod variable_typo;
mod vars_dir_not_dir;
mod version_pinned_behind;
mod version_prefix;
mod wrong_type;
mod wrong_type_list;
mod yaml_syntax;

use crate::Severity;
use crate::findings::{Finding, Findings};

/// All rules, by id.
pub const ALL: &[Rule] = &[
    anonymous_auth_off::RULE,
    api_address_not_in_cert::RULE,
    apiserver_lb::RULE,
    bastion_name_and_user::RULE,
    boolean_as_string::RULE,
    calico_encapsulation::RULE,
    ci_mode_unknown::RULE,
    cidr_overlap::RULE,
    cilium_kube_owner::RULE,
    commented_host_variable::RULE,
    component_not_installed::RULE,
    containerd_mirror_url::RULE,
    control_plane_vars_misplaced::RULE,
    duplicate_address::RULE,
    duplicate_definition::RULE,
    duplicate_key::RULE,
    duplicate_localhost::RULE,
    enum_value::RULE,
    etcd_even_members::RULE,
    etcd_kubeadm_outside_control_plane::RULE,
    etcd_member_name_clash::RULE,
    file_unreadable::RULE,
    first_control_plane_changed::RULE,
    group_host_clash::RULE,
    group_loop::RULE,
    group_vars_unread::RULE,
    host_in_no_role::RULE,
    host_pattern_unknown::RULE,
    host_vars_unread::RULE,
    ignore_assert_errors::RULE,
    immutable_after_deploy::RULE,
    ini_comment_in_value::RULE,
    invalid_group_definition::RULE,
    invalid_group_name::RULE,
    invalid_host_name::RULE,
    invalid_variable_name::RULE,
    inventory_file_format::RULE,
    inventory_not_read::RULE,
    kube_version_unsupported::RULE,
    lb_service_controllers::RULE,
    legacy_group_name::RULE,
    missing_required_group::RULE,
    no_proxy_override::RULE,
    node_labels_taints_type::RULE,
    node_range_too_small::RULE,
    not_a_mapping::RULE,
    offline_unused::RULE,
    per_host_divergence::RULE,
    refused_combination::RULE,
    removed_variable::RULE,
    reserved_variable_name::RULE,
    role_variable_shadowed::RULE,
    runtime_etcd_mismatch::RULE,
    strict_arp::RULE,
    too_many_findings::RULE,
    tool_not_installed::RULE,
    undefined_group::RULE,
    unexpected_key::RULE,
    unknown_group_near_miss::RULE,
    unquoted_name::RULE,
    unused_ignore::RULE,
    variable_not_visible_on_etcd_host::RULE,
    variable_typo::RULE,
    vars_dir_not_dir::RULE,
    version_pinned_behind::RULE,
    version_prefix::RULE,
    wrong_type::RULE,
    wrong_type_list::RULE,
    yaml_syntax::RULE,
];

/// A check with a stable name.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Names the offence; never changes.
    pub id: &'static str,
    /// The usual one; a single finding may have another.
    pub severity: Severity,
    /// How an editor paints the text.
    pub tag: Option<Tag>,
    /// Markdown: title, summary, what, what to do, examples. `hostwise rule ID` prints it; a test executes its examples.
    pub page: &'static str,
    pub(crate) check: fn(&mut Findings<'_>),
}

/// What is wrong with a text, as far as an editor paints it in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// It has no effect: painted pale.
    Unnecessary,
    /// It is from an older release: struck through.
    Deprecated,
}

impl Rule {
    /// The rule with this id.
    pub fn named(id: &str) -> Option<&'static Rule> {
        ALL.iter().find(|rule| rule.id == id)
    }

    /// Where the page can be read.
    pub fn url(&self) -> String {
        format!("{}/blob/main/server/crates/analysis/src/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), self.id)
    }

    /// The first paragraph of the page: one sentence for tables.
    pub fn summary(&self) -> String {
        let body = self.page.split_once("\n\n").map_or("", |(_, body)| body);
        body.split("\n\n").next().unwrap_or_default().replace('\n', " ").trim().to_owned()
    }
}
