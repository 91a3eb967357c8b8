//! The committee as a picture: circles where the layout puts them, lines as they are routed.

use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::TAU;

use quorate_domain::committee::SeatState;
use quorate_domain::contact::{Attitude, Contact, RelationKind, Seniority};
use quorate_domain::id::{ContactNo, Role};

use super::caption;
use super::layout::{Guest, Layer, Layout, Point};
use super::route::{self, Circle, Route};
use super::scene::Scene;
use crate::pages::account::people;
use crate::words;

/// The most people a picture shows; the list has them all.
pub(crate) const SHOWN_MAX: usize = 40;
/// Letters of a line of a label.
const LABEL_LETTERS: usize = 14;
/// From a circle to its ring.
const RING: f64 = 4.0;

/// A committee's picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) width: String,
    pub(crate) height: String,
    pub(crate) bands: Vec<BandLine>,
    pub(crate) edges: Vec<EdgeLine>,
    pub(crate) words: Vec<Words>,
    pub(crate) nodes: Vec<Node>,
    /// What it shows, in words.
    pub(crate) alternative: String,
    /// People it leaves out.
    pub(crate) more: usize,
}

/// A layer's name, and the line above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BandLine {
    pub(crate) name: &'static str,
    /// `None`: the first one.
    pub(crate) line: Option<String>,
    pub(crate) text: String,
}

/// A relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EdgeLine {
    pub(crate) d: String,
    /// How it looks.
    pub(crate) look: &'static str,
    /// The marker at its end.
    pub(crate) end: Option<&'static str>,
    /// The marker at its start, on a path that goes against the relation.
    pub(crate) start: Option<&'static str>,
    /// Of influences: how wide.
    pub(crate) width: Option<String>,
    /// Whom it concerns, as classes.
    pub(crate) ends: String,
    pub(crate) title: String,
}

/// Words on a step of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) centred: bool,
    pub(crate) text: String,
    pub(crate) ends: String,
}

/// A person or an empty seat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) href: String,
    pub(crate) at: String,
    /// Its number among the nodes.
    pub(crate) place: usize,
    /// It and whom it is related to, as classes.
    pub(crate) ends: String,
    pub(crate) title: String,
    pub(crate) radius: String,
    pub(crate) ring: String,
    /// The part of the ring that engagement fills, and its colour's step.
    pub(crate) filled: Option<(String, u8)>,
    pub(crate) family: &'static str,
    pub(crate) code: &'static str,
    pub(crate) badge: Option<Badge>,
    pub(crate) label: Vec<LabelLine>,
    pub(crate) label_x: String,
    pub(crate) empty: bool,
}

/// How somebody stands to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Badge {
    /// Of its middle, from the circle's, right and up.
    pub(crate) off: String,
    pub(crate) attitude: &'static str,
    /// The `d` of its sign; empty: a question mark.
    pub(crate) sign: &'static str,
}

/// A line of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LabelLine {
    pub(crate) y: String,
    pub(crate) is_name: bool,
    pub(crate) text: String,
}

