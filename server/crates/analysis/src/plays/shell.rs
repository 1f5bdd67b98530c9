//! Shell texts: which programs decide whether the whole fails.
//!
//! Only what is plain is read: words, pipes, `&&`, `;`, lines, redirections. Anything that branches, loops, defines, substitutes or catches makes the
//! whole text unknown, and then no program is named.

use hostwise_syntax::TextRange;

/// A word in a command and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Without quotes.
    pub(crate) text: String,
    pub(crate) range: TextRange,
    is_quoted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(Word),
    /// `;` or the end of a line.
    End,
    And,
    Pipe,
    /// `>` and its kin: the word behind it is a file.
    Redirection,
}

/// The words of a command as Python's `shlex.split` gives them; `None` when a quote is not closed.
pub(crate) fn words(text: &str) -> Option<Vec<Word>> {
    let mut scanner = Scanner { text, at: 0 };
    let mut words = Vec::new();
    loop {
        scanner.skip_blanks(true);
        if scanner.rest().is_empty() {
            return Some(words);
        }
        words.push(scanner.word(|_| false)?);
    }
}

/// The programs without which the text certainly ends in failure, in order; none when that is not certain of any.
pub(crate) fn decisive(text: &str) -> Vec<Word> {
    decisive_commands(text).unwrap_or_default()
}

fn decisive_commands(text: &str) -> Option<Vec<Word>> {
    let tokens = tokens(text)?;
    let lists: Vec<&[Token]> = tokens.split(|token| *token == Token::End).filter(|list| !list.is_empty()).collect();
    let (mut exits_on_failure, mut pipes_fail) = (false, false);
    let mut programs = Vec::new();
    for (index, list) in lists.iter().enumerate() {
        let is_last = index + 1 == lists.len();
        let pipelines: Vec<&[Token]> = list.split(|token| *token == Token::And).collect();
        let n_pipelines = pipelines.len();
        for (number, pipeline) in pipelines.into_iter().enumerate() {
            // With `set -e` the shell does not end when an earlier part of an `&&` list fails.
            let ends_shell = exits_on_failure && number + 1 == n_pipelines;
            let commands: Vec<Vec<&Word>> = pipeline.split(|token| *token == Token::Pipe).map(plain_words).collect();
            for (index, command) in commands.iter().enumerate() {
                let program = program(command)?;
                if program.text == "set" {
                    let options = command.iter().map(|word| word.text.as_str()).collect::<Vec<_>>();
                    exits_on_failure |=
                        options.iter().any(|option| option.starts_with('-') && !option.starts_with("--") && option.contains('e'));
                    pipes_fail |= options.contains(&"pipefail");
                }
                let decides_pipeline = pipes_fail || index + 1 == commands.len();
                if decides_pipeline && (is_last || ends_shell) {
                    programs.push(program.clone());
                }
            }
        }
    }
    Some(programs)
}

/// The words of a simple command without its redirections.
fn plain_words(command: &[Token]) -> Vec<&Word> {
    let mut words = Vec::new();
    let mut tokens = command.iter();
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(word) => words.push(word),
            _ => {
                tokens.next();
            }
        }
    }
    words
}

/// Words that change how the rest is read, or where programs are found.
const UNCLEAR: [&str; 31] = [
    "!", ".", "[[", "alias", "builtin", "case", "command", "coproc", "do", "done", "elif", "else", "env", "esac", "eval", "exec", "exit",
    "fi", "for", "function", "if", "return", "select", "source", "then", "time", "trap", "unalias", "until", "while", "{",
];

