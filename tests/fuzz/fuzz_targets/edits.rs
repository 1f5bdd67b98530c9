#![no_main]

#[path = "../checks.rs"]
#[allow(dead_code, reason = "each target runs one check")]
mod checks;

libfuzzer_sys::fuzz_target!(|input: (&str, Vec<(usize, usize, &str)>)| checks::edits(input.0, &input.1));
