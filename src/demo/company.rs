//! A fictional company and its people, drawn from the seed.

use std::collections::BTreeSet;
use std::sync::Arc;

use quorate_domain::contact::{Attitude, RelationKind, Seniority};

use super::names::{
    COUNTRIES, Country, FIRST_WORDS, INDUSTRIES, Industry, OWNERS, POSTS, Post, TECHNOLOGIES,
};
use super::random::Random;
use super::story::Story;

/// A fictional company.
#[derive(Clone, Debug)]
pub(crate) struct Company {
    /// Its account id.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) industry: &'static str,
    pub(crate) country: &'static str,
    pub(crate) region: &'static str,
    pub(crate) city: &'static str,
    pub(crate) employees: u32,
    pub(crate) annual_revenue: f64,
    pub(crate) technologies: Vec<&'static str>,
    pub(crate) tier: &'static str,
    pub(crate) owner: &'static str,
    pub(crate) people: Vec<Person>,
    /// Relations between people beside `reports_to`: from, kind, to, strength.
    pub(crate) relations: Vec<(usize, RelationKind, usize, Option<f64>)>,
    /// What happens there.
    pub(crate) story: Story,
}

/// A fictional person at a company.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Its contact id.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) title: String,
    /// What it is to a purchase, whether stated or only readable from the title.
    pub(crate) role: &'static str,
    /// Somebody said so.
    pub(crate) is_stated: bool,
    pub(crate) seniority: Option<Seniority>,
    pub(crate) attitude: Option<Attitude>,
    /// The place of whom it reports to.
    pub(crate) reports_to: Option<usize>,
    /// How much it does, relative to the others; 0: nothing but opening a mail.
    pub(crate) eagerness: f64,
}

impl Company {
    /// Returns its domain; `.example` belongs to nobody.
    pub(crate) fn domain(&self) -> String {
        format!("{}.example", self.id)
    }

    /// Draws a company whose name is not taken yet.
    pub(super) fn draw(random: &mut Random, taken: &mut BTreeSet<String>) -> Self {
        let (id, name, industry) = draw_name(random, taken);
        let country = draw_country(random);
        // From 40 to 24,000 people, the small ones more often; one in five has fewer than 100.
        let employees = 40.0 * 600.0_f64.powf(random.share().powf(1.2));
        let employees = round(employees);
        let story = Story::draw(random);
        let people = draw_people(random, country, employees, &story);
        let mut company = Self {
            id,
            name,
            industry: industry.name,
            country: country.code,
            region: country.region,
            city: random.pick(country.cities),
            employees,
            annual_revenue: (f64::from(employees) * industry.revenue_each * random.between(0.6, 1.6)).round()
                * 1000.0,
            technologies: draw_technologies(random),
            tier: random.pick(&["1", "2", "2", "3", "3", "3"]),
            owner: random.pick(&OWNERS),
            people,
            relations: Vec::new(),
            story,
        };
        company.draw_relations(random);
        company
    }

    /// Colleagues, influence, and now and then somebody who is against it.
    fn draw_relations(&mut self, random: &mut Random) {
        // How often people of two roles have a tie that somebody noticed.
        const TIES: [(&str, RelationKind, &str, f64); 5] = [
            ("champion", RelationKind::Influences, "economic_buyer", 0.35),
            ("champion", RelationKind::Influences, "decision_maker", 0.25),
            ("technical_evaluator", RelationKind::WorksWith, "champion", 0.35),
            ("business_evaluator", RelationKind::Influences, "champion", 0.3),
            ("user", RelationKind::WorksWith, "champion", 0.25),
        ];
        for (from, kind, to, share) in TIES {
            let (Some(from), Some(to)) = (self.place(from), self.place(to)) else {
                continue;
            };
            if !random.chance(share) {
                continue;
            }
            // In tenths, as a person would say it; half of them say nothing.
            let tenths = random.between(3.0, 9.0).round() / 10.0;
            let is_stated = kind == RelationKind::Influences && random.chance(0.5);
            self.relations.push((from, kind, to, is_stated.then_some(tenths)));
        }
        let count = self.people.len();
        if count >= 3 && random.chance(0.12) {
            let against = count - 1;
            let champion = self.place("champion");
            if let Some(person) = self.people.get_mut(against) {
                person.attitude = Some(Attitude::Detractor);
            }
            if let Some(champion) = champion.filter(|champion| *champion != against) {
                self.relations
                    .push((against, RelationKind::Blocks, champion, None));
            }
        }
    }

