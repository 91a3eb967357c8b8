//! `quorate keys`: API keys of a data folder, while its server is stopped.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::anyhow;
use quorate_api::{KeyRecord, Keys, NewKey, Scope, did_you_mean};
use quorate_domain::value::Source;
use quorate_engine::Clock;
use serde_json::{Value, json};

use super::Outcome;
use super::serve::Choices;
use crate::config::{self, Home};
use crate::host;

/// Makes, lists and revokes API keys, while the server is stopped
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Scopes: ingest (send signals), read, sales, marketing, admin.

Examples:
  quorate keys create --name website --scope ingest --data ./data
  quorate keys list --data ./data --json
  quorate keys revoke 3f9a1c0b22de --data ./data

Exit codes: 0 done, 1 failed, 2 the command line is wrong.")]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Makes a key and prints it, once
    Create {
        /// What people call it
        #[arg(long)]
        name: String,

        /// What it may do; several times for several scopes
        #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = scope)]
        scopes: Vec<Scope>,

        /// Who speaks through it when a request does not say [default: crm]
        #[arg(long, value_name = "SOURCE")]
        source: Option<String>,

        #[command(flatten)]
        common: Common,
    },
    /// Lists all keys, revoked ones too
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Revokes a key: it lets nobody in any more
    Revoke {
        /// The key's id, the part between `qk_` and the next `_`
        id: String,

        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, clap::Args)]
struct Common {
    #[command(flatten)]
    choices: Box<Choices>,

    /// Prints JSON
    #[arg(long)]
    json: bool,
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text).ok_or_else(|| match did_you_mean(text, Scope::ALL.map(Scope::as_str)) {
        Some(near) => format!("it is no scope; did you mean {near:?}?"),
        None => "it is no scope; known are ingest, read, sales, marketing, admin".to_owned(),
    })
}

/// Opens the data folder and does what is asked.
pub(super) fn run(args: &Args) -> Outcome {
    let (What::Create { common, .. } | What::List { common } | What::Revoke { common, .. }) = &args.what;
    let config = config::load(&common.choices.asked())?.config;
    host::log::start(&config.log)?;
    if let Home::Folder(folder) = config.store.home()
        && !folder.is_dir()
    {
        return Err(anyhow!(
            "{} is no data folder; give the server's with --data DIR",
            folder.display()
        ));
    }
    let store = host::open_store(&config)?.store;
    let clock = Clock::wall();
    let timeline = host::models::timeline(&*store, "", clock.now())?;
    actix_rt::System::new().block_on(async {
        let engine = host::start_engine(store, timeline.models, clock, config.engine())?;
        let keys = Keys::load(engine.clone())?;
        let said = answer(&args.what, &keys, common.json);
        engine.stop().await;
        io::stdout().write_all(said?.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    })
}

fn answer(what: &What, keys: &Keys, as_json: bool) -> anyhow::Result<String> {
    match what {
        What::Create {
            name, scopes, source, ..
        } => {
            let new = NewKey {
                name: Arc::from(name.as_str()),
                scopes: scopes.clone(),
                source: source.as_deref().map(|source| Source(Arc::from(source))),
            };
            let (text, record) = keys.create(new)?;
            Ok(if as_json {
                let mut made = shown(&record);
                if let Value::Object(made) = &mut made {
                    made.insert("key".to_owned(), Value::from(text.reveal()));
                }
                format!("{made}\n")
            } else {
                format!(
                    "{}\n\nShown this once; only its hash is stored. Id {}, scopes {}.\n",
                    text.reveal(),
                    record.id,
                    scopes_of(&record)
                )
            })
        }
        What::List { .. } => {
            let records = keys.list();
            Ok(if as_json {
                let all: Vec<Value> = records.iter().map(|record| shown(record)).collect();
                format!("{}\n", Value::from(all))
            } else {
                records.iter().map(|record| line(record)).collect()
            })
        }
        What::Revoke { id, .. } => {
            let record = keys.revoke(id)?;
            Ok(if as_json {
                format!("{}\n", shown(&record))
            } else {
                line(&record)
            })
        }
    }
}

fn line(record: &KeyRecord) -> String {
    let state = match record.revoked_at {
        Some(at) => format!("revoked {at}"),
        None => "in use".to_owned(),
    };
    format!(
        "{}  {}  {}  made {}  {state}\n",
        record.id,
        scopes_of(record),
        record.name,
        record.created_at
    )
}

fn scopes_of(record: &KeyRecord) -> String {
    let scopes: Vec<&str> = record.scopes.iter().map(|scope| scope.as_str()).collect();
    scopes.join(",")
}

fn shown(record: &KeyRecord) -> Value {
    json!({
        "id": &*record.id,
        "name": &*record.name,
        "scopes": record.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>(),
        "source": &*record.source.0,
        "created_at": record.created_at.to_string(),
        "revoked_at": record.revoked_at.map(|at| at.to_string()),
    })
}
