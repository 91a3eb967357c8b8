//! Saved views: named, kept over a restart, no two alike, no more than there may be.

use quorate_engine::EngineConfig;
use quorate_engine::views::{NAME_LENGTH_MAX, SHOWS_BYTES_MAX, VIEWS_MAX, ViewError, ViewNo};

use crate::house::{at, open};

#[actix_rt::test]
async fn views_are_kept_over_a_restart_in_the_order_they_were_saved() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    let views = house.engine.views();
    let hot = views
        .save("  Hot   and mine ", "band=hot&owner=Ada")
        .await
        .unwrap();
    assert_eq!(
        (hot.no, &*hot.name, hot.created_at),
        (ViewNo(1), "Hot and mine", now)
    );
    let tier = views.save("Tier 1", "tier=1").await.unwrap();
    views.rename(hot.no, "Mine").await.unwrap();
    // Its own name in other letters is free to it.
    views.rename(hot.no, "MINE").await.unwrap();
    drop(views);
    house.close().await;

    let house = open(folder.path(), now, EngineConfig::default());
    let views = house.engine.views();
    let names = |all: Vec<quorate_engine::views::SavedView>| {
        let names = all.into_iter().map(|view| (view.no.0, view.name.to_string()));
        names.collect::<Vec<_>>()
    };
    let all = views.all().await.unwrap();
    assert_eq!(names(all), [(1, "MINE".to_owned()), (2, "Tier 1".to_owned())]);
    views.delete(tier.no).await.unwrap();
    let gone = views.delete(tier.no).await.unwrap_err();
    assert!(matches!(gone, ViewError::Unknown { no: ViewNo(2) }), "{gone:?}");
    // A number is not given again: somebody may still have the form of the old one open.
    let next = views.save("Tier 1", "tier=1").await.unwrap();
    assert_eq!(next.no, ViewNo(3));
    house.close().await;
}

#[actix_rt::test]
async fn what_is_taken_too_long_or_too_much_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let house = open(folder.path(), at("2026-09-01T12:00:00Z"), EngineConfig::default());
    let views = house.engine.views();
    views.save("Hot", "band=hot").await.unwrap();
    let second = views.save("Cold", "band=cold").await.unwrap();
    let taken = views.save("hOt", "band=warm").await.unwrap_err();
    assert_eq!(taken.to_string(), "there is a view \"Hot\"");
    let taken = views.rename(second.no, "HOT").await.unwrap_err();
    assert!(matches!(taken, ViewError::NameTaken { .. }), "{taken:?}");
    let same = views.save("Warmer", "band=hot").await.unwrap_err();
    assert_eq!(same.to_string(), "the view \"Hot\" shows the same");
    for name in ["", "  ", &"x".repeat(NAME_LENGTH_MAX + 1), "a\u{7}b"] {
        let refused = views.save(name, "band=warm").await.unwrap_err();
        assert!(matches!(refused, ViewError::Name), "{name:?}: {refused:?}");
    }
    let long = views
        .save("Long", &"x".repeat(SHOWS_BYTES_MAX + 1))
        .await
        .unwrap_err();
    assert!(matches!(long, ViewError::TooLong), "{long:?}");
    for no in 2..VIEWS_MAX {
        views.save(&format!("V{no}"), &format!("q={no}")).await.unwrap();
    }
    let full = views.save("One more", "q=x").await.unwrap_err();
    assert!(matches!(full, ViewError::TooMany), "{full:?}");
    assert_eq!(views.all().await.unwrap().len(), VIEWS_MAX);
    house.close().await;
}
