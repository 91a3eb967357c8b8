//! Functions, levels and roles read from job titles by the default model: the confusions that matter in four languages,
//! and how much of long lists is read (`cargo run -p quorate-domain --example titles` prints more).

use std::path::PathBuf;

use quorate_domain::infer::{Inference, infer};
use quorate_domain::model::{DEFAULT_MODEL, Model};

fn model() -> Model {
    Model::from_toml(DEFAULT_MODEL).unwrap()
}

/// What a title is read as: roles with `?` for candidates, then the level, then the function.
fn told(inference: &Inference) -> String {
    let roles: Vec<String> = inference
        .roles
        .iter()
        .map(|role| format!("{}{}", role.role, if role.candidate { "?" } else { "" }))
        .collect();
    let level = inference.seniority.map_or("none", |level| level.as_str());
    let function = inference.function.as_deref().unwrap_or("none");
    format!("{} / {level} / {function}", roles.join(" "))
}

#[track_caller]
fn check(table: &[(&str, &str)]) {
    let model = model();
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(title, expected)| {
            let got = told(&infer(Some(title), None, &model));
            (got != *expected).then(|| format!("{title}: got {got:?}, expected {expected:?}"))
        })
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn english_titles_that_are_easily_confused_are_told_apart() {
    check(ENGLISH);
}

const ENGLISH: &[(&str, &str)] = &[
    ("Assistant to the CEO", " / staff / administration"),
    (
        "Executive Assistant to the Chief Financial Officer",
        " / staff / administration",
    ),
    (
        "Personal Assistant to Managing Director",
        " / staff / administration",
    ),
    ("Company Secretary", "legal / director / legal"),
    ("Secretary", " / staff / administration"),
    ("Secretary General", "executive_sponsor / c_level / executive"),
    ("CEO", "decision_maker executive_sponsor / c_level / executive"),
    ("Chief of Staff, Office of the CEO", " / director / executive"),
    ("Product Owner", "business_evaluator / none / product"),
    ("Senior Product Owner", "business_evaluator / none / product"),
    ("Process Owner", " / none / none"),
    (
        "Business Owner",
        "business_evaluator decision_maker / c_level / executive",
    ),
    ("Owner", "decision_maker / c_level / executive"),
    ("Home Owner", " / none / none"),
    ("Van Owner Operator", " / staff / logistics"),
    ("Account Manager", "user / staff / sales"),
    ("Key Account Manager", "user / staff / sales"),
    ("Project Manager", "user / none / operations"),
    ("Operations Manager", "business_evaluator / manager / operations"),
    ("IT Manager", "technical_evaluator / manager / it"),
    ("Marketing Manager", "user / manager / marketing"),
    (
        "Head of Talent Acquisition",
        "champion? decision_maker / vp / human_resources",
    ),
    ("Headhunter", "user / none / human_resources"),
    ("Head Chef", " / none / services"),
    ("Vice President of Operations", "decision_maker / vp / operations"),
    (
        "VP Engineering",
        "decision_maker technical_evaluator / vp / engineering",
    ),
    (
        "VP, Global Finance",
        "decision_maker economic_buyer / vp / finance",
    ),
    ("Vice President", "decision_maker / vp / none"),
    ("Assistant Vice President", " / manager / administration"),
    ("Vice President, Branch Manager", " / manager / none"),
    ("Vice President Commercial Lending", " / manager / finance"),
    ("AVP Mortgage", " / manager / finance"),
    (
        "SVP Wealth Management",
        "decision_maker economic_buyer / vp / finance",
    ),
    ("Vice Chairman", " / none / none"),
    ("Managing Partner", "decision_maker / c_level / executive"),
    ("HR Business Partner", "user / none / human_resources"),
    ("Partner Sales Manager", "user / manager / sales"),
    ("Channel Partner Manager", "user / manager / sales"),
    ("Chief Financial Officer", "economic_buyer / c_level / finance"),
    (
        "Director of Accounting and Finance",
        "champion? economic_buyer / director / finance",
    ),
    ("Deputy Director of Finance", " / manager / finance"),
    ("Loan Officer", " / none / finance"),
    ("Security Officer", " / none / public_safety"),
    ("Information Security Officer", "security / none / security"),
    (
        "Chief Information Security Officer",
        "security / c_level / security",
    ),
    ("Buyer", "procurement / staff / procurement"),
    ("Media Buyer", "user / none / marketing"),
    ("Lead Generation Specialist", "user / staff / marketing"),
    ("Art Director", " / none / creative"),
    ("Funeral Director", " / none / services"),
    ("Sales Engineer", "technical_evaluator / staff / sales"),
    ("Software Engineer", "technical_evaluator / staff / it"),
    ("Senior Solution Architect", "technical_evaluator / none / it"),
    ("Landscape Architect", " / none / creative"),
    ("General Counsel", "legal / none / legal"),
    (
        "Strategic Sourcing Manager",
        "influencer procurement / manager / procurement",
    ),
    ("Legal Secretary", "legal / staff / legal"),
    ("Intern, Finance", " / staff / finance"),
];

