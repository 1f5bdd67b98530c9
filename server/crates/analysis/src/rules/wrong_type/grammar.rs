//! How numbers, amounts of Kubernetes and times of Go are written.

/// The units of amounts (Kubernetes `resource.Quantity`).
const AMOUNTS: [&str; 16] = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// The units of times (Go `time.ParseDuration`).
const TIMES: [&str; 7] = ["ns", "us", "µs", "ms", "s", "m", "h"];

pub(super) fn is_number(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok()
}

/// `500m`, `1.5Gi`, `12e6`.
pub(super) fn is_quantity(text: &str) -> bool {
    let (number, unit) = leading_number(text.trim_start_matches(['+', '-']));
    let is_exponent = |unit: &str| unit.strip_prefix(['e', 'E']).is_some_and(|exponent| exponent.parse::<i32>().is_ok());
    is_plain_number(number) && (AMOUNTS.contains(&unit) || is_exponent(unit))
}

/// `1h30m`, `1.5s`, `0`.
pub(super) fn is_duration(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text == "0" {
        return true;
    }
    let mut rest = text;
    while !rest.is_empty() {
        let (number, behind) = leading_number(rest);
        let end = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        if !is_plain_number(number) || !TIMES.contains(&&behind[..end]) {
            return false;
        }
        rest = &behind[end..];
    }
    !text.is_empty()
}

/// `512M` for `512MB`, `1Gi` for `1 GiB`.
pub(super) fn meant_quantity(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let meant = plain.strip_suffix(['B', 'b']).unwrap_or(&plain);
    let (number, unit) = leading_number(meant);
    let unit = AMOUNTS.iter().find(|known| known.eq_ignore_ascii_case(unit) && (**known != "m" || unit == "m"))?;
    let unit = if unit.eq_ignore_ascii_case("m") && unit != &"m" { "M" } else { unit };
    let meant = format!("{number}{unit}");
    (meant != text && is_quantity(&meant)).then_some(meant)
}

/// `60s` for a bare 60, `24h` for a day.
pub(super) fn meant_duration(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (number, unit) = leading_number(&plain);
    let meant = match (unit, number.parse::<u32>()) {
        ("", Ok(_)) => format!("{number}s"),
        ("d", Ok(days)) => format!("{}h", days.checked_mul(24)?),
        _ => plain,
    };
    (meant != text && is_duration(&meant)).then_some(meant)
}

/// The digits and dots that a text begins with, and what stands behind them.
fn leading_number(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len()))
}

fn is_plain_number(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit()) && text.matches('.').count() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_times_are_those_of_kubernetes_and_go() {
        for text in ["500m", "1Gi", "0", "0.5", "100", "1e3", "12E6", "64M", "2Ki", "5E"] {
            assert!(is_quantity(text), "{text}");
        }
        for text in ["512MB", "1 Gi", "1gi", "abc", "", "1.2.3", "10%", "1GiB", "m", "1K"] {
            assert!(!is_quantity(text), "{text}");
        }
        for text in ["10s", "1m30s", "0", "1h0m0s", "1.5h", "300ms", "-1s"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["10", "1d", "10 s", "abc", "", "1m30", "s", "5 minutes"] {
            assert!(!is_duration(text), "{text}");
        }
        for text in ["24", "-1", "1.5", "1e3"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["abc", "infinity", "nan", "24a", "", "1 000"] {
            assert!(!is_number(text), "{text}");
        }
    }

    #[test]
    fn slips_have_a_meaning() {
        let meant =
            [("512MB", Some("512M")), ("1 GiB", Some("1Gi")), ("2gb", Some("2G")), ("1K", Some("1k")), ("abc", None), ("10%", None)];
        for (text, quantity) in meant {
            assert_eq!(meant_quantity(text).as_deref(), quantity, "{text}");
        }
        for (text, duration) in [("60", Some("60s")), ("1d", Some("24h")), ("10 s", Some("10s")), ("soon", None)] {
            assert_eq!(meant_duration(text).as_deref(), duration, "{text}");
        }
    }
}
