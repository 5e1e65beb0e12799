//! What all parts of the batch page share.

use std::time::Duration;

use headwaters_domain::batch::{BatchDetail, BatchState};
use headwaters_domain::intake::{MapFeature, TemplateInputs};
use headwaters_domain::plan::{Plan, RunFilter, RunRequest};
use headwaters_domain::run::{RunRow, RunState};
use headwaters_domain::{TaskKind, TaskSet, TaskState};
use leptos::prelude::*;

use crate::browser::api::segment;
use crate::browser::clock::now_ms;
use crate::browser::socket::LiveBatch;
use crate::browser::url_state::UrlState;
use crate::load::Document;
use crate::model::format::percent;

/// One batch with its documents, its live copy and the state of its page.
#[derive(Clone, Copy)]
pub struct Batch {
    name: StoredValue<String>,
    /// The batch itself.
    pub detail: Document<BatchDetail>,
    /// Its runs, live.
    pub live: LiveBatch,
    /// Its polygons.
    pub map: Document<Vec<MapFeature>>,
    /// Its features as the template sees them.
    pub inputs: Document<TemplateInputs>,
    /// The address.
    pub url: UrlState,
    /// The time, every second.
    pub now_ms: RwSignal<i64>,
    /// Which runs the Run button takes.
    pub run_filter: RwSignal<RunFilter>,
    /// Key of the selected run.
    pub selected: Memo<Option<u32>>,
}

impl Batch {
    /// Opens a batch: fetches its documents and connects.
    pub fn provide(name: &str) -> Self {
        let live = LiveBatch::connect(name);
        let url = UrlState::of_page();
        let run_id = url.follow("run");
        let selected = Memo::new(move |_| {
            let run_id = run_id.get();
            live.with(|ledger| ledger.by_run_id(&run_id).map(|row| row.key))
        });
        let batch = Self {
            name: StoredValue::new(name.to_owned()),
            detail: Document::new(),
            live,
            map: Document::new(),
            inputs: Document::new(),
            url,
            now_ms: RwSignal::new(now_ms()),
            run_filter: RwSignal::new(RunFilter::All),
            selected,
        };
        batch.refresh();
        batch.refresh_watersheds();
        let tick = set_interval_with_handle(
            move || {
                batch.now_ms.try_set(now_ms());
            },
            Duration::from_secs(1),
        );
        on_cleanup(move || {
            if let Ok(tick) = tick {
                tick.clear();
            }
        });
        batch.refresh_when_it_turns();
        batch
    }

    /// Its name.
    pub fn name(self) -> String {
        self.name.get_value()
    }

    /// Path of the API below this batch.
    pub fn api(self, rest: &str) -> String {
        format!("/api/batches/{}{rest}", segment(&self.name.get_value()))
    }

    /// Path of the API below one of its runs.
    pub fn run_api(self, run_id: &str, rest: &str) -> String {
        self.api(&format!("/runs/{}{rest}", segment(run_id)))
    }

    /// Fetches the batch again.
    pub fn refresh(self) {
        self.detail.fetch(self.api(""));
    }

    /// Fetches polygons and template inputs again: after an upload or a new template.
    pub fn refresh_watersheds(self) {
        self.map.fetch(self.api("/watersheds/map"));
        self.inputs.fetch(self.api("/watersheds/template-inputs"));
    }

    /// Selects a run in grid, map and detail.
    pub fn select(self, run_id: &str) {
        self.url.set(&[("run", run_id)]);
    }

    /// What the window's title says: how far the batch is.
    pub fn title(self, name: &str) -> String {
        self.live.with(|ledger| {
            let (ended, submitted) = ledger.progress();
            let failed = ledger.count(RunState::Failed);
            match ledger.state {
                Some(BatchState::Active) if failed > 0 => {
                    format!("({failed} failed) {} {name}", percent(u64::from(ended), u64::from(submitted)))
                }
                Some(BatchState::Active) => {
                    format!("{} {name}", percent(u64::from(ended), u64::from(submitted)))
                }
                _ => name.to_owned(),
            }
        })
    }

    /// What pressing Run would send.
    pub fn run_request(self) -> RunRequest {
        let (tasks, force_rebuild) =
            self.detail.read(|detail| (detail.tasks, detail.force_rebuild)).unwrap_or((TaskSet::ALL, false));
        RunRequest { filter: self.run_filter.get(), tasks, force_rebuild }
    }

    /// What pressing Run would do.
    pub fn plan(self) -> Plan {
        let request = self.run_request();
        self.with_rows(|rows| request.plan(rows))
    }

    /// Reads the runs; before the first submission, those the stored template would make.
    pub fn with_rows<T>(self, read: impl FnOnce(&[RunRow]) -> T) -> T {
        let has_runs = self.live.with(|ledger| !ledger.rows.is_empty());
        if has_runs {
            return self.live.with(|ledger| read(&ledger.rows));
        }
        read(&self.future_rows())
    }

    fn future_rows(self) -> Vec<RunRow> {
        let template = self.detail.read(|detail| detail.template.clone()).unwrap_or_default();
        let make = |inputs: &TemplateInputs| {
            let (_, rows) = headwaters_template::report(&template, &inputs.features, &inputs.sha256);
            rows.into_iter().filter_map(|row| Some(idle_row(row.index, row.run_id?))).collect()
        };
        if template.is_empty() { Vec::new() } else { self.inputs.read(make).unwrap_or_default() }
    }

    /// Fetches the batch again whenever it starts, ends or gets other runs: what is blocked and why may change.
    fn refresh_when_it_turns(self) {
        let turn = Memo::new(move |_| self.live.with(|ledger| (ledger.state, ledger.rows.len())));
        Effect::new(move |before: Option<(Option<BatchState>, usize)>| {
            let now = turn.get();
            if before.is_some_and(|(state, _)| state.is_some()) {
                self.refresh();
            }
            if before.is_some_and(|(_, runs)| runs != now.1) {
                self.map.fetch(self.api("/watersheds/map"));
            }
            now
        });
    }
}

fn idle_row(index: u32, run_id: String) -> RunRow {
    RunRow {
        key: index,
        index,
        run_id,
        area_km2: 0.0,
        tasks: vec![TaskState::Idle; TaskKind::ALL.len()],
        attempts: vec![0; TaskKind::ALL.len()],
        error_code: None,
        error_message: None,
        started_ms: None,
        ended_ms: None,
        outlet: None,
    }
}
