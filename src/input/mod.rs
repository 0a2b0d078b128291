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

use std::cell::RefCell;
use std::collections::BTreeMap;
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
    describing: bool,
}

impl File {
    fn place(&self, span: &Range<usize>) -> Place {
        if span.is_empty() { Place::File(self.source.name.clone()) } else { Place::Span(Arc::clone(&self.source), span.clone()) }
    }

    fn push(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }
}

/// Reads a text with a form.
///
/// # Errors
/// Every problem of syntax if there is one, else every problem that the form finds.
pub(crate) fn read<T>(name: &str, text: &str, title: &str, form: impl FnOnce(&mut Table<'_>) -> T) -> Result<T, Problems> {
    let source = Arc::new(Source { name: name.to_owned(), text: text.to_owned() });
    let (root, errors) = DeTable::parse_recoverable(text);
    let file = File { source, problems: RefCell::default(), describing: false };
    if !errors.is_empty() {
        return Err(syntax_problems(&file.source, &errors));
    }
    let mut table = Table::root(&file, root.get_ref(), title);
    let value = form(&mut table);
    table.finish();
    file.problems.into_inner().into_result(value)
}

/// The JSON Schema of the files that a form reads.
pub(crate) fn schema(title: &str, description: &str, form: impl FnOnce(&mut Table<'_>)) -> Value {
    let source = Arc::new(Source { name: String::new(), text: String::new() });
    let file = File { source, problems: RefCell::default(), describing: true };
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

/// The text of a file.
///
/// # Errors
/// A problem that names the file where it is missing, unreadable or not UTF-8.
pub(crate) fn text_of(path: &Path, what: &str) -> Result<String, Problems> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| unreadable(&name, what, &error))?;
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

/// One problem for each line with errors of syntax: on one line, those after the first follow from it.
fn syntax_problems(source: &Arc<Source>, errors: &[toml::de::Error]) -> Problems {
    let mut problems: BTreeMap<Option<usize>, Problem> = BTreeMap::new();
    for error in errors {
        let problem = syntax_problem(source, error);
        problems.entry(problem.line()).or_insert(problem);
    }
    let mut all = Problems::new();
    for problem in problems.into_values() {
        all.push(problem);
    }
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
