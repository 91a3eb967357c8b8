//! The kinds of problems: slug, status, title and the page that explains them. The slugs are a promise: programs
//! match on them.

use actix_web::http::StatusCode;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $status:ident, $title:literal, again: $again:literal;)+) => {
        /// A kind of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the kind as a word for programs, in snake case.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// Returns the HTTP status.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }

            /// Returns the words every problem of the kind has.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// Returns what the kind means and what to do, as its page says it.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii(),)+ }
            }

            /// Returns whether sending the same request again may help.
            #[must_use]
            pub fn may_be_sent_again(self) -> bool {
                match self { $(Self::$name => $again,)+ }
            }
        }
    };
}

kinds! {
    /// The body is not the JSON it says it is. `errors` names line and column of the first place that cannot be
    /// read; nesting deeper than 128 levels is one such place.
    InvalidJson = "invalid_json", BAD_REQUEST, "The body is not valid JSON", again: false;
    /// The body is JSON, but a field of it is missing, unknown or of the wrong form. Nothing was recorded.
    /// `errors` says which fields and why.
    InvalidField = "invalid_field", BAD_REQUEST, "A field of the body is wrong", again: false;
    /// The file is empty, is no text of rows, or its columns cannot be told apart. Nothing was kept. The detail says
    /// what, where, and what to do.
    InvalidFile = "invalid_file", BAD_REQUEST, "The file cannot be read", again: false;
    /// A query parameter is unknown or its value cannot be read. `errors` says which, with the nearest name that
    /// is known.
    InvalidParameter = "invalid_parameter", BAD_REQUEST, "A query parameter is wrong", again: false;
    /// A cursor was changed on the way, or is used with other filters or another order than the page it came from.
    /// Start again without a cursor.
    InvalidCursor = "invalid_cursor", BAD_REQUEST, "The cursor does not fit this list", again: false;
    /// An id in the path is empty, longer than 256 bytes or has control characters.
    InvalidId = "invalid_id", BAD_REQUEST, "An id in the path is wrong", again: false;
    /// A header of the request cannot be read. The detail says which.
    InvalidHeader = "invalid_header", BAD_REQUEST, "A header is wrong", again: false;
    /// The request names no API key, or one that is unknown or revoked. Send `Authorization: Bearer qk_...`.
    Unauthorized = "unauthorized", UNAUTHORIZED, "An API key is needed", again: false;
    /// The API key is good, but none of its scopes allows this. Ask an administrator for a key that may.
    Forbidden = "forbidden", FORBIDDEN, "This key may not do that", again: false;
    /// There is nothing at this path. `/docs` and `/openapi.json` list all paths.
    NotFound = "not_found", NOT_FOUND, "There is nothing here", again: false;
    /// There is no such account (or, with `as_of`, there was none yet).
    AccountNotFound = "account_not_found", NOT_FOUND, "There is no such account", again: false;
    /// The account has no such contact.
    ContactNotFound = "contact_not_found", NOT_FOUND, "There is no such contact", again: false;
    /// There is no such relation between these contacts.
    RelationNotFound = "relation_not_found", NOT_FOUND, "There is no such relation", again: false;
    /// The account has no such evidence, or it was retracted.
    EvidenceNotFound = "evidence_not_found", NOT_FOUND, "There is no such evidence", again: false;
    /// The model uses no such framework. The detail lists those it uses.
    FrameworkNotFound = "framework_not_found", NOT_FOUND, "There is no such framework", again: false;
    /// The account has no such gap now: it is closed, or was never there.
    GapNotFound = "gap_not_found", NOT_FOUND, "There is no such gap", again: false;
    /// There is no such list of target accounts. `PUT` makes it.
    ListNotFound = "list_not_found", NOT_FOUND, "There is no such list", again: false;
    /// There is no such import, or it is one of the oldest and kept no more.
    ImportNotFound = "import_not_found", NOT_FOUND, "There is no such import", again: false;
    /// The path is there, but does not answer this method. The `Allow` header lists those it answers.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The path does not answer this method", again: false;
    /// The body did not come in, or came in too slowly. Send it again over a better line or in smaller parts.
    BodyTimeout = "body_timeout", REQUEST_TIMEOUT, "The body took too long", again: false;
    /// A request with this `Idempotency-Key` is being carried out. Wait as long as `Retry-After` says and send it
    /// again: you get its answer.
    RequestRunning = "request_running", CONFLICT, "The same request is running", again: true;
    /// Accounts are on the list. `?force=true` takes them off it and deletes it; the accounts stay.
    ListHasMembers = "list_has_members", CONFLICT, "Accounts are on the list", again: false;
    /// The import is being applied: its rows take no answers until that is done.
    ImportApplying = "import_applying", CONFLICT, "The import is being applied", again: false;
    /// The account changed since it was read: its version is not the one in `If-Match`. Read it again and decide
    /// whether your change still makes sense.
    PreconditionFailed = "precondition_failed", PRECONDITION_FAILED, "The account has changed since", again: false;
    /// The body is larger than this path takes. Send it in several requests.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The body is too large", again: false;
    /// The `Content-Type` or `Content-Encoding` is none this path reads. The detail lists those it does.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body's type is not supported", again: false;
    /// The change would take the account past a limit of this server, or more is asked for than it reads at once. The
    /// detail names the limit.
    LimitReached = "limit_reached", UNPROCESSABLE_ENTITY, "A limit is reached", again: false;
    /// The request's `Idempotency-Key` was used for another request: another path or another body. Take a new key for
    /// every new request; send the same key only with the same request.
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key is taken", again: false;
    /// The account's records are damaged, or one of them cannot be read without failing. It is set aside so that
    /// nothing of it gets lost; the server's log and metrics name the record. An operator must look.
    AccountSetAside = "account_set_aside", LOCKED, "The account is set aside", again: false;
    /// This API key sent more requests than it may in a window of time. Nothing was recorded. Wait as long as
    /// `Retry-After` says; `RateLimit` on every answer says how many are left.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests with this key", again: true;
    /// Something failed inside the server. Its log says what, under the request's id.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something failed inside", again: false;
    /// More is under way than this server takes on, whoever asks. Nothing was recorded. Wait as long as `Retry-After`
    /// says.
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "The server is busy", again: true;
    /// It could not be made durable, or nobody can say whether it was. Sending it again is safe: what was recorded
    /// is not recorded twice.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "It could not be made durable", again: true;
    /// The server is shutting down. Send it again: another one, or this one after its start, takes it.
    Stopping = "stopping", SERVICE_UNAVAILABLE, "The server is shutting down", again: true;
}

impl Kind {
    /// Returns the kind as it stands in its page's address: `invalid-json`.
    #[must_use]
    pub fn slug(self) -> String {
        self.code().replace('_', "-")
    }

    /// Returns the path of the page that explains the kind.
    #[must_use]
    pub fn page(self) -> String {
        format!("/problems/{}", self.slug())
    }

    /// Returns the kind of a slug.
    #[must_use]
    pub fn of_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }
}
