//! Shell texts: which programs decide whether the whole fails.
//!
//! Only what is plain is read: words, pipes, `&&`, `||` with a way out, `;`, lines, redirections. Anything that branches, loops, defines or substitutes
//! ends the reading: of what stands before it, only that counts which ends the shell at once.

mod wrappers;

use hostwise_syntax::TextRange;

pub(crate) use wrappers::behind_wrappers;

/// A word in a command and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Without quotes.
    pub(crate) text: String,
    pub(crate) range: TextRange,
    pub(crate) is_quoted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(Word),
    /// `;` or the end of a line.
    End,
    And,
    Or,
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

/// A simple command, from the program on: what starts the program for it is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// Not empty.
    pub(crate) words: Vec<Word>,
    /// It is all that the text has, and nothing starts it but the shell.
    pub(crate) is_alone: bool,
}

/// The commands without which the text certainly ends in failure, in order; none when that is not certain of any. With `exits_on_failure` the shell
/// ends at the first command that fails, as after `set -e`.
pub(crate) fn decisive(text: &str, mut exits_on_failure: bool) -> Vec<Command> {
    let (tokens, is_whole) = tokens(text);
    let mut lists: Vec<&[Token]> = tokens.split(|token| *token == Token::End).filter(|list| !list.is_empty()).collect();
    if !is_whole && tokens.last() != Some(&Token::End) {
        // It goes on in a way that is not read.
        lists.pop();
    }
    let is_one = is_whole && lists.len() == 1 && tokens.iter().all(|token| matches!(token, Token::Word(_) | Token::End));
    let mut pipes_fail = false;
    let mut found = Vec::new();
    let mut of_list = Vec::new();
    for list in lists {
        // What the list before decided does not matter, as it was not the last one.
        of_list.clear();
        let Some(read) = self::list(list, &mut exits_on_failure, &mut pipes_fail) else { return found };
        for Decision { mut command, ends_shell } in read {
            command.is_alone &= is_one;
            if ends_shell { found.push(command) } else { of_list.push(command) }
        }
    }
    if is_whole {
        found.extend(of_list);
    }
    found.sort_by_key(|command| command.words.first().map(|word| word.range));
    found
}

struct Decision {
    command: Command,
    /// The shell ends when it fails.
    ends_shell: bool,
}

/// What is done when a pipeline failed.
enum Otherwise {
    Fails,
    /// The shell ends in failure.
    Exits,
    MaySucceed,
}

/// The commands that make a list fail; `None` when it is not plain after all.
fn list(list: &[Token], exits_on_failure: &mut bool, pipes_fail: &mut bool) -> Option<Vec<Decision>> {
    let mut found = Vec::new();
    let mut pipelines: Vec<(&Token, &[Token])> = Vec::new();
    let mut start = 0;
    let mut operator = &Token::And;
    for (at, token) in list.iter().enumerate() {
        if matches!(token, Token::And | Token::Or) {
            pipelines.push((operator, &list[start..at]));
            (start, operator) = (at + 1, token);
        }
    }
    pipelines.push((operator, &list[start..]));
    for (number, (operator, pipeline)) in pipelines.iter().enumerate() {
        let commands: Vec<Option<Vec<&Word>>> = pipeline.split(|token| *token == Token::Pipe).map(plain_words).collect();
        let is_alternative = **operator == Token::Or;
        if is_alternative {
            match way_out(&commands) {
                // Nothing is certain of what comes behind it.
                Some(Otherwise::MaySucceed) if leaves(&commands) => return None,
                Some(_) => continue,
                None => {}
            }
        }
        let otherwise = pipelines[number + 1..].iter().filter(|(operator, _)| **operator == Token::Or).map(|(_, pipeline)| {
            let commands: Vec<Option<Vec<&Word>>> = pipeline.split(|token| *token == Token::Pipe).map(plain_words).collect();
            way_out(&commands).unwrap_or(Otherwise::MaySucceed)
        });
        let otherwise = otherwise.reduce(|first, then| match (first, then) {
            (Otherwise::Exits, _) => Otherwise::Exits,
            (Otherwise::Fails, then) => then,
            (Otherwise::MaySucceed, _) => Otherwise::MaySucceed,
        });
        // With `set -e` the shell does not end when an earlier part of a list fails.
        let ends_shell = match otherwise {
            None => *exits_on_failure && number + 1 == pipelines.len(),
            Some(Otherwise::Exits) => true,
            Some(Otherwise::Fails | Otherwise::MaySucceed) => false,
        };
        let n_commands = commands.len();
        for (index, words) in commands.into_iter().enumerate() {
            let command = command(&words?)?;
            let program = command.words.first()?;
            if program.text == "set" {
                let options: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
                let has_short =
                    |sign: &str| options.iter().any(|option| option.starts_with(sign) && !option.starts_with("--") && option.contains('e'));
                let has_long = |sign: &str, name: &str| {
                    options.windows(2).any(|pair| pair[0].starts_with(sign) && pair[0].ends_with('o') && pair[1] == name)
                };
                *exits_on_failure =
                    (*exits_on_failure || has_short("-") || has_long("-", "errexit")) && !has_short("+") && !has_long("+", "errexit");
                *pipes_fail = (*pipes_fail || has_long("-", "pipefail")) && !has_long("+", "pipefail");
            }
            let decides_pipeline = *pipes_fail || index + 1 == n_commands;
            if decides_pipeline && !is_alternative && !matches!(otherwise, Some(Otherwise::MaySucceed)) {
                found.push(Decision { command, ends_shell });
            }
        }
    }
    Some(found)
}

