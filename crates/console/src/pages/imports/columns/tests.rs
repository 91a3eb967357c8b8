use quorate_intake::plan::Verdict;

use super::super::groups::tests::row;
use super::super::tests::import;
use super::*;

fn header() -> Vec<String> {
    ["Company", "Account Name", "Website", "Domain", "Notes"]
        .map(str::to_owned)
        .to_vec()
}

/// What the form sends of each column, in their order.
fn sent(values: [&str; 5]) -> Chosen {
    let fields = values.into_iter().enumerate();
    let fields: Vec<(String, String)> = fields
        .map(|(place, value)| (format!("c{place}"), value.to_owned()))
        .chain([("form_token".to_owned(), "x".to_owned())])
        .collect();
    chosen(&fields)
}

#[test]
fn what_the_headers_say_by_themselves_is_not_asked_for() {
    // The better known name gives the field, and the other stays beaten by it.
    let begun = Mapping::begin(&header(), &Wishes::default()).unwrap();
    assert!(matches!(begun.columns[0].1, Use::Beaten { .. }), "{begun:?}");
    let wishes = wishes(&header(), &sent(["", "name", "domains", "domains", ""])).unwrap();
    assert_eq!(wishes, Wishes::default());
}

#[test]
fn what_is_chosen_otherwise_is_asked_for() {
    let turned = wishes(&header(), &sent(["name", "", "domains", "", "attribute:notes"])).unwrap();
    let expected = [
        ("Company", Some(Field::Name)),
        ("Account Name", None),
        ("Domain", None),
        ("Notes", Some(Field::Attribute("notes".into()))),
    ];
    let expected = expected.map(|(name, field)| (name.to_owned(), field));
    assert_eq!(turned.columns, expected);
    let mapping = Mapping::find(&header(), &turned).unwrap();
    let given: Vec<_> = mapping.columns.iter().map(|(_, column)| given(column)).collect();
    assert_eq!(
        given,
        [
            Some(Field::Name),
            None,
            Some(Field::Domains),
            None,
            Some(Field::Attribute("notes".into()))
        ]
    );
    // Neither of two names: what was beaten does not take the place by itself.
    let neither = wishes(&header(), &sent(["", "", "domains", "domains", ""])).unwrap();
    assert_eq!(neither.columns.len(), 2, "{neither:?}");
}

#[test]
fn two_columns_to_one_field_are_refused_but_for_domains() {
    let refused = wishes(&header(), &sent(["name", "name", "", "", ""])).unwrap_err();
    assert_eq!(
        refused,
        "“Company” and “Account Name” both go to Name. Choose one of them."
    );
    assert!(wishes(&header(), &sent(["", "name", "domains", "domains", ""])).is_ok());
}

#[test]
fn a_column_shows_examples_how_full_it_is_and_why() {
    let rows = [
        row(2, &["Acme", "acme.example", "DE", ""], Verdict::Created),
        row(3, &["Beta", "", "DE", ""], Verdict::Created),
        row(4, &["Acme", "beta.example", "DE", "called"], Verdict::Created),
    ];
    let columns = Columns::of(&import(), &rows, None);
    let [name, website, country, notes] = columns.lines.as_slice() else {
        panic!("{columns:?}");
    };
    assert_eq!(name.examples, ["Acme", "Beta"]);
    assert_eq!(
        (name.filled.as_str(), name.sure.as_str()),
        ("100 %", "known name")
    );
    assert_eq!(website.filled, "66 %");
    assert_eq!(country.examples, ["DE"]);
    assert_eq!(
        (notes.filled.as_str(), notes.sure.as_str(), notes.chosen.as_str()),
        ("33 %", "name not known", "not used")
    );
    let offered = notes.choices.last().unwrap();
    assert_eq!(
        offered,
        &(
            "attribute:notes".to_owned(),
            "Attribute “notes”".to_owned(),
            false
        )
    );
    assert_eq!(columns.looked_at, "of all rows");
}
