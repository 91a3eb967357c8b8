use quorate_store::{EmbeddedOptions, EmbeddedStore};

use super::*;

#[test]
fn a_version_keeps_what_was_shipped_when_it_was_published() {
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(folder.path(), EmbeddedOptions::default()).unwrap();
    let now: Timestamp = "2026-06-15T08:00:00Z".parse().unwrap();
    // As an older build would have published it: its English pack knew one word.
    let old = PublishedV1 {
        version: 1,
        published_at: now.to_string(),
        toml: DEFAULT_MODEL.replace("use = [\"en\", \"de\", \"fr\", \"es\"]", "use = [\"en\"]"),
        shipped: Some(ShippedV1 {
            frameworks: Shipped::of_this_build().frameworks().to_owned(),
            titles: vec![("en".to_owned(), ALL_FUNCTIONS.to_owned())],
        }),
    };
    let bytes = serde_json::to_vec(&old).unwrap();
    store.put_doc(COLLECTION, &key(1), bytes).unwrap();

    let kept = timeline(&store, "", now).unwrap();
    assert!(!kept.is_new);
    let role = |model: &Model| {
        let read = quorate_domain::infer::infer(Some("Wizard"), None, model);
        read.roles.first().map(|role| role.role.to_string())
    };
    assert_eq!(role(&kept.models[0].model).as_deref(), Some("champion"));

    // The same file says something else with the packs of this build: the next version.
    let path = folder.path().join("model.toml");
    std::fs::write(&path, &old.toml).unwrap();
    let next = timeline(&store, path.to_str().unwrap(), now).unwrap();
    assert!(next.is_new);
    assert_eq!(next.models.len(), 2);
    assert_eq!(role(&next.models[0].model).as_deref(), Some("champion"));
    assert_eq!(role(&next.models[1].model), None);
    assert!(!timeline(&store, path.to_str().unwrap(), now).unwrap().is_new);
}

/// A pack that knows the functions the default model names, and one word.
const ALL_FUNCTIONS: &str = "
en.roles.champion = ['wizard']
en.functions = [
  { name = 'finance' }, { name = 'it' }, { name = 'engineering' }, { name = 'operations' }, { name = 'product' },
  { name = 'marketing' }, { name = 'sales' }, { name = 'customer_service' }, { name = 'human_resources' },
  { name = 'procurement' }, { name = 'legal' }, { name = 'security' },
]
";
