//! Results on cases as tables for people.

use std::collections::BTreeMap;

use headwaters_terrain::Status;

use super::trial::TrialRecord;

/// Basin overlap with the truth from which a trial counts as found.
const FOUND_IOU: f64 = 0.9;

/// Prints one line per polygon and one summary per set.
pub fn print(records: &[TrialRecord]) {
    println!(
        "{:<14} {:<26} {:<24} {:<13} {:>7} {:>7} {:>7} {:>7} {:>8}",
        "case", "set", "watershed", "status", "iou", "basin", "offset", "wbt", "cells"
    );
    println!("{:>88} {:>7} {:>7} {:>7}", "polygon", "truth", "cells", "offset");
    for record in records {
        let number = |value: Option<f64>| value.map_or("-".into(), |v| format!("{v:.3}"));
        let count = |value: Option<usize>| value.map_or("-".into(), |v| v.to_string());
        println!(
            "{:<14} {:<26} {:<24} {:<13} {:>7} {:>7} {:>7} {:>7} {:>8} {}",
            record.case,
            record.set,
            record.watershed,
            record.status_name(),
            number(record.outlet.map(|o| o.iou)),
            number(record.agreement.basin_iou),
            count(record.agreement.offset_cells),
            count(record.agreement.traced_offset_cells),
            count(record.outlet.map(|o| o.basin_cells as usize)),
            record.error.as_deref().unwrap_or(""),
        );
    }
    summaries(records);
    disturbances(records);
}

/// Results by kind of disturbance, beside the two searches that the overlap is meant to beat.
fn disturbances(records: &[TrialRecord]) {
    #[derive(Default)]
    struct Row {
        trials: usize,
        ours: usize,
        traced: usize,
        greatest: usize,
        by_status: [usize; 3],
        wrongly_ok: usize,
    }
    let found = |iou: Option<f64>| usize::from(iou.is_some_and(|iou| iou >= FOUND_IOU));
    let mut rows: Vec<(&str, Row)> = Vec::new();
    for record in records {
        let Some(name) = record.disturbance else { continue };
        for name in [name, "all"] {
            let place = rows.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                rows.push((name, Row::default()));
                rows.len() - 1
            });
            let row = &mut rows[place].1;
            row.trials += 1;
            row.ours += found(record.agreement.basin_iou);
            row.traced += found(record.agreement.traced_iou);
            row.greatest += found(record.agreement.greatest_iou);
            row.by_status[record.status as usize] += 1;
            row.wrongly_ok +=
                usize::from(found(record.agreement.basin_iou) == 0 && record.status == Status::Ok);
        }
    }
    if rows.is_empty() {
        return;
    }
    rows.sort_by_key(|(name, _)| *name == "all");
    println!("\nDisturbed outlines: trials whose basin agrees with the undisturbed one (IoU >= {FOUND_IOU})");
    println!(
        "{:<18} {:>6} {:>6} {:>6} {:>9} {:>6} {:>6} {:>6} {:>9}",
        "outline", "trials", "ours", "wbt", "max acc.", "ok", "review", "failed", "wrong ok"
    );
    for (name, row) in rows {
        let [failed, review, ok] = row.by_status;
        println!(
            "{name:<18} {:>6} {:>6} {:>6} {:>9} {ok:>6} {review:>6} {failed:>6} {:>9}",
            row.trials, row.ours, row.traced, row.greatest, row.wrongly_ok
        );
    }
}

#[derive(Default)]
struct Summary {
    trials: usize,
    ok: usize,
    review: usize,
    compared: usize,
    found: usize,
    near_grass: usize,
    within_one_cell: usize,
    traced_within_one_cell: usize,
    wrongly_ok: usize,
}

fn summaries(records: &[TrialRecord]) {
    let mut sets: BTreeMap<(String, String), Summary> = BTreeMap::new();
    for record in records {
        let summary = sets.entry((record.case.clone(), record.set.clone())).or_default();
        summary.trials += 1;
        summary.ok += usize::from(record.status == Status::Ok);
        summary.review += usize::from(record.status == Status::NeedsReview);
        summary.within_one_cell += usize::from(record.agreement.offset_cells.is_some_and(|d| d <= 1));
        summary.traced_within_one_cell +=
            usize::from(record.agreement.traced_offset_cells.is_some_and(|d| d <= 1));
        if let Some(iou) = record.agreement.basin_iou {
            summary.compared += 1;
            summary.found += usize::from(iou >= FOUND_IOU);
            summary.near_grass += usize::from(iou >= 0.99);
            summary.wrongly_ok += usize::from(iou < FOUND_IOU && record.status == Status::Ok);
        }
    }
    println!(
        "\n{:<14} {:<26} {:>6} {:>4} {:>6} {:>8} {:>9} {:>9} {:>11} {:>12} {:>9}",
        "case",
        "set",
        "trials",
        "ok",
        "review",
        "compared",
        "iou>=0.9",
        "iou>=.99",
        "within 1",
        "wbt within 1",
        "wrong ok"
    );
    let mut all = Summary::default();
    for ((case, set), s) in &sets {
        line(case, set, s);
        all.trials += s.trials;
        all.ok += s.ok;
        all.review += s.review;
        all.compared += s.compared;
        all.found += s.found;
        all.near_grass += s.near_grass;
        all.within_one_cell += s.within_one_cell;
        all.traced_within_one_cell += s.traced_within_one_cell;
        all.wrongly_ok += s.wrongly_ok;
    }
    line("all", "", &all);
}

fn line(case: &str, set: &str, s: &Summary) {
    println!(
        "{case:<14} {set:<26} {:>6} {:>4} {:>6} {:>8} {:>9} {:>9} {:>11} {:>12} {:>9}",
        s.trials,
        s.ok,
        s.review,
        s.compared,
        s.found,
        s.near_grass,
        s.within_one_cell,
        s.traced_within_one_cell,
        s.wrongly_ok
    );
}
