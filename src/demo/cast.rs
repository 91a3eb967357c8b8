//! The companies whose story is written by hand: what the first minute of the demo shows.
//!
//! A demo day lasts 20 seconds, so the first minute is the days 0 to 3.

use quorate_domain::contact::{Attitude, RelationKind, Seniority};

use super::company::{Company, Person, slug};
use super::story::{Happening, Story};

/// When Blackmere's heat falls below the default model's exit line, in days: 22 seconds after the start.
pub(crate) const BLACKMERE_LEAVES: f64 = 1.1;

/// Returns the cast. The first one is where a viewer is sent.
pub(super) fn cast() -> Vec<Company> {
    vec![
        northfold(),
        sunhollow(),
        blackmere(),
        ostara(),
        aldermoor(),
        halden(),
        marrow_and_pike(),
        copperline(),
    ]
}

struct Facts {
    name: &'static str,
    industry: &'static str,
    country: &'static str,
    city: &'static str,
    employees: u32,
    annual_revenue: f64,
    technologies: &'static [&'static str],
    owner: &'static str,
}

fn company(facts: &Facts, people: Vec<Person>, told: Vec<Happening>) -> Company {
    let id = slug(facts.name, "-");
    Company {
        id,
        name: facts.name.to_owned(),
        industry: facts.industry,
        country: facts.country,
        region: "Europe",
        city: facts.city,
        employees: facts.employees,
        annual_revenue: facts.annual_revenue,
        technologies: facts.technologies.to_vec(),
        tier: "1",
        owner: facts.owner,
        people,
        relations: Vec::new(),
        story: Story::Told(told),
    }
}

fn at(day: f64, person: usize, kind: &'static str) -> Happening {
    Happening {
        day,
        person: Some(person),
        kind,
        strength: 1.0,
        object: None,
    }
}

fn about(day: f64, person: usize, kind: &'static str, object: &'static str) -> Happening {
    Happening {
        object: Some(object),
        ..at(day, person, kind)
    }
}

/// A meeting of so many minutes; strength 1 is half an hour.
fn meeting(day: f64, person: usize, minutes: f64) -> Happening {
    Happening {
        strength: minutes / 30.0,
        ..at(day, person, "meeting.attended")
    }
}

fn anonymous(day: f64, kind: &'static str, strength: f64) -> Happening {
    Happening {
        day,
        person: None,
        kind,
        strength,
        object: None,
    }
}

/// Hot, but the CFO is cold.
fn northfold() -> Company {
    let people = vec![
        Person::new(
            "Owen Castellane",
            "Chief Financial Officer",
            "economic_buyer",
            0.0,
        )
        .stated(),
        Person::new("Ingrid Solheim", "Chief Operating Officer", "decision_maker", 0.0)
            .with(Attitude::Neutral),
        Person::new(
            "Priya Lindqvist",
            "Director of Customer Operations",
            "champion",
            0.0,
        )
        .stated()
        .with(Attitude::Supporter)
        .below(1),
        Person::new("Tomas Reyhani", "IT Architect", "technical_evaluator", 0.0)
            .with(Attitude::Neutral)
            .below(1),
        Person::new("Mei Duarte", "Warehouse Systems Specialist", "user", 0.0)
            .with(Attitude::Supporter)
            .below(2),
        Person::new("Sanne Okafor", "Sourcing Manager", "procurement", 0.0)
            .with(Attitude::Neutral)
            .below(0),
        Person::new("Karl Brandvold", "Information Security Manager", "security", 0.0)
            .with(Attitude::Detractor)
            .below(1),
    ];
    let told = vec![
        anonymous(-172.0, "page.view", 1.0),
        about(
            -166.4,
            2,
            "event.webinar.attended",
            "Webinar: from leads to committees",
        ),
        about(
            -166.3,
            4,
            "event.webinar.attended",
            "Webinar: from leads to committees",
        ),
        about(-150.5, 2, "content.download", "Buyer's guide"),
        about(-121.4, 3, "page.docs", "/docs/api"),
        meeting(-100.4, 2, 30.0),
        about(-99.5, 2, "page.pricing", "/pricing"),
        about(-83.6, 4, "content.case_study", "Case study: cutting sales cycles"),
        anonymous(-66.7, "intent.surge", 22.0),
        about(-52.4, 2, "email.click", "Invitation"),
        about(-40.6, 3, "content.download", "Security overview"),
        about(-35.5, 1, "email.open", "Newsletter"),
        meeting(-16.4, 2, 30.0),
        meeting(-16.4, 3, 30.0),
        about(-20.3, 0, "email.open", "Newsletter"),
        about(-12.4, 4, "page.pricing", "/pricing"),
        about(-9.6, 2, "email.reply", "Invitation"),
        at(-6.4, 1, "call.connected"),
        anonymous(-4.7, "intent.surge", 40.0),
        about(-4.2, 5, "page.view", "/product"),
        about(-2.6, 4, "content.case_study", "Case study: cutting sales cycles"),
        about(-0.4, 2, "page.pricing", "/pricing"),
        about(0.9, 4, "page.docs", "/docs/getting-started"),
        about(2.2, 3, "page.docs", "/docs/security"),
        about(4.4, 2, "content.download", "Security overview"),
        meeting(6.5, 2, 30.0),
        meeting(6.5, 3, 30.0),
        about(9.5, 5, "page.pricing", "/pricing"),
        about(11.4, 4, "page.pricing", "/pricing"),
    ];
    let facts = Facts {
        name: "Northfold Logistics",
        industry: "Logistics",
        country: "NO",
        city: "Bergen",
        employees: 1_850,
        annual_revenue: 412_000_000.0,
        technologies: &["aws", "kafka", "salesforce"],
        owner: "Jonas Peeters",
    };
    let mut northfold = company(&facts, people, told);
    northfold.relations = vec![
        (1, RelationKind::Influences, 0, Some(0.6)),
        (3, RelationKind::WorksWith, 2, None),
        (6, RelationKind::Blocks, 2, None),
    ];
    northfold
}

