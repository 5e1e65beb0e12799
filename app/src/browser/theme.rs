//! The theme: kept in local storage so that `theme.js` can set it before the first paint.

use leptos::prelude::*;

/// Key in local storage; `public/theme.js` reads the same.
const KEY: &str = "headwaters-theme";

/// Themes with the words the account page uses for them.
pub const THEMES: [(&str, &str, &str); 4] = [
    ("system", "System", "The setting of your computer"),
    ("light", "Light", "Dark text on white"),
    ("dark", "Dark", "Light text on near black"),
    ("contrast", "High contrast", "Black, white and strong borders"),
];

/// The theme in use.
pub fn current() -> String {
    let stored =
        window().local_storage().ok().flatten().and_then(|storage| storage.get_item(KEY).ok().flatten());
    stored.unwrap_or_else(|| "system".to_owned())
}

/// Uses and keeps a theme. Unknown names mean the system's.
pub fn apply(theme: &str) {
    let theme = THEMES.iter().map(|(name, ..)| *name).find(|name| *name == theme).unwrap_or("system");
    if let Some(root) = document().document_element() {
        // A page whose storage or root element refuses simply keeps the theme it has.
        let _ = root.set_attribute("data-theme", theme);
    }
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(KEY, theme);
    }
}
