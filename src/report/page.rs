//! How wide the page is on which something is shown, and what is set to that width.

/// Characters in a line of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    width: u16,
}

/// Characters in a line of the usual tables with five policies.
const USUAL: u16 = 112;
/// Nobody reads in less: tables keep this width whatever the page.
const LEAST: u16 = 40;
/// Longest line of running text.
const MEASURE: u16 = 110;

impl Page {
    /// As wide as is asked for: a file, or a program that reads along.
    pub const ENDLESS: Self = Self { width: u16::MAX };

    /// A page with so many characters in a line; fewer than 40 are taken as 40.
    #[must_use]
    pub fn of(width: u16) -> Self {
        Self { width: width.max(LEAST) }
    }

    /// Characters in a line, 40 at least.
    #[must_use]
    pub fn width(self) -> u16 {
        self.width
    }

    /// Whether the usual tables would not fit.
    #[must_use]
    pub fn is_narrow(self) -> bool {
        self.width < USUAL
    }

    /// Running text as lines that fit, each with its end. A word longer than a line stands alone.
    #[must_use]
    pub fn paragraph(self, text: &str) -> String {
        self.indented(text, "")
    }

    /// The same, each line behind an indent.
    #[must_use]
    pub fn indented(self, text: &str, indent: &str) -> String {
        let most = usize::from(self.width.min(MEASURE));
        let (mut out, mut line) = (String::new(), indent.to_owned());
        for word in text.split_whitespace() {
            let begun = line.len() > indent.len();
            if begun && line.chars().count() + 1 + word.chars().count() > most {
                out.push_str(&line);
                out.push('\n');
                line.truncate(indent.len());
            } else if begun {
                line.push(' ');
            }
            line.push_str(word);
        }
        out + &line + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_keeps_its_words_and_fits_the_page() {
        let text = "Every policy meets the same futures: same districts,\n births and luck. aVeryLongWordThatIsLongerThanAnyLineOfThisPage end";
        for width in [0, 40, 60, 200] {
            let page = Page::of(width);
            let set = page.paragraph(text);
            assert_eq!(set.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
            let fits = |line: &str| line.chars().count() <= usize::from(page.width()) || !line.contains(' ');
            assert!(set.ends_with('\n') && set.lines().all(fits), "{set}");
        }
        assert!(Page::of(60).is_narrow() && !Page::of(120).is_narrow() && !Page::ENDLESS.is_narrow());
    }
}
