//! Which Kubespray release an inventory is for, how that is known, and what it says of variables.

mod guess;

use std::fmt;
use std::sync::Arc;

use hostwise_expression::{Reason, Value};
use hostwise_inventory::{Files, Request};
use hostwise_kubespray::{Kind, Pack, Packs, Variable, Version};

use crate::Settings;
use crate::checkout::{self, Checkout, Checkouts, Declared};
use crate::scope::from_pack;

/// The knowledge used for an inventory, and why this one.
#[derive(Clone, Debug)]
pub(crate) struct Release {
    pub(crate) pack: Arc<Pack>,
    /// The user's own copy: what it says of variables wins over the pack.
    pub(crate) checkout: Option<Arc<Checkout>>,
    /// The release that was found or asked for; the pack is the nearest at or below it.
    pub(crate) version: Version,
    pub(crate) source: Source,
}

/// How a release is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Settings,
    /// What says so in a checkout: the path of its `galaxy.yml` or `MANIFEST.json`, or of its roles.
    Checkout(Arc<str>),
    /// The directory of a submodule that is not checked out: the commit that is recorded for it.
    Submodule(Arc<str>),
    /// From what the inventory says: in words, with the path and the one-based line.
    Guess(guess::Hint),
    /// Nothing said so: the newest pack.
    Newest,
}

impl Release {
    /// Settings first, then a checkout that belongs to the inventory, then what the inventory itself hints at, then the newest pack.
    pub(crate) fn of(files: &Files, request: &Request, settings: &Settings, checkouts: &Checkouts) -> Release {
        let newest = || (Packs::bundled().newest().version, Source::Newest);
        let asked: Option<Version> = settings.kubespray.as_deref().and_then(|asked| asked.parse().ok());
        let at = settings.kubespray.as_deref().and_then(|asked| checkouts.at(asked.trim_end_matches('/')));
        let around = || request.sources.iter().find_map(|source| checkouts.around(files, source, settings));
        let checkout = if asked.is_some() { None } else { at.or_else(around) };
        let said = checkout.and_then(|checkout| checkout.version.clone());
        let (version, source) = match (asked, said) {
            (Some(version), _) => (version, Source::Settings),
            (None, Some((version, root))) if checkout.is_some_and(|checkout| checkout.is_recorded) => (version, Source::Submodule(root)),
            (None, Some((version, path))) => (version, Source::Checkout(path)),
            (None, None) => guess::of(files, request).map_or_else(newest, |(version, hint)| (version, Source::Guess(hint))),
        };
        Release {
            pack: Arc::clone(Packs::bundled().nearest(version)),
            checkout: checkout.filter(|checkout| !checkout.is_recorded).cloned(),
            version,
            source,
        }
    }

    /// The release of a file that is part of Kubespray itself, by settings or the directories above it; what its roles say is left out.
    pub(crate) fn above(files: &Files, path: &str, settings: &Settings) -> Release {
        let above = |path: &str| checkout::version_above(files, path).map(|(version, path)| (version, Source::Checkout(path)));
        let asked = settings.kubespray.as_deref();
        let number = asked.and_then(|asked| Some((asked.parse().ok()?, Source::Settings)));
        let said = number.or_else(|| above(&format!("{}/", asked?.trim_end_matches('/')))).or_else(|| above(path));
        let (version, source) = said.unwrap_or_else(|| (Packs::bundled().newest().version, Source::Newest));
        Release { pack: Arc::clone(Packs::bundled().nearest(version)), checkout: None, version, source }
    }

    /// Whether only the inventory itself hints at the release: what its defaults would be is not certain then.
    pub(crate) fn is_guessed(&self) -> bool {
        matches!(self.source, Source::Guess(_))
    }

    /// The oldest release that it can be: another one than its version only where that is a guess, or nothing says what it is.
    pub(crate) fn oldest(&self) -> Version {
        let oldest_known = || Packs::bundled().versions().next().unwrap_or(self.version);
        match &self.source {
            Source::Settings | Source::Checkout(_) | Source::Submodule(_) => self.version,
            Source::Guess(hint) => hint.oldest.unwrap_or_else(oldest_known),
            Source::Newest => oldest_known(),
        }
    }

    /// Whether both know the same.
    pub(crate) fn is_same(&self, other: &Release) -> bool {
        let same_checkout = match (&self.checkout, &other.checkout) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        same_checkout && Arc::ptr_eq(&self.pack, &other.pack)
    }

