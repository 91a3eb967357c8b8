use std::borrow::Cow;

use quorate_domain::id::AccountId;
use quorate_engine::IncomingSignal;

use super::*;
use crate::demo::{DemoLead, DemoOffer};

/// A demo whose clock goes in one way.
struct Told {
    clock: DemoClock,
    why: &'static str,
    offers: Vec<DemoOffer>,
}

fn told(clock: DemoClock, why: &'static str) -> Told {
    Told {
        clock,
        why,
        offers: vec![DemoOffer {
            key: "pricing",
            words: "Owen <Castellane> reads the pricing page",
            effect: "quorum rises",
            account: AccountId::trusted("north field"),
            name: "Northfold",
        }],
    }
}

impl Demo for Told {
    fn clock(&self) -> DemoClock {
        self.clock
    }

    fn pace(&self) -> &'static str {
        "a day passes every 20 seconds"
    }

    fn lead(&self) -> DemoLead {
        DemoLead {
            account: AccountId::trusted("north field"),
            name: Cow::Borrowed("Northfold"),
            why: Cow::Borrowed(self.why),
        }
    }

    fn offers(&self) -> &[DemoOffer] {
        &self.offers
    }

    fn signal(&self, _offer: &str) -> Option<IncomingSignal> {
        None
    }

    fn pause(&self) {}

    fn go_on(&self) {}

    fn another_week(&self) {}
}

fn line(clock: DemoClock, why: &'static str) -> DemoLine {
    let now = "2026-06-16T14:32:07Z".parse().unwrap();
    DemoLine::new(&told(clock, why), &Visitor::anybody(), now, "/board?q=a")
}

/// The words a person reads.
fn text(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(line: &DemoLine, words: &str, action: &str) {
    let html = line.render().unwrap();
    assert!(text(&html).starts_with(words), "{}", text(&html));
    assert!(html.contains(&format!("action=\"/demo/{action}\"")), "{html}");
}

#[test]
fn the_line_says_how_the_clock_goes_and_offers_what_fits() {
    check(
        &line(DemoClock::Running, "hot, but the CFO is cold"),
        "Demo data: a day passes every 20 seconds. It is 16 Jun 2026, 14:32 UTC. \
         Start with Northfold: hot, but the CFO is cold. Pause Send a signal",
        "pause",
    );
    check(
        &line(DemoClock::Paused, ""),
        "Demo data: the clock stands still. It is 16 Jun 2026, 14:32 UTC. Start with Northfold. Go on",
        "go-on",
    );
    check(
        &line(DemoClock::Over, ""),
        "Demo data: its days are over, and the clock stands still. It is 16 Jun 2026, 14:32 UTC. \
         Start with Northfold. Another week",
        "another-week",
    );
}

#[test]
fn what_was_sent_is_said_with_where_to_look() {
    let mut line = line(DemoClock::Running, "");
    line.sent = Some(Sent {
        words: "Owen reads",
        name: "Northfold",
        href: account_page("north field"),
    });
    let html = line.render().unwrap();
    assert!(
        text(&html).contains("Sent: Owen reads. Look at Northfold."),
        "{html}"
    );
    assert!(html.contains("href=\"/accounts/north%20field\""), "{html}");
}

#[test]
fn names_are_text_and_forms_come_back_to_the_view() {
    let html = line(DemoClock::Running, "").render().unwrap();
    assert!(html.contains("Owen &#60;Castellane&#62;"), "{html}");
    assert_eq!(
        html.matches("name=\"then\" value=\"/board?q=a\"").count(),
        3,
        "{html}"
    );
    assert_eq!(html.matches("name=\"form_token\"").count(), 3, "{html}");
}
