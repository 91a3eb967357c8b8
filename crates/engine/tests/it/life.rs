//! An account's life: signals in, state out, restart, timers, panics.

use quorate_domain::account::Outcome;
use quorate_domain::engagement::Band;
use quorate_domain::id::AccountId;
use quorate_domain::standing::Change;
use quorate_domain::time::Timestamp;
use quorate_engine::list::{GapQuery, ListQuery};
use quorate_engine::view::{ItemOutcome, LiveChange, TimelineEntry};
use quorate_engine::{AccountRef, EngineConfig, Faults};
use std::sync::Arc;
use std::time::Duration;

use crate::house::{House, at, open, signal};

#[actix_rt::test]
async fn a_signal_is_durable_and_counts_at_once_and_only_once() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    house
        .accept(vec![signal("acme", "s1", "ann", "demo.requested", now)])
        .await;
    let again = house
        .record(vec![signal("acme", "s1", "ann", "demo.requested", now)])
        .await;
    assert_eq!(again, vec![ItemOutcome::Decided(Outcome::Duplicate)]);
    let view = house.account("acme").await.unwrap();
    let group = view.reading.best().unwrap();
    assert!(
        (group.intent_points - 60.0).abs() < 1e-9,
        "{}",
        group.intent_points
    );
    assert_eq!(group.mqa_since, Some(now));
    house.close().await;

    let house = open(folder.path(), now, EngineConfig::default());
    let again = house.account("acme").await.unwrap();
    assert_eq!(again.reading, view.reading);
    assert_eq!(again.seq, view.seq);
    house.close().await;
}

#[actix_rt::test]
async fn a_crossing_is_dated_at_its_instant_even_when_the_engine_was_down() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    house
        .accept(vec![signal("acme", "s1", "ann", "demo.requested", now)])
        .await;
    let ends = house.account("acme").await.unwrap().mqa_ends_at.unwrap();
    house.close().await;

    let house = open(folder.path(), at("2026-12-24T00:00:00Z"), EngineConfig::default());
    let id = AccountId::new("acme").unwrap();
    let left = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            let timeline = house.engine.timeline(&id, None, 100).await.unwrap().unwrap();
            let left = timeline.into_iter().find_map(|entry| match entry {
                TimelineEntry::Notice(notice) if matches!(notice.change, Change::MqaLeft(_)) => {
                    Some(notice.at)
                }
                TimelineEntry::Notice(_) | TimelineEntry::Record(_) => None,
            });
            if let Some(left) = left {
                return left;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the account left MQA while the engine was down");
    // 60 * 2^(-d/30) = 36.848.. (heat 40 at half point 50) is 21.10 days later.
    assert_eq!(left, ends);
    assert_eq!(left.to_string().get(..10), Some("2026-09-22"));
    house.close().await;
}

#[actix_rt::test]
async fn a_row_knows_when_mqa_ends_also_when_the_engine_stopped_before_it_was_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    house
        .accept(vec![signal("acme", "s1", "ann", "demo.requested", now)])
        .await;
    let ends = house.account("acme").await.unwrap().mqa_ends_at;
    assert!(ends.is_some());
    house.close().await;

    let house = open(folder.path(), now, EngineConfig::default());
    let mut seen = None;
    let found = tokio::time::timeout(Duration::from_secs(20), async {
        while seen != ends {
            tokio::time::sleep(Duration::from_millis(20)).await;
            seen = house
                .engine
                .listing()
                .row(&AccountId::new("acme").unwrap())
                .and_then(|row| row.mqa_ends_at);
        }
    })
    .await;
    assert!(found.is_ok(), "the row says {seen:?}, the account {ends:?}");
    house.close().await;
}

#[actix_rt::test]
async fn a_timer_wakes_an_account_at_its_crossing_and_listeners_hear_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    house
        .accept(vec![signal("acme", "s1", "ann", "demo.requested", now)])
        .await;
    let ends = house.account("acme").await.unwrap().mqa_ends_at.unwrap();
    let mut events = house.engine.listen();
    house.hand.set(ends);
    let heard = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            let event = events.recv().await.unwrap();
            if let LiveChange::Notice(notice) = &event.what
                && matches!(notice.change, Change::MqaLeft(_))
            {
                return notice.at;
            }
        }
    })
    .await
    .expect("leaving MQA is told");
    assert_eq!(heard, ends);
    house.close().await;
}

#[actix_rt::test]
async fn a_late_signal_changes_the_past_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    house
        .accept(vec![signal("acme", "s1", "ann", "page.view", now)])
        .await;
    let late = at("2026-08-20T00:00:00Z");
    house
        .accept(vec![signal("acme", "s2", "ann", "demo.requested", late)])
        .await;
    let view = house.account("acme").await.unwrap();
    // 60 points on 20 August are heat 56.5 then, and fade below heat 50 only by 27 August.
    assert_eq!(
        view.reading
            .best()
            .unwrap()
            .spans
            .first()
            .map(|span| span.entered),
        Some(late)
    );
    house.close().await;
}