#[test]
fn german_titles_that_are_easily_confused_are_told_apart() {
    check(GERMAN);
}

const GERMAN: &[(&str, &str)] = &[
    (
        "Geschäftsführer",
        "decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Geschäftsführerin",
        "decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Geschaeftsfuehrerin",
        "decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Geschaftsfuhrer",
        "decision_maker executive_sponsor / c_level / executive",
    ),
    ("GF", "decision_maker executive_sponsor / c_level / executive"),
    (
        "Mitglied der Geschäftsleitung",
        "champion? decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Vorstand Finanzen",
        "economic_buyer executive_sponsor / c_level / finance",
    ),
    (
        "Finanzvorstand",
        "economic_buyer executive_sponsor / c_level / finance",
    ),
    (
        "Finanzvorständin",
        "economic_buyer executive_sponsor / c_level / finance",
    ),
    ("Vorstandsvorsitzende", "executive_sponsor / c_level / executive"),
    ("Prokurist", "decision_maker / director / executive"),
    (
        "Inhaberin",
        "decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Bereichsleiter Einkauf",
        "champion? decision_maker procurement / vp / procurement",
    ),
    ("Bereichsleiterin IT", "champion? decision_maker / vp / it"),
    ("Einkaufsleiter", "champion? procurement / manager / procurement"),
    (
        "Einkaufsleiterin",
        "champion? procurement / manager / procurement",
    ),
    ("Leiter Einkauf", "champion? procurement / manager / procurement"),
    (
        "Leiterin Finanzen",
        "champion? economic_buyer / manager / finance",
    ),
    (
        "Leiter:in Finanzen",
        "champion? economic_buyer / manager / finance",
    ),
    ("Leiter*in IT", "champion? technical_evaluator / manager / it"),
    ("Leitung Rechnungswesen", "champion? / manager / finance"),
    (
        "Kaufmännische Leiterin",
        "champion? economic_buyer / manager / finance",
    ),
    (
        "Kaufmaennischer Leiter",
        "champion? economic_buyer / manager / finance",
    ),
    ("IT-Leiter", "champion? technical_evaluator / manager / it"),
    ("EDV-Leiterin", "champion? technical_evaluator / manager / it"),
    ("Abteilungsleiter Vertrieb", "champion? / director / sales"),
    ("Teamleiterin Marketing", "champion? / manager / marketing"),
    ("Projektleiter", "user / staff / operations"),
    ("Bauleiter", " / staff / production"),
    ("Zugbegleiter", " / none / none"),
    ("Halbleiterentwickler", "technical_evaluator / staff / it"),
    ("Hausmeister", " / none / facilities"),
    ("Assistent der Geschäftsführung", " / staff / administration"),
    ("Assistentin der Geschäftsleitung", " / staff / administration"),
    ("Assistenz der Geschäftsführung", " / staff / administration"),
    ("Referentin der Geschäftsführung", "influencer / staff / none"),
    ("Vorstandsassistent", " / staff / executive"),
    ("Sekretärin", " / staff / administration"),
    (
        "Stellvertretender Leiter Einkauf",
        "procurement / manager / procurement",
    ),
    ("Stv. Geschäftsführer", " / manager / executive"),
    ("Werkstudent Marketing", "user / staff / marketing"),
    ("Auszubildende Kauffrau für Büromanagement", " / staff / none"),
    (
        "Sachbearbeiterin Einkauf",
        "procurement user / staff / procurement",
    ),
    ("Personalleiterin", "champion? / manager / human_resources"),
    ("Personalreferent", "user / staff / human_resources"),
    ("Vertriebsleiter", "champion? / manager / sales"),
    ("Vertriebsmitarbeiterin", "user / staff / sales"),
    ("Softwareentwicklerin", "technical_evaluator / staff / it"),
    ("Syndikusrechtsanwalt", "legal / none / legal"),
    ("Datenschutzbeauftragter", "legal / none / legal"),
    ("Informationssicherheitsbeauftragte", "security / none / security"),
    ("Controller", " / staff / finance"),
    ("Betriebsratsvorsitzender", " / none / none"),
];