/// Needs one more person, and gets it in the first seconds.
fn sunhollow() -> Company {
    let people = vec![
        Person::new("Nerea Ferrándiz", "Finance Director", "economic_buyer", 0.0),
        Person::new("Álvaro Montoya", "Director of Demand Generation", "champion", 0.0)
            .stated()
            .with(Attitude::Supporter),
        Person::new("Lucía Valdivia", "Head of IT", "technical_evaluator", 0.0).with(Attitude::Supporter),
    ];
    let told = vec![
        about(-61.5, 1, "content.download", "Buyer's guide"),
        about(-44.4, 1, "page.blog", "/blog/five-signs-of-a-buying-committee"),
        about(
            -6.5,
            1,
            "event.webinar.attended",
            "Webinar: from leads to committees",
        ),
        about(-4.4, 1, "page.comparison", "/compare"),
        about(-2.4, 2, "page.docs", "/docs/api"),
        about(-0.6, 1, "page.pricing", "/pricing"),
        about(0.3, 2, "page.docs", "/docs/security"),
        about(0.5, 2, "content.download", "Security overview"),
        about(0.6, 2, "page.pricing", "/pricing"),
        about(2.5, 0, "email.click", "Invitation"),
        meeting(5.5, 1, 45.0),
        meeting(5.5, 2, 45.0),
        about(8.4, 0, "page.pricing", "/pricing"),
    ];
    let facts = Facts {
        name: "Sunhollow Energy",
        industry: "Energy",
        country: "ES",
        city: "Zaragoza",
        employees: 640,
        annual_revenue: 155_000_000.0,
        technologies: &["azure", "hubspot"],
        owner: "Jonas Peeters",
    };
    company(&facts, people, told)
}

/// Falls out at the instant its forecast has named all along.
fn blackmere() -> Company {
    let mut people = vec![
        Person::new("Gareth Llewellyn", "IT Manager", "technical_evaluator", 0.0).stated(),
        Person::new("Hattie Carraway", "VP Operations", "decision_maker", 0.0).stated(),
        Person::new("Rupert Ashdown", "Finance Director", "economic_buyer", 0.0),
    ];
    for (person, level) in people.iter_mut().zip([Seniority::Manager, Seniority::Vp]) {
        person.seniority = Some(level);
    }
    // Two meetings of an hour, three days apart, and nothing since: only `meeting.attended` with its half-life of
    // 45 days and 60 points each. Weights: technical evaluator 1.3 x manager 1, decision maker 1.3 x vp 1.25.
    // At the second meeting H = 60 * (1.3 * 2^(-3/45) + 1.625) = 60 * (1.24130 + 1.625) = 171.978; it is 50, which is
    // heat 50, the exit line, 45 * log2(171.978 / 50) = 80.200 days later.
    let second = BLACKMERE_LEAVES - 80.200;
    let told = vec![meeting(second - 3.0, 0, 60.0), meeting(second, 1, 60.0)];
    let facts = Facts {
        name: "Blackmere Utilities",
        industry: "Energy",
        country: "GB",
        city: "Bristol",
        employees: 2_300,
        annual_revenue: 890_000_000.0,
        technologies: &["oracle", "sap"],
        owner: "Aisha Mbeki",
    };
    company(&facts, people, told)
}