/// Who stands in the picture.
enum Member<'a> {
    Person(&'a Contact),
    Empty(&'a Role),
}

impl Drawing {
    /// Draws a committee.
    ///
    /// - `columns`: the most people side by side.
    /// - `href`: where a person's circle leads.
    /// - `seats`: where an empty seat's circle leads.
    pub(crate) fn of(
        scene: &Scene<'_>,
        columns: usize,
        href: impl Fn(ContactNo) -> String,
        seats: &str,
    ) -> Self {
        let members = members(scene);
        let people = scene.view.state.contacts.len();
        let shown = members
            .iter()
            .filter(|member| matches!(member, Member::Person(_)))
            .count();
        let places: BTreeMap<ContactNo, usize> = members
            .iter()
            .enumerate()
            .filter_map(|(place, member)| match member {
                Member::Person(contact) => Some((contact.no, place)),
                Member::Empty(_) => None,
            })
            .collect();
        let pairs: Vec<(usize, usize)> = scene
            .committee
            .relations()
            .filter_map(|(from, to, _)| Some((*places.get(&from)?, *places.get(&to)?)))
            .collect();
        let guests: Vec<Guest> = members.iter().map(|member| guest(scene, member)).collect();
        let layout = Layout::of(&guests, &pairs, columns);
        let circles: Vec<Circle> = members
            .iter()
            .zip(&layout.places)
            .map(|(member, centre)| Circle {
                centre: *centre,
                radius: radius(scene, member) + RING,
            })
            .collect();
        let ends = ends(members.len(), &pairs);
        let nodes = members
            .iter()
            .zip(&circles)
            .enumerate()
            .map(|(place, (member, circle))| {
                let ends = ends.get(place).cloned().unwrap_or_default();
                match member {
                    Member::Person(contact) => person(scene, contact, place, *circle, ends, href(contact.no)),
                    Member::Empty(role) => empty(scene, role, place, *circle, ends, seats),
                }
            });
        let (edges, words) = edges(scene, &places, &circles);
        Self {
            nodes: nodes.collect(),
            edges,
            words,
            bands: bands(&layout),
            width: format!("{:.0}", layout.width),
            height: format!("{:.0}", layout.height),
            alternative: format!(
                "Committee of {}. {} The list has the same facts.",
                words::counted(people, "person", "people"),
                caption::access(scene).plain()
            ),
            more: people - shown.min(people),
        }
    }
}

/// Returns who is shown, by contact number, then the empty seats that are required.
fn members<'a>(scene: &Scene<'a>) -> Vec<Member<'a>> {
    let on_path: BTreeSet<ContactNo> = scene
        .access
        .path
        .iter()
        .flat_map(|path| path.people.clone())
        .collect();
    let seated: BTreeSet<ContactNo> = scene
        .group
        .quorum
        .seats
        .iter()
        .flat_map(|seat| seat.holders.iter().map(|holder| holder.contact))
        .collect();
    let against: BTreeSet<ContactNo> = scene
        .risk
        .blockers
        .iter()
        .map(|blocker| blocker.contact)
        .collect();
    let mut people: Vec<&Contact> = scene.view.state.contacts.values().collect();
    // Who matters most comes first, and the rest by engagement.
    people.sort_by(|a, b| {
        let key = |contact: &Contact| {
            let no = contact.no;
            (
                !on_path.contains(&no),
                !scene.is_engaged(no),
                !seated.contains(&no),
                !against.contains(&no),
            )
        };
        let by_engagement = scene.engagement(b.no).total_cmp(&scene.engagement(a.no));
        key(a).cmp(&key(b)).then(by_engagement).then(a.no.cmp(&b.no))
    });
    people.truncate(SHOWN_MAX);
    people.sort_by_key(|contact| contact.no);
    let empty = scene
        .group
        .quorum
        .seats
        .iter()
        .filter(|seat| seat.seat.required && matches!(seat.state, SeatState::Missing));
    let empty = empty.map(|seat| Member::Empty(&seat.seat.role));
    people.into_iter().map(Member::Person).chain(empty).collect()
}

fn guest(scene: &Scene<'_>, member: &Member<'_>) -> Guest {
    match member {
        Member::Person(contact) => Guest {
            layer: match contact.seniority() {
                Some(Seniority::CLevel) => Layer::CLevel,
                Some(Seniority::Vp) => Layer::Vp,
                Some(Seniority::Director | Seniority::Manager) => Layer::Director,
                Some(Seniority::Staff) => Layer::Others,
                None => Layer::Unknown,
            },
            // The number tells apart people of one name.
            name: format!(
                "{} {:010}",
                people::name(scene.view, Some(contact.no)),
                contact.no.0
            ),
        },
        Member::Empty(role) => Guest {
            layer: usual_layer(people::mark(scene.view, Some(role)).family),
            // Behind everybody.
            name: format!("\u{10ffff} {role}"),
        },
    }
}

/// Where holders of a family of roles usually stand.
fn usual_layer(family: &str) -> Layer {
    match family {
        "eb" => Layer::CLevel,
        "dm" | "ch" => Layer::Vp,
        "us" => Layer::Others,
        _ => Layer::Director,
    }
}

fn radius(scene: &Scene<'_>, member: &Member<'_>) -> f64 {
    let influence = match member {
        Member::Person(contact) => scene.influence(contact),
        Member::Empty(_) => 0.4,
    };
    14.0 + 8.0 * influence.clamp(0.0, 1.0)
}

/// For every place the classes `w0 w3 ..` of itself and of those it is related to.
fn ends(count: usize, pairs: &[(usize, usize)]) -> Vec<String> {
    let mut ends: Vec<BTreeSet<usize>> = (0..count).map(|place| BTreeSet::from([place])).collect();
    for (a, b) in pairs {
        for (one, other) in [(*a, *b), (*b, *a)] {
            if let Some(of) = ends.get_mut(one) {
                of.insert(other);
            }
        }
    }
    ends.iter().map(classes).collect()
}

