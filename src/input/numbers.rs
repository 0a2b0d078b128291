//! Numbers with unit and range, whole or not.

use serde_json::{Value, json};
use toml::de::{DeInteger, DeValue};

use super::quantity;
use super::shapes::{Shape, Spot};

/// A unit after a range.
fn bracketed(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" ({unit})") }
}

/// A number with its thousands set apart: 100,000.
fn grouped(value: f64) -> String {
    let text = value.to_string();
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let digits = whole.trim_start_matches('-').len();
    let mut out = whole[..whole.len() - digits].to_owned();
    for (place, digit) in whole[whole.len() - digits..].chars().enumerate() {
        if place > 0 && (digits - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
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

    /// The first plain number that fits, with and without its unit.
    fn example(&self) -> String {
        let amounts: &[f64] = if self.unit.starts_with('$') { &[300.0, 0.3] } else { &[30.0, 0.3, 0.03, 3.0, 300.0] };
        match amounts.iter().find(|amount| self.admits(**amount)) {
            Some(amount) if !self.unit.is_empty() => format!(", such as {amount} or \"{amount} {}\"", self.unit),
            _ => String::new(),
        }
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
        let unit = bracketed(self.unit);
        let (low, high) = (grouped(self.low), grouped(self.high));
        match (self.low.is_finite(), self.high.is_finite(), self.above) {
            (true, true, true) => format!("a number above {low} and at most {high}{unit}"),
            (true, true, false) => format!("a number from {low} to {high}{unit}"),
            (true, false, true) => format!("a number above {low}{unit}"),
            (true, false, false) => format!("a number of at least {low}{unit}"),
            (false, ..) => format!("a number{unit}"),
        }
    }

    fn schema(&self) -> Value {
        let mut schema = json!({ "type": ["number", "string"] });
        if self.low.is_finite() {
            schema[if self.above { "exclusiveMinimum" } else { "minimum" }] = json!(self.low);
        }
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
        [self.high, self.low + 1.0].into_iter().find(|value| value.is_finite()).unwrap_or(0.0)
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
    hint: &'static str,
}

impl Whole {
    /// From `low` to `high`, both allowed; `unit` may be empty.
    pub(crate) const fn new(unit: &'static str, low: i64, high: i64) -> Self {
        Self { unit, low, high, hint: "" }
    }

    /// Says what a number out of range was probably meant to be.
    pub(crate) const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
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
        format!("a whole number from {} to {}{}", self.low, self.high, bracketed(self.unit))
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
                let hint = text
                    .trim()
                    .parse::<i64>()
                    .map(|number| format!("write {number} without quotes"))
                    .unwrap_or_default();
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
        spot.refuse(format!("`{}` is {whole}, out of its range", spot.name), self.expected(), self.hint.to_owned());
        None
    }
}
