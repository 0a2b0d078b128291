//! Reading of TOML files by taking keys from tables.
//!
//! A *form* is a function that takes the keys of one table, each with its meaning and its [`Shape`]
//! (type, unit, range, default). The same form reads a file, with every problem collected at its place
//! in the text, and describes the file: run without one it leaves the JSON Schema. So the parser and
//! the schema cannot disagree. Serde would stop at the first error and knows no units.
//!
//! A value that is refused leaves its problem and a stand-in, so that reading goes on; the stand-in is
//! never seen, because a file with a problem gives no result.

mod numbers;
mod quantity;
mod shapes;
mod table;

pub(crate) use numbers::{Number, Whole};
pub(crate) use shapes::{Choice, Flag, List, Parsed, Prose, Shape, Spot, Text, options};
pub(crate) use table::{Table, Variant};

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use toml::de::DeTable;

use crate::diagnostics::{Place, Problem, Problems, Source};

/// What all tables of one file share.
pub(crate) struct File {
    source: Arc<Source>,
    problems: RefCell<Problems>,
    /// How many unknown keys have been told.
    unknown: Cell<usize>,
    describing: bool,
}

impl File {
    fn place(&self, span: &Range<usize>) -> Place {
        if span.is_empty() {
            Place::File(self.source.name.clone())
        } else {
            Place::Span(Arc::clone(&self.source), span.clone())
        }
    }

    fn push(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }
}

/// Reads a text with a form.
///
/// # Errors
/// Every problem of syntax if there is one, else every problem that the form finds.
pub(crate) fn read<T>(
    name: &str,
    text: &str,
    title: &str,
    form: impl FnOnce(&mut Table<'_>) -> T,
) -> Result<T, Problems> {
    if let Some(problem) = no_toml(name, text) {
        return Err(problem.into());
    }
    let source = Arc::new(Source { name: name.to_owned(), text: text.to_owned() });
    let (root, errors) = DeTable::parse_recoverable(text);
    let file = File { source, problems: RefCell::default(), unknown: Cell::new(0), describing: false };
    if !errors.is_empty() {
        return Err(syntax_problems(&file.source, &errors));
    }
    if let Some(problem) = of_another_kind(name, root.get_ref(), title) {
        return Err(problem.into());
    }
    let mut table = Table::root(&file, root.get_ref(), title);
    let value = form(&mut table);
    table.finish();
    file.problems.into_inner().into_result(value)
}

/// Kinds of files: the table by which each is known, what it is called, and how it is given.
const KINDS: [(&str, &str, &str); 4] = [
    (
        "district",
        "the region file",
        "give it as `--region`, or name it in a scenario: `[region]` with `file = \"...\"`",
    ),
    ("setting", "the targets file", "give it to `calibrate`"),
    ("particle", "the posterior", "give it as `--posterior`"),
    ("policy", "the scenario", "give it as the scenario of `compare` or `run`"),
];

/// What kind of file a text is, by the heads of its tables: the one that it is called, where it has several or none.
#[cfg(feature = "cli")]
pub(crate) fn kind_of_file(text: &str) -> Option<&'static str> {
    let has = |table: &str| {
        let head = format!("[[{table}]]");
        text.lines().any(|line| line.trim_start().starts_with(&head))
    };
    KINDS.iter().find(|(table, ..)| has(table)).map(|(_, title, _)| *title)
}

/// One problem in place of many, where a file is of another kind than the one that is read.
fn of_another_kind(name: &str, root: &DeTable<'_>, title: &str) -> Option<Problem> {
    let (own, ..) = KINDS.iter().find(|(_, of, _)| *of == title)?;
    if root.contains_key(*own) {
        return None;
    }
    let (table, is, how) = KINDS.iter().find(|(table, ..)| root.contains_key(*table))?;
    let article = |title: &str| {
        title.replacen("the ", if title == "the targets file" { "" } else { "a " }, 1).replace("targets", "a targets")
    };
    let problem = Problem::new(Place::File(name.to_owned()), format!("this is {}, by its `[[{table}]]`", article(is)));
    Some(problem.expected(format!("{}, with `[[{own}]]`", article(title))).hint(*how))
}

