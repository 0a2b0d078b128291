//! The shapes that a value may have beside numbers: text, choice, flag, list.

use std::ops::Range;

use serde_json::{Value, json};
use toml::de::DeValue;

use super::File;
use crate::diagnostics::{Problem, nearest};

/// Where a value stands, for its problems.
pub(crate) struct Spot<'f> {
    pub(super) file: &'f File,
    pub(super) name: &'f str,
    pub(super) span: Range<usize>,
}

impl Spot<'_> {
    pub(super) fn refuse(&self, what: impl Into<String>, expected: String, hint: String) {
        self.file.push(Problem::new(self.file.place(&self.span), what).expected(expected).hint(hint));
    }

    pub(super) fn wrong_kind(&self, value: &DeValue<'_>, expected: String, hint: String) {
        self.refuse(format!("`{}` is {}", self.name, kind_of(value)), expected, hint);
    }
}

/// What a user calls the type of a value, with its article.
pub(super) fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with decimals",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A number or flag as a text, for a hint.
fn quoted(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Integer(integer) => format!("put it in quotes: \"{integer}\""),
        DeValue::Float(float) => format!("put it in quotes: \"{float}\""),
        DeValue::Boolean(flag) => format!("put it in quotes: \"{flag}\""),
        _ => String::new(),
    }
}

/// What a value must be.
pub(crate) trait Shape {
    /// What it is read into.
    type Out;
    /// What is expected, for people: "a number of minutes from 0 to 240".
    fn expected(&self) -> String;
    /// Its JSON Schema.
    fn schema(&self) -> Value;
    /// A value as JSON, for the schema's default.
    fn json(&self, value: &Self::Out) -> Value;
    /// Stands for a value that was refused, so that reading can go on.
    fn stand_in(&self) -> Self::Out;
    /// The value, or None with its problem left at the spot.
    fn read(&self, value: &DeValue<'_>, spot: &Spot<'_>) -> Option<Self::Out>;
}

/// True or false.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flag;

impl Shape for Flag {
    type Out = bool;

    fn expected(&self) -> String {
        "true or false, without quotes".to_owned()
    }

    fn schema(&self) -> Value {
        json!({ "type": "boolean" })
    }

    fn json(&self, value: &bool) -> Value {
        json!(value)
    }

    fn stand_in(&self) -> bool {
        false
    }

    fn read(&self, value: &DeValue<'_>, spot: &Spot<'_>) -> Option<bool> {
        if let DeValue::Boolean(flag) = value {
            return Some(*flag);
        }
        spot.wrong_kind(value, self.expected(), String::new());
        None
    }
}

/// A text that is not empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text;

impl Shape for Text {
    type Out = String;

    fn expected(&self) -> String {
        "a text in quotes".to_owned()
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "minLength": 1 })
    }

    fn json(&self, value: &String) -> Value {
        json!(value)
    }

    fn stand_in(&self) -> String {
        String::new()
    }

    fn read(&self, value: &DeValue<'_>, spot: &Spot<'_>) -> Option<String> {
        match value {
            DeValue::String(text) if !text.trim().is_empty() => return Some(text.clone().into_owned()),
            DeValue::String(_) => {
                spot.refuse(format!("`{}` is an empty text", spot.name), self.expected(), String::new());
            }
            other => spot.wrong_kind(other, self.expected(), quoted(other)),
        }
        None
    }
}

/// A text for people, which may be empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prose;

impl Shape for Prose {
    type Out = String;

    fn expected(&self) -> String {
        Text.expected()
    }

    fn schema(&self) -> Value {
        json!({ "type": "string" })
    }

    fn json(&self, value: &String) -> Value {
        json!(value)
    }

    fn stand_in(&self) -> String {
        String::new()
    }

    fn read(&self, value: &DeValue<'_>, spot: &Spot<'_>) -> Option<String> {
        if let DeValue::String(text) = value {
            return Some(text.clone().into_owned());
        }
        spot.wrong_kind(value, self.expected(), quoted(value));
        None
    }
}

/// A text with a pattern of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parsed<T> {
    /// What is expected, for people.
    pub(crate) expected: &'static str,
    /// The pattern as a regular expression, for the schema.
    pub(crate) pattern: &'static str,
    /// What it is read into; None where it does not fit.
    pub(crate) parse: fn(&str) -> Option<T>,
    /// The text that is written for a value.
    pub(crate) write: fn(&T) -> String,
    /// A text that fits, as stand-in for one that does not.
    pub(crate) example: fn() -> T,
}

impl<T> Shape for Parsed<T> {
    type Out = T;

