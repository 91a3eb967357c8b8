use std::collections::BTreeSet;

use super::aliases::ALIASES;
use super::{Error, Field, Mapping, Use, Wishes, header};

fn names(header: &[&str]) -> Vec<String> {
    header.iter().map(|name| (*name).to_owned()).collect()
}

fn find(header: &[&str], wishes: &Wishes) -> Result<Mapping, Error> {
    Mapping::find(&names(header), wishes)
}

/// What each column is: a field, `<` for beaten, `?` for unknown, `-` for left out.
#[track_caller]
fn check(header: &[&str], expected: &[&str]) {
    let mapping = find(header, &Wishes::default()).unwrap();
    assert_eq!(shown(&mapping), expected, "{header:?}");
}

fn shown(mapping: &Mapping) -> Vec<String> {
    let word = |column: &Use| match column {
        Use::Field { field, times: 1, .. } => field.to_string(),
        Use::Field { field, times, .. } => format!("{field}*{times}"),
        Use::Beaten { field, .. } => format!("<{field}"),
        Use::LeftOut => "-".to_owned(),
        Use::Unknown => "?".to_owned(),
    };
    mapping.columns.iter().map(|(_, column)| word(column)).collect()
}

#[test]
fn the_headers_of_crms_are_known_as_they_come() {
    // Salesforce report, Data Loader.
    check(
        &[
            "Account ID",
            "Account Name",
            "Website",
            "Billing Country",
            "Employees",
            "Annual Revenue",
            "Account Owner",
        ],
        &[
            "id",
            "name",
            "domains",
            "country",
            "employees",
            "annual_revenue",
            "owner",
        ],
    );
    check(
        &[
            "ID",
            "NAME",
            "WEBSITE",
            "NUMBEROFEMPLOYEES",
            "ANNUALREVENUE",
            "BILLINGCOUNTRY",
            "PARENTID",
            "OWNERID",
            "SIC",
        ],
        &[
            "id",
            "name",
            "domains",
            "employees",
            "annual_revenue",
            "country",
            "parent",
            "owner",
            "?",
        ],
    );
    // HubSpot: labels and a connector's names.
    check(
        &[
            "Record ID",
            "Company name",
            "Company Domain Name",
            "Website URL",
            "Number of Employees",
            "Country/Region",
            "Country/Region Code",
            "Ideal Customer Profile Tier",
            "Web Technologies",
        ],
        &[
            "id",
            "name",
            "domains",
            "domains",
            "employees",
            "<country",
            "country",
            "tier",
            "technologies",
        ],
    );
    check(
        &[
            "id",
            "is_deleted",
            "property_name",
            "property_country",
            "property_annualrevenue",
        ],
        &["id", "deleted", "name", "country", "annual_revenue"],
    );
    // Dynamics 365.
    check(
        &[
            "(Do Not Modify) Account",
            "(Do Not Modify) Row Checksum",
            "(Do Not Modify) Modified On",
            "Account Name",
            "Address 1: Country/Region",
        ],
        &["id", "?", "?", "name", "country"],
    );
}

#[test]
fn the_headers_of_vendors_and_of_lists_by_hand_are_known() {
    // ZoomInfo, with its unit in the header.
    check(
        &[
            "ZoomInfo Company ID",
            "Company Name",
            "Website",
            "Revenue (in 000s USD)",
            "Employees",
            "Employee Range",
            "Primary Industry",
        ],
        &[
            "id",
            "name",
            "domains",
            "annual_revenue*1000",
            "employees",
            "<employees",
            "industry",
        ],
    );
    // Apollo, 6sense, Demandbase, LinkedIn.
    check(
        &[
            "Company Name",
            "# Employees",
            "Industry",
            "Website",
            "Company Country",
            "Apollo Record Id",
            "Keywords",
        ],
        &["name", "employees", "industry", "domains", "country", "id", "?"],
    );
    check(
        &["Account Name", "Country", "Domain"],
        &["name", "country", "domains"],
    );
    check(
        &["Account Name", "Account Domain", "External Account ID", "Owner"],
        &["name", "domains", "id", "owner"],
    );
    check(
        &[
            "companyname",
            "companywebsite",
            "companyemaildomain",
            "stocksymbol",
            "companycountry",
        ],
        &["name", "domains", "domains", "?", "country"],
    );
    // By hand, in German.
    check(
        &["Firma", "Webseite", "Land", "Mitarbeiter", "Umsatz"],
        &["name", "domains", "country", "employees", "annual_revenue"],
    );
}

