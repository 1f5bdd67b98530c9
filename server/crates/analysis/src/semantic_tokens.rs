//! Colours of a file: what its syntax says, Jinja inside values, and over both what the inventory knows of names.

use hostwise_inventory::SourceFile;
use hostwise_syntax::TextRange;
use hostwise_syntax::paint::{self, Canvas, Class, Mark};

use crate::Workspace;
use crate::cluster::Cluster;
use crate::occurrences::{self, Kind, Role};

/// A part of one line and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SemanticToken {
    pub range: TextRange,
    pub token_type: TokenType,
    /// Whether a host, group or variable gets something here, rather than being named only.
    pub is_definition: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    Comment,
    Constant,
    Function,
    Group,
    Host,
    Keyword,
    Label,
    Number,
    Operator,
    Parameter,
    Property,
    Tag,
    Text,
    Variable,
}

impl TokenType {
    /// All, in the order of their numbers.
    pub const ALL: [TokenType; 14] = [
        TokenType::Comment,
        TokenType::Constant,
        TokenType::Function,
        TokenType::Group,
        TokenType::Host,
        TokenType::Keyword,
        TokenType::Label,
        TokenType::Number,
        TokenType::Operator,
        TokenType::Parameter,
        TokenType::Property,
        TokenType::Tag,
        TokenType::Text,
        TokenType::Variable,
    ];

    /// The name under which editors know a colour for it: one of those that the language server protocol lists.
    pub fn name(self) -> &'static str {
        match self {
            TokenType::Comment => "comment",
            TokenType::Constant => "enumMember",
            TokenType::Function => "function",
            TokenType::Group => "namespace",
            TokenType::Host => "class",
            TokenType::Keyword => "keyword",
            TokenType::Label => "macro",
            TokenType::Number => "number",
            TokenType::Operator => "operator",
            TokenType::Parameter => "parameter",
            TokenType::Property => "property",
            TokenType::Tag => "decorator",
            TokenType::Text => "string",
            TokenType::Variable => "variable",
        }
    }
}

/// The tokens of the file at `path`, in order, none over another; `canvas` is that of its buffer. None for a file of another kind.
pub fn semantic_tokens(workspace: &Workspace, path: &str, canvas: &Canvas) -> Vec<SemanticToken> {
    let Some(file) = workspace.files().file(path).filter(|file| !file.is_encrypted()) else { return Vec::new() };
    let cluster = occurrences::clusters(workspace, path).into_iter().next();
    let is_source = cluster.is_some_and(|cluster| cluster.inventory.file_id(path).is_some());
    let mut tokens: Vec<SemanticToken> = if file.is_yaml() {
        let marks = paint::yaml_marks(file.yaml(), canvas).into_iter().map(token);
        overlaid(marks.collect(), paint::templates(file.yaml()).into_iter().map(token))
    } else if is_source && !path.ends_with(".toml") {
        paint::ini_marks(file.ini()).into_iter().map(token).collect()
    } else {
        return Vec::new();
    };
    if let Some(cluster) = cluster {
        mark_sections(&mut tokens, file, is_source);
        tokens = overlaid(tokens, names(cluster, file));
    }
    by_line(&tokens, file)
}

fn token(mark: Mark) -> SemanticToken {
    let token_type = match mark.class {
        Class::Comment => TokenType::Comment,
        Class::Key | Class::Attribute => TokenType::Property,
        Class::Text => TokenType::Text,
        Class::Number => TokenType::Number,
        Class::Constant => TokenType::Constant,
        Class::Anchor | Class::Alias => TokenType::Label,
        Class::Tag => TokenType::Tag,
        Class::Bracket | Class::Operator => TokenType::Operator,
        Class::Variable => TokenType::Variable,
        Class::Local | Class::Argument => TokenType::Parameter,
        Class::Function => TokenType::Function,
        Class::Keyword => TokenType::Keyword,
    };
    SemanticToken { range: mark.range, token_type, is_definition: false }
}

/// The hosts, groups and variables that a file names.
fn names<'f>(cluster: &'f Cluster, file: &'f SourceFile) -> impl Iterator<Item = SemanticToken> + 'f {
    occurrences::of_file(cluster, file).iter().map(|occurrence| {
        let is_group = || cluster.inventory.group_named(occurrence.name(file.text())).is_some();
        let token_type = match occurrence.kind {
            Kind::Group => TokenType::Group,
            Kind::GroupOrHost if is_group() => TokenType::Group,
            Kind::Host | Kind::HostRange | Kind::GroupOrHost => TokenType::Host,
            Kind::Variable => TokenType::Variable,
        };
        SemanticToken { range: occurrence.with_quotes(file.text()), token_type, is_definition: occurrence.role == Role::Definition }
    })
}

/// In an inventory `hosts`, `children` and `vars` are no names; where they are, the names are laid over them.
fn mark_sections(tokens: &mut [SemanticToken], file: &SourceFile, is_source: bool) {
    for token in tokens.iter_mut().filter(|token| is_source && token.token_type == TokenType::Property) {
        if matches!(&file.text()[token.range.span()], "hosts" | "children" | "vars") {
            token.token_type = TokenType::Keyword;
        }
    }
}

