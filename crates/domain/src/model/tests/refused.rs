//! Models that are refused, and the words.

use super::{Model, refused};

#[test]
fn each_wrong_thing_is_told_with_its_line_and_key() {
    for (text, expected) in REFUSED {
        refused(text, &[expected]);
    }
}

/// What is wrong, and what is said.
const REFUSED: &[(&str, &str)] = &[
    // Keys.
    ("nmae = 'x'", "line 1, nmae: unknown key; did you mean name?"),
    (
        "\n[signal.'x']\npoints = 1",
        "line 2, signal: unknown key; did you mean signals?",
    ),
    (
        "[heat]\nzzz = 1",
        "line 2, heat.zzz: unknown key; known here: half_point",
    ),
    (
        "[signals.'page.x']\npoints = 1\nhalf_life = 3",
        "line 3, signals.\"page.x\".half_life: unknown key; did you mean half_life_days?",
    ),
    (
        "[seniority]\nboss = 2",
        "line 2, seniority.boss: unknown key; known here: titles, c_level, vp, director, manager, staff",
    ),
    (
        "[seniority.titles]\nvpp = ['x']",
        "line 2, seniority.titles.vpp: unknown key; did you mean vp?",
    ),
    (
        "[committee]\nseat = 1",
        "line 2, committee.seat: unknown key; did you mean seats?",
    ),
    // Types.
    ("name = 3", "line 1, name: must be text, found the number 3"),
    (
        "[heat]\nhalf_point = '50'",
        "line 2, heat.half_point: must be a number, found the text \"50\"",
    ),
    ("heat = 3", "line 1, heat: must be a table, found the number 3"),
    (
        "sources = 'crm'",
        "line 1, sources: must be a list, found the text \"crm\"",
    ),
    (
        "sources = ['crm', 3]",
        "line 1, sources#2: must be text, found the number 3",
    ),
    (
        "sources = ['crm',\n'crm']",
        "line 2, sources#2: stands twice in the list, found \"crm\"",
    ),
    ("sources = [' ']", "line 1, sources#1: must not be empty"),
    (
        "[signals]\nx = 3",
        "line 2, signals.x: must be a table, found the number 3",
    ),
    (
        "[signals.x]\npoints = 1\nact_now = 1",
        "line 3, signals.x.act_now: must be true or false, found the number 1",
    ),
    (
        "name = 2026-01-01",
        "line 1, name: must be text, found the date 2026-01-01",
    ),
    (
        "committee.seats = { role = 'x' }",
        "line 1, committee.seats: must be a list, found a table",
    ),
    // Numbers.
    (
        "[heat]\nhalf_point = nan",
        "line 2, heat.half_point: must be a finite number, found NaN",
    ),
    (
        "[heat]\nhalf_point = -inf",
        "line 2, heat.half_point: must be a finite number, found -inf",
    ),
    (
        "[heat]\nhalf_point = 1e999",
        "line 2, heat.half_point: must be a finite number, found inf",
    ),
    (
        "[heat]\nhalf_point = 0",
        "line 2, heat.half_point: must be greater than 0, found 0",
    ),
    (
        "[engagement]\nmql_at = -1",
        "line 2, engagement.mql_at: must be 0 or more, found -1",
    ),
    (
        "[roles.x]\nweight = -0.5",
        "line 2, roles.x.weight: must be 0 or more, found -0.5",
    ),
    (
        "[relations]\nworks_with = 1.5",
        "line 2, relations.works_with: must be between 0 and 1, found 1.5",
    ),
    // Signals.
    ("[signals.x]", "line 1, signals.x.points: is required"),
    (
        "[signals.x]\npoints = nan",
        "line 2, signals.x.points: must be a finite number, found NaN",
    ),
    (
        "[signals.x]\npoints = 1e7",
        "line 2, signals.x.points: must be between -1000000 and 1000000, found 10000000",
    ),
    (
        "\n[signals.'page.x']\npoints = 1\nhalf_life_days = -3",
        "line 4, signals.\"page.x\".half_life_days: must be greater than 0, found -3",
    ),
    (
        "[signals.x]\npoints = 1\nhalf_life_days = 36526",
        "line 3, signals.x.half_life_days: must be from a minute (0.0006944444444444445 days) to 36525 days, found 36526",
    ),
    (
        "[signals.x]\npoints = 1\nhalf_life_days = 1e-9",
        "line 3, signals.x.half_life_days: must be from a minute (0.0006944444444444445 days) to 36525 days, found 0.000000001",
    ),
    (
        "[signals.x]\npoints = 1\ncap = 0",
        "line 3, signals.x.cap: must be greater than 0, found 0",
    ),
    (
        "[signals.x]\npoints = 1\ncombine = 'Sum'",
        "line 3, signals.x.combine: must be one of sum, latest, max, found \"Sum\"; did you mean sum?",
    ),
    (
        "[signals.x]\npoints = 1\nsolution = 's'",
        "line 3, signals.x.solution: no [[solutions]] of this model has that name, found \"s\"",
    ),
    (
        "[signals.'*']\npoints = 1",
        "line 1, signals.\"*\": a pattern is a prefix and .* at the end, such as \"page.*\", found \"*\"",
    ),
    (
        "[signals.'a*']\npoints = 1",
        "line 1, signals.\"a*\": a pattern is a prefix and .* at the end, such as \"page.*\", found \"a*\"",
    ),
    (
        "[signals.'a.*.b']\npoints = 1",
        "line 1, signals.\"a.*.b\": a pattern is a prefix and .* at the end, such as \"page.*\", found \"a.*.b\"",
    ),
    ("[signals.'']\npoints = 1", "line 1, signals.\"\": is empty"),
    // People.
    (
        "[roles.x]\ntitles = ['!']",
        "line 2, roles.x.titles#1: a title pattern needs a word",
    ),
    (
        "[[committee.seats]]\ncount = 2",
        "line 1, committee.seats#1.role: is required",
    ),
    (
        "[roles.champion]\n[[committee.seats]]\nrole = 'champoin'",
        "line 3, committee.seats#1.role: no [roles.champoin] in this model, found \"champoin\"; did you mean champion?",
    ),
    (
        "[roles.unknown]\n[[committee.seats]]\nrole = 'unknown'",
        "line 3, committee.seats#1.role: \"unknown\" is the absence of a role: nobody holds it",
    ),
    (
        "[roles.u]\n[[committee.seats]]\nrole = 'u'\n[[committee.seats]]\nrole = 'u'",
        "line 5, committee.seats#2.role: there is a seat for it already, raise its count; found \"u\"",
    ),
    (
        "[roles.u]\n[[committee.seats]]\nrole = 'u'\ncount = 0",
        "line 4, committee.seats#1.count: must be a whole number from 1 to 4294967295, found 0",
    ),
    (
        "[roles.u]\n[[committee.seats]]\nrole = 'u'\ncount = 1.5",
        "line 4, committee.seats#1.count: must be a whole number from 1 to 4294967295, found 1.5",
    ),
    (
        "[roles.u]\n[[committee.seats]]\nrole = 'u'\nsolution = 'crm'\n[[solutions]]\nname = 'crn'",
        "line 4, committee.seats#1.solution: no [[solutions]] of this model has that name, found \"crm\"; did you mean crn?",
    ),
    (
        "[[solutions]]\nlabel = 'x'",
        "line 1, solutions#1.name: is required",
    ),
    (
        "[[solutions]]\nname = 'x'\n[[solutions]]\nname = 'x'",
        "line 4, solutions#2.name: there is a solution of that name already, found \"x\"",
    ),
    // Fit.
    (
        "[[fit.rules]]\nexists = true",
        "line 1, fit.rules#1.attribute: is required",
    ),
    (
        "[[fit.rules]]\nattribute = 'a'",
        "line 1, fit.rules#1: needs one of equals, in, between, contains_any, exists; found none",
    ),
    (
        "[[fit.rules]]\nattribute = 'a'\nequals = 1\nexists = true",
        "line 1, fit.rules#1: needs only one of its tests; found equals and exists",
    ),
    (
        "[[fit.rules]]\nattribute = 'a'\nbetween = [5, 1]",
        "line 3, fit.rules#1.between: the lowest must not be above the highest, found 5 and 1",
    ),
    (
        "[[fit.rules]]\nattribute = 'a'\nbetween = [5]",
        "line 3, fit.rules#1.between: must be two numbers, the lowest and the highest; found 1",
    ),
    (
        "[[fit.rules]]\nattribute = 'a'\nbetween = [5, inf]",
        "line 3, fit.rules#1.between#2: must be a finite number, found inf",
    ),
    (
        "[[fit.rules]]\nattribute = 'a'\nin = []",
        "line 3, fit.rules#1.in: needs at least one value, found an empty list",
    ),
    (
        "[[fit.rules]]\nattribute = 'a'\ncontains_any = ['x', 2]",
        "line 3, fit.rules#1.contains_any#2: must be text, found the number 2",
    ),
    (
        "[[fit.rules]]\nattribute = 'a'\nequals = ''",
        "line 3, fit.rules#1.equals: an empty value is unknown and never matches; use exists = false",
    ),
    (
        "[[fit.rules]]\nattribute = 'a'\nequals = [1]",
        "line 3, fit.rules#1.equals: must be text, a number, true or false",
    ),
    (
        "[[fit.rules]]\nattribute = 'a'\nexists = true\nwieght = 3",
        "line 4, fit.rules#1.wieght: unknown key; did you mean weight?",
    ),
    // MQA.
    (
        "[mqa]\nenter_heat = 101",
        "line 2, mqa.enter_heat: must be between 0 and 100, found 101",
    ),
    (
        "[mqa]\nenter_heat = 40\nexit_heat = 50",
        "line 3, mqa.exit_heat: must not be above enter_heat, found 50 above 40",
    ),
    (
        "[mqa]\nfit_grade = 'E'",
        "line 2, mqa.fit_grade: must be one of A, B, C, D, found \"E\"",
    ),
    (
        "[mqa]\nquorum = -1",
        "line 2, mqa.quorum: must be between 0 and 100, found -1",
    ),
    (
        "[mqa]\ngrace_days = -1",
        "line 2, mqa.grace_days: must be 0 or more, found -1",
    ),
    (
        "[mqa]\nact_now_days = 0",
        "line 2, mqa.act_now_days: must be greater than 0, found 0",
    ),
    (
        "[roles.u]\n[mqa]\nany_role_engaged = ['u', 'v2x']",
        "line 3, mqa.any_role_engaged#2: no [roles.v2x] in this model, found \"v2x\"",
    ),
    (
        "[mqa]\nall_roles_engaged = ['buyer']",
        "line 2, mqa.all_roles_engaged#1: no [roles.buyer] in this model, found \"buyer\"",
    ),
    (
        "[mqa]\n[[mqa.segments]]\nenter_heat = 3",
        "line 2, mqa.segments#1.when: is required",
    ),
    (
        "[mqa]\n[[mqa.segments]]\nwhen = { attribute = 'a', equals = 1, weight = 2 }\nengaged_contacts = -1",
        "line 3, mqa.segments#1.when.weight: unknown key; known here: attribute, equals, in, between, contains_any, exists\n\
             line 4, mqa.segments#1.engaged_contacts: must be a whole number from 0 to 4294967295, found -1",
    ),
    (
        "[mqa]\nenter_heat = 60\nexit_heat = 50\n[[mqa.segments]]\nwhen = { attribute = 'a', equals = 1 }\nenter_heat = 40",
        "line 4, mqa.segments#1.exit_heat: must not be above enter_heat, found 50 above 40",
    ),
    // Hand-off.
    (
        "[handoff]\nanswer_within_hours = 0",
        "line 2, handoff.answer_within_hours: must be greater than 0, found 0",
    ),
    (
        "[handoff]\nreject_reasons = ['a', 'a']",
        "line 2, handoff.reject_reasons#2: stands twice in the list, found \"a\"",
    ),
    // Frameworks.
    (
        "[titles]\nuse = ['eng']",
        "line 2, titles.use#1: is neither shipped (en, de, fr, es) nor in this file, found \"eng\"; did you mean en?",
    ),
    (
        "[titles]\nuse = ['xx']",
        "line 2, titles.use#1: is neither shipped (en, de, fr, es) nor in this file, found \"xx\"",
    ),
    (
        "[titles]\nuse = ['en', 'en']",
        "line 2, titles.use#2: stands twice in the list, found \"en\"",
    ),
    (
        "[titles.ours.roles]\nbuyr = ['x']\n[roles.buyer]",
        "line 2, titles.ours.roles.buyr: no [roles.buyr] in this model, found \"buyr\"; did you mean buyer?",
    ),
    (
        "[titles.ours.misread]\nother_meaning = ['vice president']",
        "line 2, titles.ours.misread.other_meaning#1: needs brackets around the words that mean something else, such \
         as \"vice [president]\", found \"vice president\"",
    ),
    (
        "[[titles.ours.misread.below]]\ntitles = ['x']",
        "line 1, titles.ours.misread.below#1.at_most: is required",
    ),
    (
        "[roles.buyer]\nheads = ['finance']",
        "line 2, roles.buyer.heads#1: no pack of [titles] in use knows this function, found \"finance\"",
    ),
    (
        "[titles]\nuse = ['en']\n[roles.buyer]\nfunctions = ['finanse']",
        "line 4, roles.buyer.functions#1: no pack of [titles] in use knows this function, found \"finanse\"; did you \
         mean finance?",
    ),
    (
        "[frameworks]\nuse = ['medpicc']",
        "line 2, frameworks.use#1: is neither shipped (bant, champ, meddic, meddpicc) nor in this file, found \"medpicc\"; did you mean meddpicc?",
    ),
    (
        "[frameworks]\nuse = ['bant', 'bant']",
        "line 2, frameworks.use#2: stands twice in the list, found \"bant\"",
    ),
    (
        "[frameworks.own]",
        "line 1, frameworks.own: needs [[elements]], found none",
    ),
    (
        "[[frameworks.own.elements]]\nkey = 'e'",
        "line 1, frameworks.own.elements#1.checks: needs a check with a weight above 0",
    ),
    (
        "[[frameworks.own.elements]]\nkey = 'e'\nchecks = [{ kind = 'evidence', weight = 0 }]",
        "line 3, frameworks.own.elements#1.checks: needs a check with a weight above 0",
    ),
    (
        "[[frameworks.own.elements]]\nkey = 'e'\ngate = 2\nchecks = [{ kind = 'evidense' }]",
        "line 3, frameworks.own.elements#1.gate: must be between 0 and 1, found 2\n\
             line 4, frameworks.own.elements#1.checks#1.kind: must be one of evidence, role_identified, role_engaged, path, signal, attribute, found \"evidense\"; did you mean evidence?",
    ),
    (
        "[[frameworks.own.elements]]\nkey = 'e'\nchecks = [{ kind = 'evidence', role = 'x' }]",
        "line 3, frameworks.own.elements#1.checks#1.role: unknown key; known here: weight, kind",
    ),
    (
        "[[frameworks.own.elements]]\nkey = 'e'\nchecks = [{ kind = 'role_engaged', role = 'x' }]",
        "line 3, frameworks.own.elements#1.checks#1.role: no [roles.x] in this model, found \"x\"",
    ),
    (
        "[[frameworks.own.elements]]\nkey = 'e'\nchecks = [{ kind = 'signal', signal = 'a*', within_days = 0 }]",
        "line 3, frameworks.own.elements#1.checks#1.within_days: must be greater than 0, found 0\n\
             line 3, frameworks.own.elements#1.checks#1.signal: a pattern is a prefix and .* at the end, such as \"page.*\", found \"a*\"",
    ),
    (
        "[[frameworks.own.elements]]\nkey = 'e'\nchecks = [{ kind = 'evidence' }]\n\
             [[frameworks.own.elements]]\nkey = 'e'\nstale_after_days = 0\nchecks = [{ kind = 'evidence' }]",
        "line 5, frameworks.own.elements#2.key: there is an element of that key already, found \"e\"\n\
             line 6, frameworks.own.elements#2.stale_after_days: must be greater than 0, found 0",
    ),
];

#[test]
fn all_errors_are_told_at_once_in_the_order_of_lines() {
    refused(
        "nam = 'x'\n[heat]\nhalf_point = 0\n[signals.x]\npoints = nan\ncap = -1\n[mqa]\nquorum = 200",
        &[
            "line 1, nam: unknown key; did you mean name?",
            "line 3, heat.half_point: must be greater than 0, found 0",
            "line 5, signals.x.points: must be a finite number, found NaN",
            "line 6, signals.x.cap: must be greater than 0, found -1",
            "line 8, mqa.quorum: must be between 0 and 100, found 200",
        ],
    );
}

#[test]
fn text_that_is_no_toml_is_told_with_its_line() {
    let errors = Model::from_toml("name = 'x'\nnotes = \n[heat]\nhalf_point = 0").unwrap_err();
    let first = &errors.0[0];
    assert_eq!((first.line, &*first.key), (2, ""));
    assert!(errors.to_string().starts_with("line 2: is no TOML: "), "{errors}");

    let twice = Model::from_toml("[heat]\nhalf_point = 1\nhalf_point = 2").unwrap_err();
    assert_eq!(twice.to_string(), "line 3: is no TOML: duplicate key");
}
