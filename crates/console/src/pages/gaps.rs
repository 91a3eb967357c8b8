//! `GET /gaps`: what to do next, over all accounts, most helpful first.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::StreamExt as _;
use futures_util::stream;
use quorate_domain::gap::GapKind;
use quorate_domain::id::AccountId;
use quorate_engine::list::{Filter, GapPlace, GapQuery};
use quorate_engine::view::{AccountGap, AccountView, GapPage};
use quorate_engine::{AsOf, Engine};

use super::account::asked::Links;
use super::account::gaps::{self as account_gaps, GapLine};
use super::board::escaped;
use super::frame::Frame;
use crate::access::Visitor;
use crate::partials::HeatChip;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

pub(crate) mod export;

/// Gaps a page lists. Each account among them is read in full for its words.
const PAGE: usize = 50;
/// Accounts read at once.
const AT_ONCE: usize = 8;

/// The page.
#[derive(Debug, Template)]
#[template(path = "gaps.html")]
pub(crate) struct Page {
    frame: Frame,
    gaps: Gaps,
}

/// What stands on it.
#[derive(Clone, Debug)]
pub(crate) struct Gaps {
    pub(crate) counted: String,
    pub(crate) choices: Choices,
    /// The rows under the heads of what they are grouped by; one group without a head when they are not.
    pub(crate) groups: Vec<(String, Vec<GapRow>)>,
    /// Where the whole list is a file.
    pub(crate) export: String,
    /// Whether the visitor may close and put off gaps.
    pub(crate) may_edit: bool,
    pub(crate) next: Option<String>,
    pub(crate) first: Option<String>,
    /// What was not understood.
    pub(crate) notes: Vec<String>,
    /// Whether anything is narrowed.
    pub(crate) narrowed: bool,
}

/// By what the list is narrowed: the value, what people read, whether it is chosen.
#[derive(Clone, Debug)]
pub(crate) struct Choices {
    pub(crate) kinds: Vec<(&'static str, &'static str, bool)>,
    pub(crate) groups: Vec<(&'static str, &'static str, bool)>,
    /// Owners with how many accounts they have; the one that was asked for stands among them.
    pub(crate) owners: Vec<(String, usize, bool)>,
    pub(crate) list: String,
}

/// A gap of an account.
#[derive(Clone, Debug)]
pub(crate) struct GapRow {
    pub(crate) account: String,
    pub(crate) href: String,
    pub(crate) heat: HeatChip,
    pub(crate) stage: &'static str,
    pub(crate) owner: String,
    pub(crate) kind: &'static str,
    pub(crate) gap: GapLine,
}

/// By what a page of gaps is grouped; each group keeps the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Account,
    Owner,
    Kind,
}

impl By {
    const ALL: [Self; 3] = [Self::Account, Self::Owner, Self::Kind];

    fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Owner => "owner",
            Self::Kind => "kind",
        }
    }

    fn head(self, row: &GapRow) -> String {
        match self {
            Self::Account => row.account.clone(),
            Self::Owner if row.owner.is_empty() => "Nobody owns it".to_owned(),
            Self::Owner => row.owner.clone(),
            Self::Kind => row.kind.to_owned(),
        }
    }
}

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Asked {
    owner: Option<String>,
    kind: Option<GapKind>,
    list: Option<String>,
    by: Option<By>,
    after: Option<GapPlace>,
    notes: Vec<String>,
}

/// `GET /gaps`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> Result<HttpResponse, PageError> {
    let asked = Asked::parse(request.query_string());
    let page = state.engine.listing().gaps(&asked.query());
    let views = views(&state.engine, &page).await?;
    reply::html(&Page {
        frame: Frame::new("Gaps", &request, &visitor, page.as_of),
        gaps: Gaps::of(
            &asked,
            &page,
            &views,
            &state.overview.get(&state.engine.listing()).choices.owners,
            visitor.may_write(),
        ),
    })
}

/// Reads the accounts of a page; one that is gone meanwhile is left out.
async fn views(engine: &Engine, page: &GapPage) -> Result<BTreeMap<AccountId, AccountView>, PageError> {
    let mut ids: Vec<AccountId> = page.gaps.iter().map(|gap| gap.account.id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut reads = stream::iter(ids)
        .map(|id| async move {
            let view = engine.account(&id, AsOf::default()).await;
            (id, view)
        })
        .buffer_unordered(AT_ONCE);
    let mut views = BTreeMap::new();
    while let Some((id, view)) = reads.next().await {
        if let Some(view) = view? {
            views.insert(id, view);
        }
    }
    Ok(views)
}

impl Asked {
    /// Reads an address; what is not understood is noted.
    pub(crate) fn parse(query_string: &str) -> Self {
        let query = web::Query::<BTreeMap<String, String>>::from_query(query_string);
        let mut asked = Self::default();
        for (key, value) in query.map(web::Query::into_inner).unwrap_or_default() {
            let value = value.trim().to_owned();
            if value.is_empty() {
                continue;
            }
            let understood = match key.as_str() {
                "owner" => {
                    asked.owner = Some(value.clone());
                    true
                }
                "list" => {
                    asked.list = Some(value.clone());
                    true
                }
                "gap" => {
                    asked.kind = GapKind::parse(&value);
                    asked.kind.is_some()
                }
                "by" => {
                    asked.by = By::ALL.into_iter().find(|by| by.as_str() == value);
                    asked.by.is_some()
                }
                "cursor" => {
                    asked.after = GapPlace::decode(&value);
                    asked.after.is_some()
                }
                _ => false,
            };
            if !understood {
                asked
                    .notes
                    .push(format!("“{key}={value}” is not understood here and is left out."));
            }
        }
        asked
    }

    pub(crate) fn query(&self) -> GapQuery {
        let several = |value: &Option<String>| value.iter().map(|value| value.as_str().into()).collect();
        GapQuery {
            filter: Filter {
                owners: several(&self.owner),
                lists: several(&self.list),
                ..Filter::default()
            },
            kinds: self.kind.into_iter().collect(),
            limit: PAGE,
            after: self.after.clone(),
        }
    }

    fn href(&self, after: Option<&GapPlace>) -> String {
        self.address("/gaps", after)
    }

    fn address(&self, path: &str, after: Option<&GapPlace>) -> String {
        let cursor = after.map(GapPlace::encode);
        let pairs: Vec<String> = [
            ("owner", self.owner.as_deref()),
            ("gap", self.kind.map(GapKind::as_str)),
            ("list", self.list.as_deref()),
            ("by", self.by.map(By::as_str)),
            ("cursor", cursor.as_deref()),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some(format!("{key}={}", escaped(value?))))
        .collect();
        if pairs.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", pairs.join("&"))
        }
    }
}

