//! A web server that gives files by ranges, as a bucket does.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The server. It ends with the test process.
pub struct FileServer {
    pub address: String,
    ranges: Arc<AtomicUsize>,
}

impl FileServer {
    /// Serves files by path.
    pub fn start(files: BTreeMap<&'static str, Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("address"));
        let (files, ranges) = (Arc::new(files), Arc::new(AtomicUsize::new(0)));
        let count = ranges.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (files, count) = (files.clone(), count.clone());
                std::thread::spawn(move || answer(stream, &files, &count));
            }
        });
        Self { address, ranges }
    }

    /// Ranges asked for so far.
    pub fn ranges(&self) -> usize {
        self.ranges.load(Ordering::SeqCst)
    }
}

fn answer(stream: TcpStream, files: &BTreeMap<&'static str, Vec<u8>>, count: &AtomicUsize) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let first = lines.next()?.ok()?;
    let mut range = None;
    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some(text) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            let (from, to) = text.trim().split_once('-')?;
            range = Some((from.parse::<usize>().ok()?, to.parse::<usize>().ok()?));
        }
    }
    let mut stream = stream;
    let Some(body) = files.get(first.split(' ').nth(1)?) else {
        return stream.write_all(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok();
    };
    let (status, part, label) = match range {
        Some((from, to)) => {
            count.fetch_add(1, Ordering::SeqCst);
            let to = to.min(body.len() - 1);
            (206, &body[from..=to], format!("Content-Range: bytes {from}-{to}/{}\r\n", body.len()))
        }
        None => (200, &body[..], String::new()),
    };
    let length = part.len();
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{label}\r\n");
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(part)).ok()
}