fn classes(places: &BTreeSet<usize>) -> String {
    let names: Vec<String> = places.iter().map(|place| format!("w{place}")).collect();
    names.join(" ")
}

fn person(
    scene: &Scene<'_>,
    contact: &Contact,
    place: usize,
    circle: Circle,
    ends: String,
    href: String,
) -> Node {
    let view = scene.view;
    let mark = people::mark(view, scene.main_role(contact));
    let name = people::name(view, Some(contact.no));
    let job = people::title(view, Some(contact.no));
    let engagement = scene.engagement(contact.no);
    let full = view.model.engagement.mql_at;
    let share = if full > 0.0 {
        (engagement / full).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (attitude, sign) = attitude(contact.attitude());
    let comma = if job.is_empty() { "" } else { ", " };
    let excluded = if contact.is_excluded() {
        ", does not count"
    } else {
        ""
    };
    let radius = circle.radius - RING;
    Node {
        href,
        at: format!("{:.0} {:.0}", circle.centre.x, circle.centre.y),
        place,
        ends,
        title: format!(
            "{name}{comma}{job}: {}, {}, engagement {}{excluded}",
            if mark.title == Role::UNKNOWN {
                "role not known"
            } else {
                &mark.title
            },
            if attitude == "unknown" {
                "attitude not known"
            } else {
                attitude
            },
            words::points(engagement)
        ),
        radius: format!("{radius:.1}"),
        ring: format!("{:.1}", circle.radius),
        filled: (share > 0.0).then(|| (ring(circle.radius, share), words::heat_step(share * 100.0))),
        family: mark.family,
        code: mark.code,
        badge: Some(Badge {
            off: format!("{:.1}", circle.radius * 0.707),
            attitude,
            sign,
        }),
        label: label(&name, &job),
        label_x: format!("{:.0}", circle.radius + 11.0),
        empty: false,
    }
}

fn empty(scene: &Scene<'_>, role: &Role, place: usize, circle: Circle, ends: String, seats: &str) -> Node {
    let mark = people::mark(scene.view, Some(role));
    let name = words::capitalised(&mark.title);
    Node {
        href: seats.to_owned(),
        at: format!("{:.0} {:.0}", circle.centre.x, circle.centre.y),
        place,
        ends,
        title: format!("Empty seat: {}", mark.title),
        radius: format!("{:.1}", circle.radius),
        ring: String::new(),
        filled: None,
        family: mark.family,
        code: mark.code,
        badge: None,
        label: label("Empty seat", &name),
        label_x: format!("{:.0}", circle.radius + 9.0),
        empty: true,
    }
}

/// The words of an attitude and the `d` of its sign.
fn attitude(attitude: Attitude) -> (&'static str, &'static str) {
    match attitude {
        Attitude::Supporter => ("supporter", "M-2.5 0h5M0 -2.5v5"),
        Attitude::Neutral => ("neutral", "M-2.5 0h5"),
        Attitude::Detractor => ("detractor", "M-2 -2l4 4m0-4l-4 4"),
        Attitude::Unknown => ("unknown", ""),
    }
}

/// Returns the `d` of a part of a ring, clockwise from the top.
pub(crate) fn ring(radius: f64, share: f64) -> String {
    // A whole circle would begin where it ends, which draws nothing.
    let angle = TAU * share.min(0.999);
    let large = u8::from(share > 0.5);
    format!(
        "M0 {:.2}A{radius:.2} {radius:.2} 0 {large} 1 {:.2} {:.2}",
        -radius,
        radius * angle.sin(),
        -radius * angle.cos()
    )
}

/// Name and title in at most three lines, about the circle's middle.
fn label(name: &str, title: &str) -> Vec<LabelLine> {
    let names = wrapped(name, LABEL_LETTERS + 2, 2);
    let titles = wrapped(title, LABEL_LETTERS, 3 - names.len().min(2));
    let count = names.len() + titles.len();
    let first = 4.0 - 6.5 * f64::from(u32::try_from(count.saturating_sub(1)).unwrap_or(0));
    let lines = names
        .into_iter()
        .map(|text| (true, text))
        .chain(titles.into_iter().map(|text| (false, text)));
    lines
        .zip(0_u32..)
        .map(|((is_name, text), at)| LabelLine {
            y: format!("{:.1}", first + 13.5 * f64::from(at)),
            is_name,
            text,
        })
        .collect()
}

/// Breaks a text into lines of about so many letters; what is left over is cut off with an ellipsis.
fn wrapped(text: &str, letters: usize, lines_max: usize) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    let mut lines: Vec<String> = Vec::new();
    let mut cut = false;
    for word in text.split_whitespace() {
        let fits = lines
            .last()
            .is_some_and(|line| length(line) + 1 + length(word) <= letters);
        if let Some(line) = lines.last_mut().filter(|_| fits) {
            line.push(' ');
            line.push_str(word);
        } else if lines.len() < lines_max {
            lines.push(word.to_owned());
        } else {
            cut = true;
            break;
        }
    }
    for (at, line) in lines.iter_mut().enumerate() {
        let is_last = at + 1 == lines_max;
        if length(line) > letters + 2 || (cut && is_last) {
            *line = line
                .chars()
                .take(letters.max(1))
                .collect::<String>()
                .trim_end()
                .to_owned()
                + "…";
        }
    }
    lines
}

