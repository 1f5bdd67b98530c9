//! Makes JSON of the packs' YAML, which the program reads faster. The YAML stays the source.

#![expect(clippy::disallowed_methods, reason = "a build script reads and writes files")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let packs = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("packs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut code = String::new();
    for path in yaml_files(&packs) {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("file names are UTF-8");
        fs::write(out.join(format!("{name}.json")), json(&path)).expect("OUT_DIR can be written");
        writeln!(code, "pub(crate) const {}: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/{name}.json\"));", name.to_uppercase())
            .expect("a string takes everything");
    }
    code.push_str("/// Release and changes, oldest first.\npub(crate) const VARIABLES: &[(&str, &str)] = &[\n");
    let mut releases: Vec<(Vec<u32>, PathBuf)> =
        yaml_files(&packs.join("variables")).into_iter().map(|path| (numbers(&path), path)).collect();
    releases.sort();
    for (_, path) in releases {
        let release = path.file_stem().and_then(|name| name.to_str()).expect("file names are UTF-8");
        fs::write(out.join(format!("variables-{release}.json")), json(&path)).expect("OUT_DIR can be written");
        writeln!(code, "    (\"{release}\", include_str!(concat!(env!(\"OUT_DIR\"), \"/variables-{release}.json\"))),")
            .expect("a string takes everything");
    }
    code.push_str("];\n");
    fs::write(out.join("sources.rs"), code).expect("OUT_DIR can be written");
    println!("cargo::rerun-if-changed=packs");
    println!("cargo::rerun-if-changed=build.rs");
}

fn yaml_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("the packs are part of the crate");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a directory can be listed").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths
}

fn json(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a file of the crate can be read");
    let value: serde_json::Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    value.to_string()
}

fn numbers(path: &Path) -> Vec<u32> {
    let release = path.file_stem().and_then(|name| name.to_str()).expect("file names are UTF-8");
    release.split('.').map(|number| number.parse().expect("the file is named after its release")).collect()
}
