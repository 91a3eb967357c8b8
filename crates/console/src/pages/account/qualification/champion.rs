//! What is known of a champion. Whether they have power, sell inside and gain from it is for people to judge.

use quorate_domain::contact::Attitude;
use quorate_domain::framework::ChampionFacts;
use quorate_engine::view::AccountView;

use crate::pages::account::asked::Links;
use crate::pages::account::people;
use crate::words;

/// A champion and the facts that a champion test asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChampionLine {
    pub(crate) name: String,
    pub(crate) href: String,
    /// What is asked, and what is known.
    pub(crate) facts: Vec<(&'static str, String)>,
}

impl ChampionLine {
    pub(crate) fn of(view: &AccountView, champion: &ChampionFacts, links: &Links) -> Self {
        let names = champion.influences.iter().map(|no| people::name(view, Some(*no)));
        let names: Vec<String> = names.collect();
        let seniority = champion.seniority.map_or_else(
            || "level not known".to_owned(),
            |level| words::spaced(level.as_str()),
        );
        let path = champion.path.map_or_else(
            || "no path to the buyer".to_owned(),
            |strength| {
                format!(
                    "path to the buyer, strength {:.2}",
                    (strength * 100.0).floor() / 100.0
                )
            },
        );
        let influence = if names.is_empty() {
            path
        } else {
            format!("{path}; influences {}", names.join(", "))
        };
        let engaged = if champion.engaged {
            "engaged"
        } else {
            "not engaged"
        };
        let given = match champion.evidence.len() {
            0 => "gave no evidence yet".to_owned(),
            given => format!(
                "gave {}",
                words::counted(given, "piece of evidence", "pieces of evidence")
            ),
        };
        Self {
            name: people::name(view, Some(champion.contact)),
            href: links.person(champion.contact),
            facts: vec![
                ("Power", words::capitalised(&seniority)),
                ("Influence", words::capitalised(&influence)),
                (
                    "Sells inside",
                    format!(
                        "{}, {}",
                        words::capitalised(engaged),
                        match champion.attitude {
                            Attitude::Unknown => "attitude not known",
                            known @ (Attitude::Supporter | Attitude::Neutral | Attitude::Detractor) =>
                                known.as_str(),
                        }
                    ),
                ),
                ("Own interest", words::capitalised(&given)),
            ],
        }
    }
}