fn bands(layout: &Layout) -> Vec<BandLine> {
    let band = |(at, band): (usize, &super::layout::Band)| BandLine {
        name: band.layer.label(),
        line: (at > 0).then(|| format!("{:.0}", band.top)),
        text: format!("{:.0}", if at > 0 { band.top + 16.0 } else { 16.0 }),
    };
    layout.bands.iter().enumerate().map(band).collect()
}

/// Returns the relations, those of the path last, and the words on its steps.
fn edges(
    scene: &Scene<'_>,
    places: &BTreeMap<ContactNo, usize>,
    circles: &[Circle],
) -> (Vec<EdgeLine>, Vec<Words>) {
    let (mut plain, mut path, mut words) = (Vec::new(), Vec::new(), Vec::new());
    let steps = scene.access.path.iter().flat_map(|path| path.steps.clone());
    // A step's relation: stated from whom to whom, and whether the path goes along it.
    let steps: BTreeMap<(ContactNo, ContactNo, RelationKind), bool> = steps
        .map(|step| {
            let (from, to) = if step.along {
                (step.from, step.to)
            } else {
                (step.to, step.from)
            };
            ((from, to, step.kind), step.along)
        })
        .collect();
    for (from, to, relation) in scene.committee.relations() {
        let (Some(a), Some(b)) = (places.get(&from), places.get(&to)) else {
            continue;
        };
        let (Some(start), Some(end)) = (circles.get(*a), circles.get(*b)) else {
            continue;
        };
        if a == b {
            continue;
        }
        let route = line(relation.kind, *start, *end, circles);
        let ends = classes(&BTreeSet::from([*a, *b]));
        let said = format!(
            "{} {:.2}",
            words::spaced(relation.kind.as_str()),
            relation.strength
        );
        let name = |no| people::name(scene.view, Some(no));
        let (look, marker) = match relation.kind {
            RelationKind::ReportsTo => ("rep", None),
            RelationKind::WorksWith => ("work", None),
            RelationKind::Influences => ("infl", Some("url(#arrow)")),
            RelationKind::Blocks => ("block", Some("url(#flat)")),
        };
        let step = steps.get(&(from, to, relation.kind)).copied();
        let edge = EdgeLine {
            d: route.d,
            look: if step.is_some() { "path" } else { look },
            end: match step {
                Some(true) => Some("url(#arrow-path)"),
                Some(false) => None,
                None => marker,
            },
            start: (step == Some(false)).then_some("url(#arrow-path)"),
            width: (step.is_none() && relation.kind == RelationKind::Influences)
                .then(|| format!("{:.1}", 1.0 + 2.0 * relation.strength)),
            ends: ends.clone(),
            title: format!("{} {said} {}", name(from), name(to)),
        };
        if step.is_some() {
            words.push(Words {
                x: format!("{:.0}", route.words.x),
                y: format!("{:.0}", route.words.y),
                centred: route.centred,
                text: said,
                ends,
            });
            path.push(edge);
        } else {
            plain.push(edge);
        }
    }
    plain.append(&mut path);
    (plain, words)
}

fn line(kind: RelationKind, from: Circle, to: Circle, all: &[Circle]) -> Route {
    let upright = match kind {
        RelationKind::ReportsTo => route::upright(from, to),
        RelationKind::WorksWith | RelationKind::Influences | RelationKind::Blocks => None,
    };
    upright.unwrap_or_else(|| {
        if (from.centre.y - to.centre.y).abs() < 1.0 {
            return route::arc(from, to);
        }
        let others: Vec<Point> = all
            .iter()
            .filter(|circle| **circle != from && **circle != to)
            .map(|circle| circle.centre)
            .collect();
        route::across(from, to, &others)
    })
}
