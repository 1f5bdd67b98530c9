//! Jinja's brackets and words, read tolerantly.

use std::collections::BTreeSet;

use super::content::Content;
use super::{Region, RegionKind, Role, Token};

/// Words with a meaning of their own in an expression.
const KEYWORDS: &[&str] = &[
    "and",
    "else",
    "false",
    "False",
    "if",
    "in",
    "is",
    "none",
    "None",
    "not",
    "or",
    "true",
    "True",
    "recursive",
    "import",
    "as",
    "with",
    "without",
];

pub(super) fn regions(content: &Content<'_>) -> Vec<Region> {
    let text = &*content.text;
    let (mut regions, mut at) = (Vec::new(), 0);
    while let Some((start, kind)) = opening(text, at) {
        let mut lexer = Lexer { text, at: start + 2, words: Vec::new() };
        let is_closed = if kind == RegionKind::Comment { lexer.comment() } else { lexer.expression(kind) };
        let end = if is_closed { lexer.at } else { start + text[start..lexer.at].trim_end().len() };
        let words = lexer.words;
        let is_raw = kind == RegionKind::Statement && words.first().is_some_and(|word| &text[word.start..word.end] == "raw");
        let tokens = tokens(content, &words, kind);
        regions.push(Region { kind, range: content.source(start, end), is_closed, tokens });
        at = lexer.at.max(start + 2);
        if is_raw {
            at = raw_end(text, at);
        }
    }
    mark_locals(&mut regions);
    regions
}

/// The words of a text that is an expression without brackets around it.
pub(super) fn expression(content: &Content<'_>) -> Vec<Token> {
    let text = &*content.text;
    let mut lexer = Lexer { text, at: 0, words: Vec::new() };
    let mut brackets = Vec::new();
    while let Some(character) = text[lexer.at..].chars().next() {
        lexer.step(character, "\n", &mut brackets);
    }
    tokens(content, &lexer.words, RegionKind::Expression)
}

fn tokens(content: &Content<'_>, words: &[Word], kind: RegionKind) -> Vec<Token> {
    let token = |(word, role): (Word, Role)| Token {
        role,
        range: content.source(word.start, word.end),
        text: content.text[word.start..word.end].into(),
    };
    roles(&content.text, words, kind).into_iter().map(token).collect()
}

/// Where `{% endraw` starts.
fn raw_end(text: &str, at: usize) -> usize {
    let ends = text[at..].match_indices("{%").map(|(found, _)| at + found);
    let is_end = |&start: &usize| text[start + 2..].trim_start_matches(['-', '+', ' ', '\n', '\t']).starts_with("endraw");
    ends.into_iter().find(is_end).unwrap_or(text.len())
}

fn opening(text: &str, from: usize) -> Option<(usize, RegionKind)> {
    let mut at = from;
    while let Some(found) = text.get(at..)?.find('{') {
        let start = at + found;
        match text.as_bytes().get(start + 1) {
            Some(b'{') => return Some((start, RegionKind::Expression)),
            Some(b'%') => return Some((start, RegionKind::Statement)),
            Some(b'#') => return Some((start, RegionKind::Comment)),
            _ => at = start + 1,
        }
    }
    None
}

/// A part of the text, and what it is by itself.
#[derive(Clone, Copy)]
struct Word {
    start: usize,
    end: usize,
    class: Class,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Name,
    String,
    Number,
    Sign,
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    words: Vec<Word>,
}