    /// The default of a variable before templating: of the checkout when it has one, else of the pack. Unknown where roles disagree.
    pub(crate) fn default(&self, name: &str) -> Option<Value> {
        match self.declared(name) {
            [] if self.shadowing(name).is_some() => None,
            [] => value_of(self.pack.variable(name).filter(|variable| !is_shadowing(variable))?),
            _ if self.pack.variable(name).is_some_and(|variable| variable.computed && variable.set_by_tasks) => Some(computed(name)),
            [first, others @ ..] => {
                let shared = self.checkout.as_ref().is_some_and(|checkout| checkout.is_shared(first));
                let agree = shared || others.iter().all(|other| other.text() == first.text());
                let disagree = || Value::Unknown(vec![Reason::Unsupported(format!("the default of {name} (roles differ)").into())]);
                Some(if agree { first.value(name).clone() } else { disagree() })
            }
        }
    }

    /// Where the checkout declares the default of a variable: the shared role first, then by role. Empty without a checkout.
    pub(crate) fn declared(&self, name: &str) -> &[Declared] {
        self.checkout.as_ref().map_or(&[], |checkout| checkout.defaults(name))
    }

    /// The declaration in a checkout that gives a variable its value where the inventory does not set it.
    pub(crate) fn decisive(&self, name: &str) -> Option<&Declared> {
        self.shadowing(name).or_else(|| self.declared(name).first())
    }

    /// All names with a default, in no order.
    pub(crate) fn names(&self) -> impl Iterator<Item = Arc<str>> {
        let of_pack = self.pack.variables().filter(|variable| variable.default.is_some()).map(|variable| Arc::from(variable.name.as_str()));
        of_pack.chain(self.checkout.iter().flat_map(|checkout| checkout.names().cloned()))
    }

    /// What beats the inventory in the checkout: `vars` of the role that all others share.
    pub(crate) fn shadowing(&self, name: &str) -> Option<&Declared> {
        self.checkout.as_ref()?.shadowing(name)
    }

    /// The value before templating that beats the inventory: of the checkout when there is one, else as the pack knows it.
    pub(crate) fn shadowing_value(&self, name: &str) -> Option<Value> {
        match &self.checkout {
            Some(_) => Some(self.shadowing(name)?.value(name).clone()),
            None => value_of(self.pack.variable(name).filter(|variable| is_shadowing(variable))?),
        }
    }

    /// The variable, when what is known of its readers says what a value must be: not where a copy of Kubespray gives it another kind of default, and
    /// not for what beats the inventory.
    pub(crate) fn judged(&self, name: &str) -> Option<&Variable> {
        let variable = self.pack.variable(name).filter(|variable| !is_shadowing(variable) && !variable.also.contains(&Kind::Any))?;
        let is_other = |declared: &Declared| match declared.value(name) {
            Value::Bool(_) => variable.kind != Kind::Bool,
            Value::Int(_) | Value::Float(_) => !matches!(variable.kind, Kind::Int | Kind::Float),
            Value::List(_) => variable.kind != Kind::List,
            Value::Map(_) => !matches!(variable.kind, Kind::Map | Kind::Checksums),
            Value::String(text) => !text.is_empty() && variable.kind != Kind::Text,
            _ => false,
        };
        let is_changed = variable.kind != Kind::Any && self.declared(name).iter().any(is_other);
        (!is_changed).then_some(variable)
    }

    /// Whether Kubespray asks if the variable is defined, and nothing but an inventory defines it.
    pub(crate) fn leaves_undefined(&self, name: &str) -> bool {
        let nobody = |variable: &Variable| variable.default.is_none() && !variable.computed && !variable.set_by_tasks;
        self.declared(name).is_empty() && self.pack.variable(name).is_some_and(nobody)
    }
}

/// A role variable that every play sees.
fn is_shadowing(variable: &Variable) -> bool {
    variable.shadowed && variable.is_shared()
}

/// The default of a variable of the pack, or the value of a role variable. Unknown when the pack does not keep it.
fn value_of(variable: &Variable) -> Option<Value> {
    match &variable.default {
        Some(default) => Some(from_pack(default, variable.kind)),
        None if variable.computed => Some(computed(&variable.name)),
        None => None,
    }
}

/// A default that the operating system of a host decides, or that is too much to keep.
fn computed(name: &str) -> Value {
    Value::Unknown(vec![Reason::Unsupported(format!("the default of {name}").into())])
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.version)?;
        if self.pack.version != self.version {
            write!(f, ", by what is known of {}", self.pack.version)?;
        }
        Ok(())
    }
}

impl Source {
    /// The path that [`fmt::Display`] shows.
    pub(crate) fn path(&self) -> Option<&Arc<str>> {
        match self {
            Source::Checkout(path) | Source::Submodule(path) => Some(path),
            Source::Guess(hint) => Some(&hint.path),
            Source::Settings | Source::Newest => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Settings => write!(f, "settings"),
            Source::Checkout(path) => write!(f, "{path}"),
            Source::Submodule(root) => write!(f, "recorded for the submodule {root}, which is not checked out"),
            Source::Guess(hint) => write!(f, "guessed: {hint}"),
            Source::Newest => write!(f, "newest known release, no checkout found"),
        }
    }
}