#[test]
fn french_titles_that_are_easily_confused_are_told_apart() {
    check(FRENCH);
}

const FRENCH: &[(&str, &str)] = &[
    ("PDG", "decision_maker executive_sponsor / c_level / executive"),
    (
        "Président-Directeur Général",
        "champion? decision_maker executive_sponsor / c_level / executive",
    ),
    ("DG", "decision_maker executive_sponsor / c_level / executive"),
    (
        "Directeur général",
        "champion? decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Directrice Générale",
        "champion? decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Directrice Generale",
        "champion? decision_maker executive_sponsor / c_level / executive",
    ),
    ("Directeur Général Adjoint", "decision_maker / vp / executive"),
    ("DGA", "decision_maker / vp / executive"),
    (
        "Gérante",
        "decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Directeur Financier",
        "champion? economic_buyer / director / finance",
    ),
    (
        "Directrice administrative et financière",
        "champion? economic_buyer / director / finance",
    ),
    ("DAF", "economic_buyer / director / finance"),
    ("RAF", "economic_buyer / manager / finance"),
    ("DRH", "decision_maker / director / human_resources"),
    ("DSI", "decision_maker technical_evaluator / director / it"),
    ("RSSI", "security / director / security"),
    (
        "Directeur des Systèmes d'Information",
        "champion? technical_evaluator / director / it",
    ),
    (
        "Responsable des achats",
        "champion? procurement / manager / procurement",
    ),
    (
        "Responsable Achats",
        "champion? procurement / manager / procurement",
    ),
    ("Acheteuse", "procurement / staff / procurement"),
    (
        "Directrice des achats",
        "champion? procurement / director / procurement",
    ),
    ("Directeur commercial", "champion? / director / sales"),
    ("Ingénieur commercial", "user / none / sales"),
    ("Ingénieure logiciel", "technical_evaluator / staff / it"),
    ("Développeuse", "technical_evaluator / staff / it"),
    ("Chef de projet", "user / staff / operations"),
    ("Cheffe de produit", "business_evaluator / staff / product"),
    ("Chef de service comptabilité", "champion? / manager / finance"),
    ("Assistante de direction", " / staff / administration"),
    ("Assistant de direction", " / staff / administration"),
    ("Secrétaire de direction", " / staff / administration"),
    ("Secrétaire général", "executive_sponsor / c_level / executive"),
    ("Secrétaire", " / staff / administration"),
    ("Adjointe au directeur financier", " / manager / none"),
    ("Directeur adjoint", " / manager / none"),
    (
        "Directrice adjointe des achats",
        "procurement / manager / procurement",
    ),
    ("Directeur artistique", " / none / creative"),
    ("Directeur de projet", "user / staff / operations"),
    ("Stagiaire marketing", "user / staff / marketing"),
    ("Alternante RH", "user / staff / human_resources"),
    ("Juriste", "legal / staff / legal"),
    ("Contrôleur de gestion", " / staff / finance"),
    (
        "Responsable informatique",
        "champion? technical_evaluator / manager / it",
    ),
    ("Vice-présidente marketing", "decision_maker / vp / marketing"),
];

#[test]
fn spanish_titles_that_are_easily_confused_are_told_apart() {
    check(SPANISH);
}

