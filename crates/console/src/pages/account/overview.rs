//! `GET /accounts/{id}`: heat and what comes, MQA, why, seats and people, the latest signals.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::explain::GroupExplanation;
use quorate_domain::standing::Notice;
use quorate_domain::time::Timestamp;
use quorate_engine::view::{AccountView, TimelineEntry};
use quorate_engine::{AsOf, Engine};

use super::asked::{Asked, Links};
use super::chart::{Chart, Sample};
use super::compare::{Choice, Comparison};
use super::conditions::ConditionLine;
use super::entries::{self, EntryLine};
use super::people::{PersonLine, SeatLine};
use super::sentence::Sentence;
use super::shell::{self, Place, Shell};
use super::why::Why;
use super::{NOT_FOUND, committee, conditions, gaps, outlook, people, tiles};
use crate::access::Visitor;
use crate::pages::frame::Frame;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// Signals the overview lists.
const SIGNALS_SHOWN: usize = 10;
/// Entries among which the cause of being MQA is looked for.
const ENTRIES: usize = 2_000;

/// The page.
#[derive(Debug, Template)]
#[template(path = "account/overview.html")]
pub(crate) struct Page {
    frame: Frame,
    shell: Shell,
    overview: Overview,
}

/// What stands below the tabs. A part that could not be read is `None`; the others are shown.
#[derive(Clone, Debug)]
pub(crate) struct Overview {
    pub(crate) chart: Option<Chart>,
    pub(crate) outlook: Sentence,
    /// Why it is MQA, or how it ceased to be.
    pub(crate) turn: Sentence,
    pub(crate) conditions: Vec<ConditionLine>,
    pub(crate) why: Why,
    pub(crate) choice: Choice,
    pub(crate) comparison: Option<Comparison>,
    pub(crate) committee: Option<committee::Panel>,
    pub(crate) gaps: gaps::Panel,
    pub(crate) seats: Vec<SeatLine>,
    pub(crate) people: Vec<PersonLine>,
    pub(crate) signals: Option<Vec<EntryLine>>,
    pub(crate) all_signals: String,
    /// How many signals there are, so that a page somebody reads can tell how many are new.
    pub(crate) signals_count: u64,
}

/// What is read of an account for its overview.
pub(crate) struct Read {
    pub(crate) view: AccountView,
    pub(crate) groups: Vec<GroupExplanation>,
    /// `None`: it could not be read, or the page is of the past.
    pub(crate) coming: Option<Vec<Notice>>,
    pub(crate) samples: Option<Vec<Sample>>,
    pub(crate) week_ago: Option<f64>,
    pub(crate) entries: Option<Vec<TimelineEntry>>,
    /// The account at the instant it is compared with, and its explanation then.
    pub(crate) before: Option<(AccountView, Vec<GroupExplanation>)>,
}

/// `GET /accounts/{id}`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let asked = Asked::of(&state.engine, &request, account.into_inner(), &["compare"])?;
    Ok(reply::page(StatusCode::OK).body(page(&visitor, &request, &state, asked, None).await?))
}

/// Returns the page as text.
///
/// - `problem`: what is wrong with what was sent.
///
/// # Errors
/// When the account cannot be read.
pub(crate) async fn page(
    visitor: &Visitor,
    request: &HttpRequest,
    state: &ConsoleState,
    mut asked: Asked,
    problem: Option<String>,
) -> Result<String, PageError> {
    let with = asked.instant("compare");
    asked.notes.extend(problem);
    let read = Read::of(&state.engine, &asked, with).await?;
    let models = state.engine.models();
    let may_edit = visitor.may_write() && asked.at.is_none();
    let overview = Overview::of(&read, &asked, with, &models, may_edit);
    let page = Page {
        frame: shell::frame(&asked.row.name, request, visitor, &asked, &read.view),
        shell: Shell::of(
            &state.engine,
            &asked,
            visitor,
            &read.view,
            read.week_ago,
            Place::Overview,
        )
        .await?,
        overview,
    };
    Ok(page.render()?)
}

/// Keeps a part that could be read; why another could not is for the log, and the page says so in its place.
fn part<T>(read: Result<T, quorate_engine::Error>, what: &'static str) -> Option<T> {
    match read {
        Ok(part) => Some(part),
        Err(error) => {
            tracing::warn!(error = %error, part = what, "a part of an account's page could not be read");
            None
        }
    }
}