#[test]
fn a_lone_account_is_the_name_and_the_id_beside_one() {
    check(&["Account", "Tier"], &["name", "tier"]);
    check(&["account", "name", "industry"], &["id", "name", "industry"]);
    check(&["Account", "Account ID"], &["name", "id"]);
}

#[test]
fn what_the_sender_says_goes_first() {
    let wishes = Wishes {
        columns: vec![
            ("Security".to_owned(), Some(Field::Name)),
            ("cik".to_owned(), Some(Field::Id)),
            ("Company".to_owned(), None),
            ("Score".to_owned(), Field::parse("attribute:score")),
        ],
        keep_unknown: false,
    };
    let mapping = find(&["Symbol", "Security", "CIK", "Company", "Score"], &wishes).unwrap();
    assert_eq!(shown(&mapping), ["?", "name", "id", "-", "score"]);
}

#[test]
fn two_columns_to_one_field_are_refused() {
    let told = |first: &str, second: &str| Wishes {
        columns: vec![
            (first.to_owned(), Some(Field::Name)),
            (second.to_owned(), Some(Field::Name)),
        ],
        keep_unknown: false,
    };
    let refused = find(&["A", "B"], &told("A", "B")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        r#"the columns "A" and "B" both go to name; say which one does"#
    );
    // The same header but for signs that do not count.
    assert!(matches!(
        find(&["Employees", "# Employees", "Name"], &Wishes::default()),
        Err(Error::TwoToOne {
            field: Field::Employees,
            ..
        })
    ));
}

#[test]
fn columns_nobody_knows_are_kept_only_when_asked() {
    let keep = Wishes {
        keep_unknown: true,
        ..Wishes::default()
    };
    let mapping = find(&["Name", "Buying Stage (AI)", "Lists", "", "X-1", "X 1"], &keep).unwrap();
    // A field's own name is no attribute, and two headers may not become one.
    assert_eq!(shown(&mapping), ["name", "buying_stage_ai", "?", "?", "?", "?"]);
    check(&["Name", "Buying Stage"], &["name", "?"]);
}

#[test]
fn a_file_that_names_no_account_is_refused_with_its_columns() {
    let refused = find(&["Symbol", "Security"], &Wishes::default()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        r#"no column gives a name, a domain or an id; say which one does, such as name for "Symbol". The file has "Symbol", "Security""#
    );
    let wishes = Wishes {
        columns: vec![("Nam".to_owned(), Some(Field::Name))],
        keep_unknown: false,
    };
    assert!(matches!(
        find(&["Name"], &wishes),
        Err(Error::NoSuchColumn { .. })
    ));
}

#[test]
fn no_header_stands_twice_in_the_table_and_each_has_the_form_it_is_compared_in() {
    let mut seen = BTreeSet::new();
    for alias in ALIASES {
        for known in alias.headers {
            assert!(seen.insert(known), "{known} stands twice");
            assert_eq!(header::key(known), **known);
        }
    }
    for field in Field::ALL {
        assert_eq!(Field::parse(field.as_str()), Some(field.clone()));
        assert!(
            ALIASES.iter().any(|alias| alias.field == field),
            "{field} has no header"
        );
    }
}

#[test]
fn a_beginning_takes_what_is_certain_and_leaves_the_rest_to_be_chosen() {
    let begun = |columns: &[&str]| Mapping::begin(&names(columns), &Wishes::default()).unwrap();
    let nobody = begun(&["Symbol", "Security", "Country"]);
    assert_eq!(shown(&nobody), ["?", "?", "country"]);
    assert!(!nobody.identifies());
    // Of two that are known as well as each other the first goes.
    let twice = begun(&["Employees", "# Employees", "Name"]);
    assert_eq!(shown(&twice), ["employees", "<employees", "name"]);
    assert!(twice.identifies());
}

#[test]
fn a_mapping_can_be_had_again_by_its_wishes() {
    let wishes = Wishes {
        columns: vec![
            ("Symbol".to_owned(), Some(Field::Name)),
            ("Website".to_owned(), None),
            ("Stage".to_owned(), Some(Field::Attribute("stage".into()))),
        ],
        keep_unknown: false,
    };
    let names = ["Symbol", "Website", "Country", "Stage", "Other"];
    let mapping = find(&names, &wishes).unwrap();
    assert_eq!(mapping.wishes(), wishes);
    assert_eq!(find(&names, &mapping.wishes()).unwrap(), mapping);
}
