//! The shapes that a value may have: number with unit and range, whole number, text, choice, flag, list.

use std::ops::Range;

use serde_json::{Value, json};
use toml::de::{DeInteger, DeValue};

use super::File;
use super::quantity;
use crate::diagnostics::{Problem, nearest};

/// Where a value stands, for its problems.
pub(crate) struct Spot<'f> {
    pub(super) file: &'f File,
    pub(super) name: &'f str,
    pub(super) span: Range<usize>,
}

impl Spot<'_> {
    fn refuse(&self, what: impl Into<String>, expected: String, hint: String) {
        self.file.push(Problem::new(self.file.place(&self.span), what).expected(expected).hint(hint));
    }

    fn wrong_kind(&self, value: &DeValue<'_>, expected: String, hint: String) {
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

/// A number in a unit, within a range.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    unit: &'static str,
    low: f64,
    high: f64,
    /// Whether the lower end itself is refused.
    above: bool,
}

impl Number {
    /// From `low` to `high`, both allowed; an infinite `high` is no limit.
    pub(crate) const fn new(unit: &'static str, low: f64, high: f64) -> Self {
        Self { unit, low, high, above: false }
    }

    /// Above `low` and at most `high`.
    pub(crate) const fn above(unit: &'static str, low: f64, high: f64) -> Self {
        Self { unit, low, high, above: true }
    }

    fn admits(&self, value: f64) -> bool {
        value.is_finite() && value <= self.high && if self.above { value > self.low } else { value >= self.low }
    }

    fn example(&self) -> String {
        let value = if self.high.is_finite() { self.high } else { self.low + 1.0 };
        if self.unit.is_empty() { String::new() } else { format!(", such as {value} or \"{value} {}\"", self.unit) }
    }

    /// The number in the shape's unit, from a quantity with a unit of its own.
    fn converted(&self, text: &str, spot: &Spot<'_>) -> Option<f64> {
        let Some(quantity) = quantity::parse(text) else {
            spot.refuse(format!("`{}` is the text \"{text}\"", spot.name), self.expected_with_example(), String::new());
            return None;
        };
        if let Some(factor) = quantity::factor(&quantity.unit, self.unit) {
            return Some(tidy(quantity.value * factor));
        }
        if quantity.unit.is_empty() {
            let what = format!("`{}` is the text \"{text}\", without a unit", spot.name);
            spot.refuse(what, self.expected_with_example(), format!("write {} without quotes", quantity.value));
            return None;
        }
        let (name, unit) = (spot.name, &quantity.unit);
        let what = if self.unit.is_empty() {
            format!("`{name}` has no unit, but is given in `{unit}`")
        } else {
            format!("`{name}` is in {}, but is given in `{unit}`", self.unit)
        };
        spot.refuse(what, self.expected_with_example(), String::new());
        None
    }

    fn expected_with_example(&self) -> String {
        format!("{}{}", self.expected(), self.example())
    }
}

/// Conversion by powers of ten leaves dust in the last digit: 3 % must be 0.03.
fn tidy(value: f64) -> f64 {
    format!("{value:.15e}").parse().unwrap_or(value)
}

impl Shape for Number {
    type Out = f64;

