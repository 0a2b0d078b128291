//! The districts of every state, shipped with the program: the tables of `data/states`, read as the publishers' own
//! files are, so that a shipped region is what an import of the same tables would be.
//!
//! A part of a state can be asked for: counties, or a circle around a town.

#[cfg(feature = "files")]
use std::collections::BTreeSet;
use std::fmt;
#[cfg(feature = "files")]
use std::io::Read as _;

#[cfg(feature = "files")]
use flate2::read::GzDecoder;

#[cfg(feature = "files")]
use super::import::{self, ImportOptions, Imported};
#[cfg(feature = "files")]
use crate::diagnostics::nearest;
use crate::diagnostics::{Place, Problem, Problems};
use crate::model::region::Region;

/// The tables of each state, one below the other, by postal code.
macro_rules! shipped {
    ($($state:ident)+) => {
        const CODES: [&str; 51] = [$(stringify!($state)),+];
        #[cfg(feature = "files")]
        const TABLES: [&[u8]; 51] =
            [$(include_bytes!(concat!("../../data/states/", stringify!($state), ".csv.gz")).as_slice()),+];
    };
}

shipped! {
    AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC
    SD TN TX UT VA VT WA WI WV WY
}

/// Fewest districts that make a region.
#[cfg(feature = "files")]
const FEWEST: usize = 2;
/// Near names that a message gives.
#[cfg(feature = "files")]
const TOLD: usize = 8;

/// The postal codes of the states that are shipped, in alphabetical order.
pub fn states() -> impl Iterator<Item = &'static str> {
    CODES.into_iter()
}

/// The postal code of a state's name, whatever the capitals.
#[must_use]
pub fn code_of(name: &str) -> Option<&'static str> {
    let names = include_str!("../../data/states.csv").lines().filter_map(|line| line.split_once(','));
    names.skip(1).find(|(_, full)| full.eq_ignore_ascii_case(name.trim())).map(|(code, _)| code)
}

/// A state, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Its postal code, in capitals.
    pub state: String,
    /// Which of its districts.
    pub part: Part,
}

/// Which districts of a state.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// All.
    All,
    /// Those whose office is in one of these counties.
    Counties(Vec<String>),
    /// Those whose office is within so many miles of a town, as the crow flies.
    Around {
        /// The town, by the name that its schools or its district have.
        town: String,
        /// The radius.
        miles: f64,
    },
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Part::All => write!(f, "{}", self.state),
            Part::Counties(counties) => write!(f, "{}:{}", self.state, counties.join(",")),
            Part::Around { town, miles } => write!(f, "{}:{miles}mi@{town}", self.state),
        }
    }
}

/// Reads what follows the state: counties, or a circle around a town.
fn part_of(rest: &str, place: &Place, problems: &mut Problems) -> Part {
    let mut told = |what: String, expected| problems.push(Problem::new(place.clone(), what).expected(expected));
    let Some((miles, town)) = rest.split_once('@') else {
        let counties: Vec<String> =
            rest.split(',').map(|county| county.trim().to_owned()).filter(|county| !county.is_empty()).collect();
        if counties.is_empty() {
            told("no county is given".to_owned(), "counties, as in OH:Vinton,Meigs");
        }
        return Part::Counties(counties);
    };
    let number = miles.trim().trim_end_matches("miles").trim_end_matches("mi").trim().parse::<f64>();
    let radius = number.ok().filter(|miles| (1.0..=500.0).contains(miles));
    if radius.is_none() {
        told(format!("`{miles}` is no distance"), "miles from 1 to 500, as in OH:30mi@Athens");
    }
    if town.trim().is_empty() {
        told("no town is given".to_owned(), "a town, as in OH:30mi@Athens");
    }
    Part::Around { town: town.trim().to_owned(), miles: radius.unwrap_or(1.0) }
}

impl Selection {
    /// Whether a word has the form of a selection: two letters, and perhaps a colon and more.
    #[must_use]
    pub fn is_meant(word: &str) -> bool {
        let state = word.split_once(':').map_or(word, |(state, _)| state);
        state.len() == 2 && state.chars().all(|c| c.is_ascii_alphabetic())
    }

