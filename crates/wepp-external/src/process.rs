//! One run of an executable: a fresh directory, answers on standard input, limits, an end to the
//! whole process group. The exit code is ignored: WEPP returns 0 for every failure.

use crate::failure::Failure;
use crate::files::CLIMATE_FILE;
use headwaters_engine::ExternalFailure;
use headwaters_hash::sha256_hex;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};
#[cfg(target_os = "linux")]
use rustix::process::{Resource, Rlimit};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// Message on standard output after a complete hillslope.
pub(crate) const HILLSLOPE_MARKER: &str = "WEPP COMPLETED HILLSLOPE SIMULATION SUCCESSFULLY";
const ANSWERS: &str = "case.run";
const STDOUT: &str = "stdout.txt";
const STDERR: &str = "stderr.txt";
/// Only the ends of the program's messages are read back: a looping program writes without end.
const MESSAGE_TAIL_BYTES: u64 = 64 * 1024;

/// Resource limits of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Wall-clock time.
    pub time: Duration,
    /// Address space, bytes.
    pub memory_bytes: u64,
    /// Size of any one output file, bytes.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(600), memory_bytes: 2 << 30, file_bytes: 2 << 30 }
    }
}

/// Cancels all runs of an engine, present and future. Clones act on the same runs.
#[derive(Debug, Clone, Default)]
pub struct Cancellation {
    state: Arc<Mutex<CancellationState>>,
}

#[derive(Debug, Default)]
struct CancellationState {
    cancelled: bool,
    next: u64,
    running: HashMap<u64, Sender<End>>,
}

impl Cancellation {
    /// Kills every running process group; their runs return [`ExternalFailure::Cancelled`].
    pub fn cancel(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.cancelled = true;
        for sender in state.running.values() {
            // A run that has just ended no longer listens.
            let _ = sender.send(End::Cancelled);
        }
    }

    /// Runs in progress.
    #[must_use]
    pub fn running(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).running.len()
    }

    /// Registers a run, or refuses after a cancellation.
    fn enter(&self, sender: Sender<End>) -> Option<Registration<'_>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.cancelled {
            return None;
        }
        state.next += 1;
        let id = state.next;
        state.running.insert(id, sender);
        Some(Registration { owner: self, id })
    }
}

struct Registration<'a> {
    owner: &'a Cancellation,
    id: u64,
}

impl Drop for Registration<'_> {
    fn drop(&mut self) {
        let mut state = self.owner.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.running.remove(&self.id);
    }
}

/// End of a run.
enum End {
    Exited,
    Cancelled,
}

/// A directory with the inputs of a run, removed with this value.
pub(crate) struct RunDirectory {
    directory: TempDir,
    hashes: BTreeMap<String, String>,
}

impl RunDirectory {
    /// A fresh directory below `parent`.
    pub fn create(parent: &Path) -> Result<Self, Failure> {
        let directory = tempfile::Builder::new()
            .prefix("wepp")
            .tempdir_in(parent)
            .map_err(|error| unusable(&parent.display().to_string(), &error))?;
        Ok(Self { directory, hashes: BTreeMap::new() })
    }

    /// Writes an input, keeping its SHA-256.
    pub fn write(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        fs::write(self.directory.path().join(name), text).map_err(|error| unusable(name, &error))?;
        self.hashes.insert(name.to_owned(), sha256_hex(text.as_bytes()));
        Ok(())
    }

    /// SHA-256 of every input written, by name.
    pub fn hashes(&self) -> &BTreeMap<String, String> {
        &self.hashes
    }

    /// An output's text.
    pub fn read(&self, name: &str) -> Result<String, Failure> {
        match fs::read(self.directory.path().join(name)) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(Failure::new(ExternalFailure::TruncatedOutput, format!("the program wrote no {name}")))
            }
            Err(error) => Err(unusable(name, &error)),
        }
    }

    fn tail(&self, name: &str) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(self.directory.path().join(name))?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(MESSAGE_TAIL_BYTES)))?;
            let mut bytes = Vec::new();
            file.take(MESSAGE_TAIL_BYTES).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
    }
}

fn unusable(what: &str, error: &io::Error) -> Failure {
    Failure::new(ExternalFailure::RunDirectory, format!("{what}: {error}"))
}

