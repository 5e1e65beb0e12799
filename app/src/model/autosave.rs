//! Autosave of one document with optimistic concurrency, as a state machine.

/// State in the form's status line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaveState {
    /// Nothing changed since loading.
    #[default]
    Clean,
    /// Changed; the pause before saving runs.
    Waiting,
    /// Has faults; not saved until they are mended.
    Invalid,
    /// On its way.
    Saving,
    /// Stored at this time, milliseconds since 1970.
    Saved(i64),
    /// Somebody else changed the document in the meantime.
    Conflict,
    /// The server cannot be reached; will be tried again.
    Offline,
    /// The server refused the document.
    Refused,
}

/// Bookkeeping of what was edited and what was stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Autosave {
    /// State to show.
    pub state: SaveState,
    edits: u64,
    sent: Option<u64>,
}

/// Outcome of a save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Stored at this time, milliseconds since 1970.
    Stored(i64),
    /// The stored version is another one.
    Changed,
    /// The server named faults.
    Refused,
    /// No answer.
    Unreachable,
}

/// Next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Rest,
    /// Call [`Autosave::due`] with this edit number after [`PAUSE_MS`].
    Pause(u64),
    /// Call [`Autosave::due`] with this edit number after [`RETRY_MS`].
    RetryLater(u64),
    /// Send the document now.
    Send,
}

/// Pause after the last keystroke before saving.
pub const PAUSE_MS: u32 = 600;
/// Wait before trying an unreachable server again.
pub const RETRY_MS: u32 = 5_000;

impl Autosave {
    /// The user changed something.
    pub fn edited(&mut self, is_valid: bool) -> Next {
        self.edits += 1;
        if self.state == SaveState::Conflict {
            return Next::Rest;
        }
        if self.sent.is_none() {
            self.state = if is_valid { SaveState::Waiting } else { SaveState::Invalid };
        }
        if is_valid { Next::Pause(self.edits) } else { Next::Rest }
    }

    /// A pause announced for `edit` is over, or (with `None`) the form lost focus and wants to be saved now.
    pub fn due(&mut self, edit: Option<u64>, is_valid: bool) -> Next {
        let overtaken = edit.is_some_and(|edit| edit != self.edits);
        let waits = matches!(self.state, SaveState::Waiting | SaveState::Offline);
        if overtaken || !waits || !is_valid || self.sent.is_some() {
            return Next::Rest;
        }
        self.sent = Some(self.edits);
        self.state = SaveState::Saving;
        Next::Send
    }

    /// The document sent last was answered.
    pub fn answered(&mut self, outcome: Outcome, is_valid: bool) -> Next {
        let edited_since = self.sent.take().is_some_and(|sent| sent != self.edits);
        match outcome {
            Outcome::Stored(_) | Outcome::Refused if edited_since => {
                self.state = if is_valid { SaveState::Waiting } else { SaveState::Invalid };
                if is_valid { Next::Pause(self.edits) } else { Next::Rest }
            }
            Outcome::Stored(at_ms) => {
                self.state = SaveState::Saved(at_ms);
                Next::Rest
            }
            Outcome::Refused => {
                self.state = SaveState::Refused;
                Next::Rest
            }
            Outcome::Changed => {
                self.state = SaveState::Conflict;
                Next::Rest
            }
            Outcome::Unreachable => {
                self.state = SaveState::Offline;
                Next::RetryLater(self.edits)
            }
        }
    }

    /// True when closing the page now would lose an edit.
    pub fn has_unsaved_edits(&self) -> bool {
        !matches!(self.state, SaveState::Clean | SaveState::Saved(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_saves_once_after_the_last_key() {
        let mut save = Autosave::default();
        assert_eq!(save.edited(true), Next::Pause(1));
        assert_eq!(save.edited(true), Next::Pause(2));
        assert_eq!(save.due(Some(1), true), Next::Rest, "overtaken by the second key");
        assert_eq!(save.due(Some(2), true), Next::Send);
        assert_eq!(save.answered(Outcome::Stored(7), true), Next::Rest);
        assert_eq!(save.state, SaveState::Saved(7));
    }

    #[test]
    fn an_edit_during_a_save_is_saved_afterwards_and_never_in_parallel() {
        let mut save = Autosave::default();
        save.edited(true);
        assert_eq!(save.due(None, true), Next::Send, "leaving the field saves at once");
        assert_eq!(save.edited(true), Next::Pause(2));
        assert_eq!(
            save.due(Some(2), true),
            Next::Rest,
            "one request at a time: the version is not known yet"
        );
        assert_eq!(save.answered(Outcome::Stored(7), true), Next::Pause(2));
        assert_eq!(save.due(Some(2), true), Next::Send);
    }

    #[test]
    fn faults_and_conflicts_are_never_sent_over_somebody_elses_work() {
        let mut save = Autosave::default();
        assert_eq!(save.edited(false), Next::Rest);
        assert_eq!((save.state, save.due(None, false)), (SaveState::Invalid, Next::Rest));
        save.edited(true);
        save.due(None, true);
        assert_eq!(save.answered(Outcome::Changed, true), Next::Rest);
        assert_eq!((save.edited(true), save.due(None, true)), (Next::Rest, Next::Rest));
        assert_eq!(save.state, SaveState::Conflict);
        assert!(save.has_unsaved_edits());
    }

    #[test]
    fn an_unreachable_server_is_tried_again() {
        let mut save = Autosave::default();
        save.edited(true);
        save.due(None, true);
        assert_eq!(save.answered(Outcome::Unreachable, true), Next::RetryLater(1));
        assert_eq!(save.state, SaveState::Offline);
        assert_eq!(save.due(Some(1), true), Next::Send);
    }
}
