use super::*;
use crate::pages::account::committee::tests::house;

fn links() -> Links {
    Links::new("/accounts/northfold")
}

#[actix_rt::test]
async fn gaps_say_what_to_do_and_lead_to_where_they_close() {
    let view = house().await.view().await;
    let panel = Panel::of(&view, &links(), false);
    assert!(panel.edit.is_none() && panel.put_off.is_empty());
    let said: Vec<String> = panel
        .first
        .iter()
        .map(|line| {
            format!(
                "{} | {} | {} | {:?} | {}",
                line.what, line.proof, line.next, line.worth, line.href
            )
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[actix_rt::test]
async fn a_gap_leads_to_the_form_that_asks_for_what_closes_it() {
    let view = house().await.view().await;
    let lines = lines(&view, view.reading.best().unwrap(), &links());
    let mut forms: Vec<String> = lines
        .iter()
        .map(|line| {
            let kind = line.id.split(':').next().unwrap_or_default();
            let done = line.done.as_ref();
            let form = done.map_or("no form".to_owned(), |done| {
                format!("{}: {}", done.label, done.href)
            });
            format!("{kind} | {form}")
        })
        .collect();
    forms.sort_unstable();
    forms.dedup();
    let add = "empty_seat | Add a person: /accounts/northfold/committee#add-person";
    assert!(forms.iter().any(|form| form == add), "{forms:#?}");
    for form in &forms {
        let is_condition = form.starts_with("mqa_condition")
            || form.starts_with("leaving_mqa")
            || form.starts_with("missing_attribute");
        assert_eq!(form.ends_with("no form"), is_condition, "{forms:#?}");
    }
}

#[actix_rt::test]
async fn a_gap_is_put_off_with_a_reason_and_shown_again() {
    let house = house().await;
    let view = house.view().await;
    let gap = Panel::of(&view, &links(), true).first[0].id.clone();
    let sent = |act: &str, until: &str, reason: &str| Sent {
        act: act.to_owned(),
        gap: gap.clone(),
        until: until.to_owned(),
        reason: reason.to_owned(),
        ..Sent::default()
    };
    let refused = |sent: Sent| sent.command(&view).unwrap_err();
    assert_eq!(refused(sent("put_off", "", "")), "Say why it is put off.");
    assert_eq!(
        refused(sent("put_off", "2026-05-01", "later")),
        "A gap is put off until a day to come."
    );
    assert!(refused(sent("put_off", "soon", "later")).contains("is no date"));
    house
        .order(
            sent("put_off", "2026-06-20", "they are on leave")
                .command(&view)
                .unwrap(),
        )
        .await;
    let view = house.view().await;
    let panel = Panel::of(&view, &links(), true);
    assert_eq!(panel.put_off.len(), 1);
    assert_eq!(panel.put_off[0].put_off, "Not before 20 Jun: they are on leave");
    house.order(sent("show", "", "").command(&view).unwrap()).await;
    let view = house.view().await;
    assert_eq!(Panel::of(&view, &links(), true).put_off.len(), 0);
}

#[actix_rt::test]
async fn a_gap_of_the_past_is_told_by_its_id() {
    let view = house().await.view().await;
    let said: Vec<String> = [
        "cold_seat:economic_buyer",
        "empty_seat:business_evaluator",
        "unproven_element:decision_process",
        "stale_element:metrics",
        "no_path:champion-economic_buyer",
        "missing_signal:metrics.roi.calculated",
        "missing_attribute:metrics.budget_line",
        "mqa_condition:heat",
        "leaving_mqa:mqa",
        "single_threaded:engaged",
        "single_threaded:1",
        "blocker:3",
        "of_later:thing_x",
    ]
    .iter()
    .map(|id| told(&view, id))
    .collect();
    insta::assert_snapshot!(said.join("\n"));
}
