//! Addresses: which page a path names, and query strings as pairs.

/// A page of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// Signing in.
    SignIn,
    /// For administrators only.
    Admin(AdminPage),
    /// Nothing.
    Missing,
}

/// A page for administrators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminPage {
    /// The user's account.
    Account,
    /// All batches.
    Batches,
    /// Making a batch.
    NewBatch,
    /// One batch.
    Batch(String),
    /// The base project of a batch.
    Base(String),
}

impl Page {
    /// The page at a path. A trailing slash does not matter.
    pub fn at(path: &str) -> Self {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let page = match (segments.next(), segments.next(), segments.next()) {
            (None, ..) => Page::Admin(AdminPage::Batches),
            (Some("sign-in"), None, _) => Page::SignIn,
            (Some("account"), None, _) => Page::Admin(AdminPage::Account),
            (Some("batches"), None, _) => Page::Admin(AdminPage::Batches),
            (Some("batches"), Some("new"), None) => Page::Admin(AdminPage::NewBatch),
            (Some("batches"), Some(name), None) => Page::Admin(AdminPage::Batch(name.to_owned())),
            (Some("batches"), Some(name), Some("base")) => Page::Admin(AdminPage::Base(name.to_owned())),
            _ => Page::Missing,
        };
        if segments.next().is_some() { Page::Missing } else { page }
    }
}

/// Parameters of a query string, in its order.
pub type Pairs = Vec<(String, String)>;

/// The pairs of a query string, with or without its question mark. `decode` undoes percent-encoding.
pub fn pairs_of(query: &str, decode: impl Fn(&str) -> String) -> Pairs {
    let query = query.strip_prefix('?').unwrap_or(query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&key.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// The value of a parameter; empty when it is absent.
pub fn find(pairs: &[(String, String)], key: &str) -> String {
    pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// The address of a path with changed parameters; an empty value removes one. `encode` percent-encodes.
pub fn address(
    path: &str,
    mut pairs: Pairs,
    changes: &[(&str, &str)],
    encode: impl Fn(&str) -> String,
) -> String {
    for (key, value) in changes {
        match pairs.iter_mut().find(|(name, _)| name == key) {
            Some(pair) => pair.1 = (*value).to_owned(),
            None => pairs.push(((*key).to_owned(), (*value).to_owned())),
        }
    }
    let mut address = path.to_owned();
    let mut separator = '?';
    for (key, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(separator);
        address.push_str(&encode(key));
        address.push('=');
        address.push_str(&encode(value));
        separator = '&';
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_a_user_may_have_noted_leads_to_its_page() {
        for (path, page) in [
            ("/", Page::Admin(AdminPage::Batches)),
            ("/sign-in", Page::SignIn),
            ("/account/", Page::Admin(AdminPage::Account)),
            ("/batches", Page::Admin(AdminPage::Batches)),
            ("/batches/new", Page::Admin(AdminPage::NewBatch)),
            ("/batches/creek-2", Page::Admin(AdminPage::Batch("creek-2".to_owned()))),
            ("/batches/creek-2/base", Page::Admin(AdminPage::Base("creek-2".to_owned()))),
            ("/batches/creek-2/runs", Page::Missing),
            ("/batches/creek-2/base/more", Page::Missing),
            ("/sign-in/more", Page::Missing),
            ("/elsewhere", Page::Missing),
        ] {
            assert_eq!(Page::at(path), page, "{path}");
        }
    }

    #[test]
    fn state_in_the_address_survives_changes_of_other_state() {
        let same = |text: &str| text.to_owned();
        let pairs = pairs_of("?view=dashboard&run=a+b&empty=&flag", same);
        assert_eq!(
            (find(&pairs, "run"), find(&pairs, "flag"), find(&pairs, "none")),
            ("a b".to_owned(), String::new(), String::new())
        );
        let changed = address("/batches/x", pairs.clone(), &[("view", ""), ("tab", "log")], same);
        assert_eq!(changed, "/batches/x?run=a b&tab=log");
        assert_eq!(address("/batches/x", pairs, &[("view", ""), ("run", "")], same), "/batches/x");
    }
}