    pub(super) fn place(&self, role: &str) -> Option<usize> {
        self.people.iter().position(|person| person.role == role)
    }
}

impl Person {
    /// Returns its mail address.
    pub(crate) fn email(&self, company: &Company) -> String {
        format!("{}@{}", self.id, company.domain())
    }

    /// Returns a person whose role, if any, only the title tells.
    pub(super) fn new(name: &str, title: &str, role: &'static str, eagerness: f64) -> Self {
        Self {
            id: slug(name, "."),
            name: name.to_owned(),
            title: title.to_owned(),
            role,
            is_stated: false,
            seniority: None,
            attitude: None,
            reports_to: None,
            eagerness,
        }
    }

    /// The same person, its role stated by somebody.
    pub(super) fn stated(self) -> Self {
        Self {
            is_stated: true,
            ..self
        }
    }

    /// The same person with an attitude.
    pub(super) fn with(self, attitude: Attitude) -> Self {
        Self {
            attitude: Some(attitude),
            ..self
        }
    }

    /// The same person, below another.
    pub(super) fn below(self, boss: usize) -> Self {
        Self {
            reports_to: Some(boss),
            ..self
        }
    }
}

fn draw_name(random: &mut Random, taken: &mut BTreeSet<String>) -> (String, String, &'static Industry) {
    loop {
        let industry = draw_industry(random);
        let name = format!(
            "{} {}",
            random.pick(&FIRST_WORDS),
            random.pick(industry.last_words)
        );
        let id = slug(&name, "-");
        if taken.insert(id.clone()) {
            return (id, name, industry);
        }
        // Few names are left when thousands were asked for: number them.
        if taken.len() > 2_000 {
            let name = format!("{name} {}", taken.len());
            let id = slug(&name, "-");
            taken.insert(id.clone());
            return (id, name, industry);
        }
    }
}

fn draw_people(random: &mut Random, country: &Country, employees: u32, story: &Story) -> Vec<Person> {
    let most = if employees < 60 { 4 } else { 9 };
    let count = 3 + random.below(most - 2);
    let mut taken = BTreeSet::new();
    let mut people: Vec<Person> = Vec::new();
    for post in &POSTS {
        // Everybody has most of the posts; which ones we know differs.
        if people.len() == count || !random.chance(0.68) {
            continue;
        }
        let Some(name) = draw_person_name(random, country, &mut taken) else {
            continue;
        };
        let mut person = Person::new(&name, &title(random, country, post), post.role, 0.0);
        // A champion is never more than a candidate from a title: somebody has to say so.
        person.is_stated = post.role == "champion" && random.chance(0.55);
        person.attitude = match random.share() {
            // Who is called a champion mostly is one.
            share if person.is_stated && share < 0.7 => Some(Attitude::Supporter),
            share if share < 0.25 => Some(Attitude::Supporter),
            share if share < 0.45 => Some(Attitude::Neutral),
            share if share < 0.49 => Some(Attitude::Detractor),
            _ => None,
        };
        people.push(person);
    }
    draw_reporting_lines(random, &mut people);
    let active = story.active_people(random).min(people.len());
    for _ in 0..active {
        let place = random.below(people.len());
        if let Some(person) = people.get_mut(place) {
            // The higher up, the fewer pages somebody reads in person.
            let most = match person.role {
                "executive_sponsor" | "economic_buyer" => 0.3,
                "decision_maker" => 0.6,
                _ => 1.2,
            };
            person.eagerness += random.between(0.3, 1.0) * most;
        }
    }
    people
}

/// Says to whom people report, as far as somebody noticed: always to somebody further up.
fn draw_reporting_lines(random: &mut Random, people: &mut [Person]) {
    let known: Vec<(&str, u8)> = people
        .iter()
        .map(|person| (person.role, level(&person.title)))
        .collect();
    for (person, (role, own)) in people.iter_mut().zip(&known) {
        let boss = bosses(role)
            .iter()
            .find_map(|boss| known.iter().position(|(role, level)| role == boss && level > own));
        person.reports_to = boss.filter(|_| random.chance(0.85));
    }
}