    fn expected(&self) -> String {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" in {}", self.unit) };
        let low = if self.above { format!("above {}", self.low) } else { format!("from {}", self.low) };
        match (self.high.is_finite(), self.above) {
            (true, true) => format!("a number{unit}, {low} and at most {}", self.high),
            (true, false) => format!("a number{unit}, {low} to {}", self.high),
            (false, true) => format!("a number{unit}, {low}"),
            (false, false) => format!("a number{unit}, at least {}", self.low),
        }
    }

    fn schema(&self) -> Value {
        let mut schema = json!({ "type": ["number", "string"] });
        schema[if self.above { "exclusiveMinimum" } else { "minimum" }] = json!(self.low);
        if self.high.is_finite() {
            schema["maximum"] = json!(self.high);
        }
        if !self.unit.is_empty() {
            schema["description"] = json!(format!("Unit: {}.", self.unit));
        }
        schema
    }

    fn json(&self, value: &f64) -> Value {
        json!(value)
    }

    fn stand_in(&self) -> f64 {
        if self.high.is_finite() { self.high } else { self.low + 1.0 }
    }

    fn read(&self, value: &DeValue<'_>, spot: &Spot<'_>) -> Option<f64> {
        let number = match value {
            DeValue::Integer(integer) => to_i128(integer).map_or(f64::INFINITY, |whole| whole as f64),
            DeValue::Float(float) => float.as_str().parse().unwrap_or(f64::NAN),
            DeValue::String(text) => self.converted(text, spot)?,
            other => {
                spot.wrong_kind(other, self.expected_with_example(), String::new());
                return None;
            }
        };
        if self.admits(number) {
            return Some(number);
        }
        spot.refuse(format!("`{}` is {number}, out of its range", spot.name), self.expected(), String::new());
        None
    }
}

fn to_i128(integer: &DeInteger<'_>) -> Option<i128> {
    i128::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// A whole number of something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole {
    unit: &'static str,
    low: i64,
    high: i64,
}

impl Whole {
    /// From `low` to `high`, both allowed; `unit` may be empty.
    pub(crate) const fn new(unit: &'static str, low: i64, high: i64) -> Self {
        Self { unit, low, high }
    }

    fn quantity(&self, text: &str) -> Option<i128> {
        let quantity = quantity::parse(text)?;
        let value = quantity.value * quantity::factor(&quantity.unit, self.unit)?;
        (value.fract() == 0.0).then_some(value as i128)
    }
}

impl Shape for Whole {
    type Out = i64;

    fn expected(&self) -> String {
        let unit = if self.unit.is_empty() { String::new() } else { format!(" of {}", self.unit) };
        format!("a whole number{unit} from {} to {}", self.low, self.high)
    }

    fn schema(&self) -> Value {
        let mut schema = json!({ "type": "integer", "minimum": self.low, "maximum": self.high });
        if !self.unit.is_empty() {
            schema["type"] = json!(["integer", "string"]);
            schema["description"] = json!(format!("Unit: {}.", self.unit));
        }
        schema
    }

    fn json(&self, value: &i64) -> Value {
        json!(value)
    }

    fn stand_in(&self) -> i64 {
        self.high
    }

    fn read(&self, value: &DeValue<'_>, spot: &Spot<'_>) -> Option<i64> {
        let whole = match value {
            DeValue::Integer(integer) => to_i128(integer).unwrap_or(i128::MAX),
            DeValue::String(text) if self.quantity(text).is_some() => self.quantity(text)?,
            DeValue::String(text) => {
                let hint = text.trim().parse::<i64>().map(|number| format!("write {number} without quotes")).unwrap_or_default();
                spot.refuse(format!("`{}` is the text \"{text}\"", spot.name), self.expected(), hint);
                return None;
            }
            other => {
                spot.wrong_kind(other, self.expected(), String::new());
                return None;
            }
        };
        if let Some(number) = i64::try_from(whole).ok().filter(|number| (self.low..=self.high).contains(number)) {
            return Some(number);
        }
        spot.refuse(format!("`{}` is {whole}, out of its range", spot.name), self.expected(), String::new());
        None
    }
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
            DeValue::String(_) => spot.refuse(format!("`{}` is an empty text", spot.name), self.expected(), String::new()),
            other => spot.wrong_kind(other, self.expected(), "put it in quotes".to_owned()),
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
        spot.wrong_kind(value, self.expected(), "put it in quotes".to_owned());
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
            spot.wrong_kind(value, self.expected(), "put it in quotes".to_owned());
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
            spot.refuse(format!("`{}` has {} values", spot.name, items.len()), self.expected(), String::new());
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