    /// Reads `OH`, `OH:Vinton,Meigs` or `OH:30mi@Athens`; `place` is where the word stands, for messages.
    ///
    /// # Errors
    /// A state that is not shipped, no county, no town, or a distance that is none.
    pub fn parse(word: &str, place: &Place) -> Result<Self, Problems> {
        let (state, rest) = word.split_once(':').map_or((word, None), |(state, rest)| (state, Some(rest)));
        let state = state.trim().to_ascii_uppercase();
        let mut problems = Problems::new();
        if !states().any(|known| known == state) {
            let all = states().collect::<Vec<_>>().join(" ");
            problems.push(
                Problem::new(place.clone(), format!("`{state}` is no state's postal code"))
                    .expected(format!("one of: {all}")),
            );
        }
        let part = match rest {
            None => Part::All,
            Some(rest) => part_of(rest, place, &mut problems),
        };
        problems.into_result(Self { state, part })
    }

    /// The region alone.
    ///
    /// # Errors
    /// As `region`; and where the program was built without the tables.
    pub fn districts(&self, place: &Place) -> Result<Region, Problems> {
        #[cfg(feature = "files")]
        return self.region(place).map(|imported| imported.region);
        #[cfg(not(feature = "files"))]
        Err(Problem::new(place.clone(), "this program was built without the tables of the states")
            .hint("give a region file")
            .into())
    }
}

#[cfg(feature = "files")]
impl Selection {
    /// The region, with an account of what is known and what is imputed; `place` is where the selection stands, for
    /// messages.
    ///
    /// # Errors
    /// A county or town that the state does not have, or fewer than two districts.
    pub fn region(&self, place: &Place) -> Result<Imported, Problems> {
        let table = CODES.iter().zip(TABLES).find(|(state, _)| **state == self.state);
        let Some((_, packed)) = table else {
            return Err(Problem::new(place.clone(), format!("`{}` is no state's postal code", self.state)).into());
        };
        let mut text = String::new();
        GzDecoder::new(packed)
            .read_to_string(&mut text)
            .map_err(|error| Problem::new(place.clone(), format!("the shipped tables are damaged: {error}")))?;
        let mut imported = import::import_text(
            &format!("data/states/{}.csv", self.state),
            &text,
            &self.state,
            &ImportOptions::default(),
        )?;
        let kept = self.chosen(&imported.region, place)?;
        self.cut(&mut imported, &kept);
        let left = imported.region.districts.len();
        if left < FEWEST {
            let what = format!(
                "{self} has {left} district{}, and nobody to share or merge with",
                if left == 1 { "" } else { "s" }
            );
            let hint = match self.part {
                Part::All => "choose another state",
                _ => "choose more counties, or a wider circle",
            };
            return Err(Problem::new(place.clone(), what).expected("at least two districts").hint(hint).into());
        }
        Ok(imported)
    }

    /// The places of the chosen districts.
    fn chosen(&self, region: &Region, at: &Place) -> Result<BTreeSet<usize>, Problems> {
        let districts = || region.districts.iter().enumerate();
        let mut problems = Problems::new();
        let kept = match &self.part {
            Part::All => districts().map(|(place, _)| place).collect(),
            Part::Counties(counties) => {
                let known: BTreeSet<&str> = region.districts.iter().map(|district| district.county.as_str()).collect();
                let mut kept = BTreeSet::new();
                for county in counties {
                    let before = kept.len();
                    kept.extend(
                        districts()
                            .filter(|(_, district)| same_county(&district.county, county))
                            .map(|(place, _)| place),
                    );
                    if kept.len() == before {
                        problems.push(unknown(at, "county", county, &self.state, &known));
                    }
                }
                kept
            }
            Part::Around { town, miles } => {
                let centre = centre(region, town);
                if centre.is_none() {
                    problems.push(unknown(at, "town", town, &self.state, &towns(region)));
                }
                let (x, y) = centre.unwrap_or_default();
                districts().filter(|(_, it)| (it.x - x).hypot(it.y - y) <= *miles).map(|(place, _)| place).collect()
            }
        };
        problems.into_result(kept)
    }