#[actix_rt::test]
async fn roles_stated_after_signals_count_from_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    house
        .accept(vec![signal("acme", "s1", "ann", "demo.requested", now)])
        .await;
    house.give_role("acme", "ann", "champion").await;
    house.name("acme", "Acme", "acme.example").await;
    let view = house.account("acme").await.unwrap();
    assert_eq!(view.reading.best().unwrap().mqa_since, Some(now));
    assert_eq!(view.reading.best().unwrap().engaged_roles.len(), 1);
    house.close().await;
}

#[actix_rt::test]
async fn a_described_account_gets_its_signals_once_it_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    let mut waiting = signal("x", "s1", "ann@acme.example", "demo.requested", now);
    waiting.account = AccountRef::Domain(Arc::from("acme.example"));
    assert_eq!(house.record(vec![waiting]).await, vec![ItemOutcome::Unmatched]);
    assert_eq!(house.engine.status().unmatched, 1);
    house.name("acme", "Acme", "acme.example").await;
    let view = house.account("acme").await.unwrap();
    assert_eq!(view.counted, 1);
    assert_eq!(house.engine.status().unmatched, 0);
    house.close().await;
}

#[actix_rt::test]
async fn a_panic_costs_one_account_its_memory_and_a_poison_signal_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let faults = Faults::default();
    faults.panic_on_signal("once", 1);
    faults.panic_on_signal("poison", 100);
    let config = EngineConfig {
        faults,
        ..EngineConfig::default()
    };
    let house = open(folder.path(), now, config);
    house
        .accept(vec![signal("acme", "once", "ann", "page.view", now)])
        .await;
    let outcomes = house
        .record(vec![
            signal("acme", "good", "ann", "page.view", now),
            signal("acme", "poison", "ann", "page.view", now),
            signal("other", "fine", "bob", "page.view", now),
        ])
        .await;
    assert_eq!(outcomes[0], ItemOutcome::Decided(Outcome::Accepted));
    assert!(
        matches!(outcomes[1], ItemOutcome::Quarantined { .. }),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[2], ItemOutcome::Decided(Outcome::Accepted));
    assert_eq!(house.account("acme").await.unwrap().counted, 2);
    house.close().await;

    // It is still there after a restart, kills its account no more with the next build, and is recorded then.
    let faults = Faults::default();
    faults.panic_on_signal("poison", 3);
    let config = EngineConfig {
        faults,
        ..EngineConfig::default()
    };
    let house = open(folder.path(), now, config);
    let asides = house.engine.set_aside();
    let kept = asides.signals().await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (kept[0].account.as_str(), kept[0].signal.id.as_str()),
        ("acme", "poison")
    );
    assert_eq!(kept[0].at, Some(now));
    let others = asides
        .retry_signals(Some(&AccountId::trusted("other")))
        .await
        .unwrap();
    assert_eq!(others, []);
    let retried = asides.retry_signals(None).await.unwrap();
    assert!(
        matches!(retried[0].1, ItemOutcome::Quarantined { .. }),
        "{retried:?}"
    );
    assert_eq!(asides.signals().await.unwrap().len(), 1);
    let retried = asides.retry_signals(None).await.unwrap();
    assert_eq!(retried[0].1, ItemOutcome::Decided(Outcome::Accepted));
    assert_eq!(asides.signals().await.unwrap(), []);
    assert_eq!(house.account("acme").await.unwrap().counted, 3);
    house.close().await;
}

/// What waits behind a signal that kills its account is lost with the account's mailbox each time, and is no poison for it.
#[actix_rt::test]
async fn what_waits_behind_a_poison_signal_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let faults = Faults::default();
    faults.panic_on_signal("poison", 100);
    let config = EngineConfig {
        faults,
        ..EngineConfig::default()
    };
    let house = open(folder.path(), now, config);
    let mut signals = vec![signal("acme", "poison", "ann", "page.view", now)];
    signals.extend((0..20).map(|no| signal("acme", &format!("good-{no}"), "ann", "page.view", now)));
    let outcomes = house.record(signals).await;
    assert!(
        matches!(outcomes[0], ItemOutcome::Quarantined { .. }),
        "{outcomes:?}"
    );
    for outcome in &outcomes[1..] {
        assert_eq!(*outcome, ItemOutcome::Decided(Outcome::Accepted));
    }
    assert_eq!(house.account("acme").await.unwrap().counted, 20);
    house.close().await;
}

#[actix_rt::test]
async fn more_than_the_limit_in_flight_is_refused_and_nothing_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let config = EngineConfig {
        signals_in_flight_max: 2,
        ..EngineConfig::default()
    };
    let house = open(folder.path(), now, config);
    let three = (0..3)
        .map(|no| signal("acme", &format!("s{no}"), "ann", "page.view", now))
        .collect();
    let refused = house.engine.record_signals(three).await.unwrap_err();
    assert!(
        matches!(refused, quorate_engine::Error::Overloaded { limit: 2, .. }),
        "{refused:?}"
    );
    assert!(house.account("acme").await.is_none());
    house.close().await;
}

