use super::{Asked, DEFAULTS, Home, load, reference};

/// Loads a file's text with variables and flags over it.
fn loaded(
    file: &str,
    env: &[(&str, &str)],
    flags: &[(&'static str, &'static str, &str)],
) -> Result<super::Loaded, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quorate.toml");
    std::fs::write(&path, file).unwrap();
    let asked = Asked {
        file: Some(path.clone()),
        env: env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        flags: flags
            .iter()
            .map(|(key, flag, value)| (*key, *flag, (*value).to_owned()))
            .collect(),
    };
    load(&asked).map_err(|errors| {
        errors
            .to_string()
            .replace(&path.display().to_string(), "quorate.toml")
    })
}

#[track_caller]
fn refused(file: &str, env: &[(&str, &str)], flags: &[(&'static str, &'static str, &str)], expected: &str) {
    let said = loaded(file, env, flags).unwrap_err();
    assert_eq!(said, expected);
}

fn source(loaded: &super::Loaded, key: &str) -> String {
    let setting = loaded.settings.iter().find(|setting| setting.key == key);
    let source = setting.map(|setting| setting.source.clone()).unwrap_or_default();
    source.rsplit('/').next().unwrap_or_default().to_owned()
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file_over_the_defaults() {
    let file = "[server]\nlisten = \"127.0.0.1:1\"\nworkers = 3\nbody_bytes_max = 7\n";
    let env = [
        ("QUORATE_SERVER__LISTEN", "127.0.0.1:2"),
        ("QUORATE_SERVER__WORKERS", "4"),
    ];
    let loaded = loaded(file, &env, &[("server.listen", "--listen", "127.0.0.1:3")]).unwrap();
    let server = &loaded.config.server;
    assert_eq!(server.listen.port(), 3);
    assert_eq!(
        (server.workers, server.body_bytes_max, server.properties_bytes_max),
        (4, 7, 16_384)
    );
    let keys = ["listen", "workers", "body_bytes_max", "properties_bytes_max"];
    let sources = keys.map(|key| source(&loaded, &format!("server.{key}")));
    assert_eq!(
        sources,
        ["--listen", "QUORATE_SERVER__WORKERS", "quorate.toml", "default"]
    );
}

#[test]
fn text_stays_text_whatever_it_looks_like() {
    let loaded = loaded("", &[("QUORATE_STORE__DATA", "2026")], &[]).unwrap();
    assert_eq!(loaded.config.store.home(), Home::Folder("2026".into()));
}

#[test]
fn an_unknown_key_is_refused_with_its_place_and_the_nearest_known_one() {
    refused(
        "[server]\n\nlisen = \"127.0.0.1:1\"\n",
        &[],
        &[],
        "quorate.toml, line 3: unknown key \"server.lisen\"; did you mean \"server.listen\"?",
    );
    refused(
        "colour = \"blue\"\n",
        &[],
        &[],
        "quorate.toml, line 1: unknown key \"colour\"; quorate config default prints all keys",
    );
    refused(
        "",
        &[("QUORATE_LOG__LEVLE", "debug")],
        &[],
        "QUORATE_LOG__LEVLE: unknown key \"log.levle\"; did you mean \"QUORATE_LOG__LEVEL\"?",
    );
    refused(
        "",
        &[("QUORATE_SERVER_LISTEN", "127.0.0.1:1")],
        &[],
        "QUORATE_SERVER_LISTEN: unknown key \"server_listen\"; did you mean \"QUORATE_SERVER__LISTEN\"?",
    );
}

#[test]
fn other_peoples_variables_are_left_alone() {
    assert!(
        loaded(
            "",
            &[
                ("QUORATE_SHARED", "/elsewhere"),
                ("QUORATE_SOAK", "1"),
                ("PATH", "/bin")
            ],
            &[]
        )
        .is_ok()
    );
}

#[test]
fn a_wrong_value_names_key_and_source() {
    refused(
        "[server]\nlisten = \"here\"\n",
        &[],
        &[],
        "quorate.toml: server.listen: \"here\" is no ADDR:PORT, such as 127.0.0.1:8080",
    );
    refused(
        "",
        &[("QUORATE_SERVER__HEARTBEAT_SECONDS", "0")],
        &[],
        "QUORATE_SERVER__HEARTBEAT_SECONDS: server.heartbeat_seconds: 0 is not between 1 and 86400 seconds",
    );
    refused(
        "",
        &[],
        &[("log.level", "--log-level", "loud=very")],
        "--log-level: log.level: \"loud=very\" is no level; say error, warn, info, debug or trace",
    );
    // No level, and no target by name either: everything would be silent.
    refused(
        "",
        &[("QUORATE_LOG__LEVEL", "wran")],
        &[],
        "QUORATE_LOG__LEVEL: log.level: \"wran\" is no level; say error, warn, info, debug or trace",
    );
    refused(
        "[retention]\ndays = -1\n",
        &[],
        &[],
        "quorate.toml: retention.days: -1 is not between 0 and 100000 days",
    );
}

#[test]
fn a_password_is_never_shown() {
    let loaded = loaded(
        "",
        &[],
        &[("store.url", "--store", "redis://quorate:swordfish@cache:6379/0")],
    )
    .unwrap();
    assert_eq!(
        loaded.config.store.home(),
        Home::Redis("redis://quorate:swordfish@cache:6379/0".to_owned())
    );
    assert!(!format!("{loaded:?}").contains("swordfish"));
    assert_eq!(
        loaded.config.store.url.to_string(),
        "redis://quorate:***@cache:6379/0"
    );
}

#[test]
fn the_defaults_are_those_of_the_rooms_they_configure() {
    let config = loaded("", &[], &[]).unwrap().config;
    let engine = quorate_engine::EngineConfig::default();
    assert_eq!(
        config.engine().signals_in_flight_max,
        engine.signals_in_flight_max
    );
    assert_eq!(
        config.api().bodies_bytes_max,
        quorate_api::ApiConfig::default().bodies_bytes_max
    );
    assert_eq!(config.engine().active_accounts_max, engine.active_accounts_max);
    assert_eq!(config.engine().snapshot_every, engine.snapshot_every);
    assert_eq!(config.engine().policy, engine.policy);
    assert_eq!(
        config.api().signals_body_bytes_max,
        quorate_api::ApiConfig::default().signals_body_bytes_max
    );
    assert_eq!(
        config.api().import_body_bytes_max,
        quorate_api::ApiConfig::default().import_body_bytes_max
    );
    assert_eq!(
        config.store.options().cache_bytes,
        quorate_store::EmbeddedOptions::default().cache_bytes
    );
}

#[test]
fn every_key_of_the_default_file_says_what_it_means() {
    let page = reference::page();
    assert!(!page.contains("|  |\n"), "a key without a comment:\n{page}");
    assert_eq!(
        reference::keys().len(),
        DEFAULTS.lines().filter(|line| line.contains(" = ")).count()
    );
}