const SPANISH: &[(&str, &str)] = &[
    (
        "Director General",
        "champion? decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Directora General",
        "champion? decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Consejero Delegado",
        "decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Consejera Delegada",
        "decision_maker executive_sponsor / c_level / executive",
    ),
    (
        "Gerente General",
        "champion? decision_maker executive_sponsor / c_level / executive",
    ),
    ("Presidenta", "executive_sponsor / c_level / executive"),
    (
        "Vicepresidenta de Finanzas",
        "decision_maker economic_buyer / vp / finance",
    ),
    (
        "Director Financiero",
        "champion? economic_buyer / director / finance",
    ),
    (
        "Directora Financiera",
        "champion? economic_buyer / director / finance",
    ),
    (
        "Directora de Administración y Finanzas",
        "champion? economic_buyer / director / finance",
    ),
    (
        "Director de Compras",
        "champion? procurement / director / procurement",
    ),
    ("Jefe de Compras", "champion? procurement / manager / procurement"),
    ("Jefa de compras", "champion? procurement / manager / procurement"),
    (
        "Responsable de Compras",
        "champion? procurement / manager / procurement",
    ),
    (
        "Director de Sistemas",
        "champion? technical_evaluator / director / it",
    ),
    (
        "Responsable de Informatica",
        "champion? technical_evaluator / manager / it",
    ),
    (
        "Director Técnico",
        "champion? technical_evaluator / director / engineering",
    ),
    ("Director de Proyecto", "user / staff / operations"),
    ("Jefe de Proyecto", "user / staff / operations"),
    ("Jefa de Producto", "business_evaluator / staff / product"),
    ("Director de Arte", " / none / none"),
    ("Director Comercial", "champion? / director / sales"),
    ("Técnico Comercial", "user / none / sales"),
    ("Ingeniera de Software", "technical_evaluator / staff / it"),
    ("Abogada", "legal / staff / legal"),
    ("Asistente de Dirección", " / staff / administration"),
    ("Asistente de direccion", " / staff / administration"),
    ("Secretaria de Dirección", " / staff / administration"),
    ("Secretario General", "executive_sponsor / c_level / executive"),
    ("Subdirector Financiero", " / manager / finance"),
    ("Director General Adjunto", "decision_maker / vp / executive"),
    ("Director Adjunto", " / manager / none"),
    ("Becario de Marketing", "user / staff / marketing"),
    ("Auxiliar administrativo", " / staff / administration"),
    ("Gerente de Ventas", "champion? / manager / sales"),
    ("Contable", " / staff / finance"),
];

#[test]
fn a_title_means_the_same_in_any_way_of_writing_it() {
    let model = model();
    for ways in [
        [
            "Geschäftsführerin",
            "Geschaeftsfuehrerin",
            "GESCHÄFTSFÜHRERIN",
            "Gescha\u{308}ftsfu\u{308}hrerin",
        ],
        [
            "Directrice générale",
            "directrice generale",
            "DIRECTRICE GÉNÉRALE",
            "Directrice ge\u{301}ne\u{301}rale",
        ],
        [
            "Director de Producción",
            "director de produccion",
            "Director/a de Producción",
            "DIRECTORA DE PRODUCCIÓN",
        ],
        [
            "Leiter Einkauf",
            "Leiterin Einkauf",
            "Leiter:in Einkauf",
            "Leiter*in Einkauf",
        ],
        ["Head of IT", "head of it", "Head-of IT", "HEAD OF IT"],
    ] {
        let read = ways.map(|title| told(&infer(Some(title), None, &model)));
        assert!(
            read.windows(2).all(|pair| pair[0] == pair[1]),
            "{ways:?}: {read:?}"
        );
    }
}

#[test]
fn a_department_tells_the_function_in_any_language() {
    let model = model();
    for (department, function) in [
        ("Finance & Accounting", "finance"),
        ("Rechnungswesen", "finance"),
        ("Achats", "procurement"),
        ("Recursos Humanos", "human_resources"),
        ("EDV", "it"),
        ("Service client", "customer_service"),
    ] {
        let read = infer(Some("Manager"), Some(department), &model);
        assert_eq!(read.function.as_deref(), Some(function), "{department}");
    }
    let read = infer(Some("Marketing Manager"), Some("Finance"), &model);
    assert_eq!(
        read.function.as_deref(),
        Some("finance"),
        "who names a department knows it"
    );
}