/// Tokens with others over them, which cut holes into them. Both in order.
fn overlaid(below: Vec<SemanticToken>, above: impl Iterator<Item = SemanticToken>) -> Vec<SemanticToken> {
    let mut tokens = Vec::with_capacity(below.len());
    let mut rest: Vec<SemanticToken> = below.into_iter().rev().collect();
    for over in above {
        while let Some(under) = rest.pop_if(|under| under.range.start < over.range.end) {
            let before = TextRange { start: under.range.start, end: under.range.end.min(over.range.start) };
            let behind = TextRange { start: over.range.end, end: under.range.end };
            tokens.extend(Some(SemanticToken { range: before, ..under }).filter(|_| before.start < before.end));
            rest.extend(Some(SemanticToken { range: behind, ..under }).filter(|_| behind.start < behind.end));
        }
        tokens.push(over);
    }
    tokens.extend(rest.into_iter().rev());
    tokens
}

/// Tokens that each stand on one line, without the blanks at its start. Of two that overlap in a damaged text the first one.
fn by_line(tokens: &[SemanticToken], file: &SourceFile) -> Vec<SemanticToken> {
    let (text, mut found, mut end) = (file.text(), Vec::with_capacity(tokens.len()), 0);
    for token in tokens.iter().filter(|token| !token.range.is_empty()) {
        let mut at = token.range.start as usize;
        for line in text[token.range.span()].split_inclusive(['\n', '\r']) {
            let content = line.trim();
            let start = at + line.len() - line.trim_start().len();
            at += line.len();
            if start >= end && !content.is_empty() {
                end = start + content.len();
                found.push(SemanticToken { range: TextRange::new(start, end), ..*token });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hostwise_inventory::{Content, Files};

    use super::*;
    use crate::Settings;

    /// Tokens as `text:type`, with `*` behind a definition.
    fn outline(path: &str, text: &str) -> Vec<String> {
        let files: Files = [SourceFile::new(path, Content::Text(text.into()), false)].into_iter().collect();
        let workspace = Workspace::new(files, BTreeSet::from([path.into()]), Settings::default());
        let tokens = semantic_tokens(&workspace, path, &Canvas::default());
        let mark = |token: &SemanticToken| if token.is_definition { "*" } else { "" };
        tokens.iter().map(|token| format!("{}:{}{}", &text[token.range.span()], token.token_type.name(), mark(token))).collect()
    }

    #[test]
    fn names_lie_over_syntax() {
        let text = "all:\n  vars: # é€😀\n    \"port\": 0755\n    text: |\n      a {{ port }}\n\n      b\n  children:\n    etcd:\n      hosts:\n        n[1:3]:\n        é€😀: {hosts: yes, x: \"{{ y | f }}\"}\n";
        let expected = [
            "all:namespace*",
            "vars:keyword",
            "# é€😀:comment",
            "\"port\":variable*",
            "0755:number",
            "text:variable*",
            "|:string",
            "a:string",
            "{{:operator",
            "port:variable",
            "}}:operator",
            "b:string",
            "children:keyword",
            "etcd:namespace*",
            "hosts:keyword",
            "n[1:3]:class",
            "é€😀:class*",
            "hosts:variable*",
            "yes:enumMember",
            "x:variable*",
            "\":string",
            "{{:operator",
            "y:variable",
            "|:operator",
            "f:function",
            "}}:operator",
            "\":string",
        ];
        assert_eq!(outline("/i/hosts.yaml", text), expected);
    }

    #[test]
    fn a_broken_text_keeps_its_colours() {
        let text = "all:\n  hosts:\n    n1:\n      ac\n      x: \"{{ y\n    n2: [\n";
        let expected = [
            "all:namespace*",
            "hosts:keyword",
            "n1:class*",
            "ac:property",
            "x:variable*",
            "\":string",
            "{{:operator",
            "y:variable",
            "n2:class",
        ];
        assert_eq!(outline("/i/hosts.yaml", text), expected);
    }

    #[test]
    fn ini_inventories_have_colours_too() {
        let text = "[web] # c\nh[1:2] a=1 b='{{ x }} y'\n[web:vars]\nport=True\n[all:children]\nweb\n";
        let expected = [
            "web:namespace*",
            "# c:comment",
            "h[1:2]:class*",
            "a:variable*",
            "1:number",
            "b:variable*",
            "':string",
            "{{:operator",
            "x:variable",
            "}}:operator",
            "y':string",
            "web:namespace",
            "vars:keyword",
            "port:variable*",
            "True:enumMember",
            "all:namespace*",
            "children:keyword",
            "web:namespace",
        ];
        assert_eq!(outline("/i/inventory.ini", text), expected);
    }

    #[test]
    fn other_files_have_none() {
        assert_eq!(outline("/i/group_vars/all.yml", "$ANSIBLE_VAULT;1.1;AES256\n3132\n"), [""; 0]);
        assert_eq!(outline("/i/readme.txt", "a: 1"), [""; 0]);
    }
}
