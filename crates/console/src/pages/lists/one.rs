//! `/lists/{slug}`: a list, its members, and how much of it other lists have too.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_engine::Engine;
use quorate_engine::list::{Cursor, Except, Filter, ListQuery, SortKey};
use quorate_engine::lists::{List, ListError, Slug};
use quorate_engine::view::{AccountRow, Page as Rows};
use serde::Deserialize;

use crate::access::Visitor;
use crate::pages::board::escaped;
use crate::pages::frame::Frame;
use crate::partials::{Fit, HeatChip, Status};
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// Members a page has.
const ROWS: usize = 100;
/// Accounts that are offered to be added.
const OFFERED: usize = 20;

/// The page.
#[derive(Debug, Template)]
#[template(path = "list/one.html")]
pub(crate) struct Page {
    frame: Frame,
    list: ListView,
}

/// What stands on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListView {
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) owner: String,
    /// Whether somebody made it, rather than accounts naming it.
    pub(crate) made: bool,
    pub(crate) href: String,
    pub(crate) board: String,
    pub(crate) export: String,
    pub(crate) import: String,
    /// Number and what.
    pub(crate) counts: Vec<(String, &'static str)>,
    pub(crate) overlaps: Vec<Overlap>,
    pub(crate) members: Vec<Member>,
    /// `100 of 248 accounts`.
    pub(crate) shown: String,
    /// What members are looked for by.
    pub(crate) search: String,
    pub(crate) next: Option<String>,
    pub(crate) first: Option<String>,
    /// What accounts to add are looked for by, and what was found; `None`: nobody looks.
    pub(crate) offer: Option<Offer>,
    pub(crate) may_change: bool,
    /// What deleting it says.
    pub(crate) deleting: String,
    /// What was just done.
    pub(crate) told: Option<String>,
}

/// Accounts that may be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) search: String,
    pub(crate) found: Vec<Member>,
    /// How many more there are.
    pub(crate) more: Option<String>,
}

/// Another list, and what both have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Overlap {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) both: String,
    /// Share of this list, in per cent, as a bar and in words.
    pub(crate) share: usize,
    pub(crate) share_text: String,
    /// Accounts on this list alone, and their board.
    pub(crate) only: (String, String),
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) facts: String,
    pub(crate) heat: HeatChip,
    pub(crate) fit: Fit,
    pub(crate) status: Status,
    pub(crate) owner: String,
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    cursor: String,
    /// What accounts to add are looked for by.
    #[serde(default)]
    add: String,
    /// How many accounts were just put on the list or taken off it: `3` or `-3`.
    #[serde(default)]
    changed: String,
}

/// What a list counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Counted {
    accounts: usize,
    mqa: usize,
    hot: usize,
    others: BTreeMap<Arc<str>, usize>,
}

/// `GET /lists/{slug}`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    slug: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let slug = Slug::new(&slug).map_err(|_| PageError::NotFound { what: "this list" })?;
    let lists = state.engine.lists();
    let known = match lists.get(&slug).await {
        Ok((list, _)) => Some(list),
        Err(ListError::Unknown { .. }) => None,
        Err(
            error @ (ListError::HasMembers { .. }
            | ListError::TooMany
            | ListError::NoAccounts { .. }
            | ListError::Engine(_)),
        ) => return Err(error.into()),
    };
    let names: BTreeMap<String, String> = lists
        .described()
        .await?
        .into_iter()
        .map(|list| (list.slug.to_string(), list.name.to_string()))
        .collect();
    let engine = state.engine.clone();
    let may_change = visitor.may_write();
    let list = web::block(move || ListView::read(&engine, &slug, known.as_ref(), &names, &asked)).await?;
    let Some(mut list) = list else {
        return Err(PageError::NotFound { what: "this list" });
    };
    list.may_change = may_change;
    reply::html(&Page {
        frame: Frame::new(&list.name, &request, &visitor, state.engine.now()),
        list,
    })
}

impl ListView {
    /// Returns a list; `None`: nobody made it and no account names it.
    fn read(
        engine: &Engine,
        slug: &Slug,
        known: Option<&List>,
        names: &BTreeMap<String, String>,
        asked: &Asked,
    ) -> Option<Self> {
        let on_it = Filter {
            lists: vec![Arc::from(slug.as_str())],
            ..Filter::default()
        };
        let mut counted = Counted::default();
        engine
            .listing()
            .visit(&on_it, &mut |row| counted.add(row, slug.as_str()));
        if known.is_none() && counted.accounts == 0 {
            return None;
        }
        let search = text(&asked.q);
        let rows = engine.listing().page(&ListQuery {
            filter: Filter {
                text: search.clone(),
                ..on_it
            },
            cursor: Cursor::decode(&asked.cursor).filter(|cursor| cursor.sort == SortKey::Name),
            ..by_name(ROWS)
        });
        let adding = text(&asked.add);
        let offered = adding.map(|search| {
            let found = engine.listing().page(&ListQuery {
                filter: Filter {
                    text: Some(Arc::clone(&search)),
                    except: Except {
                        lists: vec![Arc::from(slug.as_str())],
                        ..Except::default()
                    },
                    ..Filter::default()
                },
                ..by_name(OFFERED)
            });
            Offer::of(&search, &found)
        });
        Some(Self::of(
            slug,
            known,
            names,
            &counted,
            &rows,
            search.as_deref(),
            offered,
            asked,
        ))
    }

