//! Paths that a crate's modules refer to, read from the tokens of its sources. Unit tests are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Names from the crate's root downwards; empty for the root itself.
pub type ModulePath = Vec<String>;

/// The modules of a crate and what they refer to.
#[derive(Debug, Default)]
pub struct Sources {
    /// All modules, inline ones included.
    pub modules: BTreeSet<ModulePath>,
    /// Referring module and path as written, from `crate`, `self`, `super` or `std` onwards.
    pub references: Vec<(ModulePath, Vec<String>)>,
    /// Modules that hold unit tests.
    tests: BTreeSet<ModulePath>,
    /// Imported names: module and name, with the path they stand for, `crate` left out.
    imports: BTreeMap<(ModulePath, String), Vec<String>>,
}

impl Sources {
    /// Reads all `.rs` files below a crate's source folder.
    pub fn read(folder: &Path) -> Self {
        let mut sources = Self::default();
        sources.read_folder(folder, &[]);
        let Self { references, tests, .. } = &mut sources;
        references.retain(|(module, _)| !tests.iter().any(|test| module.starts_with(test)));
        sources
    }

    fn read_folder(&mut self, folder: &Path, module: &[String]) {
        for entry in std::fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            let stem = path.file_stem().expect("a name").to_str().expect("UTF-8").to_owned();
            if path.is_dir() {
                self.read_folder(&path, &child(module, &stem));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("UTF-8");
                let own = match stem.as_str() {
                    "lib" | "main" | "mod" => module.to_vec(),
                    _ => child(module, &stem),
                };
                self.read_module(&own, &text);
            }
        }
    }

    /// Reads the text of one module.
    pub fn read_module(&mut self, module: &[String], text: &str) {
        let tokens: TokenStream = text.parse().expect("Rust");
        self.scan(module, tokens);
    }

    fn scan(&mut self, module: &[String], tokens: TokenStream) {
        self.modules.insert(module.to_vec());
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            let rest = &tokens[at..];
            match rest {
                [TokenTree::Punct(hash), TokenTree::Group(attribute), ..]
                    if hash.as_char() == '#' && attribute.to_string().replace(' ', "") == "[cfg(test)]" =>
                {
                    let length = item_length(&rest[2..]);
                    if let [TokenTree::Ident(keyword), TokenTree::Ident(name), ..] = &rest[2..]
                        && keyword == "mod"
                    {
                        self.tests.insert(child(module, &name.to_string()));
                    }
                    at += 2 + length;
                    continue;
                }
                [TokenTree::Ident(keyword), TokenTree::Ident(name), TokenTree::Group(body), ..]
                    if keyword == "mod" =>
                {
                    self.scan(&child(module, &name.to_string()), body.stream());
                    at += 3;
                    continue;
                }
                [TokenTree::Ident(keyword), tree @ ..] if keyword == "use" => {
                    for (path, name) in use_trees(tree, &[]) {
                        self.import(module, path, name);
                    }
                    at += 1 + item_length(tree);
                    continue;
                }
                [TokenTree::Ident(first), ..] if !follows_path(&tokens[..at]) => {
                    if matches!(first.to_string().as_str(), "crate" | "self" | "super" | "std") {
                        let path = path_at(rest);
                        if path.len() > 1 {
                            self.references.push((module.to_vec(), path));
                        }
                    }
                }
                [TokenTree::Group(group), ..] => self.scan(module, group.stream()),
                _ => {}
            }
            at += 1;
        }
    }

    fn import(&mut self, module: &[String], path: Vec<String>, name: String) {
        let from_here = match path[0].as_str() {
            "crate" | "self" | "super" => absolute(module, &path),
            // A sibling crate or a child module; only the latter is found when the name is resolved.
            _ => module.iter().chain(&path).cloned().collect(),
        };
        self.imports.insert((module.to_vec(), name), from_here);
        if matches!(path[0].as_str(), "crate" | "self" | "super" | "std") {
            self.references.push((module.to_vec(), path));
        }
    }

    /// The module that defines what a path of `module` refers to, as far as it lies in this crate.
    pub fn definition(&self, module: &[String], path: &[String]) -> ModulePath {
        let mut found = ModulePath::new();
        let mut rest: Vec<String> = absolute(module, path);
        // A chain of re-exports is short; names that import each other in a ring would go on for ever.
        for _ in 0..100 {
            let Some(name) = rest.first().cloned() else { break };
            let deeper = child(&found, &name);
            if self.modules.contains(&deeper) {
                found = deeper;
                rest.remove(0);
            } else if let Some(imported) = self.imports.get(&(found.clone(), name)) {
                rest.remove(0);
                rest = imported.iter().cloned().chain(rest).collect();
                found = ModulePath::new();
            } else {
                break;
            }
        }
        found
    }
}

