//! Settings: from the client (section `hostwise`), and from `hostwise.toml`, which wins.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};
use hostwise_analysis::{InlayHintKinds, PathIgnore, Rule, Settings, Severity};
use hostwise_inventory::{Entry, Files};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::files::path_text;

/// The name of the file beside an inventory or at the root of a workspace.
pub(crate) const FILE: &str = "hostwise.toml";

/// What users write; every part may be missing. The words on its parts are what editors show.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    /// The Kubespray release (`2.31`) or the path of a checkout. When empty, it is found around the inventory; else the newest known release is
    /// meant.
    #[schemars(with = "String", extend("default" = ""))]
    kubespray: Option<String>,
    /// Inventories that are not discovered by themselves: paths relative to the folder.
    inventories: Vec<String>,
    /// What the variable `ANSIBLE_INVENTORY` says: paths with commas, together one inventory. The environment itself is not read for it.
    #[schemars(with = "String", extend("default" = ""))]
    ansible_inventory: Option<String>,
    /// Remarks in the text: `false` for none, or each kind by itself.
    #[schemars(with = "WrittenHints")]
    inlay_hints: Option<HintSwitch>,
    /// Remarks above lines: whom a variable file reaches, how large a group is, where a value differs.
    #[schemars(with = "bool", extend("default" = true))]
    code_lens: Option<bool>,
    /// The severity of each rule.
    rules: BTreeMap<String, String>,
    /// Files in which findings are not shown.
    ignore: Vec<WrittenIgnore>,
}

/// One switch for all hints, or one for each kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum HintSwitch {
    All(bool),
    Each(WrittenHints),
}

/// The kinds of hints; those that are left out are shown.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct WrittenHints {
    /// Show the role of each host behind its name.
    #[schemars(with = "bool", extend("default" = true))]
    roles: Option<bool>,
    /// Show the value behind a template.
    #[schemars(with = "bool", extend("default" = true))]
    values: Option<bool>,
    /// Mark a value that another line overrides.
    #[schemars(with = "bool", extend("default" = true))]
    overridden: Option<bool>,
}

impl HintSwitch {
    /// What is written, over what was said before.
    fn over(&self, before: InlayHintKinds) -> InlayHintKinds {
        match self {
            HintSwitch::All(is_on) => InlayHintKinds { roles: *is_on, values: *is_on, overridden: *is_on },
            HintSwitch::Each(each) => InlayHintKinds {
                roles: each.roles.unwrap_or(before.roles),
                values: each.values.unwrap_or(before.values),
                overridden: each.overridden.unwrap_or(before.overridden),
            },
        }
    }
}

/// `[[ignore]]`: files in which findings are not shown.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WrittenIgnore {
    /// A path or a glob, relative to the file with the settings; a directory stands for all below it.
    path: String,
    /// The rules that are meant; all when left out.
    #[serde(default)]
    rules: Vec<String>,
}

/// The JSON schema of what users write, without references.
pub(crate) fn schema() -> serde_json::Value {
    let generator = schemars::generate::SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true).into_generator();
    generator.into_root_schema_for::<Written>().to_value()
}

/// The settings of a workspace and, in words, what is wrong with them.
pub(crate) fn settings(client: &serde_json::Value, files: &Files, root: Option<&Path>) -> (Settings, Vec<String>) {
    let mut settings = Settings::default();
    let mut wrong = Vec::new();
    let client = if client.is_null() { Ok(Written::default()) } else { Written::deserialize(client) };
    match client {
        Ok(written) => apply(&written, root, &mut settings, &mut wrong),
        Err(error) => wrong.push(format!("settings: {error}")),
    }
    for (path, entry) in files.iter() {
        if let Entry::File(file) = entry
            && path.rsplit('/').next() == Some(FILE)
        {
            match toml_edit::de::from_str::<Written>(file.text()) {
                Ok(written) => apply(&written, Path::new(&**path).parent(), &mut settings, &mut wrong),
                Err(error) => wrong.push(format!("{path}: {}", error.message())),
            }
        }
    }
    (settings, wrong)
}

/// Puts what is written over `settings`; paths are relative to `base`.
fn apply(written: &Written, base: Option<&Path>, settings: &mut Settings, wrong: &mut Vec<String>) {
    let absolute = |path: &str| -> Arc<str> { path_text(&base.unwrap_or(Path::new("/")).join(path)) };
    if let Some(kubespray) = written.kubespray.as_ref().filter(|asked| !asked.is_empty()) {
        let is_path = kubespray.contains('/');
        settings.kubespray = Some(if is_path { absolute(kubespray).to_string() } else { kubespray.clone() });
    }
    settings.inventories.extend(written.inventories.iter().map(|path| absolute(path)));
    if let Some(sources) = &written.ansible_inventory {
        let (depending, paths): (Vec<&str>, Vec<&str>) =
            sources.split(',').map(str::trim).filter(|path| !path.is_empty()).partition(|path| path.contains(['~', '$']));
        settings.sources = paths.into_iter().map(absolute).collect();
        wrong.extend(depending.into_iter().map(|path| format!("ansibleInventory: {path} depends on the environment: write it out")));
    }
    settings.inlay_hints = written.inlay_hints.as_ref().map_or(settings.inlay_hints, |hints| hints.over(settings.inlay_hints));
    settings.code_lens = written.code_lens.unwrap_or(settings.code_lens);
    let known = |rule: &str, wrong: &mut Vec<String>| {
        if Rule::named(rule).is_none() {
            wrong.push(format!("no rule is called {rule}: `hostwise rule` lists them"));
        }
    };
    for ignore in &written.ignore {
        ignore.rules.iter().for_each(|rule| known(rule, wrong));
        match glob(base.unwrap_or(Path::new("")), &ignore.path) {
            Ok(paths) => settings.ignores.push(PathIgnore { paths, rules: ignore.rules.clone() }),
            Err(error) => wrong.push(format!("ignore: {error}")),
        }
    }
    for (rule, severity) in &written.rules {
        known(rule, wrong);
        match (severity.as_str(), Severity::named(severity)) {
            ("off", _) => {
                settings.rules.insert(rule.clone(), None);
            }
            (_, Some(severity)) => {
                settings.rules.insert(rule.clone(), Some(severity));
            }
            _ => wrong.push(format!("rules: {rule} cannot be {severity}: use off, hint, information, warning or error")),
        }
    }
}

