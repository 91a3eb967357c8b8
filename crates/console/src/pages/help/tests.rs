use super::*;

#[test]
fn the_glossary_is_in_order_and_no_place_is_named_twice() {
    let names: Vec<&str> = GLOSSARY.iter().map(|word| word.name).collect();
    let mut sorted = names.clone();
    sorted.sort_by_key(|name| name.to_lowercase());
    assert_eq!(names, sorted);
    let mut anchors: Vec<&str> = GLOSSARY.iter().map(|word| word.anchor).collect();
    anchors.sort_unstable();
    anchors.dedup();
    assert_eq!(anchors.len(), GLOSSARY.len());
}

/// A term that is underlined with dots, in whatever template, leads to a place that exists.
#[test]
fn every_link_to_a_word_has_its_word() {
    fn linked(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                linked(&path, found);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                let anchors = text.split("/words#").skip(1);
                found.extend(anchors.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()));
            }
        }
    }
    let mut found = Vec::new();
    linked(
        std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")),
        &mut found,
    );
    for anchor in found.iter().filter(|anchor| !anchor.contains('{')) {
        assert!(
            GLOSSARY.iter().any(|word| word.anchor == anchor),
            "/words#{anchor} is no word of the glossary"
        );
    }
}