/// The roles that lead somebody of a role, the nearest first.
fn bosses(role: &str) -> &'static [&'static str] {
    match role {
        "executive_sponsor" => &[],
        "economic_buyer" | "decision_maker" => &["executive_sponsor"],
        "champion" => &["decision_maker", "executive_sponsor"],
        "procurement" | "legal" => &["economic_buyer", "executive_sponsor"],
        "technical_evaluator" | "security" => &["technical_evaluator", "executive_sponsor", "decision_maker"],
        _ => &[
            "champion",
            "business_evaluator",
            "decision_maker",
            "executive_sponsor",
        ],
    }
}

/// Returns how high a title stands in a company: 5 leads it, 0 leads nobody.
pub(super) fn level(title: &str) -> u8 {
    const LEVELS: [(u8, &[&str]); 5] = [
        (5, &["chief executive", "ceo", "president", "geschäftsführer"]),
        (4, &["chief"]),
        (3, &["vp", "head of", "leiter"]),
        (2, &["director", "directeur"]),
        (1, &["manager", "officer", "counsel"]),
    ];
    let title = title.to_lowercase();
    LEVELS
        .iter()
        .find(|(_, words)| words.iter().any(|word| title.contains(word)))
        .map_or(0, |(level, _)| *level)
}

fn draw_person_name(random: &mut Random, country: &Country, taken: &mut BTreeSet<String>) -> Option<String> {
    // One in six comes from elsewhere.
    let elsewhere = draw_country(random);
    let home = if random.chance(1.0 / 6.0) {
        elsewhere
    } else {
        country
    };
    let name = format!("{} {}", random.pick(home.given), random.pick(home.family));
    taken.insert(name.clone()).then_some(name)
}

fn title(random: &mut Random, country: &Country, post: &Post) -> String {
    let local = post.local.iter().find(|(code, _)| *code == country.code);
    match local {
        Some((_, title)) if random.chance(0.4) => (*title).to_owned(),
        Some(_) | None => random.pick(post.titles).to_owned(),
    }
}

fn draw_technologies(random: &mut Random) -> Vec<&'static str> {
    let mut technologies: Vec<&str> = (0..random.below(5)).map(|_| random.pick(&TECHNOLOGIES)).collect();
    technologies.sort_unstable();
    technologies.dedup();
    technologies
}

fn draw_country(random: &mut Random) -> &'static Country {
    let [first, ..] = &COUNTRIES;
    let place = random.weighted(COUNTRIES.iter().map(|country| country.weight));
    COUNTRIES.get(place).unwrap_or(first)
}

fn draw_industry(random: &mut Random) -> &'static Industry {
    let [first, ..] = &INDUSTRIES;
    let place = random.weighted(INDUSTRIES.iter().map(|industry| industry.weight));
    INDUSTRIES.get(place).unwrap_or(first)
}

/// Returns a text for an id: letters and digits, the rest as `join`; accents fall off.
pub(super) fn slug(text: &str, join: &str) -> String {
    let mut slug = String::new();
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if !slug.is_empty() {
            slug.push_str(join);
        }
        slug.extend(word.chars().flat_map(char::to_lowercase).map(plain));
    }
    slug
}

fn plain(letter: char) -> char {
    const ACCENTS: &str = "áaàaâaäaåaãaæaéeèeêeëeíiîiñnóoôoöoõoøoúuûuüußsçcćcčcłlńnśsźzżzęeąaýy";
    let mut letters = ACCENTS.chars();
    while let (Some(accented), Some(bare)) = (letters.next(), letters.next()) {
        if accented == letter {
            return bare;
        }
    }
    letter
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::as_conversions,
    reason = "`as` saturates, and head counts are small and positive"
)]
fn round(number: f64) -> u32 {
    number.round() as u32
}

/// Keeps what an engine wants shared.
pub(crate) fn shared(text: &str) -> Arc<str> {
    Arc::from(text)
}
