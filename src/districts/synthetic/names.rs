//! Names that read like those of the plains: two words and the district's number.

const FIRST: [&str; 40] = [
    "Alder",
    "Antelope",
    "Badger",
    "Bear",
    "Bison",
    "Box Elder",
    "Buffalo",
    "Cannon",
    "Cedar",
    "Clear",
    "Cottonwood",
    "Crow",
    "Deer",
    "Eagle",
    "Elk",
    "Elm",
    "Fox",
    "Goose",
    "Grand",
    "Hawk",
    "Heron",
    "Little",
    "Long",
    "Maple",
    "Medicine",
    "Oak",
    "Otter",
    "Pelican",
    "Pine",
    "Prairie",
    "Rock",
    "Sage",
    "Sand",
    "Shell",
    "Spring",
    "Stone",
    "Sweet",
    "Turtle",
    "White",
    "Willow",
];

const SECOND: [&str; 24] = [
    "Bend", "Bluff", "Butte", "Center", "City", "Creek", "Crossing", "Falls", "Fork", "Grove", "Hill", "Hollow",
    "Lake", "Meadow", "Park", "Plains", "Point", "Ridge", "River", "Rock", "Springs", "Valley", "View", "Wells",
];

const COUNTIES: [&str; 48] = [
    "Adams", "Barnes", "Benson", "Burke", "Cass", "Clark", "Custer", "Day", "Deuel", "Dickey", "Douglas", "Dunn",
    "Eddy", "Emmons", "Foster", "Grant", "Griggs", "Haakon", "Hamlin", "Hanson", "Harding", "Hughes", "Jackson",
    "Jones", "Kidder", "Lincoln", "Logan", "Lyman", "McHenry", "McLean", "Mercer", "Miner", "Morton", "Nelson",
    "Oliver", "Perkins", "Potter", "Ransom", "Sanborn", "Sargent", "Sheridan", "Stark", "Steele", "Sully", "Towner",
    "Traill", "Walsh", "Ward",
];

/// The name of the `number`-th district (from 0), its words picked by two uniform draws.
pub(super) fn district([first, second]: [f64; 2], number: u32) -> String {
    // Put together by hand: a region that is drawn anew in every future names all its districts in each.
    let mut name = String::with_capacity(32);
    for word in [pick(&FIRST, first), pick(&SECOND, second)] {
        name.push_str(word);
        name.push(' ');
    }
    push_number(&mut name, number + 1, 1);
    name
}

/// The name of another town of the `number`-th district (from 0) than the one named `not`.
pub(super) fn town([first, second]: [f64; 2], number: u32, not: &str) -> String {
    let name = district([first, second], number);
    // The next word of the list, where both drew the same.
    if name == not { district([(first + 1.0 / FIRST.len() as f64) % 1.0, second], number) } else { name }
}

/// The name of the `number`-th county (from 0); all differ.
pub(super) fn county(number: u32) -> String {
    let name = COUNTIES[number as usize % COUNTIES.len()];
    match number as usize / COUNTIES.len() {
        0 => [name, " County"].concat(),
        round => format!("{name} County {}", round + 1),
    }
}

/// The identifier of the `number`-th district (from 0).
pub(super) fn identifier(number: u32) -> String {
    let mut identifier = String::with_capacity(8);
    identifier.push('S');
    push_number(&mut identifier, number + 1, 4);
    identifier
}

/// Adds a number of so many digits at least.
fn push_number(text: &mut String, number: u32, digits: u32) {
    let places = digits.max(number.checked_ilog10().map_or(1, |log| log + 1));
    let digit = |place: u32| char::from_digit(number / 10_u32.pow(place) % 10, 10);
    text.extend((0..places).rev().filter_map(digit));
}

/// The name of the `number`-th university or service agency (from 0).
pub(super) fn support(university: bool, number: u32) -> String {
    let kind = if university { "State University" } else { "Education Service Agency" };
    let round = number as usize / FIRST.len();
    let place = FIRST[(29 + number as usize) % FIRST.len()];
    if round == 0 { format!("{place} {kind}") } else { format!("{place} {kind} {}", round + 1) }
}

fn pick<'a>(words: &[&'a str], uniform: f64) -> &'a str {
    let place = (uniform * words.len() as f64) as usize;
    words[place.min(words.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn counties_and_support_organisations_have_names_of_their_own() {
        assert_eq!((0..2_000).map(county).collect::<BTreeSet<_>>().len(), 2_000);
        let support: BTreeSet<_> = (0..100).flat_map(|n| [support(true, n), support(false, n)]).collect();
        assert_eq!(support.len(), 200);
        assert!(support.contains("Prairie State University"));
    }

    #[test]
    fn numbers_are_written_as_everywhere() {
        for number in [0, 1, 8, 9, 98, 99, 100, 998, 9_998, 9_999, 19_999, 123_456] {
            assert_eq!(identifier(number), format!("S{:04}", number + 1));
            assert_eq!(district([0.0, 0.0], number), format!("Alder Bend {}", number + 1));
        }
    }

    #[test]
    fn a_district_bears_its_number() {
        assert_eq!(district([0.0, 0.999_999], 11), "Alder Wells 12");
        assert_eq!(town([0.0, 0.999_999], 11, "Alder Wells 12"), "Antelope Wells 12");
        assert_eq!(town([0.0, 0.999_999], 11, "Elm Wells 12"), "Alder Wells 12");
    }
}