    fn expected(&self) -> String {
        self.expected.to_owned()
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "pattern": self.pattern })
    }

    fn json(&self, value: &T) -> Value {
        json!((self.write)(value))
    }

    fn stand_in(&self) -> T {
        (self.example)()
    }

    fn read(&self, value: &DeValue<'_>, spot: &Spot<'_>) -> Option<T> {
        let DeValue::String(text) = value else {
            spot.wrong_kind(value, self.expected(), quoted(value));
            return None;
        };
        let parsed = (self.parse)(text);
        if parsed.is_none() {
            spot.refuse(format!("`{}` cannot be \"{text}\"", spot.name), self.expected(), String::new());
        }
        parsed
    }
}

/// One of a few words.
#[derive(Debug, Clone)]
pub(crate) struct Choice<T> {
    options: Vec<(&'static str, T, &'static str)>,
}

/// A choice between words, each with its value and its meaning.
pub(crate) fn options<T: Copy>(options: &[(&'static str, T, &'static str)]) -> Choice<T> {
    Choice::new(options.iter().copied())
}

impl<T> Choice<T> {
    /// A choice between words, each with its value and its meaning. There must be at least one.
    pub(crate) fn new(options: impl IntoIterator<Item = (&'static str, T, &'static str)>) -> Self {
        Self { options: options.into_iter().collect() }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.options.iter().map(|(name, _, _)| *name)
    }
}

impl<T: Copy + PartialEq> Shape for Choice<T> {
    type Out = T;

    fn expected(&self) -> String {
        format!("one of: {}", self.names().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "))
    }

    fn schema(&self) -> Value {
        let meanings: Vec<String> = self.options.iter().map(|(name, _, doc)| format!("`{name}`: {doc}")).collect();
        json!({ "enum": self.names().collect::<Vec<_>>(), "description": meanings.join(" ") })
    }

    fn json(&self, value: &T) -> Value {
        json!(self.options.iter().find(|(_, option, _)| option == value).map(|(name, _, _)| name))
    }

    fn stand_in(&self) -> T {
        self.options[0].1
    }

    fn read(&self, value: &DeValue<'_>, spot: &Spot<'_>) -> Option<T> {
        let DeValue::String(text) = value else {
            spot.wrong_kind(value, self.expected(), String::new());
            return None;
        };
        if let Some((_, option, _)) = self.options.iter().find(|(name, _, _)| name == text) {
            return Some(*option);
        }
        let hint = nearest(text, self.names()).map(|name| format!("did you mean \"{name}\"?")).unwrap_or_default();
        spot.refuse(format!("`{}` cannot be \"{text}\"", spot.name), self.expected(), hint);
        None
    }
}

/// A list of values of one shape.
#[derive(Debug, Clone)]
pub(crate) struct List<S> {
    /// The shape of each.
    pub(crate) of: S,
    /// Fewest values.
    pub(crate) least: usize,
    /// Most values.
    pub(crate) most: usize,
}

impl<S: Shape> Shape for List<S> {
    type Out = Vec<S::Out>;

    fn expected(&self) -> String {
        let count = match (self.least, self.most) {
            (least, most) if least == most => format!("{least} values"),
            (least, usize::MAX) => format!("at least {least} values"),
            (least, most) => format!("{least} to {most} values"),
        };
        format!("a list of {count} in brackets, each {}", self.of.expected())
    }

    fn schema(&self) -> Value {
        let mut items = self.of.schema();
        let description = items.as_object_mut().and_then(|items| items.remove("description"));
        let mut schema = json!({ "type": "array", "items": items, "minItems": self.least });
        if self.most < usize::MAX {
            schema["maxItems"] = json!(self.most);
        }
        if let Some(description) = description {
            schema["description"] = description;
        }
        schema
    }

    fn json(&self, values: &Self::Out) -> Value {
        values.iter().map(|value| self.of.json(value)).collect()
    }

    fn stand_in(&self) -> Self::Out {
        std::iter::repeat_with(|| self.of.stand_in()).take(self.least).collect()
    }

    fn read(&self, value: &DeValue<'_>, spot: &Spot<'_>) -> Option<Self::Out> {
        let DeValue::Array(items) = value else {
            spot.wrong_kind(value, self.expected(), "put it in brackets: [ ]".to_owned());
            return None;
        };
        if !(self.least..=self.most).contains(&items.len()) {
            let noun = if items.len() == 1 { "value" } else { "values" };
            spot.refuse(format!("`{}` has {} {noun}", spot.name, items.len()), self.expected(), String::new());
            return None;
        }
        let read = |item: &toml::Spanned<DeValue<'_>>| {
            self.of.read(item.get_ref(), &Spot { file: spot.file, name: spot.name, span: item.span() })
        };
        // Every item is read before the first that failed decides, so that each leaves its problem.
        let values: Vec<Option<S::Out>> = items.iter().map(read).collect();
        values.into_iter().collect()
    }
}