/// One problem in place of one for every line, where a file is no TOML at all: most of its first lines have the form
/// of another.
fn no_toml(name: &str, text: &str) -> Option<Problem> {
    const LOOKED_AT: usize = 20;
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LOOKED_AT).collect();
    let toml = |line: &&&str| line.starts_with(['#', '[', ']', '"', '\'', '{', '}']) || line.contains('=');
    let cells = |mark: char| {
        lines.len() > 2 && lines.iter().all(|line| line.contains(mark)) && lines.iter().filter(toml).count() == 0
    };
    let what = if text.starts_with("<!") || text.starts_with("<html") || text.starts_with("<?xml") {
        "this is a page of the web or XML"
    } else if text.trim_start().starts_with('{') && text.contains("\":") {
        "this is JSON"
    } else if cells(',') || cells('\t') || cells(';') {
        "this is a table (CSV)"
    } else {
        return None;
    };
    let problem =
        Problem::new(Place::File(name.to_owned()), what).expected("a TOML file, with lines such as `years = 20`");
    Some(problem.hint("publishers' tables are given to `barnraise import --from`; is it the file that you meant?"))
}

/// The JSON Schema of the files that a form reads.
pub(crate) fn schema(title: &str, description: &str, form: impl FnOnce(&mut Table<'_>)) -> Value {
    let source = Arc::new(Source { name: String::new(), text: String::new() });
    let file = File { source, problems: RefCell::default(), unknown: Cell::new(0), describing: true };
    let mut table = Table::empty(&file, title);
    form(&mut table);
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "description": description,
    });
    if let (Some(all), Value::Object(object)) = (schema.as_object_mut(), table.schema()) {
        all.extend(object);
    }
    schema
}

/// Most bytes of a file: above the largest posterior.
const LARGEST: u64 = 1_000_000_000;

/// The text of a file.
///
/// # Errors
/// A problem that names the file where it is missing, unreadable or not UTF-8.
pub(crate) fn text_of(path: &Path, what: &str) -> Result<String, Problems> {
    let name = path.display().to_string();
    // A device may give bytes for ever.
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(&name, what, &error))?;
    if bytes.len() as u64 > LARGEST {
        let problem =
            Problem::new(Place::File(name), format!("the {what} is larger than any can be: over {LARGEST} bytes"));
        return Err(problem.expected("a TOML file").hint("check the path").into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        let line = 1 + before.matches('\n').count();
        Problem::new(Place::Line(name, line), format!("the {what} is not text: a byte here is not UTF-8"))
            .expected("a text file in UTF-8")
            .hint("save it again as UTF-8 in your editor")
            .into()
    })
}

fn unreadable(name: &str, what: &str, error: &std::io::Error) -> Problems {
    let reason = match error.kind() {
        std::io::ErrorKind::NotFound => format!("the {what} does not exist"),
        std::io::ErrorKind::IsADirectory => format!("the {what} is a folder"),
        std::io::ErrorKind::PermissionDenied => format!("the {what} may not be read"),
        _ => format!("the {what} cannot be read: {error}"),
    };
    Problem::new(Place::File(name.to_owned()), reason).expected("a TOML file").hint("check the path").into()
}

/// Errors of syntax that are looked at one by one.
const SYNTAX: usize = 100;

/// One problem for each line with errors of syntax: on one line, those after the first follow from it.
fn syntax_problems(source: &Arc<Source>, errors: &[toml::de::Error]) -> Problems {
    let mut problems: BTreeMap<Option<usize>, Problem> = BTreeMap::new();
    for error in errors.iter().take(SYNTAX) {
        let problem = syntax_problem(source, error);
        problems.entry(problem.line()).or_insert(problem);
    }
    let mut all = Problems::new();
    for problem in problems.into_values() {
        all.push(problem);
    }
    all.count(errors.len().saturating_sub(SYNTAX));
    all
}

fn syntax_problem(source: &Arc<Source>, error: &toml::de::Error) -> Problem {
    let place = Place::Span(Arc::clone(source), error.span().unwrap_or(0..0));
    let message = error.message().trim().replace('\n', "; ");
    let problem = Problem::new(place, format!("this is not TOML: {message}"));
    if message.starts_with("duplicate key") {
        problem.expected("each key and each table once").hint("keep one of the two and delete the other")
    } else {
        problem.expected("lines such as `years = 20`, `name = \"text\"` or `[table]`")
    }
}