#[actix_rt::test]
async fn the_list_is_sorted_by_what_it_shows_and_its_pages_neither_repeat_nor_skip() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    let mut signals = Vec::new();
    for account in 0..50 {
        for no in 0..=account % 7 {
            let id = format!("s{no}");
            signals.push(signal(&format!("a{account:02}"), &id, "ann", "page.view", now));
        }
    }
    house.accept(signals).await;
    let mut query = ListQuery {
        descending: true,
        limit: 8,
        ..ListQuery::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = house.engine.listing().page(&query);
        assert_eq!(page.total, 50);
        seen.extend(page.rows);
        match page.next {
            Some(next) => {
                let text = next.encode();
                query.cursor = quorate_engine::list::Cursor::decode(&text);
                assert_eq!(query.cursor.as_ref(), Some(&next));
            }
            None => break,
        }
    }
    assert_eq!(seen.len(), 50);
    let sorted = seen
        .windows(2)
        .all(|pair| pair[0].heat > pair[1].heat || (pair[0].heat >= pair[1].heat && pair[0].id < pair[1].id));
    assert!(sorted);
    assert!(seen.iter().all(|row| row.band == Band::Cold));
    house.close().await;
}

#[actix_rt::test]
async fn accounts_leave_memory_and_come_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let config = EngineConfig {
        active_accounts_max: 1,
        shards: 1,
        ..EngineConfig::default()
    };
    let house = open(folder.path(), now, config);
    for account in ["a", "b", "c"] {
        house
            .accept(vec![signal(account, "s1", "ann", "demo.requested", now)])
            .await;
    }
    tokio::time::timeout(Duration::from_secs(20), async {
        while house.engine.status().active > 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("idle accounts leave memory");
    for account in ["a", "b", "c"] {
        let view = house.account(account).await.unwrap();
        assert!((view.reading.best().unwrap().intent_points - 60.0).abs() < 1e-9);
    }
    house.close().await;
}

#[actix_rt::test]
async fn memory_stays_bounded_however_many_accounts_are_woken_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let config = EngineConfig {
        active_accounts_max: 1,
        shards: 1,
        ..EngineConfig::default()
    };
    let house = open(folder.path(), now, config);
    for batch in 0..4 {
        let signals = (0..1_000)
            .map(|no| signal(&format!("a{batch}-{no}"), "s1", "ann", "page.view", now))
            .collect();
        house.accept(signals).await;
        // One turn may wake as many as it takes up; then room is made before the next.
        assert!(
            house.engine.status().active <= 2_100,
            "{}",
            house.engine.status().active
        );
    }
    assert_eq!(house.engine.status().accounts, 4_000);
    house.close().await;
}

#[actix_rt::test]
async fn late_signals_told_anew_while_others_come_in_lose_and_double_nothing() {
    const SENDERS: usize = 4;
    const BATCHES: usize = 60;
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let config = || EngineConfig {
        refold_after_ms: 0,
        snapshot_every: 1,
        ..EngineConfig::default()
    };
    let house = open(folder.path(), now, config());
    house
        .accept(vec![signal("acme", "first", "ann", "demo.requested", now)])
        .await;
    let sending = (0..SENDERS).map(|sender| {
        let house = &house;
        async move {
            for batch in 0..BATCHES {
                let days = i64::try_from(batch % 20 + 1).unwrap();
                let late = quorate_domain::time::Timestamp::from_millis(now.as_millis() - days * 86_400_000);
                let id = format!("{sender}-{batch}");
                house
                    .accept(vec![signal("acme", &id, "ben", "demo.requested", late)])
                    .await;
            }
        }
    });
    futures_util::future::join_all(sending).await;
    let sent = u64::try_from(SENDERS * BATCHES + 1).unwrap();
    let live = house.account("acme").await.unwrap();
    assert_eq!((live.state.signals, live.counted), (sent, sent));
    house.close().await;

    let house = open(folder.path(), now, config());
    let again = house.account("acme").await.unwrap();
    assert_eq!((again.state.signals, again.counted), (sent, sent));
    assert_eq!(again.reading, live.reading);
    house.close().await;
}

#[actix_rt::test]
async fn the_list_of_gaps_says_since_when_they_are_seen_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    house
        .accept(vec![signal("acme", "s1", "ann", "page.view", now)])
        .await;
    let since = |house: &House| -> Vec<(String, Timestamp)> {
        let query = GapQuery {
            limit: 10,
            ..GapQuery::default()
        };
        let page = house.engine.listing().gaps(&query);
        page.gaps
            .iter()
            .map(|found| (found.gap.id.to_string(), found.since))
            .collect()
    };
    let before = since(&house);
    assert!(
        before.contains(&("mqa_condition:heat".to_owned(), now)),
        "{before:?}"
    );
    house.close().await;
    let house = open(folder.path(), at("2026-09-03T12:00:00Z"), EngineConfig::default());
    assert_eq!(since(&house), before);
    house.close().await;
}
