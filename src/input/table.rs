//! A table of a file while a form takes its keys.

use std::ops::Range;

use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::File;
use super::shapes::{Shape, Spot, kind_of};
use crate::diagnostics::{Place, Problem, nearest};

/// Unknown keys that are told one by one in a file.
const MOST_UNKNOWN: usize = 40;
/// Beyond this number, a list of allowed keys is a wall that nobody reads.
const LISTED: usize = 30;

/// A key that a form asked for.
#[derive(Clone)]
struct Key {
    name: &'static str,
    required: bool,
    schema: Value,
}

/// One of several forms that a table may have, chosen by the value of one key.
pub(crate) struct Variant<T> {
    /// The value that chooses it.
    pub(crate) name: &'static str,
    /// Its meaning.
    pub(crate) doc: &'static str,
    /// Takes the keys that this variant has in addition.
    pub(crate) form: fn(&mut Table<'_>) -> T,
}

/// What a description knows of a variant.
struct Described {
    key: &'static str,
    name: &'static str,
    doc: &'static str,
    keys: Vec<Key>,
}

/// A table of a file while a form takes its keys.
pub(crate) struct Table<'f> {
    file: &'f File,
    content: Option<&'f DeTable<'f>>,
    span: Range<usize>,
    title: String,
    /// Its name with those of the tables around it: `policy.instrument`; empty for the root.
    path: String,
    keys: Vec<Key>,
    variants: Vec<Described>,
    catalogue: Option<&'static str>,
    /// How many problems the file had when this table was opened.
    earlier: usize,
    /// Whether unknown keys cannot be told, because the table's variant is unknown.
    open: bool,
}

impl<'f> Table<'f> {
    pub(super) fn root(file: &'f File, content: &'f DeTable<'f>, title: &str) -> Self {
        Self { content: Some(content), ..Self::empty(file, title) }
    }

    pub(super) fn empty(file: &'f File, title: &str) -> Self {
        Self {
            file,
            content: None,
            span: 0..0,
            title: title.to_owned(),
            path: String::new(),
            keys: Vec::new(),
            variants: Vec::new(),
            catalogue: None,
            earlier: file.problems.borrow().len(),
            open: false,
        }
    }

    /// Takes a key that must be there.
    pub(crate) fn required<S: Shape>(&mut self, name: &'static str, doc: &str, shape: &S) -> S::Out {
        let found = self.ask(name, true, || described(shape.schema(), doc));
        if found.is_none() {
            let problem = Problem::new(self.here(), format!("{} lacks the key `{name}`", self.title));
            self.push(problem.expected(shape.expected()).hint(format!("`{name}`: {doc}")));
        }
        found.and_then(|value| self.read(name, value, shape)).unwrap_or_else(|| shape.stand_in())
    }

    /// Takes a key that need not be there.
    pub(crate) fn optional<S: Shape>(&mut self, name: &'static str, doc: &str, shape: &S) -> Option<S::Out> {
        let value = self.ask(name, false, || described(shape.schema(), doc))?;
        Some(self.read(name, value, shape).unwrap_or_else(|| shape.stand_in()))
    }

    /// Takes a key that has a default.
    pub(crate) fn or<S: Shape>(&mut self, name: &'static str, doc: &str, shape: &S, default: S::Out) -> S::Out {
        let schema = || {
            let mut schema = described(shape.schema(), doc);
            schema["default"] = shape.json(&default);
            schema
        };
        let found = self.ask(name, false, schema);
        found.map_or(default, |value| self.read(name, value, shape).unwrap_or_else(|| shape.stand_in()))
    }

