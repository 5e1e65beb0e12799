//! A small HTTP server that misbehaves on request, and a clock that never waits.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use headwaters_raster::{CogOptions, Crs, GeoTransform, Grid, GridSpec, Raster, encode_cog};
use headwaters_raster_sources::Clock;
use jiff::Timestamp;

/// One thing the server does wrong, or not.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// This status, with one more header line (may be empty).
    Status(u16, &'static str),
    /// Breaks off in the middle of the body.
    Truncate,
    /// Announces the right length but labels the part wrongly.
    WrongRange,
    /// Sends and announces fewer bytes than were asked for.
    WrongLength,
    /// Never answers.
    Silence,
    /// Closes the connection at once.
    HangUp,
    /// Sends a byte now and then, and would for hours.
    Trickle,
}

#[derive(Default)]
pub struct State {
    files: Mutex<HashMap<String, Vec<u8>>>,
    script: Mutex<VecDeque<Behaviour>>,
    requests: Mutex<Vec<String>>,
    bytes: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
    edition: AtomicUsize,
    without_ranges: Mutex<bool>,
    without_versions: Mutex<bool>,
}

/// The server. It ends with the test process.
pub struct Server {
    pub address: String,
    pub state: Arc<State>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("address"));
        let state = Arc::new(State::default());
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                std::thread::spawn(move || state.serve(stream));
            }
        });
        Self { address, state }
    }

    pub fn put(&self, path: &str, bytes: Vec<u8>) {
        self.state.files.lock().expect("lock").insert(path.into(), bytes);
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Behaviour for the next requests.
    pub fn script(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.state.script.lock().expect("lock").extend(behaviours);
    }

    /// Request targets so far.
    pub fn requests(&self) -> Vec<String> {
        self.state.requests.lock().expect("lock").clone()
    }

    pub fn forget_requests(&self) {
        self.state.requests.lock().expect("lock").clear();
        self.state.bytes.store(0, Ordering::SeqCst);
    }

    pub fn bytes_sent(&self) -> usize {
        self.state.bytes.load(Ordering::SeqCst)
    }

    pub fn most_connections_at_once(&self) -> usize {
        self.state.most_open.load(Ordering::SeqCst)
    }

    /// From now on files have another entity tag.
    pub fn replace_files(&self) {
        self.state.edition.fetch_add(1, Ordering::SeqCst);
    }

    /// From now on answers name no version of the file.
    pub fn forget_versions(&self) {
        *self.state.without_versions.lock().expect("lock") = true;
    }

    pub fn forget_ranges(&self) {
        *self.state.without_ranges.lock().expect("lock") = true;
    }
}

impl State {
    /// Answers one request per connection.
    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().expect("clone"));
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let mut range = None;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                break;
            }
            let lower = line.to_ascii_lowercase();
            if let Some(text) = lower.strip_prefix("range: bytes=") {
                let (from, to) = text.trim().split_once('-').expect("a range");
                range = Some((from.parse::<usize>().expect("number"), to.parse::<usize>().expect("number")));
            }
        }
        let target = first.split(' ').nth(1).unwrap_or("").to_owned();
        self.requests.lock().expect("lock").push(target.clone());
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_open.fetch_max(open, Ordering::SeqCst);
        let behaviour = self.script.lock().expect("lock").pop_front();
        let path = target.split('?').next().unwrap_or("").to_owned();
        let body = self.files.lock().expect("lock").get(&path).cloned();
        self.answer(stream, reader, body, range, behaviour);
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    fn answer(
        &self,
        mut stream: TcpStream,
        mut reader: BufReader<TcpStream>,
        body: Option<Vec<u8>>,
        range: Option<(usize, usize)>,
        behaviour: Option<Behaviour>,
    ) {
        // The client may have given up by now; that is its right.
        let mut send = |head: String, body: &[u8]| {
            self.bytes.fetch_add(body.len(), Ordering::SeqCst);
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        };
        let simple = |status: u16, more: &str, length: usize| {
            format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{more}\r\n")
        };
        match behaviour {
            Some(Behaviour::Status(status, header)) => {
                let more = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
                return send(
                    simple(status, &more, if status == 204 { 0 } else { 4 }),
                    if status == 204 { b"" } else { b"oops" },
                );
            }
            Some(Behaviour::Silence) => {
                // Waits until the client hangs up.
                let _ = reader.read(&mut [0; 1]);
                return;
            }
            Some(Behaviour::HangUp) => return,
            _ => {}
        }
        let Some(body) = body else { return send(simple(404, "", 0), b"") };
        let tag = match *self.without_versions.lock().expect("lock") {
            true => String::new(),
            false => format!("ETag: \"edition-{}\"\r\n", self.edition.load(Ordering::SeqCst)),
        };
        let ranges = !*self.without_ranges.lock().expect("lock");
        let (status, part, label) = match range.filter(|_| ranges) {
            Some((from, to)) => {
                let to = to.min(body.len() - 1);
                let shift = usize::from(matches!(behaviour, Some(Behaviour::WrongRange)));
                let label =
                    format!("Content-Range: bytes {}-{}/{}\r\n", from + shift, to + shift, body.len());
                (206, body[from..=to].to_vec(), label)
            }
            None => (200, body, String::new()),
        };
        match behaviour {
            Some(Behaviour::Trickle) => {
                let _ = stream.write_all(simple(status, &format!("{label}{tag}"), part.len()).as_bytes());
                // Until the client has had enough.
                while stream.write_all(&part[..1]).is_ok() {
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
            Some(Behaviour::Truncate) => {
                send(simple(status, &format!("{label}{tag}"), part.len()), &part[..part.len() / 2])
            }
            Some(Behaviour::WrongLength) => {
                let short = &part[..part.len() - 7];
                send(simple(status, &format!("{label}{tag}"), short.len()), short);
            }
            _ => send(simple(status, &format!("{label}{tag}"), part.len()), &part),
        }
    }
}

/// A clock that notes the waits and does not wait.
#[derive(Default)]
pub struct NotedClock {
    sleeps: Mutex<Vec<Duration>>,
}

impl NotedClock {
    pub fn sleeps(&self) -> Vec<Duration> {
        self.sleeps.lock().expect("lock").clone()
    }
}

impl Clock for NotedClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn sleep(&self, duration: Duration) {
        self.sleeps.lock().expect("lock").push(duration);
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}

pub fn spec(crs: u32, west: f64, north: f64, cell: f64, rows: usize, cols: usize) -> GridSpec {
    let transform = GeoTransform { west, north, cell_width: cell, cell_height: cell };
    GridSpec { crs: Crs::from_epsg(crs).expect("known"), transform, rows, cols }
}

/// Elevations without pattern, so that files do not compress away, the same for the same map position.
pub fn terrain(spec: &GridSpec) -> Raster<f32> {
    let grid = Grid::from_fn(spec.rows, spec.cols, |cell| {
        let (x, y) = spec.centre(cell);
        let place = ((x / spec.transform.cell_width).floor() as i64).wrapping_mul(2_654_435_761)
            ^ ((y / spec.transform.cell_height).floor() as i64).wrapping_mul(40_503_777);
        500.0 + (place.wrapping_mul(6_364_136_223_846_793_005) >> 40) as f32 / 1e4
    });
    Raster::new(grid, spec, Some(-9999.0)).expect("same shape")
}

pub fn cog(raster: &Raster<f32>) -> Vec<u8> {
    encode_cog(raster, &CogOptions { deflate_level: 1, ..CogOptions::default() }).expect("writable")
}
