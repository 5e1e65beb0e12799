//! Estimated time to the end of the batch, with its basis.

use headwaters_domain::batch::BatchState;

use super::format::{count, estimate_s};
use super::ledger::Ledger;

/// The estimate with its basis, or why there is none. Empty when the batch is not active.
pub fn eta_text(ledger: &Ledger) -> String {
    if ledger.state != Some(BatchState::Active) {
        return String::new();
    }
    let (ended, submitted) = ledger.progress();
    let pace = ledger.pace;
    if pace.worker_slots == 0 {
        return "no worker is running; tasks wait until one starts".to_owned();
    }
    let Some(remaining_s) = pace.eta_s(submitted - ended) else {
        return "no estimate until the first run has finished".to_owned();
    };
    let basis = format!(
        "median of {}, {}",
        count(u64::from(pace.finished_runs), "finished run"),
        count(u64::from(pace.worker_slots), "worker slot")
    );
    format!("about {} left ({basis})", estimate_s(remaining_s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use headwaters_domain::live::Pace;
    use headwaters_domain::run::RunState;

    #[test]
    fn an_estimate_always_names_its_basis_or_its_absence() {
        let mut ledger = Ledger::default();
        ledger.counts.extend([(RunState::Succeeded, 12), (RunState::Running, 3), (RunState::Pending, 9)]);
        ledger.state = Some(BatchState::Active);
        assert!(eta_text(&ledger).contains("no worker"));
        ledger.pace = Pace { median_run_s: None, finished_runs: 0, worker_slots: 3 };
        assert!(eta_text(&ledger).contains("no estimate"));
        ledger.pace = Pace { median_run_s: Some(50.0), finished_runs: 12, worker_slots: 3 };
        assert_eq!(eta_text(&ledger), "about 3 min left (median of 12 finished runs, 3 worker slots)");
        ledger.state = Some(BatchState::Completed);
        assert_eq!(eta_text(&ledger), "");
    }
}