    /// Takes a table; an absent one reads as an empty one, so its keys must all be optional.
    pub(crate) fn table<T>(&mut self, name: &'static str, doc: &str, form: impl FnOnce(&mut Table<'_>) -> T) -> T {
        let found = self.ask(name, false, || Value::Null);
        let mut inner = self.inside(name, |path| format!("`[{path}]`"));
        inner.span.clone_from(&self.span);
        if let Some(value) = found {
            inner.span = self.value_span(name, value);
            if let DeValue::Table(content) = value.get_ref() {
                inner.content = Some(content);
            } else {
                self.push(self.wrong_kind(name, value, format!("a table: a line `[{name}]` and its keys below")));
            }
        }
        let result = form(&mut inner);
        inner.finish();
        self.set_schema(|| described(inner.schema(), doc));
        result
    }

    /// Takes a list of tables, each headed `[[name]]`; an absent list is empty.
    pub(crate) fn tables<T>(&mut self, name: &'static str, doc: &str, form: impl FnMut(&mut Table<'_>) -> T) -> Vec<T> {
        self.table_list(name, doc, 0, form)
    }

    /// Takes a list of at least one table, each headed `[[name]]`.
    pub(crate) fn some_tables<T>(
        &mut self,
        name: &'static str,
        doc: &str,
        form: impl FnMut(&mut Table<'_>) -> T,
    ) -> Vec<T> {
        let before = self.found();
        let read = self.table_list(name, doc, 1, form);
        if read.is_empty() && self.found() == before {
            let problem = Problem::new(self.here(), format!("{} has no `[[{name}]]`", self.title));
            self.push(
                problem
                    .expected(format!("at least one table headed `[[{name}]]`"))
                    .hint(format!("`[[{name}]]`: {doc}")),
            );
        }
        read
    }

    fn table_list<T>(
        &mut self,
        name: &'static str,
        doc: &str,
        least: usize,
        mut form: impl FnMut(&mut Table<'_>) -> T,
    ) -> Vec<T> {
        let found = self.ask(name, least > 0, || Value::Null);
        if self.file.describing {
            let mut inner = Table::empty(self.file, "");
            form(&mut inner);
            self.set_schema(|| described(json!({ "type": "array", "minItems": least, "items": inner.schema() }), doc));
        }
        let Some(value) = found else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            let problem = self.wrong_kind(name, value, format!("a list of tables, each headed `[[{name}]]`"));
            self.push(problem.hint(format!("write `[[{name}]]` with double brackets")));
            return Vec::new();
        };
        items.iter().filter_map(|item| self.item(name, item, &mut form)).collect()
    }

    fn item<T>(
        &self,
        name: &str,
        item: &Spanned<DeValue<'f>>,
        form: &mut impl FnMut(&mut Table<'_>) -> T,
    ) -> Option<T> {
        let DeValue::Table(content) = item.get_ref() else {
            let what = format!("an entry of `{name}` is {}", kind_of(item.get_ref()));
            self.push(
                Problem::new(self.file.place(&item.span()), what).expected(format!("a table headed `[[{name}]]`")),
            );
            return None;
        };
        let mut inner = self.inside(name, |path| format!("this `[[{path}]]`"));
        inner.content = Some(content);
        inner.span = item.span();
        let result = form(&mut inner);
        inner.finish();
        Some(result)
    }

    /// An empty table within this one.
    fn inside(&self, name: &str, title: impl FnOnce(&str) -> String) -> Table<'f> {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        let mut inner = Table::empty(self.file, &title(&path));
        inner.path = path;
        inner
    }

    /// Takes the key that chooses between forms, and the chosen form's keys from this same table.
    pub(crate) fn variant<T>(&mut self, key: &'static str, doc: &str, variants: &[Variant<T>]) -> Option<T> {
        if self.file.describing {
            for variant in variants {
                let mut inner = Table::empty(self.file, "");
                (variant.form)(&mut inner);
                self.variants.push(Described { key, name: variant.name, doc: variant.doc, keys: inner.keys });
            }
            return None;
        }
        let names =
            super::Choice::new(variants.iter().enumerate().map(|(place, variant)| (variant.name, place, variant.doc)));
        let before = self.found();
        let place = self.required(key, doc, &names);
        if self.found() > before {
            self.open = true;
            return None;
        }
        variants.get(place).map(|variant| (variant.form)(self))
    }

    /// Whether no problem was found since this table was opened. Only then do comparisons between its
    /// values make sense, because a refused value has left a stand-in.
    pub(crate) fn sound(&self) -> bool {
        self.found() == self.earlier
    }

    /// How many problems the whole file has had so far.
    pub(crate) fn found(&self) -> usize {
        self.file.problems.borrow().len()
    }

    /// Says what the many keys of this table are, instead of a list of them all.
    pub(crate) fn catalogue(&mut self, what: &'static str) {
        self.catalogue = Some(what);
    }

    /// Whether a key is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.content.is_some_and(|content| content.contains_key(name))
    }

    /// The keys that a form asked for and the file gives.
    pub(crate) fn given(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|key| key.name).filter(|name| self.has(name))
    }

    /// The place of a key's value, or of the table where the key is absent.
    pub(crate) fn place(&self, name: &str) -> Place {
        let value = self.content.and_then(|content| content.get(name));
        value.map_or_else(|| self.here(), |value| self.file.place(&self.value_span(name, value)))
    }

    /// The place of the table itself.
    pub(crate) fn here(&self) -> Place {
        self.file.place(&self.span)
    }

    /// Adds a problem that a form found itself.
    pub(crate) fn push(&self, problem: Problem) {
        self.file.push(problem);
    }

    /// Refuses every key that no form asked for.
    pub(super) fn finish(&self) {
        let Some(content) = self.content.filter(|_| !self.open) else { return };
        for key in content.keys().filter(|key| self.keys.iter().all(|asked| asked.name != key.get_ref().as_ref())) {
            // One of them may be why much else is wrong, so some are told however many problems there are.
            let told = self.file.unknown.get();
            if told < MOST_UNKNOWN {
                self.file.unknown.set(told + 1);
                self.file.problems.borrow_mut().insist(self.unknown(key.get_ref(), &key.span()));
            } else {
                self.file.problems.borrow_mut().count(1);
            }
        }
    }

    fn unknown(&self, typed: &str, span: &Range<usize>) -> Problem {
        let mut names: Vec<&str> = self.keys.iter().map(|key| key.name).collect();
        names.sort_unstable();
        let expected = match self.catalogue {
            Some(what) => format!("one of the {what}"),
            None if names.len() > LISTED => format!("one of {} keys, as the JSON Schema lists them", names.len()),
            None => format!("one of: {}", names.join(", ")),
        };
        let hint = nearest(typed, names).map(|name| format!("did you mean `{name}`?")).unwrap_or_default();
        Problem::new(self.file.place(span), format!("unknown key `{typed}` in {}", self.title))
            .expected(expected)
            .hint(hint)
    }

    fn ask(
        &mut self,
        name: &'static str,
        required: bool,
        schema: impl FnOnce() -> Value,
    ) -> Option<&'f Spanned<DeValue<'f>>> {
        let schema = if self.file.describing { schema() } else { Value::Null };
        self.keys.push(Key { name, required, schema });
        self.content?.get(name)
    }

    fn set_schema(&mut self, schema: impl FnOnce() -> Value) {
        if let Some(key) = self.keys.last_mut().filter(|_| self.file.describing) {
            key.schema = schema();
        }
    }

    fn read<S: Shape>(&self, name: &'static str, value: &Spanned<DeValue<'_>>, shape: &S) -> Option<S::Out> {
        shape.read(value.get_ref(), &Spot { file: self.file, name, span: self.value_span(name, value) })
    }

    fn wrong_kind(&self, name: &str, value: &Spanned<DeValue<'_>>, expected: String) -> Problem {
        let what = format!("`{name}` is {}", kind_of(value.get_ref()));
        Problem::new(self.file.place(&self.value_span(name, value)), what).expected(expected)
    }

    /// A value's span, or its key's where a table that no line heads has none.
    fn value_span(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Range<usize> {
        if !value.span().is_empty() {
            return value.span();
        }
        let key = self.content.and_then(|content| content.get_key_value(name));
        key.map_or(0..0, |(key, _)| key.span())
    }

    /// The JSON Schema of the table as its form described it.
    pub(super) fn schema(&self) -> Value {
        if self.variants.is_empty() {
            return object(&self.keys, None);
        }
        let variants: Vec<Value> = self.variants.iter().map(|variant| self.variant_schema(variant)).collect();
        json!({ "type": "object", "oneOf": variants })
    }

    fn variant_schema(&self, variant: &Described) -> Value {
        let keys: Vec<Key> = self.keys.iter().chain(&variant.keys).cloned().collect();
        let mut schema = object(&keys, Some((variant.key, variant.name)));
        schema["title"] = json!(variant.name);
        schema["description"] = json!(variant.doc);
        schema
    }
}

fn object(keys: &[Key], chosen: Option<(&str, &str)>) -> Value {
    let mut properties = Map::new();
    let mut required: Vec<&str> = Vec::new();
    if let Some((key, name)) = chosen {
        properties.insert(key.to_owned(), json!({ "const": name }));
        required.push(key);
    }
    for key in keys {
        properties.insert(key.name.to_owned(), key.schema.clone());
        required.extend(key.required.then_some(key.name));
    }
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// A schema with its meaning, before what the shape itself says of units.
fn described(mut schema: Value, doc: &str) -> Value {
    let own = schema.get("description").and_then(Value::as_str).map(|own| format!(" {own}")).unwrap_or_default();
    schema["description"] = json!(format!("{doc}{own}"));
    schema
}