/// What an alternative does that only ends the matter: `exit 1`, `false`, `true`.
fn way_out(commands: &[Option<Vec<&Word>>]) -> Option<Otherwise> {
    let [Some(words)] = commands else { return None };
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    match texts[..] {
        ["exit", code] if code.parse::<u8>().is_ok_and(|code| code > 0) => Some(Otherwise::Exits),
        ["exit", ..] | ["true" | ":"] => Some(Otherwise::MaySucceed),
        ["false"] => Some(Otherwise::Fails),
        _ => None,
    }
}

/// Whether a way out is one of the shell.
fn leaves(commands: &[Option<Vec<&Word>>]) -> bool {
    commands.iter().flatten().flatten().next().is_some_and(|word| word.text == "exit")
}

/// The words of a simple command without its redirections; `None` when a redirection leads nowhere.
fn plain_words(command: &[Token]) -> Option<Vec<&Word>> {
    let mut words = Vec::new();
    let mut tokens = command.iter();
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(word) => words.push(word),
            _ => {
                tokens.next()?;
            }
        }
    }
    Some(words)
}

/// Words that change how the rest is read, or where programs are found.
const UNCLEAR: [&str; 29] = [
    "!", ".", "[[", "alias", "builtin", "case", "command", "coproc", "do", "done", "elif", "else", "esac", "eval", "exec", "exit", "fi",
    "for", "function", "if", "return", "select", "source", "then", "trap", "unalias", "until", "while", "{",
];

