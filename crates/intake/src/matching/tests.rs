use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quorate_domain::id::AccountId;

use super::{Answer, Directory, Match, resolve};
use crate::csv::{self, Limits};
use crate::draft::{self, BadCells, Draft};
use crate::mapping::{Mapping, Wishes};

/// id, name, domains, country.
type Known<'a> = (&'a str, &'a str, &'a [&'a str], &'a str);

fn drafts(text: &str) -> Vec<Draft> {
    let table = csv::read(text.as_bytes(), &Limits::default()).unwrap();
    let mapping = Mapping::find(&table.header, &Wishes::default()).unwrap();
    draft::read(&table, &mapping, BadCells::Fail)
}

fn id(text: &str) -> AccountId {
    AccountId::new(text).unwrap()
}

fn run(known: &[Known<'_>], text: &str, answers: &[(usize, Answer)]) -> Vec<String> {
    let drafts = drafts(text);
    let answers: BTreeMap<usize, Answer> = answers.iter().cloned().collect();
    let mut directory = Directory::wanted(&drafts, &answers);
    let some = |text: &str| (!text.is_empty()).then(|| Arc::from(text));
    for (account, name, domains, country) in known {
        let domains: Vec<Arc<str>> = domains.iter().map(|domain| Arc::from(*domain)).collect();
        directory.offer(
            &id(account),
            some(name).as_ref(),
            &domains,
            some(country).as_ref(),
        );
    }
    let ids: BTreeSet<AccountId> = known.iter().map(|(account, ..)| id(account)).collect();
    resolve(&drafts, &directory, &answers, &|id| ids.contains(id))
        .iter()
        .map(shown)
        .collect()
}

fn shown(found: &Match) -> String {
    match found {
        Match::Known(account) => format!("known {account}"),
        Match::Made { account, by } => format!("made {account} by {by}"),
        Match::New(account) => format!("new {account}"),
        Match::Double { of, account } => format!("double of {of} {account}"),
        Match::Ask { reason, candidates } => {
            let names: Vec<&str> = candidates
                .iter()
                .map(|candidate| candidate.account.as_str())
                .collect();
            format!("ask: {reason}: {}", names.join(","))
        }
        Match::Out(reason) => format!("out: {reason}"),
        Match::Wrong => "wrong".to_owned(),
    }
}

#[track_caller]
fn check(known: &[Known<'_>], text: &str, expected: &[&str]) {
    assert_eq!(run(known, text, &[]), expected, "{text}");
}

const ACME: Known<'_> = ("a1", "Acme", &["acme.com", "acme.de"], "DE");

#[test]
fn the_id_goes_before_the_domain_and_the_domain_before_the_name() {
    let other: Known<'_> = ("b1", "Beta", &["beta.com"], "US");
    check(&[ACME, other], "id,name\na1,Whatever\n", &["known a1"]);
    check(
        &[ACME, other],
        "name,domain\nWhatever,www.ACME.de\n",
        &["known a1"],
    );
    check(&[ACME, other], "name,country\n acme ,Germany\n", &["known a1"]);
    check(&[ACME, other], "name\nACME\n", &["known a1"]);
    check(
        &[ACME, other],
        "id,name,domain\na1,Acme,beta.com\n",
        &["ask: its id is one account's and its domain another's: a1,b1"],
    );
    check(&[ACME, other], "name,country\nAcme,France\n", &["new acme"]);
}

#[test]
fn what_is_not_certain_is_asked() {
    check(
        &[ACME],
        "name,domain,country\nAcme,acme.io,DE\n",
        &["ask: an account has the same name and country, and another domain: a1"],
    );
    let twin: Known<'_> = ("a2", "Acme", &[], "US");
    check(
        &[ACME, twin],
        "name\nAcme\n",
        &["ask: 2 accounts have its name: a1,a2"],
    );
    check(&[ACME, twin], "name,country\nAcme,US\n", &["known a2"]);
    let yum: Known<'_> = ("y1", "Yum Brands", &["yum.com"], "");
    let china: Known<'_> = ("y2", "Yum China", &["yum.com"], "");
    check(&[yum, china], "name,domain\nYUM CHINA,yum.com\n", &["known y2"]);
    check(
        &[yum, china],
        "name,domain\nYum Holdings,yum.com\n",
        &["ask: 2 accounts have its domain: y1,y2"],
    );
}

#[test]
fn accounts_that_signals_made_are_found_by_what_their_id_says() {
    check(
        &[("acme.com", "", &[], "")],
        "name,domain\nAcme,acme.com\n",
        &["known acme.com"],
    );
    check(
        &[("acme", "", &[], "")],
        "name\nAcme\n",
        &["ask: there is an account \"acme\" that nobody gave a name: acme"],
    );
    check(
        &[("acme", "Acme Tools", &[], "")],
        "name\nAcme\n",
        &["new acme-2"],
    );
}

#[test]
fn the_first_row_about_an_account_goes() {
    let text = "id,name,domain\n\
        ,Acme,acme.com\n\
        ,ACME,acme.com\n\
        ,Acme,\n\
        ,Acme Labs,acme.com\n\
        ,Acme,acme.org\n\
        7,Beta,\n\
        7,Beta Again,\n\
        8,Beta,\n";
    check(
        &[],
        text,
        &[
            "new acme.com",
            "double of 2 acme.com",
            "double of 2 acme.com",
            "ask: row 2 has the same domain, and another name: acme.com",
            "ask: row 2 has the same name, and another domain: acme.com",
            "new 7",
            "double of 7 7",
            "new 8",
        ],
    );
}

#[test]
fn an_answer_decides() {
    let text = "name,domain\nAcme,acme.com\nAcme Labs,acme.com\nAcme Two,acme.com\nAcme Three,acme.com\n";
    let answers = [
        (3, Answer::Same(id("acme.com"))),
        (4, Answer::New),
        (5, Answer::Skip),
    ];
    assert_eq!(
        run(&[], text, &answers),
        [
            "new acme.com",
            "made acme.com by 2",
            "new acme.com-2",
            "out: a person said that it stays out"
        ]
    );
    assert_eq!(
        run(&[ACME], "name\nBeta\n", &[(2, Answer::Same(id("nobody")))]),
        ["ask: there is no account \"nobody\", which the answer names: "]
    );
    assert_eq!(
        run(&[ACME], "name\nBeta\n", &[(2, Answer::Same(id("a1")))]),
        ["known a1"]
    );
}
