//! The demo's knobs on the board: pause, another week, and signals that are ready to be sent.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use quorate_console::{Demo, DemoClock, DemoLead, DemoOffer};
use quorate_domain::account::{ContactRef, NewSignal};
use quorate_domain::id::{AccountId, ContactId, Kind, SignalId};
use quorate_domain::signal::SignalSource;
use quorate_domain::time::Timestamp;
use quorate_engine::{AccountRef, IncomingSignal};

/// Who is sent to look where: the first of the cast.
pub(super) const LEAD: &str = "northfold-logistics";

/// A signal that is ready to be sent.
struct Ready {
    key: &'static str,
    words: &'static str,
    effect: &'static str,
    account: &'static str,
    name: &'static str,
    contact: &'static str,
    kind: &'static str,
    strength: f64,
    source: SignalSource,
}

const READY: [Ready; 3] = [
    Ready {
        key: "pricing",
        words: "Owen Castellane, CFO, reads the pricing page",
        effect: "Northfold Logistics: the buyer is engaged, and quorum rises",
        account: LEAD,
        name: "Northfold Logistics",
        contact: "owen.castellane",
        kind: "page.pricing",
        strength: 1.0,
        source: SignalSource::FirstParty,
    },
    Ready {
        key: "demo",
        words: "Camille Lachance, VP Finance, asks for a demo",
        effect: "Copperline Freight: becomes MQA at once",
        account: "copperline-freight",
        name: "Copperline Freight",
        contact: "camille.lachance",
        kind: "demo.requested",
        strength: 1.0,
        source: SignalSource::FirstParty,
    },
    Ready {
        key: "meeting",
        words: "Imogen Pemberton, CFO, comes to a meeting of an hour",
        effect: "Aldermoor Bank: heat and quorum rise, one seat stays opposed",
        account: "aldermoor-bank",
        name: "Aldermoor Bank",
        contact: "imogen.pemberton",
        kind: "meeting.attended",
        strength: 2.0,
        source: SignalSource::Sales,
    },
];

/// What people asked for, and what the run tells them.
pub(crate) struct Control {
    /// Tells the signals of this process from those of others over the same folder.
    started_at: Timestamp,
    offers: Vec<DemoOffer>,
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    clock: DemoClock,
    wants_a_week: bool,
    sent: u64,
    lead: Cow<'static, str>,
}

impl Control {
    /// Returns the knobs of a demo that runs.
    ///
    /// - `accounts`: says which accounts there are.
    /// - `started_at`: the wall clock's now.
    pub(crate) fn new(accounts: impl Fn(&str) -> bool, started_at: Timestamp) -> Self {
        let offers = READY
            .iter()
            .filter(|ready| accounts(ready.account))
            .map(|ready| DemoOffer {
                key: ready.key,
                words: ready.words,
                effect: ready.effect,
                account: AccountId::trusted(ready.account),
                name: ready.name,
            })
            .collect();
        Self {
            started_at,
            offers,
            now: Mutex::new(Now {
                clock: DemoClock::Running,
                wants_a_week: false,
                sent: 0,
                lead: Cow::Borrowed(""),
            }),
        }
    }

    /// Says that the clock came to its end.
    pub(super) fn end(&self) {
        self.lock().clock = DemoClock::Over;
    }

    /// Returns whether somebody asked for another week since the last time; the clock runs then.
    pub(super) fn take_week(&self) -> bool {
        let mut now = self.lock();
        let wanted = std::mem::take(&mut now.wants_a_week);
        if wanted {
            now.clock = DemoClock::Running;
        }
        wanted
    }

    /// Says why the first account is worth a look.
    pub(super) fn tell_lead(&self, why: &'static str) {
        self.lock().lead = Cow::Borrowed(why);
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        // Every change is one assignment: a panic leaves it whole.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Demo for Control {
    fn clock(&self) -> DemoClock {
        self.lock().clock
    }

    fn pace(&self) -> &'static str {
        "a day passes every 20 seconds"
    }

    fn lead(&self) -> DemoLead {
        DemoLead {
            account: AccountId::trusted(LEAD),
            name: Cow::Borrowed("Northfold Logistics"),
            why: self.lock().lead.clone(),
        }
    }

    fn offers(&self) -> &[DemoOffer] {
        &self.offers
    }

    fn signal(&self, offer: &str) -> Option<IncomingSignal> {
        let ready = READY.iter().find(|ready| ready.key == offer)?;
        let mut now = self.lock();
        now.sent += 1;
        let id = format!("demo:sent:{}:{}", self.started_at.as_millis(), now.sent);
        Some(IncomingSignal {
            account: AccountRef::Id(AccountId::trusted(ready.account)),
            signal: NewSignal {
                id: SignalId::trusted(id),
                kind: Kind::trusted(ready.kind),
                contact: Some(ContactRef::Id(ContactId::trusted(ready.contact))),
                occurred_at: None,
                strength: ready.strength,
                source: ready.source,
                solution: None,
                object: None,
                properties: None,
            },
        })
    }

    fn pause(&self) {
        let mut now = self.lock();
        if now.clock == DemoClock::Running {
            now.clock = DemoClock::Paused;
        }
    }

    fn go_on(&self) {
        let mut now = self.lock();
        if now.clock == DemoClock::Paused {
            now.clock = DemoClock::Running;
        }
    }

    fn another_week(&self) {
        let mut now = self.lock();
        now.wants_a_week = now.clock == DemoClock::Over;
    }
}
