use super::*;
use crate::model::DEFAULT_MODEL;

/// Returns what the default model makes of a title, as `role confidence` (a candidate with `?`), and the level.
fn read(title: &str, department: &str) -> (Vec<String>, &'static str) {
    let model = Model::from_toml(DEFAULT_MODEL).unwrap();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (title, department) = (some(title), some(department));
    let inference = infer(title.as_deref(), department.as_deref(), &model);
    let roles = inference.roles.iter();
    let roles = roles
        .map(|role| {
            format!(
                "{}{} {}",
                role.role,
                if role.candidate { "?" } else { "" },
                role.confidence
            )
        })
        .collect();
    (roles, inference.seniority.map_or("none", Seniority::as_str))
}

#[track_caller]
fn check(title: &str, department: &str, roles: &[&str], seniority: &str) {
    let (got, level) = read(title, department);
    assert_eq!(got, roles, "{title:?} in {department:?}");
    assert_eq!(level, seniority, "{title:?} in {department:?}");
}

#[test]
fn titles_suggest_roles_and_levels() {
    check("CFO", "", &["economic_buyer 0.6"], "c_level");
    check("Chief Financial Officer", "", &["economic_buyer 0.6"], "c_level");
    check("Chief People Officer", "", &["decision_maker 0.6"], "c_level");
    check(
        "VP Finance",
        "",
        &["decision_maker 0.6", "economic_buyer 0.6"],
        "vp",
    );
    check(
        "Vice President of Finance",
        "",
        &["decision_maker 0.6", "economic_buyer 0.6"],
        "vp",
    );
    check(
        "CEO & Co-Founder",
        "",
        &["decision_maker 0.6", "executive_sponsor 0.6"],
        "c_level",
    );
    check(
        "Senior Solution Architect",
        "",
        &["technical_evaluator 0.6"],
        "none",
    );
    check("Software Engineer", "", &["technical_evaluator 0.6"], "staff");
    check("Director of Marketing", "", &["champion? 0.6"], "director");
    check("General Counsel", "", &["legal 0.6"], "none");
    check(
        "Strategic Sourcing Manager",
        "",
        &["influencer 0.6", "procurement 0.6"],
        "manager",
    );
    check(
        "Geschäftsführerin",
        "",
        &["decision_maker 0.6", "executive_sponsor 0.6"],
        "c_level",
    );
    check("IT Manager", "", &["technical_evaluator 0.6"], "manager");
    check("it manager", "", &["technical_evaluator 0.6"], "manager");
    check("Beekeeper", "", &[], "none");
    check("", "", &[], "none");
}

#[test]
fn a_department_speaks_when_the_title_does_not() {
    check("", "IT", &["technical_evaluator 0.5"], "none");
    check("Guru", "Legal & Compliance", &["legal 0.5"], "none");
    check("CFO", "IT", &["economic_buyer 0.6"], "c_level");
    check("", "Gardening", &[], "none");
}

#[test]
fn the_rule_that_fired_is_named() {
    let model = Model::from_toml(DEFAULT_MODEL).unwrap();
    let fired = |title, department| infer(title, department, &model).roles[0].rule.to_string();
    assert_eq!(fired(Some("Head of Finance"), None), "head of");
    assert_eq!(fired(None, Some("Procurement")), "function: procurement");
    assert_eq!(fired(None, Some("Consulting")), "department: consulting");
    assert_eq!(fired(Some("VP, Global Finance"), None), "vp");
    let vp = infer(Some("VP, Global Finance"), None, &model);
    assert_eq!(&*vp.roles[1].rule, "heads finance");
}

#[test]
fn champion_coach_and_blocker_are_never_more_than_candidates() {
    let text = "[roles.champion]\ntitles = ['x']\n[roles.coach]\ntitles = ['x']\n[roles.blocker]\ndepartments = ['y']\n\
                [roles.unknown]\ntitles = ['x']";
    let model = Model::from_toml(text).unwrap();
    let by_title = infer(Some("X"), Some("Y"), &model).roles;
    assert_eq!(by_title.len(), 2, "unknown is no role: {by_title:?}");
    let by_department = infer(None, Some("Y"), &model).roles;
    assert_eq!(by_department.len(), 1);
    assert!(by_title.iter().chain(&by_department).all(|role| role.candidate));
}

#[test]
fn words_that_mislead_suggest_nothing() {
    // Somebody else's title.
    check("Assistant to the CEO", "", &[], "staff");
    check("Executive Assistant to CFO", "Finance", &[], "staff");
    check("Chief of Staff, Office of the CEO", "", &[], "director");
    // Helpers decide nothing, whatever their title names.
    check("Finance Director Assistant", "", &[], "staff");
    check("CFO Intern", "", &[], "staff");
    check("Marketing Intern", "Marketing", &["user 0.5"], "staff");
    check(
        "Software Engineering Intern",
        "",
        &["technical_evaluator 0.4"],
        "staff",
    );
    check("Internal Auditor", "", &[], "staff");
    check("International Sales Director", "", &["champion? 0.6"], "director");
    // Grades below the office they name.
    check("Assistant Director", "", &[], "manager");
    check("Assistant Vice President", "", &[], "manager");
    check("AVP", "", &[], "manager");
    check("Vice President, Private Banking", "", &[], "manager");
    check("VP Mortgage Lending", "", &[], "manager");
    check("Vice President of Sales", "", &["decision_maker 0.6"], "vp");
    // Other meanings.
    check("Product Owner", "", &["business_evaluator 0.6"], "none");
    check("Process Owner", "", &[], "none");
    check("Van Owner Operator", "", &[], "staff");
    check("Directory Assistance Operator", "", &[], "staff");
    check("Physics Department Chair", "", &[], "none");
    check("Hospital Security Officer", "", &[], "none");
    check("Owner", "", &["decision_maker 0.6"], "c_level");
    check("Key Account Manager", "", &["user 0.6"], "staff");
    check("Vice President", "", &["decision_maker 0.4"], "vp");
    check("President", "", &["executive_sponsor 0.6"], "c_level");
}

