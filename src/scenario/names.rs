//! Names that become names of folders and files.

use crate::input::Parsed;

/// A short name that is safe as a folder on every system.
pub(crate) const SLUG: Parsed<String> = Parsed {
    expected: "a short name of small letters, digits and hyphens that begins with a letter or digit, at most 64, such as \"three-year-grant\"",
    pattern: "^[a-z0-9][a-z0-9_-]{0,63}$",
    parse: |text| is_slug(text).then(|| text.to_owned()),
    write: Clone::clone,
    example: String::new,
};

/// Names that Windows keeps for devices.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Whether a text can be the name of a folder on every system.
pub(super) fn is_slug(text: &str) -> bool {
    let device = text.strip_prefix("com").or_else(|| text.strip_prefix("lpt"));
    let numbered = device.is_some_and(|number| number.len() == 1 && number.starts_with(|c: char| c.is_ascii_digit()));
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    (1..=64).contains(&text.len())
        && text.chars().all(allowed)
        && !text.starts_with(['-', '_'])
        && !RESERVED.contains(&text)
        && !numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_safe_folders_everywhere_pass() {
        for good in ["three-year-grant", "nd_1507", "a", "1507", "common", "com10"] {
            assert!(is_slug(good), "{good}");
        }
        let long = "a".repeat(65);
        for bad in ["", "..", "a/b", "-rf", "_x", "Three", "two words", "nul", "com1", "é", long.as_str()] {
            assert!(!is_slug(bad), "{bad}");
        }
    }
}
