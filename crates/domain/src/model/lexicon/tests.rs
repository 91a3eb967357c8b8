use super::*;
use crate::model::{DEFAULT_MODEL, Model, Shipped};

#[test]
fn every_shipped_pack_can_be_used_alone() {
    for (name, _) in Shipped::of_this_build().titles {
        let roles = "[roles.economic_buyer]\nheads = ['finance']\n[roles.user]\nfunctions = ['sales']";
        let model = Model::from_toml(&format!("[titles]\nuse = ['{name}']\n{roles}")).unwrap();
        assert!(model.lexicon.functions().len() > 10, "{name}");
        assert!(!model.lexicon.below.is_empty(), "{name}");
    }
}

#[test]
fn a_model_kept_with_what_was_shipped_then_stays_as_it_was() {
    let text = "[titles]\nuse = ['en']\n[roles.user]\n[frameworks]\nuse = ['tiny']";
    let then = Shipped::kept(
        "[[tiny.elements]]\nkey = 'pain'\nchecks = [{ kind = 'evidence' }]".to_owned(),
        [("en".to_owned(), "[en.roles]\nuser = ['old word']".to_owned())],
    );
    let model = Model::from_toml_with(text, &then).unwrap();
    assert_eq!(model.frameworks.in_use.len(), 1);
    assert_eq!(model.lexicon.phrases.len(), 1);
    assert!(
        Model::from_toml(text).is_err(),
        "this build ships no such framework"
    );
    let now = Shipped::of_this_build();
    let kept = Shipped::kept(
        now.frameworks().to_owned(),
        now.titles()
            .map(|(name, text)| (name.to_owned(), text.to_owned())),
    );
    assert_eq!(
        Model::from_toml_with(DEFAULT_MODEL, &kept),
        Model::from_toml(DEFAULT_MODEL)
    );
}

#[test]
fn the_index_finds_what_looking_at_every_pattern_finds() {
    let model = Model::from_toml(DEFAULT_MODEL).unwrap();
    for text in [
        "Head of IT & Digital",
        "Leiterin Einkauf",
        "Leiterin Geschäftsführung und Kaufmännische Leitung",
        "Geschaeftsfuehrerin",
        "Directrice des Systèmes d'Information",
        "Jefa de Compras y Logística",
        "Assistant Vice President, Commercial Lending",
        "Oberingenieurin",
    ] {
        let title = Title::new(text);
        let hits = model.lexicon.hits(&title);
        let hits: Vec<(&Phrase, usize)> = hits.iter().map(|hit| (hit.phrase, hit.place.start)).collect();
        let phrases = model.lexicon.phrases.iter();
        let all: Vec<(&Phrase, usize)> = phrases
            .flat_map(|phrase| (0..title.words().count()).map(move |start| (phrase, start)))
            .filter(|(phrase, start)| phrase.pattern.place(&title, *start).is_some())
            .collect();
        assert_eq!(hits, all, "{text}");
    }
}