/// Nobody knows who signs.
fn ostara() -> Company {
    let people = vec![
        Person::new(
            "Annika Falkenberg",
            "Director of Revenue Marketing",
            "champion",
            0.0,
        )
        .stated()
        .with(Attitude::Supporter),
        Person::new("Emre Yildiz", "Solutions Architect", "technical_evaluator", 0.0).below(0),
        Person::new("Svenja Brückner", "Sachbearbeiterin Vertrieb", "user", 0.0).below(0),
        Person::new("Torben Wiesner", "Campaign Specialist", "user", 0.0).below(0),
    ];
    let told = vec![
        about(-130.4, 2, "page.blog", "/blog/how-attribution-misleads"),
        about(-74.5, 0, "content.download", "Buyer's guide"),
        meeting(-33.4, 0, 30.0),
        about(-21.5, 1, "content.download", "Security overview"),
        about(-14.4, 1, "page.docs", "/docs/security"),
        about(-13.4, 2, "page.pricing", "/pricing"),
        meeting(-8.5, 1, 30.0),
        about(-1.5, 3, "page.comparison", "/compare"),
        about(1.6, 0, "page.pricing", "/pricing"),
        about(3.5, 1, "page.docs", "/docs/api"),
        meeting(7.4, 0, 30.0),
        about(10.6, 2, "content.case_study", "Case study: cutting sales cycles"),
    ];
    let facts = Facts {
        name: "Ostara Grid",
        industry: "Energy",
        country: "DE",
        city: "Bremen",
        employees: 3_100,
        annual_revenue: 1_240_000_000.0,
        technologies: &["sap", "azure"],
        owner: "Jonas Peeters",
    };
    company(&facts, people, told)
}

/// In trial, and the only person who can judge the technology is against it.
fn aldermoor() -> Company {
    let people = vec![
        Person::new(
            "Imogen Pemberton",
            "Chief Financial Officer",
            "economic_buyer",
            0.0,
        )
        .with(Attitude::Neutral),
        Person::new("Callum Stirling", "Director of Sales Enablement", "champion", 0.0)
            .stated()
            .with(Attitude::Supporter)
            .below(0),
        Person::new("Nisha Hussain", "Solutions Architect", "technical_evaluator", 0.0)
            .with(Attitude::Detractor),
        Person::new("Dominic Achebe", "CRM Administrator", "user", 0.0).below(1),
        Person::new("Farah Fairbrother", "Sales Coordinator", "user", 0.0).below(1),
    ];
    let mut told = vec![
        about(
            -120.5,
            1,
            "content.case_study",
            "Case study: cutting sales cycles",
        ),
        meeting(-95.4, 1, 30.0),
        meeting(-60.4, 0, 15.0),
        at(-55.5, 1, "trial.started"),
        at(-55.4, 3, "product.activation"),
        about(-31.5, 2, "page.docs", "/docs/security"),
        about(-9.4, 2, "email.reply", "Security questions"),
        about(1.3, 0, "email.click", "Offer"),
        meeting(4.6, 1, 30.0),
    ];
    let mut day = -54.5;
    while day < 14.0 {
        told.push(at(day, 3, "product.sign_in"));
        told.push(at(day + 0.1, 4, "product.sign_in"));
        told.push(at(day + 0.2, 3, "product.core_use"));
        day += 5.0;
    }
    let facts = Facts {
        name: "Aldermoor Bank",
        industry: "Financial Services",
        country: "GB",
        city: "Leeds",
        employees: 4_200,
        annual_revenue: 1_010_000_000.0,
        technologies: &["snowflake", "salesforce"],
        owner: "Aisha Mbeki",
    };
    let mut aldermoor = company(&facts, people, told);
    aldermoor.relations = vec![
        (2, RelationKind::Blocks, 1, None),
        (1, RelationKind::WorksWith, 3, None),
    ];
    aldermoor
}

