//! Who may open the console: whoever signs in with an API key that may read.

use std::sync::Arc;

use quorate_api::{Auth, Keys, Need, Read, Scope, Write};
use quorate_console::access::{Access, Authorize};

/// Keys, as the console asks for them.
struct Readers(Keys);

impl Authorize for Readers {
    fn sign_in(&self, key: &str) -> Option<Arc<str>> {
        self.0
            .grant(key)
            .filter(|grant| may_read(&grant.scopes))
            .map(|grant| grant.id)
    }

    fn still_admits(&self, key_id: &str) -> bool {
        self.holds(key_id, Read::ANY_OF)
    }

    fn may_write(&self, key_id: &str) -> bool {
        self.holds(key_id, Write::ANY_OF)
    }
}

impl Readers {
    /// Whether the key of an id is not revoked and has one of these scopes.
    fn holds(&self, key_id: &str, any_of: &[Scope]) -> bool {
        self.0.list().iter().any(|key| {
            &*key.id == key_id
                && key.revoked_at.is_none()
                && key.scopes.iter().any(|scope| any_of.contains(scope))
        })
    }
}

fn may_read(scopes: &[Scope]) -> bool {
    scopes.iter().any(|scope| Read::ANY_OF.contains(scope))
}

/// Returns the console's door for those whom the API lets in.
///
/// - `secure`: cookies go over TLS only.
pub(super) fn access(auth: &Auth, secure: bool) -> Access {
    match auth {
        Auth::Open => Access::Open,
        Auth::Keys(keys) => Access::by_key(Arc::new(Readers(keys.clone())), secure),
    }
}