/// `None` when the text is not plain after all.
fn command(words: &[&Word]) -> Option<Command> {
    let is_assignment = |word: &&Word| {
        let name = word.text.split_once('=').map_or("", |(name, _)| name);
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let changes_path = words.iter().any(|word| word.text.starts_with("PATH=") || word.text.contains(" PATH="));
    let first = words.iter().position(|word| !is_assignment(word))?;
    let is_unclear = !words[first].is_quoted && (UNCLEAR.binary_search(&words[first].text.as_str()).is_ok() || words[first].text == "time");
    if changes_path || is_unclear {
        return None;
    }
    let texts: Vec<&str> = words[first..].iter().map(|word| word.text.as_str()).collect();
    let program = behind_wrappers(&texts)?;
    let words: Vec<Word> = words[first + program..].iter().map(|&word| word.clone()).collect();
    let name = &words.first()?.text;
    let is_known = !name.contains("{{") && !name.contains('$');
    is_known.then_some(Command { words, is_alone: program == 0 })
}

/// The tokens of a text, and whether that is all of it: it ends before what is not plain.
fn tokens(text: &str) -> (Vec<Token>, bool) {
    let mut scanner = Scanner { text, at: 0 };
    let mut tokens = Vec::new();
    let mut documents: Vec<Word> = Vec::new();
    loop {
        scanner.skip_blanks(false);
        let rest = scanner.rest();
        let Some(first) = rest.chars().next() else { return (tokens, true) };
        let token = match first {
            '\n' | ';' if !rest.starts_with(";;") => {
                scanner.at += 1;
                if first == '\n' {
                    documents.drain(..).for_each(|end| scanner.skip_document(&end.text));
                }
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
            '|' if rest.starts_with("||") => {
                scanner.at += 2;
                Token::Or
            }
            '|' if !rest.starts_with("|&") => {
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
            '<' if rest.starts_with("<<") && !rest.starts_with("<<<") => {
                scanner.at += if rest.starts_with("<<-") { 3 } else { 2 };
                scanner.skip_blanks(false);
                let Some(end) = scanner.word(ends_word) else { return (Vec::new(), false) };
                documents.push(end.clone());
                tokens.push(Token::Redirection);
                Token::Word(end)
            }
            '<' if !rest.starts_with("<<") && !rest.starts_with("<(") => {
                scanner.at += 1;
                Token::Redirection
            }
            '&' | '|' | ';' | '<' | '(' | ')' | '`' => return (tokens, false),
            _ => {
                let Some(word) = scanner.word(ends_word) else {
                    // No shell reads a quote that is not closed.
                    return (Vec::new(), false);
                };
                // A number right before a redirection is a stream: `2>`.
                let is_stream = word.text.bytes().all(|byte| byte.is_ascii_digit()) && scanner.rest().starts_with(['>', '<']);
                if is_stream {
                    continue;
                }
                if scanner.text[word.range.span()].contains("$(") || scanner.text[word.range.span()].contains('`') {
                    return (tokens, false);
                }
                Token::Word(word)
            }
        };
        // A list goes on behind `&&`, `||` and `|` on the next line.
        if token == Token::End && matches!(tokens.last(), Some(Token::And | Token::Or | Token::Pipe)) {
            continue;
        }
        tokens.push(token);
    }
}

fn ends_word(c: char) -> bool {
    matches!(c, ';' | '&' | '|' | '<' | '>' | '(' | ')' | '`')
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

    /// A document in the text, to the line that ends it. Without such a line it goes on to the end.
    fn skip_document(&mut self, end: &str) {
        while !self.rest().is_empty() {
            let line = self.rest().lines().next().unwrap_or_default();
            let is_end = line.trim_start_matches('\t') == end;
            self.at += (line.len() + 1).min(self.rest().len());
            if is_end {
                // The line break that ended the command counts once.
                return;
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
        let found: Vec<String> = decisive(text, false).into_iter().map(|command| command.words[0].text.clone()).collect();
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
            ("sudo -u x nerdctl images", "nerdctl"),
            ("sudo -l nerdctl images", "sudo"),
            ("timeout -k 3 5m nice -n 5 nohup env A=1 nerdctl images", "nerdctl"),
            ("nerdctl images || exit 1", "nerdctl"),
            ("nerdctl images || exit 1; echo ok", "nerdctl echo"),
            ("nerdctl images || false", "nerdctl"),
            ("docker ps || true; nerdctl images", "nerdctl"),
            ("env -S nerdctl images", "env"),
            ("mkdir x && nerdctl images || exit 2\n", "mkdir nerdctl"),
            ("docker ps || true && nerdctl images", "nerdctl"),
            ("set -e\nnerdctl images\nif true; then exit 0; fi", "nerdctl"),
            ("set -e\nnerdctl images | wc\nx=$(date)\n", "wc"),
            ("set -e; set +e; nerdctl images; true", "set true"),
            ("set -o errexit\nnerdctl images\n(true)", "nerdctl"),
            ("'nerdctl' \"images\"", "nerdctl"),
            ("/usr/local/bin/nerdctl images", "/usr/local/bin/nerdctl"),
            ("echo 'a; nerdctl images'", "echo"),
            ("cat <<EOF\nnerdctl\nEOF", "cat"),
            ("cat <<'EOF' | nerdctl load\nx; y\nEOF\n", "nerdctl"),
            ("nerdctl load <<-END && echo ok\n\tx\n\tEND\n", "nerdctl echo"),
            ("cat <<A <<B\na\nA\nb\nB\nnerdctl images", "nerdctl"),
            ("set -e\nnerdctl load <<EOF\nif\nEOF\nls\n", "nerdctl ls"),
            ("nerdctl load <<EOF\nif", "nerdctl"),
            ("echo a | xargs -n1 -P 4 nerdctl inspect", "nerdctl"),
            ("echo a | xargs -r nerdctl inspect", "xargs"),
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
            "nerdctl images || exit 0",
            "nerdctl images || exit",
            "nerdctl images || nerdctl ps || true",
            "docker ps || nerdctl ps | exit 1",
            "nerdctl images && true || true",
            "test -x /x || exit 0; nerdctl images",
            "nerdctl images\nif true; then exit 0; fi",
            "set -e\nif true; then exit 0; fi\nnerdctl images",
            "env PATH=/opt/bin nerdctl images",
            "docker ps || nerdctl ps || exit 1",
            "time nerdctl images",
            "nerdctl images >",
            "nerdctl images &> /tmp/x",
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
