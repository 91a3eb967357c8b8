//! `/imports/{id}/review`: the third step. Counts first, then the rows by what they ask, then what will be applied.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_engine::Engine;
use quorate_engine::imports::{Import, State};
use quorate_intake::mapping::Use;
use quorate_intake::plan::Verdict;
use serde::Deserialize;

use super::groups::{Group, HEADS, Survey};
use super::row::RowLine;
use super::{Head, Step, address, columns};
use crate::access::Visitor;
use crate::pages::board::escaped;
use crate::pages::frame::Frame;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// Rows a page has.
const ROWS: usize = 100;
/// Columns the summary of the mapping names.
const COLUMNS_NAMED: usize = 8;

/// The page.
#[derive(Debug, Template)]
#[template(path = "import/review.html")]
pub(crate) struct Page {
    frame: Frame,
    head: Head,
    review: Review,
}

/// What stands on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Review {
    /// Number, what, colour.
    pub(crate) counts: Vec<(String, &'static str, &'static str)>,
    pub(crate) note: &'static str,
    /// Header and field.
    pub(crate) columns: Vec<(String, String)>,
    /// `4 more, 3 not used`.
    pub(crate) more_columns: Option<String>,
    pub(crate) columns_href: String,
    pub(crate) heads: Vec<(&'static str, Vec<GroupLink>)>,
    pub(crate) shown: Option<Shown>,
    pub(crate) apply: Apply,
    /// Whether the visitor may answer and apply.
    pub(crate) may_act: bool,
}

/// A group to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupLink {
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// The group that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// As forms send it.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) lead: &'static str,
    pub(crate) rows: Vec<RowLine>,
    /// Whether rows are answered here.
    pub(crate) asks: bool,
    /// Whether answers are changed or taken back here.
    pub(crate) answered: bool,
    /// One answer for all that are open here: value, words.
    pub(crate) all: Vec<(&'static str, String)>,
    pub(crate) next: Option<String>,
    pub(crate) first: Option<String>,
}

/// What applying would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Apply {
    pub(crate) action: String,
    pub(crate) answers: String,
    /// Rows that wait to be carried out.
    pub(crate) rows: usize,
    pub(crate) button: String,
    /// `and leave 11 for later`.
    pub(crate) rest: String,
    /// Rows that stay out: how many, as a file.
    pub(crate) rejects: Option<(String, String)>,
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    show: String,
    #[serde(default)]
    after: usize,
}

/// `GET /imports/{id}/review?show=..`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    id: web::Path<String>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, PageError> {
    let engine = &state.engine;
    let import = engine.imports().get(&id).await?;
    if import.state == State::Applying {
        return Ok(reply::see_other(address(&import, "result")));
    }
    let group = Group::parse(&wanted.show);
    // One more than are shown tells that there are more.
    let survey = Survey::new(group.clone(), wanted.after, ROWS + 1);
    let survey = engine
        .imports()
        .fold_rows(&id, survey, |survey, row| survey.see(&row))
        .await?;
    if group.is_some_and(|group| !survey.counts.contains_key(&group)) {
        // Its last row was answered: whatever is next is shown instead.
        return Ok(reply::see_other(address(&import, "review")));
    }
    let now = engine.now();
    let head = Head::read(&state.engine, &import, Step::Review).await?;
    let mut review = Review::of(engine, &import, survey, &wanted);
    review.may_act = visitor.may_write();
    reply::html(&Page {
        frame: Frame::new(&format!("Review, {}", head.file), &request, &visitor, now)
            .with_script("import.js"),
        head,
        review,
    })
}

/// `POST /imports/{id}/apply`.
pub(crate) async fn apply(
    editor: crate::access::Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    id: web::Path<String>,
    sent: web::Form<super::answers::Token>,
) -> Result<HttpResponse, PageError> {
    crate::access::check_origin(&request)?;
    editor.0.check_form(&sent.form_token)?;
    let import = state.engine.imports().apply(&id).await?;
    Ok(reply::see_other(address(&import, "result")))
}

