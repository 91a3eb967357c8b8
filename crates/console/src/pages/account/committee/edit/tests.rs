use super::*;
use crate::pages::account::committee::tests::{house, northfold};
use crate::pages::account::people;
use quorate_engine::AsOf;

fn form(fields: &[(&str, &str)]) -> Sent {
    let mut sent = Sent::default();
    for (name, value) in fields {
        let field = match *name {
            "act" => &mut sent.act,
            "person" => &mut sent.person,
            "name" => &mut sent.name,
            "title" => &mut sent.title,
            "email" => &mut sent.email,
            "level" => &mut sent.level,
            "role" => &mut sent.role,
            "also" => &mut sent.also,
            "attitude" => &mut sent.attitude,
            "from" => &mut sent.from,
            "kind" => &mut sent.kind,
            "to" => &mut sent.to,
            "strength" => &mut sent.strength,
            other => panic!("no field {other}"),
        };
        (*value).clone_into(field);
    }
    sent
}

/// Sends a form and returns what the account is then; or what is wrong with the form.
async fn send(fields: &[(&str, &str)]) -> Result<AccountView, String> {
    let house = house().await;
    let view = house.view().await;
    let command = form(fields).command(&view, None)?;
    let executed = house.engine.execute(northfold(), command, None).await;
    executed.map_err(|error| error.to_string())?;
    Ok(house
        .engine
        .account(&northfold(), AsOf::default())
        .await
        .unwrap()
        .unwrap())
}

#[actix_rt::test]
async fn a_person_is_added_by_name_and_read_by_title() {
    let view = send(&[
        ("act", "add"),
        ("name", "Noor Salim"),
        ("title", "CFO"),
        ("email", "Noor@Northfold.Example"),
    ])
    .await
    .unwrap();
    let no = view.directory.find_email("noor@northfold.example").unwrap();
    assert_eq!(people::name(&view, Some(no)), "Noor Salim");
    assert_eq!(view.state.contacts[&no].seniority(), Some(Seniority::CLevel));
}

#[actix_rt::test]
async fn a_role_comes_in_place_of_the_others_or_beside_them() {
    let roles = |view: AccountView| {
        let contact = &view.state.contacts[&ContactNo(0)];
        contact
            .roles_for(None)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let say = |also| [("act", "say"), ("person", "0"), ("role", "user"), ("also", also)];
    assert_eq!(roles(send(&say("")).await.unwrap()), ["user"]);
    assert_eq!(roles(send(&say("yes")).await.unwrap()), ["champion", "user"]);
}

#[actix_rt::test]
async fn a_role_read_from_the_title_is_dismissed() {
    let view = send(&[("act", "dismiss"), ("person", "2"), ("role", "economic_buyer")])
        .await
        .unwrap();
    assert_eq!(view.state.contacts[&ContactNo(2)].roles_for(None).len(), 0);
}

#[actix_rt::test]
async fn relations_are_stated_and_taken_back() {
    let count = |view: AccountView| view.state.relations.len();
    let before = count(house().await.view().await);
    let ends = [("from", "4"), ("to", "0"), ("kind", "influences")];
    let with = |act, strength| [&[("act", act), ("strength", strength)][..], &ends].concat();
    assert_eq!(count(send(&with("relate", "0,6")).await.unwrap()), before + 1);
    let back = [
        ("act", "unrelate"),
        ("from", "0"),
        ("to", "1"),
        ("kind", "reports_to"),
    ];
    assert_eq!(count(send(&back).await.unwrap()), before - 1);
    assert!(
        send(&with("relate", "2"))
            .await
            .unwrap_err()
            .contains("from 0 to 1")
    );
    assert!(
        send(&with("unrelate", ""))
            .await
            .unwrap_err()
            .contains("no such relation")
    );
}

#[actix_rt::test]
async fn forms_that_say_nothing_or_nonsense_say_what_is_wrong() {
    let wrong = [
        (&[("act", "add")][..], "needs a name"),
        (&[("act", "add"), ("name", "N"), ("email", "n")], "looks like"),
        (
            &[("act", "say"), ("person", "99"), ("role", "user")],
            "Choose a person",
        ),
        (&[("act", "say"), ("person", "0")], "Choose a role"),
        (&[("act", "say"), ("person", "0"), ("role", "king")], "no role"),
        (
            &[("act", "say"), ("person", "0"), ("attitude", "rude")],
            "no attitude",
        ),
        (
            &[("act", "relate"), ("from", "0"), ("to", "1"), ("kind", "likes")],
            "how the two",
        ),
        (
            &[("act", "relate"), ("from", "0"), ("to", "0"), ("kind", "blocks")],
            "itself",
        ),
        (&[("act", "dance")], "no form"),
    ];
    for (fields, expected) in wrong {
        let problem = send(fields).await.unwrap_err();
        assert!(problem.contains(expected), "{fields:?}: {problem}");
    }
}