    /// Leaves the chosen districts, and says so in name, title and account.
    fn cut(&self, imported: &mut Imported, kept: &BTreeSet<usize>) {
        let part = match &self.part {
            Part::All => return,
            Part::Counties(counties) => counties.join(", "),
            Part::Around { town, miles } => format!("within {miles} miles of {town}"),
        };
        let region = &mut imported.region;
        let mut place = 0..;
        region.districts.retain(|_| place.next().is_some_and(|place| kept.contains(&place)));
        let ids: BTreeSet<String> = region.districts.iter().map(|district| district.id.clone()).collect();
        let mut outside = 0;
        for district in &mut region.districts {
            outside += usize::from(district.high_school.take_if(|id| !ids.contains(id)).is_some());
        }
        // An organisation that reaches none of them is none of theirs.
        let districts = &region.districts;
        region
            .support
            .retain(|it| districts.iter().any(|district| (district.x - it.x).hypot(district.y - it.y) <= it.reach));
        let slug: String =
            part.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let words = slug.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
        region.name = format!("{}-{words}", region.name);
        region.title = format!("{}: {part}", region.title);
        imported.report.districts = region.districts.len();
        imported.report.assumptions.push(format!(
            "a part of the state ({part}): districts outside are no partners; trend and money are those of the whole state"
        ));
        if outside > 0 {
            imported.report.assumptions.push(format!(
                "{outside} districts send their graduates to a district outside this part: to the nearest high school within it instead"
            ));
        }
    }
}

#[cfg(feature = "files")]
/// `Vinton` is `Vinton County`, whatever the capitals.
fn same_county(county: &str, given: &str) -> bool {
    let plain = |name: &str| {
        let name = name.trim().to_lowercase();
        let endings = [" county", " parish", " borough", " census area", " municipality", " city and borough"];
        endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name).to_owned()
    };
    county.trim().eq_ignore_ascii_case(given.trim()) || plain(county) == plain(given)
}

#[cfg(feature = "files")]
/// The towns of a region's schools.
fn towns(region: &Region) -> BTreeSet<&str> {
    region.districts.iter().flat_map(|district| &district.schools).map(|school| school.town.as_str()).collect()
}

#[cfg(feature = "files")]
/// Where a town is: the mean of its schools, or the office of the district of that name.
fn centre(region: &Region, town: &str) -> Option<(f64, f64)> {
    let schools = region.districts.iter().flat_map(|district| &district.schools);
    let there: Vec<_> =
        schools.filter(|school| school.town.eq_ignore_ascii_case(town)).map(|school| (school.x, school.y)).collect();
    if there.is_empty() {
        return region.districts.iter().find(|it| it.name.eq_ignore_ascii_case(town)).map(|it| (it.x, it.y));
    }
    let count = there.len() as f64;
    let (x, y) = there.iter().fold((0.0, 0.0), |(x, y), place| (x + place.0, y + place.1));
    Some((x / count, y / count))
}

#[cfg(feature = "files")]
fn unknown(at: &Place, what: &str, name: &str, state: &str, known: &BTreeSet<&str>) -> Problem {
    let problem = Problem::new(at.clone(), format!("{state} has no {what} `{name}` with a district"));
    // Names of counties are near without their last word too.
    let near = nearest(name, known.iter().copied()).or_else(|| {
        let first = |full: &&str| full.split_whitespace().next().unwrap_or_default().to_owned();
        let short: Vec<String> = known.iter().map(first).collect();
        let near = nearest(name, short.iter().map(String::as_str))?.to_owned();
        known.iter().copied().find(|full| first(full) == near)
    });
    let initial = |text: &str| text.chars().next().map(|c| c.to_ascii_lowercase());
    let alike: Vec<&str> = known.iter().copied().filter(|other| initial(other) == initial(name)).take(TOLD).collect();
    match (near, alike.is_empty()) {
        (Some(near), _) => problem.hint(format!("did you mean `{near}`?")),
        (None, false) => problem.hint(format!("those that begin alike: {}", alike.join(", "))),
        (None, true) => problem,
    }
}

#[cfg(all(test, feature = "files"))]
mod tests {
    use super::super::region_file;
    use super::*;

