use std::sync::Arc;

use super::*;

fn query(address: &str) -> BoardQuery {
    BoardQuery::parse(address).0
}

fn view(no: u64, name: &str, shows: &str) -> SavedView {
    SavedView {
        no: ViewNo(no),
        name: Arc::from(name),
        shows: Arc::from(shows),
        created_at: quorate_domain::time::Timestamp::from_millis(0),
    }
}

#[test]
fn a_view_is_kept_without_its_day_and_its_page() {
    assert_eq!(
        shows(&query(
            "cols=tier,fit&sort=name&band=hot,burning&as_of=2026-06-01"
        )),
        "band=hot,burning&sort=name&cols=fit,tier"
    );
}

#[test]
fn what_is_a_tab_already_is_not_offered_again() {
    let saved = [view(3, "Hot ones", "band=hot")];
    let offer = |address: &str| SaveMenu::of(&query(address), &saved, None).offer;
    assert_eq!(offer(""), Offer::Nothing);
    assert_eq!(offer("mqa=in"), Offer::Nothing);
    assert_eq!(
        offer("band=hot"),
        Offer::Change {
            action: "/board/views/3".to_owned(),
            name: "Hot ones".to_owned()
        }
    );
    assert_eq!(
        offer("band=hot&sort=name"),
        Offer::Save {
            shows: "band=hot&sort=name".to_owned(),
            name: String::new()
        }
    );
}
