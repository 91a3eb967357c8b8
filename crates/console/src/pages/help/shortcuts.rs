//! The list of keys.

/// Keys of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) keys: &'static [Shortcut],
}

/// Keys and what they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shortcut {
    pub(crate) keys: &'static [&'static str],
    pub(crate) does: &'static str,
}

const fn key(keys: &'static [&'static str], does: &'static str) -> Shortcut {
    Shortcut { keys, does }
}

/// All keys.
pub(crate) const SHORTCUTS: &[Group] = &[
    Group {
        name: "Everywhere",
        keys: &[
            key(&["/"], "Find an account"),
            key(&["Ctrl K", "⌘ K"], "Find an account, from a field too"),
            key(&["G B"], "Go to the heat board"),
            key(&["G A"], "Go to the gaps"),
            key(&["G L"], "Go to the lists"),
            key(&["G I"], "Go to the imports"),
            key(&["1 to 6"], "Open a tab of the page"),
            key(&["C"], "Copy the page's link"),
            key(&["P"], "Pause live values, and go on"),
            key(&["T"], "Light or dark"),
            key(&["?"], "This list"),
            key(&["Esc"], "Close what is open"),
        ],
    },
    Group {
        name: "Heat board",
        keys: &[
            key(&["J", "K"], "Next row, previous row"),
            key(&["Enter"], "Open the account"),
            key(&["Space"], "Look into the account from the side"),
            key(&["F"], "Filter"),
            key(&["S"], "Sort"),
            key(&["R"], "Re-sort when rows have changed"),
        ],
    },
    Group {
        name: "Account",
        keys: &[key(&["[", "]"], "Previous and next account of the list")],
    },
    Group {
        name: "Questions of an import",
        keys: &[
            key(&["J", "K"], "Next question, previous question"),
            key(&["1", "2", "3"], "Choose the answer: the same, new, skip"),
            key(&["U"], "Take the answer back"),
            key(&["A"], "All that are open here are the same"),
        ],
    },
];
