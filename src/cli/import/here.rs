//! Importing into a data folder that no server runs over.

use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use quorate_api::{import_json, import_row_json};
use quorate_domain::value::Source;
use quorate_engine::Clock;
use quorate_engine::imports::{Import, ImportError, Imports, NewImport, State};
use quorate_engine::lists::Slug;
use quorate_intake::draft::BadCells;
use quorate_intake::mapping::{Field, Wishes};
use quorate_intake::plan::Verdict;

use super::{Answer, Args, file_name};
use crate::config::{self, Asked};
use crate::host;

/// Opens the folder, reviews the file and applies it when asked.
pub(super) fn import(args: &Args, folder: &str, bytes: Vec<u8>) -> anyhow::Result<Answer> {
    if !Path::new(folder).is_dir() {
        return Err(anyhow!(
            "{folder} is no data folder; give the server's with --data DIR"
        ));
    }
    let asked = Asked {
        file: None,
        env: config::environment(),
        flags: vec![("store.data", "--data", folder.to_owned())],
    };
    let config = config::load(&asked)?.config;
    host::log::start(&config.log)?;
    let store = host::open_store(&config)?.store;
    let clock = Clock::wall();
    let timeline = host::models::timeline(&*store, "", clock.now())?;
    let new = new_import(args, bytes)?;
    actix_rt::System::new().block_on(async {
        let engine = host::start_engine(store, timeline.models, clock, config.engine())?;
        let answer = carry_out(&engine.imports(), new, args.apply).await;
        engine.stop().await;
        answer
    })
}

fn new_import(args: &Args, bytes: Vec<u8>) -> anyhow::Result<NewImport> {
    let list = args.list.as_deref().map(Slug::new).transpose()?;
    let columns = args
        .columns
        .iter()
        .filter_map(|column| column.rsplit_once('='))
        .map(|(header, field)| (header.trim().to_owned(), Field::parse(field.trim())))
        .collect();
    Ok(NewImport {
        bytes,
        file: file_name(&args.file).map(Arc::from),
        wishes: Wishes {
            columns,
            keep_unknown: args.keep_unknown,
        },
        bad_cells: if args.leave_out_bad_cells {
            BadCells::LeaveOut
        } else {
            BadCells::Fail
        },
        list,
        source: Source(Arc::from(args.source.as_str())),
        by: Arc::from("command line"),
    })
}

async fn carry_out(imports: &Imports, new: NewImport, apply: bool) -> anyhow::Result<Answer> {
    let mut progress = imports.listen();
    let reviewed = imports.review(new).await;
    if let Err(ImportError::Mapping(error)) = &reviewed {
        return Err(anyhow!("{error}. Say which column is what: --map HEADER=FIELD"));
    }
    let mut import = reviewed?;
    if apply {
        import = imports.apply(&import.id).await?;
        while import.state == State::Applying {
            // A telling that was missed is followed by others, and the state is read anew either way.
            let _told = progress.recv().await;
            import = imports.get(&import.id).await?;
        }
    }
    Ok(Answer {
        failed: rows(imports, &import, Verdict::Failed).await?,
        questions: rows(imports, &import, Verdict::NeedsAnswer).await?,
        import: import_json(&import),
    })
}

async fn rows(
    imports: &Imports,
    import: &Import,
    verdict: Verdict,
) -> anyhow::Result<Vec<serde_json::Value>> {
    let found = imports.rows(&import.id, vec![verdict], 0, usize::MAX).await?;
    Ok(found.rows.iter().map(import_row_json).collect())
}