/// As it should be.
fn halden() -> Company {
    let people = vec![
        Person::new(
            "Signe Vestergaard",
            "Chief Financial Officer",
            "economic_buyer",
            0.0,
        )
        .with(Attitude::Supporter),
        Person::new(
            "Rasmus Holmgaard",
            "Director of Demand Generation",
            "champion",
            0.0,
        )
        .stated()
        .with(Attitude::Supporter)
        .below(0),
        Person::new("Freja Thorsen", "VP Sales", "decision_maker", 0.0).with(Attitude::Supporter),
        Person::new("Mikkel Kjeldsen", "Head of IT", "technical_evaluator", 0.0),
        Person::new("Amira Hedlund", "Sales Coordinator", "user", 0.0).below(2),
        Person::new("Oskar Bergström", "Marketing Specialist", "user", 0.0).below(1),
        Person::new("Linnea Sjöberg", "Procurement Manager", "procurement", 0.0),
    ];
    let told = vec![
        about(
            -140.5,
            1,
            "event.webinar.attended",
            "Webinar: from leads to committees",
        ),
        meeting(-88.4, 1, 30.0),
        meeting(-70.4, 2, 30.0),
        at(-41.5, 5, "trial.started"),
        at(-41.3, 5, "product.activation"),
        at(-38.5, 5, "product.invite"),
        at(-37.5, 4, "product.sign_in"),
        at(-30.5, 4, "product.core_use"),
        about(-22.5, 3, "content.download", "Security overview"),
        meeting(-19.4, 3, 30.0),
        about(-12.5, 0, "page.pricing", "/pricing"),
        meeting(-29.4, 1, 30.0),
        at(-7.5, 4, "product.core_use"),
        about(-2.5, 6, "email.click", "Offer"),
        at(0.7, 5, "product.core_use"),
        about(1.9, 0, "page.pricing", "/pricing"),
        at(5.5, 4, "product.core_use"),
        meeting(8.5, 0, 30.0),
    ];
    let facts = Facts {
        name: "Halden Biologics",
        industry: "Biotech",
        country: "DK",
        city: "Aarhus",
        employees: 1_200,
        annual_revenue: 380_000_000.0,
        technologies: &["aws", "hubspot", "postgres"],
        owner: "Aisha Mbeki",
    };
    company(&facts, people, told)
}

/// The CFO talks; nobody has looked at the technology.
fn marrow_and_pike() -> Company {
    let people = vec![
        Person::new("Aoife Kinsella", "Chief Financial Officer", "economic_buyer", 0.0)
            .with(Attitude::Supporter),
        Person::new("Cillian Devaney", "Director of Sales Enablement", "champion", 0.0)
            .stated()
            .below(0),
        Person::new(
            "Niamh Moriarty",
            "Revenue Operations Manager",
            "business_evaluator",
            0.0,
        )
        .below(1),
        Person::new("Eoin Brannigan", "Account Executive", "user", 0.0).below(1),
    ];
    let told = vec![
        about(-92.5, 2, "content.download", "Buyer's guide"),
        meeting(-40.4, 1, 45.0),
        about(-17.5, 2, "page.comparison", "/compare"),
        about(-10.5, 0, "email.reply", "Offer"),
        about(-9.5, 0, "page.pricing", "/pricing"),
        about(-5.5, 3, "page.docs", "/docs/getting-started"),
        about(2.8, 1, "email.reply", "Offer"),
        meeting(3.5, 0, 30.0),
    ];
    let facts = Facts {
        name: "Marrow & Pike",
        industry: "Insurance",
        country: "IE",
        city: "Cork",
        employees: 900,
        annual_revenue: 270_000_000.0,
        technologies: &["salesforce"],
        owner: "Lena Kovač",
    };
    company(&facts, people, told)
}

/// Two meetings with one person, little since: a demo request would change everything.
fn copperline() -> Company {
    let people = vec![
        Person::new("Luc Pelletier", "Director of Demand Generation", "champion", 0.0).stated(),
        Person::new("Camille Lachance", "VP Finance", "economic_buyer", 0.0),
        Person::new("Devon Sandhu", "IT Manager", "technical_evaluator", 0.0),
        Person::new("Anjali Beaulieu", "Sales Coordinator", "user", 0.0).below(0),
    ];
    let told = vec![
        meeting(-58.4, 0, 30.0),
        meeting(-44.5, 0, 30.0),
        about(-43.6, 2, "page.docs", "/docs/api"),
        about(-36.5, 3, "content.case_study", "Case study: cutting sales cycles"),
        about(-18.5, 0, "email.open", "Newsletter"),
    ];
    let facts = Facts {
        name: "Copperline Freight",
        industry: "Logistics",
        country: "CA",
        city: "Halifax",
        employees: 760,
        annual_revenue: 120_000_000.0,
        technologies: &["hubspot"],
        owner: "Jonas Peeters",
    };
    company(&facts, people, told)
}
