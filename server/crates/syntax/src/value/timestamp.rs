//! Dates and times of YAML 1.1, as PyYAML reads them and Python prints them.

/// A date or time that no calendar or clock has: PyYAML refuses the whole file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Impossible;

/// The text in ISO 8601 as Python's `isoformat` prints it; `None` when it is no timestamp.
pub(super) fn iso(text: &str) -> Result<Option<String>, Impossible> {
    let reader = Reader { rest: text };
    match reader.timestamp() {
        Some(timestamp) => timestamp.checked().map(|timestamp| Some(timestamp.iso())),
        None => Ok(None),
    }
}

#[derive(Default)]
struct Timestamp {
    year: u32,
    month: u32,
    day: u32,
    time: Option<Time>,
}

#[derive(Default)]
struct Time {
    hour: u32,
    minute: u32,
    second: u32,
    microsecond: u32,
    /// Sign, hours and minutes.
    zone: Option<(char, u32, u32)>,
}

impl Timestamp {
    fn checked(self) -> Result<Self, Impossible> {
        let is_leap = self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let n_days = match self.month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let is_date = self.year > 0 && (1..=12).contains(&self.month) && (1..=n_days).contains(&self.day);
        let is_time = self.time.as_ref().is_none_or(|time| time.hour < 24 && time.minute < 60 && time.second < 60);
        if is_date && is_time { Ok(self) } else { Err(Impossible) }
    }

    fn iso(&self) -> String {
        let mut out = format!("{:04}-{:02}-{:02}", self.year, self.month, self.day);
        let Some(time) = &self.time else { return out };
        out.push_str(&format!("T{:02}:{:02}:{:02}", time.hour, time.minute, time.second));
        if time.microsecond > 0 {
            out.push_str(&format!(".{:06}", time.microsecond));
        }
        if let Some((sign, hours, minutes)) = time.zone {
            out.push_str(&format!("{sign}{hours:02}:{minutes:02}"));
        }
        out
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    /// `dddd-dd-dd`, or a date with one or two digits each, then a time.
    fn timestamp(mut self) -> Option<Timestamp> {
        let is_short = self.rest.len() == 10;
        let year = self.digits(4, 4)?;
        self.sign('-')?;
        let month = self.digits(1, 2)?;
        self.sign('-')?;
        let day = self.digits(1, 2)?;
        if self.rest.is_empty() {
            return is_short.then_some(Timestamp { year, month, day, time: None });
        }
        if self.sign('T').or_else(|| self.sign('t')).is_none() && self.blanks() == 0 {
            return None;
        }
        let time = self.time()?;
        self.rest.is_empty().then_some(Timestamp { year, month, day, time: Some(time) })
    }

    fn time(&mut self) -> Option<Time> {
        let hour = self.digits(1, 2)?;
        self.sign(':')?;
        let minute = self.digits(2, 2)?;
        self.sign(':')?;
        let second = self.digits(2, 2)?;
        let microsecond = if self.sign('.').is_some() { self.fraction() } else { 0 };
        let before_blanks = self.rest;
        self.blanks();
        let zone = if self.sign('Z').is_some() {
            Some(('+', 0, 0))
        } else if let Some(sign) = self.sign('+').or_else(|| self.sign('-')) {
            let hours = self.digits(1, 2)?;
            let minutes = if self.sign(':').is_some() { self.digits(2, 2)? } else { 0 };
            Some((sign, hours, minutes))
        } else {
            self.rest = before_blanks;
            None
        };
        Some(Time { hour, minute, second, microsecond, zone })
    }

    /// Any number of digits, cut to microseconds.
    fn fraction(&mut self) -> u32 {
        let n_digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(n_digits);
        self.rest = rest;
        format!("{:0<6}", &digits[..n_digits.min(6)]).parse().unwrap_or(0)
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let n_digits = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(n_digits);
        self.rest = rest;
        (n_digits >= least).then(|| digits.parse().ok())?
    }

    fn sign(&mut self, sign: char) -> Option<char> {
        self.rest = self.rest.strip_prefix(sign)?;
        Some(sign)
    }

    fn blanks(&mut self) -> usize {
        let rest = self.rest.trim_start_matches([' ', '\t']);
        let n_blanks = self.rest.len() - rest.len();
        self.rest = rest;
        n_blanks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checked against PyYAML 6.0.3 and Python's `isoformat`.
    #[test]
    fn timestamps_are_printed_as_python_prints_them() {
        for (text, expected) in [
            ("2001-12-14", Some("2001-12-14")),
            ("2001-12-14t21:59:43.10-05:00", Some("2001-12-14T21:59:43.100000-05:00")),
            ("2001-12-14 21:59:43", Some("2001-12-14T21:59:43")),
            ("2001-1-1T1:02:03Z", Some("2001-01-01T01:02:03+00:00")),
            ("2001-12-14 21:59:43.123456789 +3", Some("2001-12-14T21:59:43.123456+03:00")),
            ("2001-12-14T21:59:43.", Some("2001-12-14T21:59:43")),
            ("2001-1-1", None),
            ("2001-12-14T21:59", None),
            ("2001-12-14T21:59:43z", None),
            ("2001-12-14T21:59:43+0130", None),
            ("10.0.0.1", None),
        ] {
            assert_eq!(iso(text), Ok(expected.map(str::to_owned)), "{text}");
        }
        for text in ["2001-13-45", "2001-02-29", "2001-12-14T24:00:00", "0000-01-01"] {
            assert_eq!(iso(text), Err(Impossible), "{text}");
        }
    }
}