#[test]
fn a_model_of_its_own_patterns_is_warned_of_what_misleads_unless_it_names_its_packs() {
    let own = "[roles.executive_sponsor]\ntitles = ['ceo', 'owner']";
    let found = |packs: &str, title: &str| {
        let model = Model::from_toml(&format!("{packs}\n{own}")).unwrap();
        infer(Some(title), None, &model).roles.len()
    };
    for title in [
        "Assistant to the CEO",
        "Product Owner",
        "Assistenz der Geschäftsführung, CEO",
    ] {
        assert_eq!(found("", title), 0, "{title}");
    }
    assert_eq!(found("", "CEO"), 1);
    assert_eq!(
        found("[titles]\nuse = []", "Product Owner"),
        1,
        "no pack, no warning"
    );
    assert_eq!(found("[titles]\nuse = ['de']", "Product Owner"), 1);
    assert_eq!(found("[titles]\nuse = ['en']", "Product Owner"), 0);
}

#[test]
fn a_pack_of_ones_own_adds_words_functions_and_traps() {
    let text = "
[titles]
use = ['ours', 'en']
[[titles.ours.functions]]
name = 'guild'
titles = ['wizard*']
[titles.ours.seniority]
vp = ['archmage']
[titles.ours.roles]
decision_maker = ['archmage']
[titles.ours.misread]
other_meaning = ['apprentice [archmage]']
[[titles.ours.misread.below]]
titles = ['novice']
at_most = 'staff'
[roles.decision_maker]
heads = ['guild']
[roles.user]
functions = ['guild', 'sales']
";
    let model = Model::from_toml(text).unwrap();
    let told = |title| {
        let read = infer(Some(title), None, &model);
        let roles: Vec<String> = read
            .roles
            .iter()
            .map(|role| format!("{} by {}", role.role, role.rule))
            .collect();
        let level = read.seniority.map(Seniority::as_str);
        (
            roles.join(", "),
            level,
            read.function.map(|function| function.to_string()),
        )
    };
    let of =
        |roles: &str, level, function: Option<&str>| (roles.to_owned(), level, function.map(str::to_owned));
    assert_eq!(
        told("Archmage"),
        of("decision_maker by archmage", Some("vp"), None)
    );
    assert_eq!(
        told("Apprentice Archmage").1,
        Some("staff"),
        "an English trap holds too"
    );
    assert_eq!(told("Archmage Novice"), of("", Some("staff"), None));
    assert_eq!(
        told("Wizardry"),
        of("user by function: guild", None, Some("guild"))
    );
    assert_eq!(
        told("Director of Wizards"),
        of("decision_maker by heads guild", Some("director"), Some("guild"))
    );
    assert_eq!(told("Sales"), of("user by function: sales", None, Some("sales")));
}

#[test]
fn a_small_it_among_capitals_is_the_pronoun() {
    let model = Model::from_toml("[roles.tech]\ntitles = ['it']").unwrap();
    let found = |title| infer(Some(title), None, &model).roles.len();
    assert_eq!(found("Head of IT"), 1);
    assert_eq!(found("head of it"), 1);
    assert_eq!(found("Making it happen"), 0);
}

#[test]
fn short_and_long_names_of_an_office_are_read_alike() {
    for (short, long) in [
        ("CEO", "Chief Executive Officer"),
        ("CFO", "Chief Financial Officer"),
        ("COO", "Chief Operating Officer"),
        ("CTO", "Chief Technology Officer"),
        ("CIO", "Chief Information Officer"),
        ("CISO", "Chief Information Security Officer"),
        ("CMO", "Chief Marketing Officer"),
        ("CRO", "Chief Revenue Officer"),
    ] {
        assert_eq!(read(short, ""), read(long, ""), "{short} and {long}");
    }
}

#[test]
fn a_pattern_that_leaves_a_word_open_yields_to_another_role_that_names_it() {
    let text = "[roles.a]\ntitles = ['chief * officer']\n[roles.b]\ntitles = ['chief money officer']";
    let model = Model::from_toml(text).unwrap();
    let found = |title| {
        let roles = infer(Some(title), None, &model).roles;
        roles
            .into_iter()
            .map(|role| role.role.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("Chief Money Officer"), ["b"]);
    assert_eq!(found("Chief People Officer"), ["a"]);
    assert_eq!(found("Chief Money Officer and Chief People Officer"), ["a", "b"]);
}
