//! Encrypted connections, against a server that takes no others.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use quorate_domain::id::AccountId;
use quorate_store::contract::append;
use quorate_store::{Durability, Error, Store};
use quorate_store_redis::{Certificates, RedisOptions, RedisStore};
use quorate_testkit::RedisServer;

/// Makes an authority and certificates it signed, in a folder.
struct Authority {
    folder: PathBuf,
}

impl Authority {
    fn new(folder: PathBuf) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        let this = Self { folder };
        this.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
             -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign \
             -keyout ca.key -out ca.crt",
        );
        this
    }

    /// Signs a certificate that is good for a host.
    fn sign(&self, name: &str, host: &str) {
        std::fs::write(
            self.folder.join("extensions"),
            format!("subjectAltName={host}\nbasicConstraints=CA:FALSE\n"),
        )
        .unwrap();
        self.openssl(&format!(
            "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr"
        ));
        self.openssl(&format!(
            "x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out {name}.crt"
        ));
    }

    fn openssl(&self, arguments: &str) {
        let done = Command::new("openssl")
            .args(arguments.split_whitespace())
            .current_dir(&self.folder)
            .output()
            .unwrap_or_else(|error| panic!("openssl does not start ({error}); is it installed?"));
        assert!(
            done.status.success(),
            "openssl {arguments}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn text(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(name)).unwrap()
    }
}

/// A server with TLS, the options to reach it, and who signed its certificate.
fn encrypted(folder: &Path, more: &[&str]) -> (RedisServer, RedisOptions, Authority) {
    let authority = Authority::new(folder.join("authority"));
    authority.sign("server", "IP:127.0.0.1");
    authority.sign("engine", "DNS:engine.example");
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let port_text = port.to_string();
    let (certificate, key, ca) = (
        authority.path("server.crt"),
        authority.path("server.key"),
        authority.path("ca.crt"),
    );
    let mut settings = vec![
        "--tls-port",
        &port_text,
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
        "--tls-ca-cert-file",
        &ca,
    ];
    settings.extend(more);
    // The test itself asks it in the clear, on a port of its own.
    let server = RedisServer::start(folder.join("redis"), &settings);
    let mut options = crate::home::options(&format!("rediss://127.0.0.1:{port}"), 0);
    options.certificates = Certificates {
        authorities: Some(authority.text("ca.crt")),
        own: None,
    };
    (server, options, authority)
}

#[track_caller]
fn check_refused(options: &RedisOptions, what: &str) {
    match RedisStore::open(options.clone()).err() {
        Some(Error::Unavailable { reason, .. }) => assert!(reason.contains(what), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_store_is_reached_over_tls_by_the_authority_that_signed_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, options, _) = encrypted(folder.path(), &["--tls-auth-clients", "no"]);
    let store = RedisStore::open(options).unwrap();
    assert_eq!(store.durability(), Durability::RedisFsync);
    let owner = store.acquire().unwrap();
    assert!(store.commit(vec![append("acme", &owner, 0, &["a"])]).unwrap()[0].is_ok());
    let loaded = store.load(&AccountId::trusted("acme")).unwrap().unwrap();
    assert_eq!(loaded.seq.0, 1);
}

#[test]
fn a_server_whose_authority_is_not_trusted_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, mut options, _) = encrypted(folder.path(), &["--tls-auth-clients", "no"]);
    let stranger = Authority::new(folder.path().join("stranger"));
    options.certificates.authorities = Some(stranger.text("ca.crt"));
    // Of the same name, and yet another: the signature tells.
    check_refused(&options, "invalid peer certificate");
    check_refused(&options, "redis.ca_file");
    // Nor do those that this machine trusts vouch for it.
    options.certificates.authorities = None;
    check_refused(&options, "redis.ca_file");
    options.certificates.authorities = Some(b"no certificate".to_vec());
    check_refused(&options, "");
}

#[test]
fn a_server_of_another_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (server, options, authority) = encrypted(folder.path(), &["--tls-auth-clients", "no"]);
    authority.sign("other", "DNS:elsewhere.example");
    let (certificate, key) = (authority.path("other.crt"), authority.path("other.key"));
    let set = [
        "CONFIG",
        "SET",
        "tls-cert-file",
        &certificate,
        "tls-key-file",
        &key,
    ];
    assert!(server.ask(&set).unwrap().starts_with("+OK"));
    check_refused(&options, "not valid for name");
}

#[test]
fn a_server_that_asks_for_a_certificate_is_shown_ours() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, mut options, authority) = encrypted(folder.path(), &["--tls-auth-clients", "yes"]);
    check_refused(&options, "redis.cert_file");
    options.certificates.own = Some((authority.text("engine.crt"), authority.text("engine.key")));
    let store = RedisStore::open(options).unwrap();
    let owner = store.acquire().unwrap();
    assert!(store.commit(vec![append("acme", &owner, 0, &["a"])]).unwrap()[0].is_ok());
}

#[test]
fn a_server_that_speaks_no_tls_is_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let server = RedisServer::start(folder.path().join("redis"), &[]);
    let options = crate::home::options(&format!("rediss://127.0.0.1:{}", server.port()), 0);
    assert!(matches!(
        RedisStore::open(options).err(),
        Some(Error::Unavailable { .. })
    ));
}
