//! Region files: the districts of a region at the start, with the rules and finance of its state.

mod forms;
mod write;

use std::path::Path;

use crate::diagnostics::Problems;
use crate::input;
use crate::model::region::Region;

pub(crate) use forms::{finance, rules};
pub use write::write;

/// Reads a region file. Its districts are sorted, whatever their order in the file.
///
/// # Errors
/// Every problem of the file at once: missing or unreadable file, syntax, unknown or missing keys,
/// wrong types and units, values out of range, repeated identifiers, shares that do not sum to 1,
/// pupils outside the grades taught.
pub fn read(path: &Path) -> Result<Region, Problems> {
    parse(&input::text_of(path, "region file")?, &path.display().to_string())
}

/// Reads the text of a region file; `name` is what its problems call it.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str, name: &str) -> Result<Region, Problems> {
    let mut region = input::read(name, text, "the region file", forms::region)?;
    region.sort();
    Ok(region)
}

/// The JSON Schema of region files, made from the forms that read them.
#[must_use]
pub fn schema() -> serde_json::Value {
    input::schema(
        "barnraise region",
        "The districts of a region at the start, and the rules and finance of its state.",
        |table| {
            forms::region(table);
        },
    )
}

#[cfg(test)]
mod tests;
