//! What reading a copy of Kubespray costs: `cargo bench --bench checkout`, with a copy made here, or `HOSTWISE_KUBESPRAY=DIR cargo bench --bench checkout`.
//!
//! Prints how long `hostwise explain` takes with the release's number and with the directory; the difference is the reading, parsing and composing of
//! its roles. The program is started anew each time, as nothing of it may be warm. Budget: 300 ms, once, in the background of a server.

#![expect(clippy::print_stdout, reason = "the table is the result")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const N_RUNS: usize = 20;
/// About what Kubespray 2.31 has.
const N_ROLES: usize = 80;
const N_VARIABLES: usize = 20;
const N_CHECKSUMS: usize = 1_600;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let hosts = folder.path().join("inventory/hosts.yaml");
    write(&hosts, "kube_control_plane: {hosts: {a: }}\nkube_node: {hosts: {b: }}\netcd: {hosts: {a: }}\n");
    let named = std::env::var_os("HOSTWISE_KUBESPRAY").map(PathBuf::from);
    let checkout = named.unwrap_or_else(|| made(&folder.path().join("kubespray")));
    let without = median(&hosts, "2.31.0");
    let with = median(&hosts, &checkout.display().to_string());
    println!("| without a checkout | with it | its share |\n|---|---|---|");
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
    println!("| {:.1} ms | {:.1} ms | {:.1} ms |", milliseconds(without), milliseconds(with), milliseconds(with.saturating_sub(without)));
}

fn median(hosts: &Path, kubespray: &str) -> Duration {
    let mut runs: Vec<Duration> = (0..N_RUNS)
        .map(|_| {
            let started = Instant::now();
            let mut program = Command::new(env!("CARGO_BIN_EXE_hostwise"));
            let output =
                program.arg("explain").arg("-i").arg(hosts).args(["b", "--kubespray", kubespray]).output().expect("the program runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            started.elapsed()
        })
        .collect();
    runs.sort_unstable();
    runs[N_RUNS / 2]
}

/// A copy of our own making in the shape of a release.
fn made(root: &Path) -> PathBuf {
    write(&root.join("galaxy.yml"), "namespace: kubernetes_sigs\nname: kubespray\nversion: 2.31.0\n");
    for role in 0..N_ROLES {
        let name = if role == 0 { "kubespray_defaults".to_owned() } else { format!("group-{}/role-{role}", role % 9) };
        let directory = root.join("roles").join(name);
        let mut text = String::from("---\n");
        for variable in 0..N_VARIABLES {
            let _ = writeln!(
                text,
                "# What this does, in a line of about sixty characters.\nsetting_{role}_{variable}: \"{{{{ setting_0_1 }}}}-{variable}\""
            );
        }
        write(&directory.join("defaults/main/main.yml"), &text);
        write(&directory.join("tasks/main.yml"), "---\n- name: Nothing\n  debug:\n");
        write(&directory.join("templates/a.conf.j2"), "{{ setting_0_1 }}\n");
    }
    let mut checksums = String::from("---\nkubelet_checksums:\n");
    for architecture in ["amd64", "arm64"] {
        let _ = writeln!(checksums, "  {architecture}:");
        for version in 0..N_CHECKSUMS / 2 {
            let _ = writeln!(checksums, "    1.{}.{}: sha256:{:064x}", 33 + version % 3, version, version);
        }
    }
    write(&root.join("roles/kubespray_defaults/vars/main/checksums.yml"), &checksums);
    root.to_owned()
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("a file");
}