/// Functions that fit an occupation, by the beginning of its code; what stands first holds.
const OCCUPATIONS: [(&str, &[&str]); 27] = [
    ("11-", &[]),
    ("13-1", &[]),
    ("13-2", &["finance"]),
    ("15-", &["it", "security", "engineering", "product", "research"]),
    ("17-", &["engineering", "it", "production", "research"]),
    ("19-", &["research", "healthcare", "engineering"]),
    (
        "21-",
        &["social_services", "healthcare", "education", "public_safety"],
    ),
    ("23-", &["legal"]),
    ("25-", &["education"]),
    ("27-", &["creative", "marketing"]),
    ("29-", &["healthcare"]),
    ("31-", &["healthcare"]),
    ("33-", &["public_safety"]),
    ("35-", &["services"]),
    ("37-", &["facilities", "production"]),
    ("39-", &["services", "healthcare", "education", "creative"]),
    ("41-", &["sales", "marketing", "procurement", "creative"]),
    (
        "43-3",
        &[
            "finance",
            "procurement",
            "human_resources",
            "administration",
            "services",
        ],
    ),
    (
        "43-4",
        &[
            "administration",
            "customer_service",
            "human_resources",
            "education",
            "finance",
            "legal",
            "services",
            "logistics",
        ],
    ),
    ("43-5", &["logistics", "production", "administration"]),
    ("43-", &["administration", "production", "finance", "legal", "it"]),
    ("45-", &["production"]),
    ("47-", &["production"]),
    ("49-", &["production", "it", "facilities"]),
    ("51-", &["production", "quality"]),
    ("53-", &["logistics", "production"]),
    ("55-", &["public_safety", "logistics"]),
];

#[test]
fn what_is_read_of_long_lists_does_not_shrink() {
    let model = model();
    // Least shares of titles with a function, a level and a role, in percent.
    for (file, function, level, role) in [
        ("job_titles_list/titles_combined.txt", 85, 67, 24),
        ("job_titles_onet/alternate_titles_dev.tsv", 83, 61, 17),
    ] {
        let Some(text) = read(file) else { continue };
        let rows: Vec<(&str, &str)> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                let mut cells = line.split('\t');
                let first = cells.next().unwrap_or_default();
                cells.next().map_or(("", line), |title| (first, title))
            })
            .collect();
        let mut counts = [0, 0, 0];
        let (mut known, mut agreeing) = (0_usize, 0_usize);
        for (code, title) in &rows {
            let read = infer(Some(title), None, &model);
            let has = [
                read.function.is_some(),
                read.seniority.is_some(),
                !read.roles.is_empty(),
            ];
            for (count, has) in counts.iter_mut().zip(has) {
                *count += usize::from(has);
            }
            let fitting = OCCUPATIONS.iter().find(|(begin, _)| code.starts_with(begin));
            // Managers and specialists of business come from everywhere: their code tells no function.
            if let (Some((_, fitting)), Some(function)) = (fitting, read.function)
                && !fitting.is_empty()
            {
                known += 1;
                agreeing += usize::from(fitting.contains(&&*function));
            }
        }
        let percent = |count: usize| count * 100 / rows.len();
        let [functions, levels, roles] = counts.map(percent);
        println!(
            "{file}: {} titles, {functions} % with a function, {levels} % with a level, {roles} % with a role",
            rows.len()
        );
        assert!(functions >= function, "{file}: {functions} % with a function");
        assert!(levels >= level, "{file}: {levels} % with a level");
        assert!(roles >= role, "{file}: {roles} % with a role");
        if let Some(agreeing) = (agreeing * 100).checked_div(known) {
            println!("{file}: of {known} functions with an occupation, {agreeing} % fit it");
            assert!(
                agreeing >= 80,
                "{file}: {agreeing} % of functions fit the occupation"
            );
        }
    }
}

/// Reads a list of the reference data; nothing when it is not there.
#[expect(
    clippy::disallowed_methods,
    reason = "a test reads its input; the domain itself touches no file"
)]
fn read(name: &str) -> Option<String> {
    let shared = std::env::var_os("QUORATE_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let read = std::fs::read_to_string(shared.join("data").join(name)).ok();
    if read.is_none() {
        eprintln!("not compared with {name}: no reference data (QUORATE_SHARED can name it)");
    }
    read
}
