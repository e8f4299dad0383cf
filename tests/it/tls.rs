//! Whom the program trusts: TLS with the machine's roots and those of an option, a proxy, no
//! redirects, no plain http.
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use crate::project::{Project, Run};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

const HOST: &str = "dysmsapi.example.test";
const ANSWER: &str = r#"{"RequestId":"R1","Code":"OK","Message":"OK","Success":true,"Data":[]}"#;

/// A server with a certificate that nobody vouches for: its port, and the certificate in PEM.
fn serve() -> (u16, String) {
    let made = rcgen::generate_simple_self_signed(vec![HOST.to_owned(), "localhost".to_owned()]).unwrap();
    let pem = made.cert.pem();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            // A client that does not trust the certificate leaves here.
            if stream.read(&mut [0; 8192]).is_ok() {
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{ANSWER}",
                    ANSWER.len()
                );
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    (port, pem)
}

/// A proxy that leads every CONNECT to this port: its port, and the heads of the requests that it
/// got.
fn proxy(to: u16) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut reader = BufReader::with_capacity(1, client.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
            seen.lock().unwrap().push(head);
            let mut server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
            let (mut from, mut back) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from, &mut back));
            let _ = std::io::copy(&mut server, &mut client);
            let _ = client.shutdown(std::net::Shutdown::Both);
        }
    });
    (port, heads)
}

fn plan(project: &Project, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = project.command(&[&["plan", "--timeout=20"], arguments].concat());
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "id").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hush");
    Run::of(command.envs(variables.iter().copied()).output().unwrap())
}

#[test]
fn a_certificate_is_verified_and_an_option_adds_a_root() {
    let (port, pem) = serve();
    let project = Project::with_letters(&["甲委托"]).file("root.pem", pem).file("empty.pem", "nothing\n");
    let endpoint = format!("--endpoint=https://localhost:{port}");
    let refused = plan(&project, &[&endpoint], &[]).exits(1);
    assert!(refused.stderr.contains("certificate") && refused.stderr.contains("--ca-file"), "{}", refused.stderr);
    let trusted = plan(&project, &[&endpoint, "--ca-file=root.pem"], &[]).exits(0);
    assert!(trusted.stdout.contains("1 to create"), "{}", trusted.stdout);
    for (file, part) in [("empty.pem", "can't use --ca-file empty.pem: no certificate found"), ("gone.pem", "gone.pem")]
    {
        let run = plan(&project, &[&endpoint, &format!("--ca-file={file}")], &[]).exits(1);
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
}

#[test]
fn the_proxy_of_the_environment_is_used_and_its_password_is_not_shown() {
    let (port, pem) = serve();
    let (proxy, heads) = proxy(port);
    let project = Project::with_letters(&["甲委托"]).file("root.pem", pem);
    let endpoint = format!("--endpoint=https://{HOST}");
    let url = format!("http://user:pr0xy-hush@127.0.0.1:{proxy}");
    let run = plan(&project, &[&endpoint, "--ca-file=root.pem", "-vv"], &[("HTTPS_PROXY", &url)]).exits(0);
    let to_host = || {
        heads
            .lock()
            .unwrap()
            .iter()
            .filter(|head| head.starts_with(&format!("CONNECT {HOST}:443 ")))
            .cloned()
            .collect::<Vec<_>>()
    };
    let head = to_host()[0].clone();
    assert!(head.to_lowercase().contains("proxy-authorization: basic"), "{head}");
    assert!(
        !head.contains("acs3") && !head.to_lowercase().contains("x-acs-"),
        "nothing signed goes to the proxy: {head}"
    );
    assert!(!run.stderr.contains("pr0xy-hush"), "{}", run.stderr);
    // A host that needs no proxy is asked directly, which here is nowhere.
    let _ = plan(&project, &[&endpoint, "--ca-file=root.pem"], &[("HTTPS_PROXY", &url), ("NO_PROXY", HOST)]).exits(1);
    assert_eq!(to_host().len(), 1);
}

#[test]
fn a_redirect_is_not_followed_and_plain_http_leads_nowhere_else() {
    let project = Project::with_letters(&["甲委托"]);
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let target = elsewhere.local_addr().unwrap();
    for status in [301, 302, 303, 307, 308] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("--endpoint=http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 8192]);
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} Moved\r\nlocation: http://{target}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
            }
        });
        let run = plan(&project, &[&endpoint], &[]).exits(1);
        assert!(run.stderr.contains("it leads elsewhere, which is not followed"), "{}", run.stderr);
        assert!(elsewhere.accept().is_err(), "nobody comes");
    }
    let run = plan(&project, &["--endpoint=http://10.0.0.1"], &[]).exits(1);
    assert!(run.stderr.contains("plain HTTP is only allowed for loopback addresses"), "{}", run.stderr);
}