impl Review {
    pub(crate) fn of(engine: &Engine, import: &Import, mut survey: Survey, wanted: &Wanted) -> Self {
        let base = address(import, "review");
        let group = Group::parse(&wanted.show).or_else(|| survey.counts.keys().next().cloned());
        let shown = group.map(|group| {
            let rows = survey.rows.remove(&group).unwrap_or_default();
            Shown::of(engine, import, &group, &survey, &rows, wanted.after)
        });
        let link = |(group, count): (&Group, &usize)| GroupLink {
            name: group.name(),
            number: words::count(*count),
            href: format!("{base}?show={}", escaped(&group.text())),
            current: shown.as_ref().is_some_and(|shown| shown.key == group.text()),
        };
        let heads = HEADS.into_iter().enumerate().map(|(place, head)| {
            let groups = survey.counts.iter().filter(|(group, _)| group.head() == place);
            (head, groups.map(link).collect::<Vec<_>>())
        });
        let (columns, more_columns) = mapping(import);
        Self {
            counts: counts(import),
            note: if import.state == State::Review {
                "Nothing is saved yet. Rows that need you or cannot go in stay out and can be taken as a file."
            } else {
                "What was certain is applied. What is answered now can be applied too."
            },
            columns,
            more_columns,
            columns_href: address(import, "columns"),
            heads: heads.filter(|(_, groups)| !groups.is_empty()).collect(),
            shown,
            apply: Apply::of(import),
            may_act: true,
        }
    }
}

fn counts(import: &Import) -> Vec<(String, &'static str, &'static str)> {
    let ahead = import.state == State::Review;
    let all = [
        (
            Verdict::Created,
            if ahead { "will be created" } else { "created" },
            "",
            true,
        ),
        (
            Verdict::Updated,
            if ahead { "will be updated" } else { "updated" },
            "",
            true,
        ),
        (Verdict::Unchanged, "bring nothing new", "", false),
        (Verdict::Skipped, "stay out", "", true),
        (Verdict::NeedsAnswer, "need you", "warn", true),
        (Verdict::Failed, "cannot go in", "danger", false),
    ];
    all.into_iter()
        .map(|(verdict, what, tone, always)| (import.counts.get(verdict), what, tone, always))
        .filter(|(count, _, _, always)| *always || *count > 0)
        .map(|(count, what, tone, _)| (words::count(count), what, if count > 0 { tone } else { "" }))
        .collect()
}

fn mapping(import: &Import) -> (Vec<(String, String)>, Option<String>) {
    let used: Vec<(String, String)> = import
        .mapping
        .columns
        .iter()
        .filter_map(|(name, column)| match column {
            Use::Field { field, .. } => Some((name.clone(), columns::label(field))),
            Use::Beaten { .. } | Use::LeftOut | Use::Unknown => None,
        })
        .collect();
    let unused = import.mapping.columns.len() - used.len();
    let more = used.len().saturating_sub(COLUMNS_NAMED);
    let parts: Vec<String> = [(more, "more"), (unused, "not used")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", words::count(count)))
        .collect();
    (
        used.into_iter().take(COLUMNS_NAMED).collect(),
        (!parts.is_empty()).then(|| parts.join(", ")),
    )
}

impl Shown {
    fn of(
        engine: &Engine,
        import: &Import,
        group: &Group,
        survey: &Survey,
        rows: &[quorate_engine::imports::ImportRow],
        after: usize,
    ) -> Self {
        let base = format!("{}?show={}", address(import, "review"), escaped(&group.text()));
        let total = survey.counts.get(group).copied().unwrap_or_default();
        let asks = group.asks();
        let open = matches!(group, Group::Maybe | Group::Twice);
        let one_each = rows.iter().all(|row| row.planned.candidates.len() == 1);
        let mut all = Vec::new();
        if open && total > 1 {
            let counted = words::count(total);
            if one_each {
                all.push(("same", format!("All {counted} are the same")));
            }
            all.push(("new", format!("All {counted} are new")));
            all.push(("skip", format!("Skip all {counted}")));
        }
        Self {
            key: group.text(),
            name: group.name(),
            number: words::count(total),
            lead: group.lead(),
            rows: rows
                .iter()
                .take(ROWS)
                .map(|row| RowLine::of(engine, import, row, asks))
                .collect(),
            asks,
            answered: *group == Group::Answered,
            all,
            next: rows
                .get(ROWS - 1)
                .filter(|_| rows.len() > ROWS)
                .map(|last| format!("{base}&after={}", last.planned.row)),
            first: (after > 0).then_some(base),
        }
    }
}

impl Apply {
    fn of(import: &Import) -> Self {
        let rows = import.to_do.saturating_sub(import.done);
        let out = import.counts.get(Verdict::NeedsAnswer) + import.counts.get(Verdict::Failed);
        let counted = words::counted(rows, "row", "rows");
        Self {
            action: address(import, "apply"),
            answers: address(import, "answers"),
            rows,
            button: format!("Apply {counted}"),
            rest: if out > 0 {
                format!("and leave {} for later", words::count(out))
            } else {
                String::new()
            },
            rejects: (out > 0).then(|| {
                let text = if out == 1 {
                    "The row that stays out, as CSV".to_owned()
                } else {
                    format!("The {} rows that stay out, as CSV", words::count(out))
                };
                (text, address(import, "rejects.csv"))
            }),
        }
    }
}

#[cfg(test)]
mod tests;