/// Matches the path itself and everything below it; `*` stays within one name.
fn glob(base: &Path, path: &str) -> Result<GlobMatcher, globset::Error> {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    let pattern = format!("{}/{path}{{,/**}}", globset::escape(&path_text(base)));
    Ok(GlobBuilder::new(&pattern).literal_separator(true).empty_alternates(true).build()?.compile_matcher())
}

#[cfg(test)]
mod tests {
    use hostwise_inventory::{Content, SourceFile};
    use serde_json::json;

    use super::*;

    #[test]
    fn the_file_wins_over_the_client_and_mistakes_are_named() {
        let text = "kubespray = \"2.31\"\ninventories = [\"prod/hosts.yaml\"]\n[rules]\nyaml-syntax = \"off\"\nunused-ignore = \"loud\"\n";
        let files: Files = [SourceFile::new("/w/hostwise.toml", Content::Text(text.into()), false)].into_iter().collect();
        let client = json!({ "kubespray": "2.24", "inlayHints": false, "rules": { "yaml-syntax": "warning" } });
        let (settings, wrong) = settings(&client, &files, Some(Path::new("/w")));
        assert_eq!(settings.kubespray.as_deref(), Some("2.31"));
        assert_eq!(settings.inventories, ["/w/prod/hosts.yaml".into()]);
        assert_eq!(settings.inlay_hints, InlayHintKinds { roles: false, values: false, overridden: false });
        assert_eq!(settings.rules["yaml-syntax"], None);
        assert_eq!(wrong, ["rules: unused-ignore cannot be loud: use off, hint, information, warning or error"]);
    }

    #[test]
    fn paths_can_be_ignored_and_unknown_rules_are_named() {
        let text =
            "[[ignore]]\npath = \"old\"\n[[ignore]]\npath = \"prod/*.yaml\"\nrules = [\"yaml-syntax\", \"x\"]\n[rules]\ny = \"off\"\n";
        let files: Files = [SourceFile::new("/w/hostwise.toml", Content::Text(text.into()), false)].into_iter().collect();
        let (settings, wrong) = settings(&json!(null), &files, None);
        let named = |rule: &str| format!("no rule is called {rule}: `hostwise rule` lists them");
        assert_eq!(wrong, [named("x"), named("y")]);
        let matches = |path: &str| -> Vec<bool> { settings.ignores.iter().map(|ignore| ignore.paths.is_match(path)).collect() };
        assert_eq!(matches("/w/old/group_vars/all.yml"), [true, false]);
        assert_eq!(matches("/w/prod/hosts.yaml"), [false, true]);
        assert_eq!(matches("/w/prod/group_vars/all.yaml"), [false, false]);
        assert_eq!(settings.ignores[1].rules, ["yaml-syntax", "x"]);
    }

    #[test]
    fn each_kind_of_hint_has_a_switch() {
        let text = "codeLens = false\n[inlayHints]\nvalues = false\n";
        let files: Files = [SourceFile::new("/w/hostwise.toml", Content::Text(text.into()), false)].into_iter().collect();
        let (settings, wrong) = settings(&json!({ "inlayHints": { "overridden": false } }), &files, None);
        assert_eq!((settings.code_lens, wrong), (false, Vec::new()));
        assert_eq!(settings.inlay_hints, InlayHintKinds { roles: true, values: false, overridden: false });
    }

    #[test]
    fn an_empty_release_is_none() {
        let (read, wrong) = settings(&json!({ "kubespray": "" }), &Files::default(), None);
        assert_eq!((read, wrong), (Settings::default(), Vec::new()));
    }

    #[test]
    fn the_sources_of_ansible_inventory_are_one_inventory() {
        let client = json!({ "ansibleInventory": "prod/hosts.yaml, /etc/extra,,~/more" });
        let (settings, wrong) = settings(&client, &Files::default(), Some(Path::new("/w")));
        assert_eq!(settings.sources, ["/w/prod/hosts.yaml".into(), "/etc/extra".into()]);
        assert_eq!(wrong, ["ansibleInventory: ~/more depends on the environment: write it out"]);
    }

    #[test]
    fn unknown_keys_of_the_client_are_named() {
        let (read, wrong) = settings(&json!({ "nonsense": 1 }), &Files::default(), None);
        assert_eq!(read, Settings::default());
        assert!(wrong[0].contains("nonsense"), "{wrong:?}");
    }
}