#[test]
fn a_file_of_roots_may_begin_with_a_byte_order_mark_and_names_its_damaged_certificates() {
    let (port, pem) = serve();
    let damaged = format!("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{pem}");
    let project = Project::with_letters(&["甲委托"]).file("bom.pem", format!("\u{feff}{pem}")).file("two.pem", damaged);
    let endpoint = format!("--endpoint=https://localhost:{port}");
    let _ = plan(&project, &[&endpoint, "--ca-file=bom.pem"], &[]).exits(0);
    let run = plan(&project, &[&endpoint, "--ca-file=two.pem"], &[]).exits(1);
    assert!(run.stderr.contains("can't use --ca-file two.pem: certificate 1 (line 1) can't be read"), "{}", run.stderr);
}

#[test]
fn a_proxy_that_is_not_valid_is_named_and_nothing_is_sent() {
    let project = Project::with_letters(&["甲委托"]);
    let endpoint = format!("--endpoint=https://{HOST}");
    for proxy in ["socks://127.0.0.1:9", "htp://127.0.0.1:9", "\"http://127.0.0.1:9\"", "http://127.0.0.1:99999"] {
        for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
            let run = plan(&project, &[&endpoint], &[(variable, proxy)]).exits(1);
            assert!(run.stderr.contains(&format!("{variable} can't be used: ")), "{}", run.stderr);
        }
    }
}

#[test]
fn white_space_around_a_proxy_is_no_part_of_it() {
    let (port, pem) = serve();
    let (proxy, heads) = proxy(port);
    let project = Project::with_letters(&["甲委托"]).file("root.pem", pem);
    let endpoint = format!("--endpoint=https://{HOST}");
    for url in [format!("http://127.0.0.1:{proxy}\n"), format!(" 127.0.0.1:{proxy}")] {
        let _ = plan(&project, &[&endpoint, "--ca-file=root.pem"], &[("HTTPS_PROXY", &url)]).exits(0);
    }
    assert!(heads.lock().unwrap().len() >= 2);
}

/// A SOCKS5 proxy without authentication that leads every connection to this port: its port.
fn socks(to: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut greeting = [0; 2];
            client.read_exact(&mut greeting).unwrap();
            client.read_exact(&mut vec![0; greeting[1].into()]).unwrap();
            client.write_all(&[5, 0]).unwrap();
            // Version, command, reserved, a domain and its length.
            let mut request = [0; 5];
            client.read_exact(&mut request).unwrap();
            assert_eq!(request[..4], [5, 1, 0, 3], "the proxy resolves the name");
            client.read_exact(&mut vec![0; usize::from(request[4]) + 2]).unwrap();
            client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
            let mut server = TcpStream::connect(("127.0.0.1", to)).unwrap();
            let (mut from, mut back) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from, &mut back));
            let _ = std::io::copy(&mut server, &mut client);
            let _ = client.shutdown(std::net::Shutdown::Both);
        }
    });
    port
}

#[test]
fn a_socks_proxy_is_used() {
    let (port, pem) = serve();
    let proxy = socks(port);
    let project = Project::with_letters(&["甲委托"]).file("root.pem", pem);
    let url = format!("socks5h://127.0.0.1:{proxy}");
    let endpoint = format!("--endpoint=https://{HOST}");
    let _ = plan(&project, &[&endpoint, "--ca-file=root.pem"], &[("ALL_PROXY", &url)]).exits(0);
}

#[test]
fn an_endpoint_on_this_machine_and_an_unknown_region_say_what_to_write() {
    let project = Project::with_letters(&["甲委托"]);
    let run = plan(&project, &["--endpoint=127.0.0.1:8025"], &[]).exits(1);
    assert!(
        run.stderr.contains("missing scheme in endpoint") && run.stderr.contains("http://127.0.0.1:8025"),
        "{}",
        run.stderr
    );
    let run = plan(&project, &["--region=cn-hangzou"], &[]).exits(1);
    assert!(run.stderr.contains("did you mean `cn-hangzhou`?"), "{}", run.stderr);
    let run = plan(&project, &[], &[("ALIBABA_CLOUD_REGION_ID", "cn-hangzou")]).exits(1);
    assert!(run.stderr.contains("ALIBABA_CLOUD_REGION_ID: unknown region `cn-hangzou`"), "{}", run.stderr);
}
