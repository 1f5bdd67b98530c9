//! Programs that only start another one, and fail when that one is not there.

/// Options of a wrapper: those without a value, and those whose value is the next word.
struct Wrapper {
    name: &'static str,
    plain: &'static [&'static str],
    valued: &'static [&'static str],
    /// So many words come before the program.
    n_operands: usize,
}

/// sudo(8), and timeout(1), nice(1), nohup(1), env(1), xargs(1) of GNU.
const WRAPPERS: [Wrapper; 6] = [
    Wrapper {
        name: "sudo",
        plain: &["-n", "-E", "-H", "-S", "--non-interactive", "--preserve-env", "--set-home", "--stdin", "--"],
        valued: &["-u", "-g", "-p", "--user", "--group"],
        n_operands: 0,
    },
    Wrapper {
        name: "timeout",
        plain: &["--foreground", "--preserve-status", "-v", "--verbose"],
        valued: &["-k", "-s", "--kill-after", "--signal"],
        n_operands: 1,
    },
    Wrapper { name: "nice", plain: &[], valued: &["-n", "--adjustment"], n_operands: 0 },
    Wrapper { name: "nohup", plain: &[], valued: &[], n_operands: 0 },
    Wrapper {
        name: "xargs",
        plain: &["-0", "-t", "-x", "--null", "--verbose", "--exit"],
        valued: &["-n", "-P", "-L", "-d", "--max-args", "--max-procs", "--max-lines", "--delimiter"],
        n_operands: 0,
    },
    Wrapper { name: "env", plain: &["-i", "-", "--ignore-environment"], valued: &["-u", "--unset"], n_operands: 0 },
];

/// The place of the program that a command runs in the end, behind `sudo -u x`, `timeout 5`, `env A=1` and their like; the place of the wrapper itself
/// when nothing or something unusual stands behind it. `None` when the program is looked for somewhere else.
pub(crate) fn behind_wrappers(words: &[&str]) -> Option<usize> {
    let mut at = 0;
    loop {
        let name = words.get(at)?;
        let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.name == *name) else { return Some(at) };
        match operand(wrapper, words, at + 1)? {
            Some(next) => at = next,
            None => return Some(at),
        }
    }
}

fn is_short(option: &str) -> bool {
    option.len() == 2
}

/// The place of what the wrapper at the word before `at` starts.
#[expect(clippy::option_option, reason = "not known where it is looked for, or not known what it is")]
fn operand(wrapper: &Wrapper, words: &[&str], mut at: usize) -> Option<Option<usize>> {
    let mut n_operands = wrapper.n_operands;
    while let Some(&word) = words.get(at) {
        let takes_assignments = matches!(wrapper.name, "sudo" | "env");
        if word.starts_with("PATH=") && takes_assignments {
            return None;
        } else if wrapper.plain.contains(&word) {
            at += 1;
        } else if wrapper.valued.contains(&word) {
            at += 2;
        } else if wrapper.valued.iter().any(|option| is_short(option) && word.starts_with(option)) {
            // With its value: `-n1`.
            at += 1;
        } else if wrapper
            .valued
            .iter()
            .any(|option| option.starts_with("--") && word.split_once('=').is_some_and(|(name, _)| name == *option))
        {
            at += 1;
        } else if word.starts_with('-') {
            return Some(None);
        } else if takes_assignments && word.split_once('=').is_some_and(|(name, _)| !name.contains('/')) {
            at += 1;
        } else if n_operands > 0 {
            n_operands -= 1;
            at += 1;
        } else {
            return Some(Some(at));
        }
    }
    Some(None)
}