    /// Regular districts with pupils in 2019-20, as counted in the joined tables from which these were made.
    const COUNTS: [(&str, usize); 51] = [
        ("AK", 54),
        ("AL", 138),
        ("AR", 234),
        ("AZ", 216),
        ("CA", 991),
        ("CO", 177),
        ("CT", 169),
        ("DC", 1),
        ("DE", 19),
        ("FL", 67),
        ("GA", 180),
        ("HI", 1),
        ("IA", 327),
        ("ID", 115),
        ("IL", 856),
        ("IN", 292),
        ("KS", 286),
        ("KY", 172),
        ("LA", 72),
        ("MA", 321),
        ("MD", 24),
        ("ME", 216),
        ("MI", 537),
        ("MN", 329),
        ("MO", 515),
        ("MS", 140),
        ("MT", 400),
        ("NC", 121),
        ("ND", 173),
        ("NE", 244),
        ("NH", 167),
        ("NJ", 544),
        ("NM", 89),
        ("NV", 19),
        ("NY", 687),
        ("OH", 617),
        ("OK", 511),
        ("OR", 176),
        ("PA", 499),
        ("RI", 36),
        ("SC", 81),
        ("SD", 149),
        ("TN", 147),
        ("TX", 1022),
        ("UT", 41),
        ("VA", 132),
        ("VT", 117),
        ("WA", 298),
        ("WI", 420),
        ("WV", 55),
        ("WY", 48),
    ];

    fn region(word: &str) -> Result<Imported, Problems> {
        let place = Place::Flag("--region".to_owned());
        Selection::parse(word, &place)?.region(&place)
    }

    fn refusal(word: &str) -> String {
        region(word).map(|found| found.region.title).expect_err(word).render(false)
    }

    #[test]
    fn every_state_makes_a_region_file_that_is_read_back_the_same() {
        for state in states() {
            let found = match region(state) {
                Ok(found) => found,
                Err(problems) => {
                    assert!(["HI", "DC"].contains(&state), "{state}: {}", problems.render(false));
                    continue;
                }
            };
            let count = COUNTS.iter().find(|(known, _)| *known == state).map(|(_, count)| *count);
            assert_eq!(Some(found.region.districts.len()), count, "{state}");
            let text = region_file::write(&found.region);
            let read = region_file::parse(&text, state)
                .unwrap_or_else(|problems| panic!("{state}: {}", problems.render(false)));
            assert_eq!(read.districts.len(), found.region.districts.len(), "{state}");
            assert!(!found.report.assumptions.is_empty(), "{state}: what is imputed is told");
        }
    }

    #[test]
    fn a_part_of_a_state_has_its_districts_only_and_says_so() {
        let all = region("oh").expect("Ohio").region;
        let counties = region("OH:vinton, Meigs County").expect("two counties").region;
        assert!(counties.districts.iter().all(|it| ["Vinton County", "Meigs County"].contains(&it.county.as_str())));
        assert!((3..8).contains(&counties.districts.len()), "{}", counties.districts.len());
        assert!(
            counties.title.contains("vinton, Meigs County") && counties.name.starts_with("ohio-"),
            "{}",
            counties.title
        );
        let near = region("OH:30mi@athens").expect("a circle").region;
        let wide = region("OH:60mi@Athens").expect("a wider one").region;
        assert!(2 < near.districts.len() && near.districts.len() < wide.districts.len());
        assert!(wide.districts.len() < all.districts.len());
        for district in near.districts.iter().filter_map(|it| it.high_school.as_ref()) {
            assert!(near.districts.iter().any(|other| other.id == *district));
        }
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is_near() {
        assert!(refusal("XQ").contains("one of: AK AL"));
        let counties = refusal("OH:Vintn,Nowhere,Meigs");
        assert!(counties.contains("`Vintn`") && counties.contains("did you mean `Vinton County`"), "{counties}");
        assert!(counties.contains("`Nowhere`"), "all at once: {counties}");
        assert!(refusal("OH:30mi@Athenss").contains("did you mean `Athens`"));
        assert!(refusal("OH:lots@Athens").contains("miles from 1 to 500") && refusal("OH:5mi@").contains("no town"));
        assert!(refusal("OH:").contains("no county"));
        assert!(refusal("HI").contains("nobody to share or merge with"));
    }

    #[test]
    fn a_selection_is_written_as_it_is_read() {
        for word in ["OH", "ND:Nelson County,Steele County", "MT:40mi@Havre"] {
            assert!(Selection::is_meant(word));
            assert_eq!(Selection::parse(word, &Place::Flag("--region".to_owned())).expect("sound").to_string(), word);
        }
        assert_eq!([code_of("north dakota"), code_of("Ohia"), code_of("NAME")], [Some("ND"), None, None]);
        for word in ["regions/oh.toml", "ohio", "O1", "", "x"] {
            assert!(!Selection::is_meant(word), "{word}");
        }
    }
}
