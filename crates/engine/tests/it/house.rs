//! An engine in a temporary folder, under a clock the test moves.

use std::path::Path;
use std::sync::Arc;

use quorate_domain::account::{AccountChange, Command, ContactChange, ContactRef, NewSignal, Outcome, Patch};
use quorate_domain::contact::HeldRole;
use quorate_domain::id::{AccountId, ContactId, Kind, ModelVersion, Role, SignalId};
use quorate_domain::model::Model;
use quorate_domain::signal::SignalSource;
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::Timestamp;
use quorate_domain::value::{Source, Value};
use quorate_engine::view::{AccountView, ItemOutcome};
use quorate_engine::{AccountRef, AsOf, Clock, ClockHand, Engine, EngineConfig, IncomingSignal};
use quorate_store::{EmbeddedOptions, EmbeddedStore};

/// Heat 50 at 50 points; an account enters with one engaged contact and leaves below heat 40.
pub(crate) const MODEL: &str = r#"
[heat]
half_point = 50
[engagement]
engaged_at = 5
[roles.champion]
weight = 1
[roles.unknown]
weight = 1
[signals."demo.requested"]
points = 60
half_life_days = 30
[signals."page.view"]
points = 1
half_life_days = 7
[mqa]
enter_heat = 50
exit_heat = 40
engaged_contacts = 1
"#;

pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) hand: ClockHand,
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn open(folder: &Path, now: Timestamp, config: EngineConfig) -> House {
    let model = Arc::new(Model::from_toml(MODEL).unwrap());
    let models = vec![ModelInForce {
        from: Timestamp::MIN,
        version: ModelVersion(1),
        model,
    }];
    open_under(folder, now, config, models)
}

/// Opens an engine under these models, oldest first.
pub(crate) fn open_under(
    folder: &Path,
    now: Timestamp,
    config: EngineConfig,
    models: Vec<ModelInForce>,
) -> House {
    let store = Arc::new(EmbeddedStore::open(folder, EmbeddedOptions::default()).unwrap());
    let (clock, hand) = Clock::manual(now);
    let engine = Engine::start(store, models, clock, config).unwrap();
    House { engine, hand }
}

pub(crate) fn signal(account: &str, id: &str, contact: &str, kind: &str, at: Timestamp) -> IncomingSignal {
    IncomingSignal {
        account: AccountRef::Id(AccountId::new(account).unwrap()),
        signal: NewSignal {
            id: SignalId::new(id).unwrap(),
            kind: Kind::new(kind).unwrap(),
            contact: Some(ContactRef::Id(ContactId::new(contact).unwrap())),
            occurred_at: Some(at),
            strength: 1.0,
            source: SignalSource::FirstParty,
            solution: None,
            object: None,
            properties: None,
        },
    }
}

impl House {
    /// Stops the engine and lets go of its folder.
    pub(crate) async fn close(self) {
        self.engine.stop().await;
    }

    pub(crate) async fn record(&self, signals: Vec<IncomingSignal>) -> Vec<ItemOutcome> {
        self.engine.record_signals(signals).await.unwrap()
    }

    pub(crate) async fn accept(&self, signals: Vec<IncomingSignal>) {
        for outcome in self.record(signals).await {
            assert_eq!(outcome, ItemOutcome::Decided(Outcome::Accepted));
        }
    }

    pub(crate) async fn account(&self, id: &str) -> Option<AccountView> {
        self.engine
            .account(&AccountId::new(id).unwrap(), AsOf::default())
            .await
            .unwrap()
    }

    pub(crate) async fn name(&self, id: &str, name: &str, domain: &str) {
        let fields = vec![
            (Arc::from("name"), Some(Value::text(name))),
            (Arc::from("domains"), Some(Value::List(vec![Arc::from(domain)]))),
        ];
        let change = AccountChange {
            fields,
            source: Source::person(),
        };
        let account = AccountId::new(id).unwrap();
        self.engine
            .execute(account, Command::ChangeAccount(change), None)
            .await
            .unwrap();
    }

    pub(crate) async fn give_role(&self, id: &str, contact: &str, role: &str) {
        let mut change = ContactChange::new(ContactId::new(contact).unwrap(), Source::person());
        change.roles = Patch::Set(vec![HeldRole {
            role: Role::new(role).unwrap(),
            solution: None,
        }]);
        let account = AccountId::new(id).unwrap();
        self.engine
            .execute(account, Command::ChangeContact(change), None)
            .await
            .unwrap();
    }
}
