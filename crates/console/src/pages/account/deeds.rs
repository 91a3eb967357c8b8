//! What signals are called: the shipped kinds as nouns and deeds, others by their label.

use quorate_domain::id::Kind;
use quorate_domain::model::Model;

use super::sentence::small;
use crate::words;

/// How people speak of a kind.
struct Deed {
    /// A kind, or `prefix.*`. An exact name stands before a pattern that covers it.
    kind: &'static str,
    /// One of them, with its article.
    one: &'static str,
    many: &'static str,
    /// What a person did; what it was about may follow.
    did: &'static str,
}

const fn deed(kind: &'static str, one: &'static str, many: &'static str, did: &'static str) -> Deed {
    Deed { kind, one, many, did }
}

const DEEDS: &[Deed] = &[
    deed(
        "demo.requested",
        "a demo request",
        "demo requests",
        "asked for a demo",
    ),
    deed(
        "contact.requested",
        "a contact request",
        "contact requests",
        "asked to be contacted",
    ),
    deed("demo.attended", "a demo", "demos", "came to a demo"),
    deed(
        "meeting.booked",
        "a booked meeting",
        "booked meetings",
        "booked a meeting",
    ),
    deed("meeting.attended", "a meeting", "meetings", "met with us"),
    deed(
        "meeting.no_show",
        "a missed meeting",
        "missed meetings",
        "did not come to a meeting",
    ),
    deed(
        "call.connected",
        "a phone call",
        "phone calls",
        "spoke with us on the phone",
    ),
    deed("chat.conversation", "a chat", "chats", "chatted with us"),
    deed(
        "page.pricing",
        "a pricing page visit",
        "pricing page visits",
        "read the pricing page",
    ),
    deed(
        "page.comparison",
        "a comparison page visit",
        "comparison page visits",
        "read a comparison page",
    ),
    deed(
        "page.docs",
        "a visit to the documentation",
        "visits to the documentation",
        "read the documentation",
    ),
    deed(
        "page.blog",
        "a blog post read",
        "blog posts read",
        "read a blog post",
    ),
    deed(
        "page.careers",
        "a careers page visit",
        "careers page visits",
        "read the careers page",
    ),
    deed("page.*", "a page visit", "page visits", "read a page"),
    deed(
        "roi.calculated",
        "an ROI calculation",
        "ROI calculations",
        "used the ROI calculator",
    ),
    deed(
        "content.case_study",
        "a case study",
        "case studies",
        "read a case study",
    ),
    deed(
        "content.download",
        "a download",
        "downloads",
        "downloaded something",
    ),
    deed("content.video", "a video", "videos", "watched a video"),
    deed("content.premium", "a course", "courses", "took a course"),
    deed(
        "content.*",
        "a piece of content",
        "pieces of content",
        "looked at content",
    ),
    deed("form.submitted", "a form", "forms", "sent a form"),
    deed("email.open", "an opened mail", "opened mails", "opened a mail"),
    deed(
        "email.click",
        "a click in a mail",
        "clicks in mails",
        "clicked in a mail",
    ),
    deed(
        "email.reply",
        "a reply to a mail",
        "replies to mails",
        "replied to a mail",
    ),
    deed(
        "event.registered",
        "an event registration",
        "event registrations",
        "registered for an event",
    ),
    deed("event.attended", "an event", "events", "came to an event"),
    deed(
        "event.webinar.registered",
        "a webinar registration",
        "webinar registrations",
        "registered for a webinar",
    ),
    deed(
        "event.webinar.attended",
        "a webinar",
        "webinars",
        "came to a webinar",
    ),
    deed(
        "ad.click",
        "a click on an ad",
        "clicks on ads",
        "clicked on an ad",
    ),
    deed(
        "social.engaged",
        "a social reaction",
        "social reactions",
        "reacted on social media",
    ),
    deed(
        "intent.surge",
        "an intent surge",
        "intent surges",
        "showed an intent surge",
    ),
    deed(
        "intent.surge.*",
        "an intent surge on a topic",
        "intent surges on topics",
        "showed an intent surge",
    ),
    deed("trial.started", "a trial", "trials", "started a trial"),
    deed(
        "product.sign_in",
        "a sign-in",
        "sign-ins",
        "signed in to the product",
    ),
    deed(
        "product.core_use",
        "a use of a core feature",
        "uses of core features",
        "used a core feature",
    ),
    deed(
        "product.invite",
        "an invitation",
        "invitations",
        "invited a colleague",
    ),
    deed(
        "product.limit",
        "a limit reached",
        "limits reached",
        "reached a limit of the plan",
    ),
    deed("referral.received", "a referral", "referrals", "referred us"),
];

fn of(kind: &str) -> Option<&'static Deed> {
    let covers = |deed: &&Deed| match deed.kind.strip_suffix('*') {
        Some(prefix) => kind.len() > prefix.len() && kind.starts_with(prefix),
        None => deed.kind == kind,
    };
    DEEDS.iter().find(covers)
}

/// Returns what people read of a kind: its label, else the kind itself.
pub(crate) fn label(model: &Model, kind: &Kind) -> String {
    model
        .rule(kind.as_str())
        .and_then(|rule| rule.label.as_deref())
        .map_or_else(|| kind.as_str().to_owned(), str::to_owned)
}

/// Returns several signals of a kind as a noun: `two meetings`, `a demo request`.
pub(crate) fn counted(model: &Model, kind: &Kind, number: usize) -> String {
    match (of(kind.as_str()), number) {
        (Some(deed), 1) => deed.one.to_owned(),
        (Some(deed), number) => format!("{} {}", small(number), deed.many),
        (None, 1) => format!("one “{}”", label(model, kind)),
        (None, number) => format!("{} times “{}”", small(number), label(model, kind)),
    }
}

/// Returns one signal of a kind as a certain one: `the meeting`.
pub(crate) fn certain(model: &Model, kind: &Kind) -> String {
    let one = of(kind.as_str()).map(|deed| {
        let noun = deed.one.split_once(' ').map_or(deed.one, |(_, noun)| noun);
        format!("the {noun}")
    });
    one.unwrap_or_else(|| format!("“{}”", label(model, kind)))
}

/// Returns what somebody did: `read the pricing page`; of an anonymous visitor too.
pub(crate) fn did(model: &Model, kind: &Kind) -> String {
    of(kind.as_str()).map_or_else(
        || words::capitalised(&label(model, kind)),
        |deed| deed.did.to_owned(),
    )
}

#[cfg(test)]
mod tests;
