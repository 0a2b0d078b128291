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
        let mut what = what.into();
        if what.len() > LONGEST {
            // It quotes what was given, which may be as long as it likes.
            what.truncate(floor_boundary(&what, LONGEST));
            what.push('…');
        }
        Self { place, what, expected: String::new(), hint: String::new() }
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
        for (level, text) in
            [(Level::NOTE.with_name("expected"), &self.expected), (Level::HELP.with_name("hint"), &self.hint)]
        {
            if !text.is_empty() {
                report[0] = report[0].clone().element(level.message(text.as_str()));
            }
        }
        renderer.render(&report)
    }

    fn primary_group(&self) -> Group<'_> {
        match &self.place {
            Place::Span(source, span) => {
                let text = source.text.as_str();
                let start = floor_boundary(text, span.start.min(text.len()));
                let end = floor_boundary(text, span.end.clamp(start, text.len()));
                // Only the lines that are shown: the renderer looks at the whole of what it is given.
                let from = text[..start].rfind('\n').map_or(0, |place| place + 1);
                let to = text[end..].find('\n').map_or(text.len(), |place| end + place);
                if to - from > LONGEST {
                    let origin = annotate_snippets::Origin::path(source.name.as_str()).line(self.line().unwrap_or(1));
                    let column = 1 + text[from..start].chars().count();
                    return Level::ERROR.primary_title(self.what.as_str()).element(origin.char_column(column));
                }
                Level::ERROR.primary_title(self.what.as_str()).element(
                    Snippet::source(&text[from..to])
                        .line_start(self.line().unwrap_or(1))
                        .path(source.name.as_str())
                        .annotation(AnnotationKind::Primary.span(start - from..end - from)),
                )
            }
            Place::Line(name, line) => Level::ERROR
                .primary_title(self.what.as_str())
                .element(annotate_snippets::Origin::path(name.as_str()).line(*line)),
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

/// Longest line that is quoted, and longest message, bytes.
const LONGEST: usize = 1_000;
/// Problems that are told one by one; the rest are counted. Nobody mends more of them before trying again, and a file
/// given for another kind has one in every line.
const TOLD: usize = 100;

/// Every problem found in one input, the first hundred one by one and the rest counted; never empty when it is
/// returned as an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    told: Vec<Problem>,
    /// Those beyond the first hundred.
    more: usize,
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.told.into_iter()
    }
}

impl Problems {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one, or only counts it where there are many.
    pub fn push(&mut self, problem: Problem) {
        if self.told.len() < TOLD {
            self.told.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// Adds one that is told however many there are.
    pub(crate) fn insist(&mut self, problem: Problem) {
        self.told.push(problem);
    }

    /// Counts problems that are not told one by one.
    pub(crate) fn count(&mut self, more: usize) {
        self.more += more;
    }

    /// Adds all of another collection.
    pub fn extend(&mut self, other: Self) {
        self.more += other.more;
        other.told.into_iter().for_each(|problem| self.push(problem));
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// How many, those that are only counted among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.told.len() + self.more
    }

    /// The problems that are told, in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.told.iter()
    }

    /// `value` if nothing is wrong, else everything that is.
    ///
    /// # Errors
    /// The problems themselves, in the order of file and line.
    pub fn into_result<T>(mut self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            return Ok(value);
        }
        self.told.sort_by_cached_key(|problem| (problem.file().to_owned(), problem.line()));
        Err(self)
    }

    /// The whole report as text, with colour codes or without.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut out = String::new();
        for problem in &self.told {
            out.push_str(&problem.render(&renderer));
            out.push_str("\n\n");
        }
        if self.more > 0 {
            out.push_str(&format!("{} more are not told: mend those above first.\n", self.more));
        }
        let count = self.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        out.push_str(&format!("{count} {noun} found; nothing was written.\n"));
        out
    }
}

impl Problems {
    /// As JSON: an object whose key `problems` lists those that are told ([`Problem::as_json`]), and whose key `more`
    /// says how many there are beyond them.
    #[must_use]
    pub fn as_json(&self) -> serde_json::Value {
        serde_json::json!({ "problems": self.told.iter().map(Problem::as_json).collect::<Vec<_>>(), "more": self.more })
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self { told: vec![problem], more: 0 }
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
    let furthest = |candidate: &str| 1 + candidate.len().max(typed.len()) / 3;
    allowed
        .into_iter()
        // A book is near nothing, and to find that out would take long.
        .filter(|_| typed.len() <= LONGEST)
        .map(|candidate| (strsim::damerau_levenshtein(typed, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= furthest(candidate))
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
        for part in
            ["a.toml:2:1", "sead = 1", "expected: one of: seed, years", "hint: did you mean `seed`?", "1 problem found"]
        {
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
        assert_eq!(problems.as_json(), serde_json::json!({ "problems": expected, "more": 0 }));
    }

    #[test]
    fn of_many_problems_the_first_are_told_and_the_rest_counted_in_a_moment() {
        let text = "x = 1\n".repeat(100_000);
        let source = Arc::new(Source { name: "a".into(), text });
        let mut problems = Problems::new();
        for line in 0..100_000 {
            problems.push(Problem::new(Place::Span(Arc::clone(&source), 6 * line..6 * line + 1), "odd"));
        }
        let mut all = Problems::from(Problem::new(Place::Flag("--x".into()), "odd too"));
        all.extend(problems);
        assert_eq!((all.len(), all.iter().count()), (100_001, TOLD));
        let report = all.into_result(()).expect_err("many").render(false);
        assert!(
            report.contains("99901 more are not told") && report.contains("100001 problems found"),
            "{}",
            &report[report.len() - 200..]
        );
        assert!(report.contains("a:99:1") && report.contains("99 | x = 1"), "lines are counted in the whole file");
    }

    #[test]
    fn a_line_as_long_as_a_book_is_not_quoted() {
        let source = Arc::new(Source { name: "a".into(), text: "x".repeat(100_000) });
        let report = Problems::from(Problem::new(Place::Span(source, 20..99_000), "é".repeat(5_000))).render(false);
        assert!(report.contains("a:1:21") && report.len() < 2_000, "{}", report.len());
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
