//! The only place that prints: data on the standard output, messages on the standard error.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use serde_json::{Value, json};

use super::arguments::Saying;
use crate::diagnostics::Problems;
use crate::report::Page;

/// Where a command says what it has to say.
pub(super) struct Output {
    quiet: bool,
    json: bool,
    /// Whether the standard output holds something.
    printed: bool,
    out: io::Stdout,
    err: io::Stderr,
}

impl Output {
    /// Quiet: no progress and no messages but errors. As JSON: errors too.
    pub(super) fn new(Saying { json, quiet }: Saying) -> Self {
        Self { quiet, json, printed: false, out: io::stdout(), err: io::stderr() }
    }

    /// Prints data. A reader that has gone (`| head`) has seen what it wanted.
    ///
    /// # Errors
    /// When the standard output cannot be written to.
    pub(super) fn data(&mut self, text: &str) -> io::Result<()> {
        self.bytes(text.as_bytes())
    }

    /// As [`data`](Self::data), for what need not be text.
    ///
    /// # Errors
    /// As [`data`](Self::data).
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.printed = true;
        let mut stdout = self.out.lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Tells what was done.
    pub(super) fn message(&mut self, text: &str) {
        if !self.quiet {
            self.tell(text);
        }
    }

    /// Tells what was done otherwise than asked, to those who want no messages too.
    pub(super) fn warning(&mut self, text: &str) {
        self.tell(&format!("warning: {text}"));
    }

    /// Tells what failed.
    pub(super) fn error(&mut self, text: &str) {
        if self.json {
            self.json_error(&json!({ "error": text }));
        } else {
            self.tell(&format!("error: {text}"));
        }
    }

    /// Tells all that is wrong with the input.
    pub(super) fn problems(&mut self, problems: &Problems) {
        if self.json {
            return self.json_error(&problems.as_json());
        }
        let colour = self.err.is_terminal() && std::env::var_os("NO_COLOR").is_none();
        self.tell(problems.render(colour).trim_end());
    }

    /// The standard output holds one document: what is wrong, where nothing else has been printed. What fails after
    /// that, or where nothing can be printed, goes to the standard error, an object to a line.
    fn json_error(&mut self, error: &Value) {
        if self.printed || self.data(&format!("{error:#}\n")).is_err() {
            self.tell(&error.to_string());
        }
    }

    /// How wide the standard output is: what `COLUMNS` says, else what the terminal has; endless where it is no terminal.
    pub(super) fn page(&self) -> Page {
        let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
        let seen = || terminal_size::terminal_size_of(&self.out).map(|(columns, _)| columns.0);
        said.filter(|&columns| columns > 0).or_else(seen).map_or(Page::ENDLESS, Page::of)
    }

    /// A bar for long work; invisible where nobody watches.
    pub(super) fn progress(&self, total: u64, what: &'static str) -> ProgressBar {
        let hidden = self.quiet || !self.err.is_terminal();
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {human_pos} of {human_len} ({eta} left)") {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    /// There is nobody left to tell when the standard error fails.
    fn tell(&mut self, text: &str) {
        let _ = writeln!(self.err.lock(), "{text}");
    }
}
