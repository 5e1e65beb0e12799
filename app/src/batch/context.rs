//! State that all parts of the batch page share.

use std::sync::Arc;
use std::time::Duration;

use headwaters_domain::batch::{BatchDetail, BatchState};
use headwaters_domain::intake::{MapFeature, TemplateInputs};
use headwaters_domain::plan::{Plan, RunFilter, RunRequest};
use headwaters_domain::run::{RunRow, RunState};
use headwaters_domain::{TaskKind, TaskSet, TaskState};
use leptos::prelude::*;

use crate::browser::address::Address;
use crate::browser::api::segment;
use crate::browser::clock::now_ms;
use crate::browser::socket::LiveBatch;
use crate::load::Document;
use crate::model::format::percent;

/// One batch with its documents, its live copy and the state of its page: handles to values that the page owns.
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
    pub url: Address,
    /// The time, every second.
    pub now_ms: RwSignal<i64>,
    /// Runs that the Run button takes.
    pub run_filter: RwSignal<RunFilter>,
    /// Key of the selected run.
    pub selected: Memo<Option<u32>>,
    /// Runs the stored template would make; empty once there are real ones.
    future_rows: Memo<Arc<Vec<RunRow>>>,
    /// Plan of pressing Run.
    pub plan: Memo<Plan>,
}

impl Batch {
    /// Opens a batch: fetches its documents and connects.
    pub fn provide(name: &str) -> Self {
        let live = LiveBatch::connect(name);
        let url = Address::expect();
        let run_id = url.follow("run");
        let selected = Memo::new(move |_| {
            let run_id = run_id.get();
            live.with(|ledger| ledger.by_run_id(&run_id).map(|row| row.key))
        });
        let (detail, inputs) = (Document::pending(), Document::pending());
        let run_filter = RwSignal::new(RunFilter::All);
        let future_rows = Memo::new(move |_| Arc::new(future_rows(live, detail, inputs)));
        let plan = Memo::new(move |_| {
            let request = run_request(detail, run_filter.get());
            live.with(|ledger| match ledger.rows.is_empty() {
                true => future_rows.with(|rows| request.plan(rows.iter())),
                false => request.plan(&ledger.rows),
            })
        });
        let batch = Self {
            name: StoredValue::new(name.to_owned()),
            detail,
            live,
            map: Document::pending(),
            inputs,
            url,
            now_ms: RwSignal::new(now_ms()),
            run_filter,
            selected,
            future_rows,
            plan,
        };
        batch.refresh();
        batch.fetch_watersheds_of_each_file();
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
        // An answer may arrive after the page has been left.
        self.name.try_get_value().unwrap_or_default()
    }

    /// True while its page is shown: an answer that comes later must not change another page's address.
    pub fn is_open(self) -> bool {
        self.name.try_get_value().is_some()
    }

    /// Path of the API below this batch.
    pub fn api(self, rest: &str) -> String {
        format!("/api/batches/{}{rest}", segment(&self.name()))
    }

    /// Path of the API below one of its runs.
    pub fn run_api(self, run_id: &str, rest: &str) -> String {
        self.api(&format!("/runs/{}{rest}", segment(run_id)))
    }

    /// Fetches the batch again.
    pub fn refresh(self) {
        self.detail.fetch(self.api(""));
    }

    /// Fetches polygons and template inputs whenever there is another file.
    fn fetch_watersheds_of_each_file(self) {
        let sha256 = Memo::new(move |_| {
            self.detail.read(|detail| detail.watersheds.as_ref().map(|info| info.sha256.clone())).flatten()
        });
        Effect::new(move || {
            if sha256.with(Option::is_some) {
                self.map.fetch(self.api("/watersheds/map"));
                self.inputs.fetch(self.api("/watersheds/template-inputs"));
            }
        });
    }

    /// Selects a run in grid, map and detail.
    pub fn select(self, run_id: &str) {
        self.url.set(&[("run", run_id)]);
    }

    /// Index of the polygon of the selected run.
    pub fn selected_feature(self) -> Option<u32> {
        let key = self.selected.get()?;
        self.map.read(|features| {
            features.iter().find(|feature| feature.key == Some(key)).map(|feature| feature.index)
        })?
    }

    /// Id of the run of a polygon.
    pub fn run_of_feature(self, index: u32) -> Option<String> {
        let key = self
            .map
            .read_untracked(|features| features.iter().find(|feature| feature.index == index)?.key)??;
        self.live.with_untracked(|ledger| ledger.by_key(key).map(|row| row.run_id.clone()))
    }

    /// Title of the window: progress of the batch.
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

    /// Request of pressing Run.
    pub fn run_request(self) -> RunRequest {
        run_request(self.detail, self.run_filter.get())
    }

    /// Reads the runs; before the first submission, those the stored template would make.
    pub fn with_rows<T>(self, read: impl FnOnce(&[RunRow]) -> T) -> T {
        self.live.with(|ledger| match ledger.rows.is_empty() {
            true => self.future_rows.with(|rows| read(rows)),
            false => read(&ledger.rows),
        })
    }

    /// Fetches the batch again whenever it starts, ends or gets other runs: what is blocked and why may change.
    fn refresh_when_it_turns(self) {
        let turn = Memo::new(move |_| self.live.with(|ledger| (ledger.state, ledger.rows.len())));
        let mut known: Option<(Option<BatchState>, usize)> = None;
        Effect::new(move || {
            let now = turn.get();
            let before = known.replace(now);
            if before.is_some_and(|(state, _)| state.is_some()) {
                self.refresh();
            }
            if before.is_some_and(|(_, runs)| runs != now.1)
                && self.map.read_untracked(Vec::is_empty) == Some(false)
            {
                self.map.fetch(self.api("/watersheds/map"));
            }
        });
    }
}

fn run_request(detail: Document<BatchDetail>, filter: RunFilter) -> RunRequest {
    let stored = detail.read(|detail| (detail.tasks, detail.force_rebuild));
    let (tasks, force_rebuild) = stored.unwrap_or((TaskSet::ALL, false));
    RunRequest { filter, tasks, force_rebuild }
}

fn future_rows(
    live: LiveBatch,
    detail: Document<BatchDetail>,
    inputs: Document<TemplateInputs>,
) -> Vec<RunRow> {
    let template = detail.read(|detail| detail.template.clone()).unwrap_or_default();
    if template.is_empty() || live.with(|ledger| !ledger.rows.is_empty()) {
        return Vec::new();
    }
    let make = |inputs: &TemplateInputs| {
        let rows = headwaters_template::evaluate(&template, &inputs.features).rows;
        rows.into_iter().filter_map(|row| Some(idle_row(row.index, row.run_id?))).collect()
    };
    inputs.read(make).unwrap_or_default()
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
