//! Generated inventories printed here and by ansible-core's own classes: no byte and no exit status may differ.
//!
//! `HOSTWISE_ANSIBLE_PYTHON` names a Python that has ansible-core 2.19 (else `python3` is tried). What is missing is said, and skipped. More cases:
//! `python tests/inventory/differential.py target/debug/hostwise 50000 SEED`.

use std::path::Path;
use std::process::{Command, Stdio};

const N_CASES: &str = "2000";
const SEED: &str = "0";

#[test]
fn generated_inventories() {
    let python = std::env::var("HOSTWISE_ANSIBLE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let probe = "import ansible.release as r; assert r.__version__.startswith('2.19.')";
    let has_ansible = Command::new(&python).args(["-c", probe]).stderr(Stdio::null()).status();
    if !has_ansible.is_ok_and(|status| status.success()) {
        println!("skipped: {python} has no ansible-core 2.19 (HOSTWISE_ANSIBLE_PYTHON names another Python)");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/inventory/differential.py");
    let output = Command::new(&python)
        .args(["-B".as_ref(), script.as_os_str(), env!("CARGO_BIN_EXE_hostwise").as_ref(), N_CASES.as_ref(), SEED.as_ref()])
        .env("ANSIBLE_DEPRECATION_WARNINGS", "0")
        .env_remove("ANSIBLE_CONFIG")
        .output()
        .expect("the comparison starts");
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{}", text.lines().next().unwrap_or_default());
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
}
