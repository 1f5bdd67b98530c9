//! Speed of the fault-tolerant parser: `cargo bench --bench syntax`. Prints, for host files of three sizes, the fastest of several passes over the
//! whole file, beside one libyaml pass over the same text as the yardstick for the machine, and how much memory a tree keeps for each byte of its text.
//! Then the same for 10,000 hosts with a half-typed line among them.

#![expect(clippy::print_stdout, reason = "the table is the result")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hostwise_syntax::{judge, yaml};
use serde::Deserialize as _;

fn main() {
    println!("| hosts | KB | parse ms | MB/s | verdict ms | libyaml ms | libyaml / parse | bytes / byte |");
    println!("|---|---|---|---|---|---|---|---|");
    for n_hosts in [1_000, 10_000, 100_000] {
        let text: Arc<str> = host_file(n_hosts, "").into();
        // Before the passes, whose memory the process would use again.
        let kept = kept_by(|| (0..8).map(|_| yaml::parse(Arc::clone(&text))).collect::<Vec<_>>()) / 8.0;
        let parse = fastest(|| drop(black_box(yaml::parse(Arc::clone(&text)))));
        let document = yaml::parse(Arc::clone(&text));
        let verdict = fastest(|| assert_eq!(judge::yaml(&document), None));
        let libyaml = fastest(|| {
            serde::de::IgnoredAny::deserialize(serde_yaml::Deserializer::from_str(&text)).expect("YAML");
        });
        println!(
            "| {n_hosts} | {} | {:.2} | {:.0} | {:.2} | {:.1} | {:.1} | {:.1} |",
            text.len() / 1000,
            milliseconds(parse),
            text.len() as f64 / parse.as_secs_f64() / 1e6,
            milliseconds(verdict),
            milliseconds(libyaml),
            libyaml.as_secs_f64() / parse.as_secs_f64(),
            kept / text.len() as f64
        );
    }
    half_typed();
}

/// The half-typed line stands near the end, where the most is above it, in a file without quotes and in one with quotes on all lines.
fn half_typed() {
    println!("\n| half-typed | quotes | parse ms | verdict ms |");
    println!("|---|---|---|---|");
    for quote in ["", "\""] {
        let text = host_file(10_000, quote);
        let at = text.find("    node-9000:").unwrap_or_default();
        for line in ["ac", "x: \"a", "x: 'a", "x: [a", "x: {{ a", "a: b: c"] {
            let text: Arc<str> = format!("{}    {line}\n{}", &text[..at], &text[at..]).into();
            let parse = fastest(|| drop(black_box(yaml::parse(Arc::clone(&text)))));
            let document = yaml::parse(Arc::clone(&text));
            let verdict = fastest(|| assert!(judge::yaml(&document).is_some()));
            println!("| `{line}` | {quote} | {:.2} | {:.2} |", milliseconds(parse), milliseconds(verdict));
        }
    }
}

/// A Kubespray hosts.yaml of the usual shape, about 120 bytes a host.
fn host_file(n_hosts: usize, quote: &str) -> String {
    let mut text = String::from("all:\n  hosts:\n");
    for host in 0..n_hosts {
        let address = format!("10.{}.{}.{}", host >> 16, (host >> 8) & 255, host & 255);
        let _ = writeln!(text, "    node-{host}:");
        for name in ["ansible_host", "ip", "access_ip"] {
            let _ = writeln!(text, "      {name}: {quote}{address}{quote}");
        }
    }
    text.push_str("  children:\n    kube_node:\n      hosts:\n");
    (0..n_hosts).for_each(|host| text.push_str(&format!("        node-{host}:\n")));
    text
}

fn fastest(mut pass: impl FnMut()) -> Duration {
    let passes = (0..10).map(|_| {
        let start = Instant::now();
        pass();
        start.elapsed()
    });
    passes.min().unwrap_or_default()
}

/// By how many bytes the process grows while the result is alive; 0 where there is no `/proc`.
fn kept_by<T>(make: impl FnOnce() -> T) -> f64 {
    let before = resident();
    let made = black_box(make());
    let after = resident();
    drop(made);
    after.saturating_sub(before) as f64
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
