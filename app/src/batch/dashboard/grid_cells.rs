//! The cells of a run's row as HTML.
//!
//! A row has a dozen cells with half a dozen attributes each. As text they are one change to the document; as elements
//! that follow signals they made a jump through ten thousand runs take a fifth of a second.

use std::fmt::Write;

use headwaters_domain::run::RunRow;
use headwaters_domain::{TaskKind, TaskState};

use crate::model::format::figure;
use crate::ui::state_mark::{run_state_label, task_state_label};

/// Columns before the tasks: run id, state.
pub const LEADING_COLUMNS: usize = 2;
/// All columns: those, the tasks, area and time.
pub const COLUMNS: usize = LEADING_COLUMNS + TaskKind::ALL.len() + 2;

/// Id of a cell's element.
pub fn cell_id(key: u32, column: usize) -> String {
    format!("cell-{key}-{column}")
}

/// All cells but the time, which changes every second. `tab_stop` is the column the Tab key reaches, if it is in this
/// row.
pub fn cells_html(row: &RunRow, tab_stop: Option<usize>) -> String {
    let mut html = String::with_capacity(2_500);
    let run_id = escaped(&row.run_id);
    let state = row.state();
    let mut cell = |column: usize, role: &str, class: &str, label: &str, content: &str| {
        let tab_index = if tab_stop == Some(column) { 0 } else { -1 };
        let label = if label.is_empty() {
            String::new()
        } else {
            format!(" title=\"{label}\" aria-label=\"{label}\"")
        };
        // Writing to a String cannot fail.
        let _ = write!(
            html,
            "<span role=\"{role}\" id=\"{}\" class=\"{class}\" aria-colindex=\"{}\" data-column=\"{column}\" \
             tabindex=\"{tab_index}\"{label}>{content}</span>",
            cell_id(row.key, column),
            column + 1,
        );
    };
    cell(0, "rowheader", "clip run-id", &run_id, &run_id);
    let mark = format!("<span class=\"mark mark-{}\" aria-hidden=\"true\"></span>", state.slug());
    let content = format!("{mark}{}", run_state_label(state));
    cell(1, "gridcell", &format!("run-state state-{}", state.slug()), "", &content);
    for kind in TaskKind::ALL {
        let task = row.tasks.get(kind.index()).copied().unwrap_or(TaskState::Idle);
        let again = match row.attempts.get(kind.index()) {
            Some(attempts) if *attempts > 1 => format!(", attempt {attempts}"),
            _ => String::new(),
        };
        let label = format!("{}: {}{again}", kind.label(), task_state_label(task));
        let mark = format!("<span class=\"mark mark-{}\"></span>", task.slug());
        let class = format!("task-cell state-{}", task.slug());
        cell(LEADING_COLUMNS + kind.index(), "gridcell", &class, &label, &mark);
    }
    cell(COLUMNS - 2, "gridcell", "number", "", &figure(row.area_km2));
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_query::tests::row;

    #[test]
    fn a_row_says_what_each_task_does_and_has_at_most_one_tab_stop() {
        let mut run = row(7, "creek", 1.5, TaskState::Succeeded);
        run.tasks[TaskKind::BuildSubcatchments.index()] = TaskState::Running;
        run.attempts[TaskKind::BuildSubcatchments.index()] = 2;
        let html = cells_html(&run, Some(5));
        assert_eq!(html.matches("role=\"gridcell\"").count(), COLUMNS - 2);
        assert!(html.contains("aria-label=\"Build subcatchments: running, attempt 2\""), "{html}");
        assert_eq!(
            (html.matches("tabindex=\"0\"").count(), html.matches("tabindex=\"-1\"").count()),
            (1, COLUMNS - 2)
        );
        assert!(!cells_html(&run, None).contains("tabindex=\"0\""));
    }

    #[test]
    fn a_hostile_run_id_stays_text() {
        let html = cells_html(&row(1, "<img src=x onerror=\"a&b\">", 1.0, TaskState::Idle), None);
        assert!(html.contains(">&lt;img src=x onerror=&quot;a&amp;b&quot;&gt;</span>"), "{html}");
        assert!(!html.contains("<img"));
    }
}
