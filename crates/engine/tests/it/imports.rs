//! An import whose columns a person chooses, and answers that are taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quorate_domain::value::Source;
use quorate_engine::EngineConfig;
use quorate_engine::imports::{Import, ImportError, Imports, NewImport};
use quorate_intake::draft::BadCells;
use quorate_intake::mapping::{Error, Field, Use, Wishes};
use quorate_intake::matching::Answer;
use quorate_intake::plan::Verdict;

use crate::house::{at, open};

fn file(text: &str) -> NewImport {
    NewImport {
        bytes: text.as_bytes().to_vec(),
        file: Some(Arc::from("targets.csv")),
        wishes: Wishes::default(),
        bad_cells: BadCells::Fail,
        list: None,
        source: Source(Arc::from("list")),
        by: Arc::from("test"),
    }
}

fn named(column: &str) -> Wishes {
    Wishes {
        columns: vec![(column.to_owned(), Some(Field::Name))],
        keep_unknown: false,
    }
}

async fn verdicts(imports: &Imports, import: &Import) -> Vec<Verdict> {
    let step =
        |all: &mut Vec<Verdict>, row: quorate_engine::imports::ImportRow| all.push(row.planned.verdict);
    imports.fold_rows(&import.id, Vec::new(), step).await.unwrap()
}

#[actix_rt::test]
async fn columns_are_chosen_after_the_file_came_in_and_known_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let house = open(folder.path(), at("2026-06-16T00:00:00Z"), EngineConfig::default());
    let imports = house.engine.imports();
    let text = "Symbol,Stand\nAcme,1\nBeta,2\n";
    let refused = imports.review(file(text)).await.unwrap_err();
    assert!(matches!(
        refused,
        ImportError::Mapping(Error::NothingIdentifies { .. })
    ));

    let begun = imports.begin(file(text)).await.unwrap();
    assert_eq!(
        verdicts(&imports, &begun).await,
        [Verdict::Failed, Verdict::Failed]
    );
    let none = Wishes::default();
    let refused = imports
        .choose_columns(&begun.id, &none, BadCells::Fail)
        .await
        .unwrap_err();
    assert!(matches!(
        refused,
        ImportError::Mapping(Error::NothingIdentifies { .. })
    ));
    let chosen = imports
        .choose_columns(&begun.id, &named("Symbol"), BadCells::LeaveOut)
        .await
        .unwrap();
    assert_eq!(
        verdicts(&imports, &chosen).await,
        [Verdict::Created, Verdict::Created]
    );
    assert_eq!((chosen.to_do, chosen.bad_cells), (2, BadCells::LeaveOut));

    // The same columns again are what they were told to be; others are not.
    let again = imports.begin(file("Symbol,Stand\nGamma,3\n")).await.unwrap();
    let is_name = |column: &Use| {
        matches!(
            column,
            Use::Field {
                field: Field::Name,
                told: true,
                ..
            }
        )
    };
    assert!(is_name(&again.mapping.columns[0].1), "{:?}", again.mapping);
    let other = imports.begin(file("Symbol,Rank\nGamma,3\n")).await.unwrap();
    assert_eq!(other.mapping.columns[0].1, Use::Unknown);
}

#[actix_rt::test]
async fn an_answer_is_taken_back_and_new_columns_forget_answers() {
    let folder = tempfile::tempdir().unwrap();
    let house = open(folder.path(), at("2026-06-16T00:00:00Z"), EngineConfig::default());
    let imports = house.engine.imports();
    let text = "Name,Website\nAcme,acme.example\nAcme Rail,acme.example\n";
    let import = imports.begin(file(text)).await.unwrap();
    let open = [Verdict::Created, Verdict::NeedsAnswer];
    assert_eq!(verdicts(&imports, &import).await, open);
    let answers = BTreeMap::from([(3, Answer::New)]);
    imports.answer(&import.id, answers.clone()).await.unwrap();
    assert_eq!(
        verdicts(&imports, &import).await,
        [Verdict::Created, Verdict::Created]
    );
    imports.take_back(&import.id, &BTreeSet::from([3])).await.unwrap();
    assert_eq!(verdicts(&imports, &import).await, open);

    imports.answer(&import.id, answers).await.unwrap();
    imports
        .choose_columns(&import.id, &Wishes::default(), BadCells::Fail)
        .await
        .unwrap();
    assert_eq!(verdicts(&imports, &import).await, open);
    let rejects = imports.rejects(&import.id).await.unwrap();
    let rejects = String::from_utf8(rejects).unwrap();
    assert!(
        rejects.starts_with(
            "Name,Website,quorate row,quorate verdict,quorate reason\r\nAcme Rail,acme.example,3,needs_answer,"
        ),
        "{rejects}"
    );
}