fn child(module: &[String], name: &str) -> ModulePath {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// A path from the crate's root, without `crate`.
fn absolute(module: &[String], path: &[String]) -> Vec<String> {
    let mut base = module.to_vec();
    let mut rest = path;
    while let Some((first, tail)) = rest.split_first() {
        match first.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => {
                base.pop();
            }
            _ => break,
        }
        rest = tail;
    }
    base.into_iter().chain(rest.iter().cloned()).collect()
}

/// Tokens up to and including the end of an item: its semicolon or its body.
fn item_length(tokens: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    };
    let end = tokens.iter().position(ends).map_or(tokens.len(), |end| end + 1);
    // The braces of `use a::{b, c};` are not the end.
    let semicolon = matches!(tokens.get(end), Some(TokenTree::Punct(punct)) if punct.as_char() == ';');
    end + usize::from(semicolon)
}

fn is_separator(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(a), TokenTree::Punct(b), ..] if a.as_char() == ':' && b.as_char() == ':')
}

/// Whether the tokens end in `::`, so that what comes next is not the start of a path.
fn follows_path(before: &[TokenTree]) -> bool {
    before.len() >= 2 && is_separator(&before[before.len() - 2..])
}

/// Names of the path that begins here: `crate::a::B(…)` is `crate`, `a`, `B`.
fn path_at(mut tokens: &[TokenTree]) -> Vec<String> {
    let mut path = Vec::new();
    while let [TokenTree::Ident(name), rest @ ..] = tokens {
        path.push(name.to_string());
        if !is_separator(rest) {
            break;
        }
        tokens = &rest[2..];
    }
    path
}

/// Paths of a `use` with the name each is known by: `crate::a::{B, c::D as E}` is (`crate::a::B`, `B`) and
/// (`crate::a::c::D`, `E`).
fn use_trees(tokens: &[TokenTree], prefix: &[String]) -> Vec<(Vec<String>, String)> {
    let mut path = prefix.to_vec();
    let mut at = 0;
    loop {
        match &tokens[at..] {
            [TokenTree::Ident(name), rest @ ..] => {
                path.push(name.to_string());
                if is_separator(rest) {
                    at += 3;
                    continue;
                }
                if path.last().is_some_and(|last| last == "self") {
                    path.pop();
                }
                let Some(last) = path.last().cloned() else { return Vec::new() };
                let name = match rest {
                    [TokenTree::Ident(keyword), TokenTree::Ident(alias), ..] if keyword == "as" => {
                        alias.to_string()
                    }
                    _ => last,
                };
                return vec![(path, name)];
            }
            [TokenTree::Group(group), ..] => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
                return inner.split(comma).flat_map(|tree| use_trees(tree, &path)).collect();
            }
            // A glob imports the module itself, as far as we can tell.
            [TokenTree::Punct(star), ..] if star.as_char() == '*' && !path.is_empty() => {
                return vec![(path, "*".to_owned())];
            }
            // `use ::other_crate::…`
            [TokenTree::Punct(colon), ..] if colon.as_char() == ':' => at += 1,
            _ => return Vec::new(),
        }
    }
}

/// References that are easily overlooked: groups, aliases, macros, re-exports, tests.
#[test]
fn references_are_found_through_groups_macros_and_re_exports() {
    let names = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
    let mut sources = Sources::default();
    sources.read_module(&[], "mod a; mod b; mod c; pub use a::Thing;");
    sources.read_module(&names("a"), "pub struct Thing;");
    let text = "use crate::{Thing as Other, c::{self, d::E}}; fn f() { println!(\"{}\", super::a::g()); }
                #[cfg(test)] mod tests { use crate::never; }";
    sources.read_module(&names("b"), text);
    sources.read_module(&names("c"), "");
    let found: BTreeSet<ModulePath> =
        sources.references.iter().map(|(module, path)| sources.definition(module, path)).collect();
    assert_eq!(found, [names("a"), names("c")].into());
    assert_eq!(sources.references.len(), 4, "{:?}", sources.references);
}
