//! The glossary.

/// A word, what it means, and how it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its place in the page: `/words#quorum`.
    pub(crate) anchor: &'static str,
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
    /// How it is counted; nothing: it is no number.
    pub(crate) counted: &'static str,
}

const fn word(
    anchor: &'static str,
    name: &'static str,
    meaning: &'static str,
    counted: &'static str,
) -> Word {
    Word {
        anchor,
        name,
        meaning,
        counted,
    }
}

/// All words, in alphabetical order.
pub(crate) const GLOSSARY: &[Word] = &[
    word(
        "account",
        "Account",
        "A company you might sell to, with its people, signals and facts.",
        "",
    ),
    word(
        "band",
        "Band",
        "Heat in a word.",
        "Cold under 20, warm under 50, hot under 80, burning from 80.",
    ),
    word(
        "buyer",
        "Buyer, economic buyer",
        "The person who can say yes to the money.",
        "",
    ),
    word(
        "engaged",
        "Engaged",
        "A person whose signals, faded to now, reach the model's line.",
        "Engagement is the sum of that person's points; the line is 5 points unless the model says otherwise.",
    ),
    word(
        "fit",
        "Fit",
        "How well the company matches what you sell to, from facts about it. It says nothing about interest.",
        "0 to 100: matched weight over known weight. A from 80, B from 60, C from 40, D below; not graded while under 30% of the facts are known.",
    ),
    word(
        "gap",
        "Gap",
        "Something that keeps an account from being qualified: an empty seat, a known but cold one, a missing condition.",
        "Its worth is what closing it alone would add.",
    ),
    word(
        "heat",
        "Heat",
        "How much is going on at an account now, from all its signals, each fading with its own half-life.",
        "0 to 100: 100 × (1 − 2^(−points ÷ half point)). Always rounded down.",
    ),
    word(
        "tape",
        "Heat tape",
        "Heat of the last 26 weeks, a cell a week, oldest at the left.",
        "A cell shows the heat at the end of its week; the last one is now. A dot: nothing was known yet.",
    ),
    word(
        "momentum",
        "Momentum",
        "Whether points come in faster or slower than usual.",
        "The rate of the last 7 days over that of the last 30. Surging above 1.5×, cooling under 0.5×.",
    ),
    word(
        "mqa",
        "MQA",
        "Marketing-qualified account: enough of the right people are warm enough for sales to act.",
        "The conditions are the model's. It ends when heat falls under the exit line, or another condition fails for the days of grace.",
    ),
    word(
        "points",
        "Points",
        "What signals are worth now. Each kind has its points and its half-life; a role and a seniority weigh them.",
        "Their sum makes heat.",
    ),
    word(
        "quorum",
        "Quorum",
        "How much of the buying committee is with you.",
        "Weight of the seats: an engaged holder counts in full, a known but cold one a quarter, an opposed or empty seat nothing.",
    ),
    word(
        "role",
        "Role",
        "What a person is to a purchase: buyer, champion, user and so on. Stated by somebody, or inferred from a title.",
        "",
    ),
    word(
        "seat",
        "Seat",
        "A role that the model wants on the committee, with a weight.",
        "Engaged, identified (known but cold), missing or opposed.",
    ),
    word(
        "signal",
        "Signal",
        "Something that happened: a visit, a meeting, a reply. Its points fade.",
        "",
    ),
    word(
        "stage",
        "Stage",
        "How far an account has come: target, aware, engaged, MQA.",
        "",
    ),
];
