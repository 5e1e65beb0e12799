//! `view!` with the syntax of `leptos::view!`, for browsers only, small.
//!
//! Leptos gives every combination of tag, attribute and value a type of its own, and the compiler writes the code that
//! builds, updates and removes it once for each. Here an element is data (`crate::ui::element::Element` of the
//! application): one type, whatever its tag. Components stay Leptos': their tags are handed on to `leptos::view!`.
#![warn(missing_docs)]

use proc_macro::TokenStream;
use proc_macro2::{Ident, Span, TokenStream as Tokens};
use quote::{ToTokens, format_ident, quote};
use rstml::Infallible;
use rstml::node::{KeyedAttribute, Node, NodeAttribute, NodeElement, NodeName};
use syn::spanned::Spanned;
use syn::{Block, Error, Expr, ExprClosure, Lit, Result, Stmt};

/// A view as an `AnyView`: elements with attributes, `on:`, `class:`, `style:`, `prop:` and `node_ref`, text, blocks,
/// components.
#[proc_macro]
pub fn view(input: TokenStream) -> TokenStream {
    let nodes = rstml::parse2(input.into());
    nodes.and_then(|nodes| views(&nodes)).unwrap_or_else(Error::into_compile_error).into()
}

/// One node as itself, several as a list.
fn views(nodes: &[Node]) -> Result<Tokens> {
    let mut views = nodes.iter().map(view_of).collect::<Result<Vec<_>>>()?;
    match views.len() {
        1 => Ok(views.remove(0)),
        _ => Ok(quote! { ::leptos::prelude::IntoAny::into_any(::std::vec![#(#views),*]) }),
    }
}

fn view_of(node: &Node) -> Result<Tokens> {
    match node {
        Node::Text(text) => {
            let text = text.value_string();
            Ok(quote! { ::leptos::prelude::IntoAny::into_any(#text) })
        }
        Node::Block(block) => {
            if let Some(closure) = block.try_block().and_then(only_closure) {
                return Ok(quote! { crate::ui::view::dynamic({
                    let mut part = #closure;
                    move || ::leptos::prelude::IntoAny::into_any(part())
                }) });
            }
            let block = block.try_block().map_or_else(|| block.to_token_stream(), without_braces);
            Ok(quote! { ::leptos::prelude::IntoAny::into_any(#block) })
        }
        Node::Fragment(fragment) => views(&fragment.children),
        Node::Element(element) if is_component(element.name()) => component(element),
        Node::Element(element) => html(element),
        other => Err(Error::new(other.span(), "text, a block, an element or a component is expected")),
    }
}

/// The expression of a block that is nothing else.
fn without_braces(block: &Block) -> Tokens {
    match block.stmts.as_slice() {
        [Stmt::Expr(expression, None)] => expression.to_token_stream(),
        _ => block.to_token_stream(),
    }
}

/// The closure that a block consists of.
fn only_closure(block: &Block) -> Option<&ExprClosure> {
    match block.stmts.as_slice() {
        [Stmt::Expr(Expr::Closure(closure), None)] => Some(closure),
        _ => None,
    }
}

fn is_component(name: &NodeName) -> bool {
    name.to_string().starts_with(|first: char| first.is_ascii_uppercase())
}

/// The component's own tag as it was, its children as blocks.
fn component(element: &NodeElement<Infallible>) -> Result<Tokens> {
    let name = element.name();
    let attributes = element.attributes();
    let children = element.children.iter().map(view_of).collect::<Result<Vec<_>>>()?;
    let tag = match children.is_empty() {
        true => quote! { <#name #(#attributes)* /> },
        false => quote! { <#name #(#attributes)*> #({#children})* </#name> },
    };
    Ok(quote! { ::leptos::prelude::IntoAny::into_any(::leptos::prelude::view! { #tag }.into_inner()) })
}

fn html(element: &NodeElement<Infallible>) -> Result<Tokens> {
    let tag = element.name().to_string();
    let mut calls = Vec::new();
    let (mut classes_change, mut toggles_class) = (false, false);
    for attribute in element.attributes() {
        match attribute {
            NodeAttribute::Attribute(attribute) => {
                let name = attribute.key.to_string();
                classes_change |= name == "class" && !is_text(attribute.value());
                toggles_class |= name.starts_with("class:");
                calls.push(call(&tag, attribute)?);
            }
            NodeAttribute::Block(block) => return Err(Error::new(block.span(), "an attribute needs a name")),
        }
    }
    if classes_change && toggles_class {
        let why = "a `class` that changes would take the classes of `class:` away; write them into it";
        return Err(Error::new(element.open_tag.span(), why));
    }
    for child in &element.children {
        calls.push(match child {
            Node::Text(text) => {
                let text = text.value_string();
                quote! { text(#text) }
            }
            child => {
                let child = view_of(child)?;
                quote! { child(#child) }
            }
        });
    }
    // Invisible to the values: these may have a variable of the same name.
    let element = Ident::new("element", Span::mixed_site());
    Ok(quote! {{
        let mut #element = crate::ui::element::Element::new(#tag);
        #(#element.#calls;)*
        #element.into_view()
    }})
}

fn is_text(value: Option<&Expr>) -> bool {
    matches!(value, Some(Expr::Lit(literal)) if matches!(literal.lit, Lit::Str(_)))
}

/// The call that adds an attribute.
fn call(tag: &str, attribute: &KeyedAttribute) -> Result<Tokens> {
    let name = attribute.key.to_string();
    let value = match attribute.value() {
        None => quote! { true },
        Some(Expr::Block(block)) => without_braces(&block.block),
        Some(value) => value.to_token_stream(),
    };
    let parts: Vec<&str> = name.split(':').collect();
    Ok(match parts.as_slice() {
        [name] if is_text(attribute.value()) => quote! { fixed(#name, #value) },
        ["node_ref"] => quote! { node_ref(#value) },
        [name] => quote! { attribute(#name, #value) },
        ["class", name] => quote! { class(#name, #value) },
        ["style", name] => quote! { style(#name, #value) },
        ["prop", name] => quote! { property(#name, #value) },
        ["on", event] => {
            let event = format_ident!("{event}");
            quote! { on(::leptos::ev::#event, #value) }
        }
        ["on", event, "target"] => {
            let event = format_ident!("{event}");
            let target = match tag {
                "input" => quote! { ::web_sys::HtmlInputElement },
                "select" => quote! { ::web_sys::HtmlSelectElement },
                "textarea" => quote! { ::web_sys::HtmlTextAreaElement },
                _ => return Err(Error::new(attribute.span(), "only fields have a typed target")),
            };
            quote! { on_target::<_, #target>(::leptos::ev::#event, #value) }
        }
        _ => return Err(Error::new(attribute.span(), "no such kind of attribute")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(view: Tokens) -> std::result::Result<String, String> {
        let nodes = rstml::parse2(view).map_err(|error| error.to_string())?;
        views(&nodes).map(|tokens| tokens.to_string().replace(' ', "")).map_err(|error| error.to_string())
    }

    #[test]
    fn tags_become_elements_and_components_stay_leptos() {
        let view = quote! { <p class="lead" hidden=off on:click=go>"Now"<Icon name="run"/>{rest}{move || later()}</p> };
        let text = expanded(view).expect("a view");
        for call in [
            "Element::new(\"p\")",
            ".fixed(\"class\",\"lead\")",
            ".attribute(\"hidden\",off)",
            ".on(::leptos::ev::click,go)",
            ".text(\"Now\")",
            "view!{<Iconname=\"run\"/>}",
            "into_any(rest)",
            "dynamic({letmutpart=move||later();",
        ] {
            assert!(text.contains(call), "{call} in {text}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused_where_it_is_written() {
        assert!(expanded(quote! { <p on:input:target=go/> }).is_err_and(|error| error.contains("fields")));
        assert!(
            expanded(quote! { <p use:thing=go/> }).is_err_and(|error| error.contains("kind of attribute"))
        );
        assert!(
            expanded(quote! { <p class=changing class:on=yes/> }).is_err_and(|error| error.contains("away"))
        );
        assert!(expanded(quote! { <p {spread}/> }).is_err_and(|error| error.contains("needs a name")));
    }
}