/// Runs `program` in `directory` with `answers` on its standard input, and returns the end of what
/// it wrote on standard output when that contains `marker`.
pub(crate) fn run(
    program: &Path,
    directory: &mut RunDirectory,
    answers: &str,
    marker: &str,
    limits: &Limits,
    cancellation: &Cancellation,
) -> Result<String, Failure> {
    directory.write(ANSWERS, answers)?;
    let (sender, ends) = mpsc::channel();
    let cancelled = || Failure::new(ExternalFailure::Cancelled, "no result is kept");
    let registration = cancellation.enter(sender.clone()).ok_or_else(cancelled)?;
    let mut child = spawn(program, directory.directory.path())?;
    let group = Pid::from_child(&child);
    restrict(group, limits);
    let waiter = thread::spawn(move || {
        // Waits without reaping, so that the group's id stays taken until the group is killed.
        let _ = rustix::process::waitid(WaitId::Pid(group), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        let _ = sender.send(End::Exited);
    });
    let end = ends.recv_timeout(limits.time);
    let status = end_group(&mut child, group);
    drop(registration);
    // The leader is dead, so the waiter ends at once.
    let _ = waiter.join();
    match end {
        Err(RecvTimeoutError::Timeout) => {
            let detail = format!("{} s", limits.time.as_secs_f64());
            return Err(Failure::new(ExternalFailure::TimedOut, detail));
        }
        Ok(End::Cancelled) => return Err(cancelled()),
        Ok(End::Exited) | Err(RecvTimeoutError::Disconnected) => {}
    }
    let status = status.map_err(|error| unusable("waiting for the program", &error))?;
    let stdout = directory.tail(STDOUT);
    let stderr = directory.tail(STDERR);
    judge(status, &stdout, &stderr, marker)?;
    Ok(stdout)
}

fn spawn(program: &Path, directory: &Path) -> Result<Child, Failure> {
    let open = |name: &str| File::create(directory.join(name)).map_err(|error| unusable(name, &error));
    let answers = File::open(directory.join(ANSWERS)).map_err(|error| unusable(ANSWERS, &error))?;
    Command::new(program)
        .current_dir(directory)
        .stdin(Stdio::from(answers))
        .stdout(Stdio::from(open(STDOUT)?))
        .stderr(Stdio::from(open(STDERR)?))
        .process_group(0)
        .spawn()
        .map_err(|error| {
            let detail = format!("{}: {error}", program.display());
            Failure::new(ExternalFailure::CannotStart, detail)
        })
}

/// Limits a process that has just started; one that has ended already needs none.
#[cfg(target_os = "linux")]
fn restrict(process: Pid, limits: &Limits) {
    for (resource, limit) in
        [(Resource::As, limits.memory_bytes), (Resource::Fsize, limits.file_bytes), (Resource::Core, 0)]
    {
        let limit = Rlimit { current: Some(limit), maximum: Some(limit) };
        let _ = rustix::process::prlimit(Some(process), resource, limit);
    }
}

/// Other systems have no way to limit a process from outside; the time limit still holds there.
#[cfg(not(target_os = "linux"))]
fn restrict(_process: Pid, _limits: &Limits) {}

/// Kills the rest of the group, then reaps its leader.
fn end_group(child: &mut Child, group: Pid) -> io::Result<ExitStatus> {
    // Fails when nothing is left to kill.
    let _ = rustix::process::kill_process_group(group, Signal::KILL);
    child.wait()
}

/// Success is the marker; other ends are classified by the program's messages.
fn judge(status: ExitStatus, stdout: &str, stderr: &str, marker: &str) -> Result<(), Failure> {
    let said = last_lines(stdout, stderr);
    let memory = ["annot allocate memory", "ut of memory", "rror allocating", "nsufficient memory"];
    if memory.iter().any(|words| stderr.contains(words) || stdout.contains(words)) {
        return Err(Failure::new(ExternalFailure::OutOfMemory, said));
    }
    if let Some(signal) = status.signal() {
        return Err(Failure::new(ExternalFailure::Killed, format!("signal {signal}; {said}")));
    }
    if stdout.contains(marker) {
        return Ok(());
    }
    Err(Failure::new(classify(stdout, stderr), said))
}

fn classify(stdout: &str, stderr: &str) -> ExternalFailure {
    let missing = "File does not exist";
    let last_prompt = stdout.rfind("Enter name of").map_or("", |at| &stdout[at..]);
    let simulating = stdout.contains("SIMULATION YEAR");
    let past_end = stderr.contains("end of file")
        || stderr.contains("End of file")
        || stderr.contains("ENDFILE")
        || stderr.contains("EOF");
    let refused = [stdout, stderr].iter().any(|text| {
        text.contains("runtime error")
            || text.contains("Internal Error")
            || text.contains("ERROR")
            || text.contains(missing)
    });
    let no_file = last_prompt.contains("storm data") && stdout.contains(missing);
    let too_short = simulating && past_end;
    if no_file || too_short || stderr.contains(CLIMATE_FILE) {
        ExternalFailure::MissingClimate
    } else if refused {
        ExternalFailure::BadInput
    } else {
        ExternalFailure::TruncatedOutput
    }
}

fn last_lines(stdout: &str, stderr: &str) -> String {
    const LINES: usize = 4;
    let mut said = Vec::new();
    for text in [stdout, stderr] {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        said.extend_from_slice(&lines[lines.len().saturating_sub(LINES)..]);
    }
    if said.is_empty() {
        return "the program said nothing".to_owned();
    }
    let said = said.join(" | ");
    said.chars().take(600).collect()
}