    #[expect(clippy::too_many_arguments, reason = "each is a part of the page, read apart")]
    fn of(
        slug: &Slug,
        known: Option<&List>,
        names: &BTreeMap<String, String>,
        counted: &Counted,
        rows: &Rows,
        search: Option<&str>,
        offer: Option<Offer>,
        asked: &Asked,
    ) -> Self {
        let href = format!("/lists/{slug}");
        let on_board = |more: &str| format!("/board?list={slug}{more}");
        let with = |search: Option<&str>, cursor: Option<&str>| {
            let pairs: Vec<String> = [("q", search), ("cursor", cursor)]
                .into_iter()
                .filter_map(|(key, value)| Some(format!("{key}={}", escaped(value?))))
                .collect();
            if pairs.is_empty() {
                href.clone()
            } else {
                format!("{href}?{}", pairs.join("&"))
            }
        };
        let all = words::counted(rows.total, "account", "accounts");
        let shown = if rows.total > rows.rows.len() {
            format!("{} of {all}", words::count(rows.rows.len()))
        } else {
            all
        };
        let says = |text: Option<&Arc<str>>| text.map(ToString::to_string).unwrap_or_default();
        Self {
            name: known.map_or_else(|| slug.to_string(), |list| list.name.to_string()),
            description: says(known.and_then(|list| list.description.as_ref())),
            owner: says(known.and_then(|list| list.owner.as_ref())),
            made: known.is_some(),
            board: on_board(""),
            export: format!("/board/export.csv?list={slug}"),
            import: format!("/imports/new?list={slug}"),
            counts: vec![
                (words::count(counted.accounts), "accounts"),
                (words::count(counted.mqa), "are MQA"),
                (words::count(counted.hot), "hot or burning"),
            ],
            overlaps: counted.overlaps(slug.as_str(), names),
            members: rows.rows.iter().map(|row| Member::of(row, rows)).collect(),
            shown,
            search: search.unwrap_or_default().to_owned(),
            next: rows
                .next
                .as_ref()
                .map(|cursor| with(search, Some(&cursor.encode()))),
            first: (!asked.cursor.is_empty()).then(|| with(search, None)),
            offer,
            may_change: true,
            deleting: match counted.accounts {
                0 => "Nothing is on it.".to_owned(),
                accounts => format!(
                    "{} taken off it and stay.",
                    match accounts {
                        1 => "Its account is".to_owned(),
                        many => format!("Its {} accounts are", words::count(many)),
                    }
                ),
            },
            told: told(&asked.changed),
            slug: slug.to_string(),
            href,
        }
    }
}

fn by_name(limit: usize) -> ListQuery {
    ListQuery {
        filter: Filter::default(),
        sort: SortKey::Name,
        descending: false,
        limit,
        cursor: None,
    }
}

fn text(said: &str) -> Option<Arc<str>> {
    let said = said.trim();
    (!said.is_empty()).then(|| Arc::from(said))
}

/// Returns what a change did, in words.
fn told(changed: &str) -> Option<String> {
    let number: i64 = changed.parse().ok()?;
    let accounts = words::counted(
        usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX),
        "account",
        "accounts",
    );
    Some(if number < 0 {
        format!("{accounts} taken off the list.")
    } else {
        format!("{accounts} put on the list.")
    })
}

impl Counted {
    fn add(&mut self, row: &AccountRow, slug: &str) {
        self.accounts += 1;
        self.mqa += usize::from(row.mqa_since.is_some());
        self.hot += usize::from(crate::pages::board::is_hot(row.band));
        for other in row.lists.iter().filter(|other| ***other != *slug) {
            *self.others.entry(Arc::clone(other)).or_default() += 1;
        }
    }

    /// Returns the other lists, that with most in common first.
    fn overlaps(&self, slug: &str, names: &BTreeMap<String, String>) -> Vec<Overlap> {
        let mut others: Vec<(&Arc<str>, &usize)> = self.others.iter().collect();
        others.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        others
            .into_iter()
            .map(|(other, both)| {
                let share = both * 100 / self.accounts.max(1);
                Overlap {
                    name: names.get(&**other).cloned().unwrap_or_else(|| other.to_string()),
                    href: Slug::new(other).map_or_else(
                        |_| format!("/board?list={}", escaped(other)),
                        |other| format!("/lists/{other}"),
                    ),
                    both: words::count(*both),
                    share,
                    share_text: format!("{share} % of this list"),
                    only: (
                        words::count(self.accounts - both),
                        format!("/board?list={},-{}", escaped(slug), escaped(other)),
                    ),
                }
            })
            .collect()
    }
}

impl Member {
    fn of(row: &AccountRow, rows: &Rows) -> Self {
        let parts = [row.domain.as_deref(), row.country.as_deref()];
        Self {
            id: row.id.as_str().to_owned(),
            href: format!("/accounts/{}", escaped(row.id.as_str())),
            name: row.name.to_string(),
            facts: parts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            heat: HeatChip::of(row.heat, row.band),
            fit: Fit::of(row.fit, row.grade),
            status: Status::of(row.stage, row.mqa_since, row.mqa_ends_at, rows.as_of),
            owner: row.owner.as_deref().unwrap_or_default().to_owned(),
        }
    }
}

impl Offer {
    fn of(search: &str, found: &Rows) -> Self {
        let more = found.total.saturating_sub(found.rows.len());
        Self {
            search: search.to_owned(),
            found: found.rows.iter().map(|row| Member::of(row, found)).collect(),
            more: (more > 0).then(|| format!("and {} more: write more of the name", words::count(more))),
        }
    }
}

#[cfg(test)]
mod tests;
