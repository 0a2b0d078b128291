//! Problems in what a user gave: collected, never thrown one at a time.
//!
//! Every reader of user input (scenario, region file, publishers' CSV, flags) fills a [`Problems`]
//! and returns it whole, so that a user mends a file in one pass. A problem names the place, what is
//! wrong, what was expected and how to mend it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// A text that problems can point into: a file that was read, or a flag's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What a user calls it: the path as given.
    pub name: String,
    /// Its text; empty where the file could not be read.
    pub text: String,
}

/// The place of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A range of bytes in a text.
    Span(Arc<Source>, Range<usize>),
    /// A line (from 1) of a file too large, or of a format unfit, to be quoted.
    Line(String, usize),
    /// A file or folder as a whole.
    File(String),
    /// A flag or argument of the command line.
    Flag(String),
}

/// One thing that is wrong with the input, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong, as a clause without a full stop.
    pub what: String,
    /// What was expected instead; may be empty where `what` says it all.
    pub expected: String,
    /// What to do; may be empty.
    pub hint: String,
}

impl Problem {
    /// A problem at `place`.
    pub fn new(place: Place, what: impl Into<String>) -> Self {
        Self { place, what: what.into(), expected: String::new(), hint: String::new() }
    }

    /// Says what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The line (from 1) of the problem in its file, where it has one.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match &self.place {
            Place::Span(source, span) => {
                let end = floor_boundary(&source.text, span.start.min(source.text.len()));
                Some(1 + source.text[..end].matches('\n').count())
            }
            Place::Line(_, line) => Some(*line),
            Place::File(_) | Place::Flag(_) => None,
        }
    }

    /// The file, folder or flag that the problem is in.
    #[must_use]
    pub fn file(&self) -> &str {
        match &self.place {
            Place::Span(source, _) => &source.name,
            Place::Line(name, _) | Place::File(name) | Place::Flag(name) => name,
        }
    }

    /// The column (from 1, in characters) of the problem in its line, where it has one.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        let Place::Span(source, span) = &self.place else { return None };
        let end = floor_boundary(&source.text, span.start.min(source.text.len()));
        let before = &source.text[..end];
        Some(1 + before[before.rfind('\n').map_or(0, |at| at + 1)..].chars().count())
    }

    /// As JSON, for programs: `file` (or folder, or flag), `line` and `column` (from 1, or null), `what` is wrong, what
    /// was `expected` and a `hint` how to mend it (texts that may be empty).
    #[must_use]
    pub fn as_json(&self) -> serde_json::Value {
        serde_json::json!({
            "file": self.file(),
            "line": self.line(),
            "column": self.column(),
            "what": self.what,
            "expected": self.expected,
            "hint": self.hint,
        })
    }

    fn render(&self, renderer: &Renderer) -> String {
        let mut report = vec![self.primary_group()];
        for (level, text) in [(Level::NOTE.with_name("expected"), &self.expected), (Level::HELP.with_name("hint"), &self.hint)] {
            if !text.is_empty() {
                report[0] = report[0].clone().element(level.message(text.as_str()));
            }
        }
        renderer.render(&report)
    }

    fn primary_group(&self) -> Group<'_> {
        match &self.place {
            Place::Span(source, span) => {
                let length = source.text.len();
                let start = floor_boundary(&source.text, span.start.min(length));
                let end = floor_boundary(&source.text, span.end.clamp(start, length));
                Level::ERROR.primary_title(self.what.as_str()).element(
                    Snippet::source(source.text.as_str())
                        .path(source.name.as_str())
                        .annotation(AnnotationKind::Primary.span(start..end)),
                )
            }
            Place::Line(name, line) => {
                Level::ERROR.primary_title(self.what.as_str()).element(annotate_snippets::Origin::path(name.as_str()).line(*line))
            }
            Place::File(name) | Place::Flag(name) => {
                Level::ERROR.primary_title(self.what.as_str()).element(annotate_snippets::Origin::path(name.as_str()))
            }
        }
    }
}

/// The largest character boundary not beyond `index`, so that no span can split a character.
fn floor_boundary(text: &str, mut index: usize) -> usize {
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// Every problem found in one input; never empty when it is returned as an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Problems {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds all of another collection.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The problems in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// `value` if nothing is wrong, else everything that is.
    ///
    /// # Errors
    /// The problems themselves, in the order of file and line.
    pub fn into_result<T>(mut self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            return Ok(value);
        }
        self.0.sort_by(|a, b| (a.file(), a.line()).cmp(&(b.file(), b.line())));
        Err(self)
    }

    /// The whole report as text, with colour codes or without.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut out = String::new();
        for problem in &self.0 {
            out.push_str(&problem.render(&renderer));
            out.push_str("\n\n");
        }
        let count = self.0.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        out.push_str(&format!("{count} {noun} found; nothing was written.\n"));
        out
    }
}

impl Problems {
    /// As JSON: an object whose one key `problems` lists all of them ([`Problem::as_json`]).
    #[must_use]
    pub fn as_json(&self) -> serde_json::Value {
        serde_json::json!({ "problems": self.0.iter().map(Problem::as_json).collect::<Vec<_>>() })
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

/// The allowed value nearest to what was typed, for a "did you mean" hint.
#[must_use]
pub fn nearest<'a>(typed: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    allowed
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(typed, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().max(typed.len()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_quotes_the_line_and_says_what_to_do() {
        let source = Arc::new(Source { name: "a.toml".into(), text: "years = 20\nsead = 1\n".into() });
        let mut problems = Problems::new();
        problems.push(
            Problem::new(Place::Span(source, 11..15), "unknown key `sead`")
                .expected("one of: seed, years")
                .hint("did you mean `seed`?"),
        );
        let report = problems.into_result(()).expect_err("a problem was added").render(false);
        for part in ["a.toml:2:1", "sead = 1", "expected: one of: seed, years", "hint: did you mean `seed`?", "1 problem found"] {
            assert!(report.contains(part), "{part} missing in\n{report}");
        }
    }

    #[test]
    fn a_program_is_told_the_same_as_json() {
        let source = Arc::new(Source { name: "a.toml".into(), text: "years = 20\né = 1; sead = 1\n".into() });
        let at = source.text.find("sead").expect("it is there");
        let mut problems = Problems::from(Problem::new(Place::Span(source, at..at + 4), "unknown key").hint("seed"));
        problems.push(Problem::new(Place::Flag("--seed".into()), "too large"));
        let one = |file: &str, at: Option<[usize; 2]>, what: &str, hint: &str| {
            let [line, column] = at.map_or([None; 2], |at| at.map(Some));
            serde_json::json!({ "file": file, "line": line, "column": column, "what": what, "expected": "", "hint": hint })
        };
        let expected = [one("a.toml", Some([2, 8]), "unknown key", "seed"), one("--seed", None, "too large", "")];
        assert_eq!(problems.as_json(), serde_json::json!({ "problems": expected }));
    }

    #[test]
    fn a_span_inside_a_character_or_beyond_the_text_still_renders() {
        let source = Arc::new(Source { name: "a".into(), text: "é".into() });
        let report = Problems::from(Problem::new(Place::Span(source, 1..99), "odd")).render(false);
        assert!(report.contains("odd"));
    }

    #[test]
    fn a_misspelling_finds_its_neighbour_and_nonsense_finds_none() {
        assert_eq!(nearest("replicats", ["replicates", "seed"]), Some("replicates"));
        assert_eq!(nearest("zzzzzz", ["replicates", "seed"]), None);
    }
}