impl Lexer<'_> {
    /// Goes behind the end of a comment; false when it has none.
    fn comment(&mut self) -> bool {
        match self.text[self.at..].find("#}") {
            Some(found) => {
                self.at += found + 2;
                true
            }
            None => {
                self.at = self.text.len();
                false
            }
        }
    }

    /// Reads words up to the closing bracket; false when it is not there: then up to the end of the line on which the region starts, or to the next
    /// opening bracket.
    fn expression(&mut self, kind: RegionKind) -> bool {
        let closing = if kind == RegionKind::Expression { "}}" } else { "%}" };
        let (from, mut brackets) = (self.at, Vec::new());
        if self.text[self.at..].starts_with(['-', '+']) {
            self.at += 1;
        }
        while let Some(character) = self.text[self.at..].chars().next() {
            let rest = &self.text[self.at..];
            let is_sign_before_end = rest.starts_with(['-', '+']) && rest[1..].starts_with(closing);
            if is_sign_before_end || (rest.starts_with(closing) && !(kind == RegionKind::Expression && brackets.contains(&'{'))) {
                self.at += closing.len() + usize::from(is_sign_before_end);
                return true;
            }
            if rest.starts_with("{{") || rest.starts_with("{%") || rest.starts_with("{#") {
                break;
            }
            self.step(character, closing, &mut brackets);
        }
        // Not closed: what is on further lines may have nothing to do with it.
        let line_end = self.text[from..self.at].find('\n').map_or(self.at, |found| from + found);
        self.at = line_end;
        self.words.retain(|word| word.end <= line_end);
        false
    }

    /// Reads one word, or goes over a blank.
    fn step(&mut self, character: char, closing: &str, brackets: &mut Vec<char>) {
        match character {
            '\'' | '"' => self.string(character, closing),
            '0'..='9' => self.number(),
            character if is_name_start(character) => self.word(Class::Name, |c| is_name_start(c) || c.is_numeric()),
            blank if blank.is_whitespace() => self.at += blank.len_utf8(),
            _ => {
                match character {
                    '(' | '[' | '{' => brackets.push(character),
                    ')' | ']' | '}' => drop(brackets.pop()),
                    _ => {}
                }
                self.sign(character);
            }
        }
    }

    fn word(&mut self, class: Class, belongs: impl Fn(char) -> bool) {
        let rest = &self.text[self.at..];
        let len = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.push(class, len);
    }

    fn number(&mut self) {
        let rest = &self.text[self.at..];
        let len = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        // `1.5` is one number, `1.x` is not.
        let fraction = rest[len..].strip_prefix('.').filter(|fraction| fraction.starts_with(|c: char| c.is_ascii_digit()));
        let fraction = fraction.map_or(0, |fraction| 1 + fraction.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(fraction.len()));
        self.push(Class::Number, len + fraction);
    }

    fn sign(&mut self, character: char) {
        const DOUBLE: [&str; 6] = ["==", "!=", "<=", ">=", "//", "**"];
        let is_double = self.text.get(self.at..self.at + 2).is_some_and(|sign| DOUBLE.contains(&sign));
        self.push(Class::Sign, if is_double { 2 } else { character.len_utf8() });
    }

    /// A string; one without its closing quote ends before the closing bracket or the line's end.
    fn string(&mut self, quote: char, closing: &str) {
        let rest = &self.text[self.at..];
        let mut characters = rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => drop(characters.next()),
                character if character == quote => return self.push(Class::String, at + 1),
                _ => {}
            }
        }
        let end = rest.find(closing).or_else(|| rest.find('\n')).unwrap_or(rest.len());
        self.push(Class::String, rest[..end].trim_end().trim_end_matches('-').trim_end().len().max(1));
    }

    fn push(&mut self, class: Class, len: usize) {
        self.words.push(Word { start: self.at, end: self.at + len, class });
        self.at += len;
    }
}

fn is_name_start(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}

/// What each word is, by its neighbours.
fn roles(text: &str, words: &[Word], kind: RegionKind) -> Vec<(Word, Role)> {
    let of = |word: Option<&Word>| word.map_or("", |word| &text[word.start..word.end]);
    let statement = if kind == RegionKind::Statement { of(words.first()) } else { "" };
    let mut depth = 0_usize;
    // Up to `in` or `=`, names of `for` and `set` are new.
    let mut defines = matches!(statement, "for" | "set" | "macro" | "call");
    let mut roles = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        let (own, before, after) =
            (of(Some(word)), of(index.checked_sub(1).and_then(|before| words.get(before))), of(words.get(index + 1)));
        let role = match word.class {
            Class::String => Role::String,
            Class::Number => Role::Number,
            Class::Sign => {
                match own {
                    "(" | "[" | "{" => depth += 1,
                    ")" | "]" | "}" => depth = depth.saturating_sub(1),
                    "=" if depth == 0 => defines = false,
                    _ => {}
                }
                Role::Operator
            }
            Class::Name if before == "." => Role::Attribute,
            Class::Name if before == "|" => Role::Filter,
            Class::Name if index == 0 && kind == RegionKind::Statement => Role::Keyword,
            Class::Name if own == "in" && statement == "for" => {
                defines = false;
                Role::Keyword
            }
            Class::Name if before == "is" && own != "not" => Role::Test,
            Class::Name if before == "not" && index >= 2 && of(words.get(index - 2)) == "is" => Role::Test,
            Class::Name if index == 1 && matches!(statement, "filter" | "block") => Role::Filter,
            Class::Name if KEYWORDS.contains(&own) && after != "=" => Role::Keyword,
            Class::Name if defines && (statement != "macro" || depth == 1 || index == 1) => Role::Local,
            Class::Name if depth > 0 && after == "=" => Role::Argument,
            Class::Name => Role::Variable,
        };
        roles.push((*word, role));
    }
    roles
}

/// Names that a statement of the same scalar defines are no variables from there on; `loop` is one inside `for`.
fn mark_locals(regions: &mut [Region]) {
    let mut locals: BTreeSet<Box<str>> = BTreeSet::new();
    for region in regions {
        for token in &mut region.tokens {
            match token.role {
                Role::Local if !locals.contains(&token.text) => drop(locals.insert(token.text.clone())),
                Role::Variable if locals.contains(&token.text) => token.role = Role::Local,
                _ => {}
            }
        }
        let is_loop = region.kind == RegionKind::Statement && region.tokens.first().is_some_and(|token| &*token.text == "for");
        if is_loop {
            locals.insert("loop".into());
        }
    }
}