impl Read {
    /// # Errors
    /// When the account itself cannot be read. Without history, forecast or timeline there is still a page.
    pub(crate) async fn of(
        engine: &Engine,
        asked: &Asked,
        compared: Option<Timestamp>,
    ) -> Result<Self, PageError> {
        let id = &asked.id;
        let (view, groups) = engine.explanation(id, asked.as_of()).await?.ok_or(NOT_FOUND)?;
        let at = view.reading.at;
        let coming = match asked.at {
            Some(_) => None,
            None => part(engine.forecast(id).await, "forecast")
                .flatten()
                .map(|(_, coming)| coming),
        };
        let entries = part(
            engine.timeline(id, Some(at.plus_millis(1)), ENTRIES).await,
            "timeline",
        )
        .flatten();
        let samples = part(super::past::samples(engine, id, &view).await, "history");
        let week = tiles::week_before(at);
        let week_ago = samples.as_ref().and_then(|samples| {
            let sample = samples.iter().find(|sample| sample.at == week)?;
            Some(sample.heat)
        });
        let before = match compared.filter(|then| *then < at) {
            Some(then) => {
                let as_of = AsOf {
                    at: Some(then),
                    known_at: None,
                };
                part(engine.explanation(id, as_of).await, "comparison").flatten()
            }
            None => None,
        };
        Ok(Self {
            view,
            groups,
            coming,
            samples,
            week_ago,
            entries,
            before,
        })
    }
}

impl Overview {
    pub(crate) fn of(
        read: &Read,
        asked: &Asked,
        with: Option<Timestamp>,
        models: &[quorate_domain::standing::ModelInForce],
        may_edit: bool,
    ) -> Self {
        let view = &read.view;
        let links = &asked.links;
        let best = view.reading.best();
        let now = view.reading.at;
        let group = read.groups.get(view.reading.best);
        let signals = read.entries.as_ref().map(|entries| {
            entries
                .iter()
                .filter(|entry| entries::is_signal(entry))
                .take(SIGNALS_SHOWN)
                .map(|entry| EntryLine::of(entry, view, now, &[], links).with_points(entry, group))
                .collect()
        });
        let comparison = read.before.as_ref().and_then(|(before, groups)| {
            let later = group?;
            let earlier = groups.iter().find(|group| group.solution == later.solution)?;
            Some(Comparison::of(view, later, before, earlier, links))
        });
        Self {
            chart: read
                .samples
                .as_ref()
                .map(|samples| Chart::of(view, group, samples, models)),
            outlook: outlook::forecast(view, read.coming.as_deref(), links),
            turn: read
                .entries
                .as_deref()
                .map(|entries| turn(view, entries, links))
                .unwrap_or_default(),
            conditions: conditions::lines(view),
            why: Why::of(view, &read.groups, read.week_ago, links),
            choice: Choice::of(view, asked, with),
            comparison,
            committee: committee::Panel::of(view, links),
            gaps: gaps::Panel::of(view, links, may_edit),
            seats: best
                .map(|group| people::seats(view, group, links))
                .unwrap_or_default(),
            people: people::people(view, links),
            signals,
            all_signals: links.to("/signals", &[]),
            signals_count: view.state.signals,
        }
    }
}

/// Returns how the account came to be MQA, or ceased to be: the latest of both.
fn turn(view: &AccountView, entries: &[TimelineEntry], links: &Links) -> Sentence {
    use quorate_domain::standing::Change;
    let now = view.reading.at;
    let notices = entries::notices(entries);
    let mut text = Sentence::default();
    let latest = notices
        .iter()
        .find(|notice| matches!(notice.change, Change::MqaEntered(_) | Change::MqaLeft(_)));
    let Some(latest) = latest else { return text };
    let of_group = |notice: &&&Notice| notice.solution == latest.solution;
    match &latest.change {
        Change::MqaEntered(moment) if view.reading.is_mqa() => {
            let same: Vec<&Notice> = notices
                .iter()
                .filter(of_group)
                .copied()
                .filter(|notice| notice.at == latest.at)
                .collect();
            text.say("MQA since ")
                .stress(&words::date(latest.at, now))
                .say(": ");
            text.pieces
                .extend(outlook::began(view, moment, &same, links).pieces);
            text.say(".");
        }
        Change::MqaLeft(moment) if !view.reading.is_mqa() => {
            let before: Vec<&Notice> = notices
                .iter()
                .filter(of_group)
                .copied()
                .filter(|notice| notice.at <= latest.at)
                .collect();
            text.say("Left MQA on ")
                .stress(&words::date(latest.at, now))
                .say(": ");
            text.pieces
                .extend(outlook::ended(view, moment, &before, links).pieces);
            text.say(".");
        }
        // A late signal showed another past: what was announced last is not how it is.
        Change::MqaEntered(_)
        | Change::MqaLeft(_)
        | Change::MqaRevised { .. }
        | Change::BandChanged { .. }
        | Change::Engaged { .. }
        | Change::Cooled { .. }
        | Change::GapOpened { .. }
        | Change::GapClosed { .. } => {}
    }
    text
}