impl Gaps {
    /// - `owners`: those there are, with how many accounts each has.
    pub(crate) fn of(
        asked: &Asked,
        page: &GapPage,
        views: &BTreeMap<AccountId, AccountView>,
        owners: &BTreeMap<Arc<str>, usize>,
        may_edit: bool,
    ) -> Self {
        let rows = page
            .gaps
            .iter()
            .filter_map(|gap| GapRow::of(gap, views.get(&gap.account.id)?));
        let kinds = GapKind::ALL.map(|kind| (kind.as_str(), kind_name(kind), asked.kind == Some(kind)));
        Self {
            counted: format!("{} open, most helpful first", words::count(page.total)),
            choices: Choices {
                kinds: kinds.to_vec(),
                groups: By::ALL
                    .map(|by| (by.as_str(), by.as_str(), asked.by == Some(by)))
                    .to_vec(),
                owners: offered(asked.owner.as_deref(), owners),
                list: asked.list.clone().unwrap_or_default(),
            },
            groups: grouped(rows, asked.by),
            export: Asked {
                by: None,
                ..asked.clone()
            }
            .address("/gaps/export.csv", None),
            may_edit,
            next: page
                .gaps
                .last()
                .filter(|_| page.more)
                .map(|last| asked.href(Some(&last.place))),
            first: asked.after.is_some().then(|| asked.href(None)),
            notes: asked.notes.clone(),
            narrowed: asked.owner.is_some() || asked.kind.is_some() || asked.list.is_some(),
        }
    }
}

/// Returns the owners to choose from, by name.
fn offered(asked: Option<&str>, known: &BTreeMap<Arc<str>, usize>) -> Vec<(String, usize, bool)> {
    let chosen = |name: &str| asked == Some(name);
    let unknown = asked.filter(|name| !known.contains_key(*name));
    let known = known
        .iter()
        .map(|(name, count)| (name.to_string(), *count, chosen(name)));
    known
        .chain(unknown.map(|name| (name.to_owned(), 0, true)))
        .collect()
}

/// Groups rows; the group whose first row stands highest comes first.
fn grouped(rows: impl Iterator<Item = GapRow>, by: Option<By>) -> Vec<(String, Vec<GapRow>)> {
    let mut groups: Vec<(String, Vec<GapRow>)> = Vec::new();
    for row in rows {
        let head = by.map(|by| by.head(&row)).unwrap_or_default();
        match groups.iter_mut().find(|(known, _)| *known == head) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((head, vec![row])),
        }
    }
    groups
}

impl GapRow {
    /// Returns the row of a gap; `None`: it is closed meanwhile.
    fn of(found: &AccountGap, view: &AccountView) -> Option<Self> {
        let group = view.reading.best()?;
        let links = Links::live(&found.account.id);
        let mut open = account_gaps::lines(view, group, &links).into_iter();
        Some(Self {
            account: found.account.name.to_string(),
            href: links.to("", &[]),
            heat: HeatChip::of(group.heat, group.band),
            stage: crate::partials::stage_word(view.reading.stage()),
            owner: found.account.owner.as_deref().unwrap_or_default().to_owned(),
            kind: kind_name(found.gap.kind),
            gap: open.find(|line| *line.id == *found.gap.id)?,
        })
    }
}

fn kind_name(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Blocker => "Somebody against it near the buyer",
        GapKind::ColdSeat => "Known but cold",
        GapKind::EmptySeat => "Nobody known",
        GapKind::LeavingMqa => "MQA ends soon",
        GapKind::MissingAttribute => "Attribute not known",
        GapKind::MissingSignal => "No such signal lately",
        GapKind::MqaCondition => "MQA condition",
        GapKind::NoPath => "No path to the buyer",
        GapKind::OpposedSeat => "Seat is against it",
        GapKind::ShortSeat => "Needs more people",
        GapKind::SingleThreaded => "Hangs on one person",
        GapKind::StaleElement => "Evidence out of date",
        GapKind::UnprovenElement => "Element not proven",
    }
}

#[cfg(test)]
mod tests;
