//! School years.

use std::fmt;
use std::str::FromStr;

/// A school year, named by the calendar year in which it begins: 2019 is 2019–20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchoolYear(pub u16);

impl SchoolYear {
    /// The school year that ends in the fiscal year of a survey: two digits (`95`, `0`, `16`) or four.
    #[must_use]
    pub fn from_fiscal(fiscal: u16) -> Option<Self> {
        match fiscal {
            0..=49 => Some(Self(1999 + fiscal)),
            50..=99 => Some(Self(1899 + fiscal)),
            1951..=2100 => Some(Self(fiscal - 1)),
            _ => None,
        }
    }

    /// Years between this and another.
    #[must_use]
    pub fn distance(self, other: Self) -> u16 {
        self.0.abs_diff(other.0)
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.0, (u32::from(self.0) + 1) % 100)
    }
}

impl FromStr for SchoolYear {
    type Err = String;

    /// Reads `2019-20`, also with a long dash or as `2019-2020`.
    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text}` is not a school year such as 2019-20");
        let (start, end) = text.trim().split_once(['-', '–']).ok_or_else(refused)?;
        let number =
            |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u16>().ok()).flatten();
        let (start, last) = (number(start).ok_or_else(refused)?, number(end).ok_or_else(refused)?);
        let next = start.checked_add(1).ok_or_else(refused)?;
        let fits = (1950..2100).contains(&start) && (last == next || (end.len() == 2 && last == next % 100));
        if fits { Ok(Self(start)) } else { Err(refused()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn school_years_are_read_as_published_and_nothing_else_is() {
        for text in ["2019-20", "2019–20", " 2019-2020"] {
            assert_eq!(text.parse(), Ok(SchoolYear(2019)), "{text}");
        }
        assert_eq!("1999-00".parse(), Ok(SchoolYear(1999)));
        for text in ["2019", "2019-21", "19-20", "2019-+20", "", "65535-36"] {
            assert!(text.parse::<SchoolYear>().is_err(), "{text}");
        }
        assert_eq!(SchoolYear(1999).to_string(), "1999-00");
    }

    #[test]
    fn fiscal_years_of_two_digits_end_their_school_year() {
        let years = [95, 99, 0, 1, 16, 2019].map(|fiscal| SchoolYear::from_fiscal(fiscal).map(|year| year.0));
        assert_eq!(years, [1994, 1998, 1999, 2000, 2015, 2018].map(Some));
        assert_eq!(SchoolYear::from_fiscal(1200), None);
    }
}
