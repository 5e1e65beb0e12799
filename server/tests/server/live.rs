//! The live websocket.

use futures_util::StreamExt;
use headwaters_domain::live::{Frame, Snapshot};
use headwaters_domain::run::RunState;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::support::{ALL_TASKS, Options, TestServer, User};

const WITH_WORKERS: Options = Options { workers: 2, ..Options::DEFAULT };

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn connect(user: &User, query: &str, site: &str) -> Result<Socket, Error> {
    connect_to(user, "fire", query, site).await
}

async fn connect_to(user: &User, batch: &str, query: &str, site: &str) -> Result<Socket, Error> {
    let url = format!("{}/api/batches/{batch}/live{query}", user.url.replace("http", "ws"));
    let mut request = url.into_client_request().expect("a request");
    let headers = request.headers_mut();
    headers.insert("sec-fetch-site", site.parse().expect("a header"));
    if let Some(cookie) = &user.cookie {
        headers.insert("cookie", cookie.parse().expect("a header"));
    }
    tokio_tungstenite::connect_async(request).await.map(|(socket, _)| socket)
}

async fn next(socket: &mut Socket) -> Frame {
    loop {
        match socket.next().await.expect("open").expect("readable") {
            Message::Text(text) => return serde_json::from_str(&text).expect("a frame"),
            _ => continue,
        }
    }
}

/// Applies a frame as the browser does.
fn apply(known: &mut Option<Snapshot>, frame: Frame) {
    match (frame, known) {
        (Frame::Snapshot(snapshot), known) => *known = Some(snapshot),
        (Frame::Delta(delta), Some(known)) => {
            assert_eq!(delta.from, known.seq, "a gap");
            known.seq = delta.seq;
            known.counts = delta.counts;
            known.state = delta.state;
            for row in delta.runs {
                let place = known.runs.iter_mut().find(|old| old.key == row.key).expect("a known run");
                *place = row;
            }
        }
        (Frame::Beat { seq, .. }, Some(known)) => assert_eq!(seq, known.seq),
        (_, None) => panic!("the first frame must be a snapshot"),
    }
}

fn done(known: &Snapshot) -> bool {
    known.runs.iter().all(|row| row.state() == RunState::Succeeded)
}

#[tokio::test]
async fn snapshot_and_deltas_add_up_to_the_table_also_after_a_cut() {
    let server = TestServer::start(WITH_WORKERS).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let mut socket = connect(&admin, "", "same-origin").await.expect("connected");
    let mut known = None;
    apply(&mut known, next(&mut socket).await);
    admin.run("fire", &ALL_TASKS).await;
    for _ in 0..3 {
        apply(&mut known, next(&mut socket).await);
    }
    drop(socket);
    let seen = known.as_ref().expect("a snapshot");
    let query = format!("?after={}&epoch={}", seen.seq, seen.epoch);
    let mut socket = connect(&admin, &query, "same-origin").await.expect("connected again");
    while !known.as_ref().is_some_and(done) {
        let frame = next(&mut socket).await;
        assert!(!matches!(frame, Frame::Snapshot(_)), "the gap is bridged by deltas");
        apply(&mut known, frame);
    }
    let table = admin.snapshot("fire").await;
    assert_eq!(known.expect("a snapshot").runs, table.runs);
    // Another database's numbers mean nothing here.
    let mut socket = connect(&admin, "?after=3&epoch=other", "same-origin").await.expect("connected");
    assert!(matches!(next(&mut socket).await, Frame::Snapshot(_)));
}

#[tokio::test]
async fn the_websocket_is_for_admins_on_our_own_pages() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    admin.ready_batch("fire").await;
    let guest = server.user("guest").await;
    for (user, site, expected) in [
        (&server.anonymous(), "same-origin", StatusCode::UNAUTHORIZED),
        (&guest, "same-origin", StatusCode::FORBIDDEN),
        (&admin, "cross-site", StatusCode::FORBIDDEN),
    ] {
        match connect(user, "", site).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_browser_learns_that_a_batch_does_not_exist_and_can_stop() {
    let server = TestServer::start(Options::default()).await;
    let admin = server.user("admin").await;
    let mut socket = connect_to(&admin, "nothing", "", "same-origin").await.expect("connected");
    match socket.next().await {
        Some(Ok(Message::Close(Some(frame)))) => assert_eq!(u16::from(frame.code), 4404),
        other => panic!("{other:?}"),
    }
    let guest = server.user("guest").await;
    match connect_to(&guest, "nothing", "", "same-origin").await {
        Err(Error::Http(response)) => assert_eq!(response.status(), StatusCode::FORBIDDEN),
        other => panic!("{other:?}"),
    }
}
