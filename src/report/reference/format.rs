//! The keys of a file, from its JSON Schema.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{code, table};

/// Tables with more keys than this are not listed: those of parameters have a page of their own.
const MOST_KEYS: usize = 60;

/// The keys of a whole file and of the tables in it.
pub(super) fn keys(schema: &Value, file: &str) -> String {
    let mut out = String::new();
    level(&mut out, schema, &Place { path: String::new(), title: format!("The {file}") });
    out
}

/// Where a table stands in the file.
struct Place {
    path: String,
    title: String,
}

impl Place {
    fn child(&self, name: &str, list: bool) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        let title = if list { format!("`[[{path}]]`") } else { format!("`[{path}]`") };
        Self { path, title }
    }

    /// Tables within tables have smaller headings.
    fn heading(&self) -> String {
        format!("\n{} {}\n", "#".repeat(2 + self.path.matches('.').count()), self.title)
    }
}

fn level(out: &mut String, schema: &Value, place: &Place) {
    out.push_str(&place.heading());
    if let Some(text) = schema.get("description").and_then(Value::as_str).filter(|_| !place.path.is_empty()) {
        let _ = writeln!(out, "\n{text}");
    }
    if let Some(variants) = schema.get("oneOf").and_then(Value::as_array) {
        return kinds(out, variants);
    }
    let properties = properties(schema);
    if properties.len() > MOST_KEYS {
        out.push_str("\nAny of the [parameters](parameters.md), by name, each within the range that can be set.\n");
        return;
    }
    let required = required(schema);
    let plain = properties.iter().filter(|(_, value)| inner(value).is_none());
    let rows: Vec<_> = plain.map(|(name, value)| row(name, value, required.contains(&name.as_str()))).collect();
    push_rows(out, rows);
    for (name, value) in &properties {
        if let Some((table, list)) = inner(value) {
            level(out, &described(table, value), &place.child(name, list));
        }
    }
}

/// The table that a key holds, if it holds one, and whether it is a list of tables.
fn inner(value: &Value) -> Option<(&Value, bool)> {
    let is_table = |value: &Value| value.get("properties").is_some() || value.get("oneOf").is_some();
    if is_table(value) {
        return Some((value, false));
    }
    value.get("items").filter(|items| is_table(items)).map(|items| (items, true))
}

/// A list's table with the list's own description.
fn described(table: &Value, list: &Value) -> Value {
    let mut table = table.clone();
    if let (Some(fields), Some(text)) = (table.as_object_mut(), list.get("description")) {
        fields.insert("description".to_owned(), text.clone());
    }
    table
}

/// Kinds of one table: the keys that all have alike, then those of each.
fn kinds(out: &mut String, variants: &[Value]) {
    let all: Vec<Map<String, Value>> = variants.iter().map(properties).collect();
    let common = |name: &str, value: &Value| name != "kind" && all.iter().all(|other| other.get(name) == Some(value));
    let first = all.first().cloned().unwrap_or_default();
    out.push_str("\nKeys of every kind:\n");
    let names: Vec<String> = variants.iter().filter_map(|v| v["title"].as_str()).map(code).collect();
    let kind = vec![
        code("kind"),
        format!("one of {}", names.join(", ")),
        String::new(),
        "required".to_owned(),
        "See below.".to_owned(),
    ];
    let shared = first.iter().filter(|(name, value)| common(name, value)).map(|(name, value)| row(name, value, false));
    push_rows(out, std::iter::once(kind).chain(shared).collect());
    for (variant, own) in variants.iter().zip(&all) {
        let text = |key: &str| variant[key].as_str().unwrap_or_default();
        let _ = writeln!(out, "\n**{}** — {}", code(text("title")), text("description"));
        let required = required(variant);
        let own = own.iter().filter(|(name, value)| *name != "kind" && !common(name, value));
        push_rows(out, own.map(|(name, value)| row(name, value, required.contains(&name.as_str()))).collect());
    }
}

fn push_rows(out: &mut String, rows: Vec<Vec<String>>) {
    if !rows.is_empty() {
        out.push_str(&table(&["key", "holds", "from, to", "default", "meaning"], rows));
    }
}

fn properties(schema: &Value) -> Map<String, Value> {
    schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
}

fn required(schema: &Value) -> Vec<&str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn row(name: &str, value: &Value, required: bool) -> Vec<String> {
    let default = match value.get("default") {
        _ if required => "required".to_owned(),
        None => String::new(),
        Some(Value::String(text)) if text.is_empty() => String::new(),
        Some(default @ Value::Number(_)) => code(&plain(default)),
        Some(default) => code(&default.to_string()),
    };
    let meaning = value.get("description").and_then(Value::as_str).unwrap_or_default();
    vec![code(name), holds(value), limits(value), default, meaning.to_owned()]
}

/// What a value is, in words.
fn holds(value: &Value) -> String {
    if let Some(choices) = value.get("enum").and_then(Value::as_array) {
        let choices: Vec<String> = choices.iter().map(|choice| code(&choice.to_string())).collect();
        return choices.join(", ");
    }
    let types: Vec<&str> = match value.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let with_unit = if types.len() > 1 && types.contains(&"string") { " or text with unit" } else { "" };
    match types.first() {
        Some(&"integer") => format!("whole number{with_unit}"),
        Some(&"number") => format!("number{with_unit}"),
        Some(&"boolean") => "true or false".to_owned(),
        Some(&"array") => format!("list: {}", value.get("items").map(holds).unwrap_or_default()),
        _ => "text".to_owned(),
    }
}

/// The least and the most that a value may be; of a list, those of its items.
fn limits(value: &Value) -> String {
    let value = value.get("items").unwrap_or(value);
    let end = |key: &str| value.get(key).map(plain);
    match (end("minimum"), end("exclusiveMinimum"), end("maximum")) {
        (Some(low), _, Some(high)) => format!("{low} to {high}"),
        (None, Some(low), Some(high)) => format!("above {low}, to {high}"),
        (Some(low), _, None) => format!("at least {low}"),
        (None, Some(low), None) => format!("above {low}"),
        (None, None, Some(high)) => format!("at most {high}"),
        (None, None, None) => String::new(),
    }
}

/// A number without needless decimals.
fn plain(value: &Value) -> String {
    match value.as_f64() {
        Some(number) if !value.is_i64() => number.to_string(),
        _ => value.to_string(),
    }
}