/// The program of a simple command; `None` when the text is not plain after all.
fn program<'w>(command: &[&'w Word]) -> Option<&'w Word> {
    let is_assignment = |word: &&&Word| {
        let name = word.text.split_once('=').map_or("", |(name, _)| name);
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let changes_path = command.iter().any(|word| word.text.starts_with("PATH=") || word.text.contains(" PATH="));
    let program = *command.iter().find(|word| !is_assignment(word))?;
    let is_unclear = !program.is_quoted && UNCLEAR.binary_search(&program.text.as_str()).is_ok();
    if changes_path || is_unclear || program.text.contains("{{") || program.text.contains('$') {
        return None;
    }
    // `sudo` fails when the program that it is to run is not there.
    if program.text == "sudo" {
        let behind: Vec<&Word> = command.iter().copied().skip_while(|word| *word != program).skip(1).collect();
        return match behind.first() {
            Some(first) if !first.text.starts_with('-') && !is_assignment(&first) => self::program(&behind),
            _ => Some(program),
        };
    }
    Some(program)
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut scanner = Scanner { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        scanner.skip_blanks(false);
        let rest = scanner.rest();
        let Some(first) = rest.chars().next() else { return Some(tokens) };
        let token = match first {
            '\n' | ';' if !rest.starts_with(";;") => {
                scanner.at += 1;
                Token::End
            }
            '#' => {
                scanner.at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            '&' if rest.starts_with("&&") => {
                scanner.at += 2;
                Token::And
            }
            '|' if !rest.starts_with("||") && !rest.starts_with("|&") => {
                scanner.at += 1;
                Token::Pipe
            }
            '>' => {
                scanner.at += if rest.starts_with(">>") || rest.starts_with(">|") { 2 } else { 1 };
                if scanner.rest().starts_with('&') {
                    scanner.at += 1;
                }
                Token::Redirection
            }
            '<' if !rest.starts_with("<<") && !rest.starts_with("<(") => {
                scanner.at += 1;
                Token::Redirection
            }
            // Both streams into a file.
            '&' if rest.starts_with("&>") => {
                scanner.at += if rest.starts_with("&>>") { 3 } else { 2 };
                Token::Redirection
            }
            '&' | '|' | ';' | '<' | '(' | ')' | '`' => return None,
            _ => {
                let word = scanner.word(|c| matches!(c, ';' | '&' | '|' | '<' | '>' | '(' | ')' | '`'))?;
                // A number right before a redirection is a stream: `2>`.
                let is_stream = word.text.bytes().all(|byte| byte.is_ascii_digit()) && scanner.rest().starts_with(['>', '<']);
                if is_stream {
                    continue;
                }
                if scanner.text[word.range.span()].contains("$(") || scanner.text[word.range.span()].contains('`') {
                    return None;
                }
                Token::Word(word)
            }
        };
        // A list goes on behind `&&` and `|` on the next line.
        if token == Token::End && matches!(tokens.last(), Some(Token::And | Token::Pipe)) {
            continue;
        }
        tokens.push(token);
    }
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self, with_lines: bool) {
        loop {
            let rest = self.rest();
            let continued = ["\\\n", "\\\r\n"].iter().find(|end| rest.starts_with(**end));
            match rest.chars().next() {
                _ if continued.is_some() => self.at += continued.map_or(0, |end| end.len()),
                Some('\n') if !with_lines => return,
                Some(c) if c.is_whitespace() => self.at += c.len_utf8(),
                _ => return,
            }
        }
    }

    /// A word; `None` when a quote is not closed. A template is part of the word that it stands in.
    fn word(&mut self, ends: impl Fn(char) -> bool) -> Option<Word> {
        let start = self.at;
        let (mut text, mut is_quoted) = (String::new(), false);
        while let Some(c) = self.rest().chars().next() {
            if self.rest().starts_with("{{") {
                let length = self.rest().find("}}").map_or(self.rest().len(), |end| end + 2);
                text.push_str(&self.rest()[..length]);
                self.at += length;
                continue;
            }
            if c.is_whitespace() || ends(c) {
                break;
            }
            self.at += c.len_utf8();
            match c {
                '\'' => {
                    is_quoted = true;
                    let length = self.rest().find('\'')?;
                    text.push_str(&self.rest()[..length]);
                    self.at += length + 1;
                }
                '"' => {
                    is_quoted = true;
                    self.double_quoted(&mut text)?;
                }
                '\\' => {
                    let escaped = self.rest().chars().next()?;
                    text.push(escaped);
                    self.at += escaped.len_utf8();
                }
                c => text.push(c),
            }
        }
        Some(Word { text, range: TextRange::new(start, self.at), is_quoted })
    }

    fn double_quoted(&mut self, text: &mut String) -> Option<()> {
        loop {
            let c = self.rest().chars().next()?;
            self.at += c.len_utf8();
            match c {
                '"' => return Some(()),
                '\\' => {
                    let escaped = self.rest().chars().next()?;
                    self.at += escaped.len_utf8();
                    text.push(escaped);
                }
                c => text.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found: Vec<String> = decisive(text).into_iter().map(|word| word.text).collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }

    #[test]
    fn unclear_words_are_sorted() {
        assert!(UNCLEAR.is_sorted());
    }

    /// Compared with dash and bash where the program is missing: the whole fails, or may not.
    #[test]
    fn what_decides() {
        for (text, expected) in [
            ("nerdctl images", "nerdctl"),
            ("nerdctl images > /tmp/x 2>&1", "nerdctl"),
            ("nerdctl images 2>/dev/null", "nerdctl"),
            ("nerdctl images | grep x | tr a b", "tr"),
            ("set -o pipefail && nerdctl images | grep x", "set nerdctl grep"),
            ("set -o pipefail; nerdctl images | wc -l", "nerdctl wc"),
            ("set -euo pipefail\nnerdctl images | wc -l\necho ok\n", "nerdctl wc echo"),
            ("nerdctl pull x\necho ok\n", "echo"),
            ("set -e\nnerdctl pull x && echo ok\necho done\n", "echo echo"),
            ("cd /tmp && nerdctl images", "cd nerdctl"),
            ("cd /tmp && \\\n  nerdctl images", "cd nerdctl"),
            ("cd /tmp &&\nnerdctl images # all", "cd nerdctl"),
            ("FOO=1 nerdctl images", "nerdctl"),
            ("sudo nerdctl images", "nerdctl"),
            ("sudo -u x nerdctl images", "sudo"),
            ("'nerdctl' \"images\"", "nerdctl"),
            ("/usr/local/bin/nerdctl images", "/usr/local/bin/nerdctl"),
            ("echo 'a; nerdctl images'", "echo"),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn what_may_not_decide_names_nothing() {
        for text in [
            "nerdctl images || true",
            "if command -v nerdctl; then nerdctl images; fi",
            "command -v nerdctl && nerdctl images",
            "[[ -x /x ]] && nerdctl images",
            "nerdctl images &",
            "(nerdctl images)",
            "x=$(nerdctl images)",
            "echo `nerdctl images`",
            "PATH=/opt/bin:$PATH nerdctl images",
            "export PATH=/opt/bin; nerdctl images",
            ". /etc/profile; nerdctl images",
            "exit 0; nerdctl images",
            "cat <<EOF\nnerdctl\nEOF",
            "for i in 1 2; do nerdctl images; done",
            "{{ tool }} images",
            "$TOOL images",
            "echo 'not closed",
            "trap true ERR; nerdctl images",
            "nerdctl() { true; }; nerdctl images",
            "",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn words_of_a_command() {
        let texts = |text: &str| words(text).map(|words| words.into_iter().map(|word| word.text).collect::<Vec<_>>());
        assert_eq!(texts("{{ bin_dir }}/nerdctl  'a b' c\\ d"), Some(vec!["{{ bin_dir }}/nerdctl".into(), "a b".into(), "c d".into()]));
        assert_eq!(texts("a | b"), Some(vec!["a".into(), "|".into(), "b".into()]));
        assert_eq!(texts("'a"), None);
    }
}
