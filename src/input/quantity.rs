//! Quantities as people write them: `300 $/pupil`, `$1,000`, `3 %`, `45 min`, `-2 %/yr`.

/// A number and its unit, as typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantity {
    /// The number.
    pub(crate) value: f64,
    /// The unit as typed, with a leading `$` moved here; may be empty.
    pub(crate) unit: String,
}

/// Splits a text into number and unit; None where it does not begin with a number.
pub(crate) fn parse(text: &str) -> Option<Quantity> {
    let (sign, unsigned) = split_sign(text.trim());
    let (dollar, digits) = match unsigned.strip_prefix('$') {
        Some(rest) => ("$", rest.trim_start()),
        None => ("", unsigned),
    };
    let end = digits.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '_'))).unwrap_or(digits.len());
    let (number, unit) = with_exponent(digits, end);
    let (factor, unit) = multiplier(unit.trim());
    let value: f64 = without_separators(number)?.parse().ok()?;
    Some(Quantity { value: sign * value * factor, unit: format!("{dollar} {unit}").trim().to_owned() })
}

fn split_sign(text: &str) -> (f64, &str) {
    if let Some(rest) = text.strip_prefix(['-', '\u{2212}']) {
        (-1.0, rest.trim_start())
    } else {
        (1.0, text.strip_prefix('+').unwrap_or(text))
    }
}

/// Takes an exponent such as `e6` or `E-3` into the number, but leaves a unit that begins with an e.
fn with_exponent(digits: &str, end: usize) -> (&str, &str) {
    let rest = &digits[end..];
    let signed = rest.strip_prefix(['e', 'E']).map(|power| power.strip_prefix(['-', '+']).unwrap_or(power));
    let length = signed.map_or(0, |power| power.find(|c: char| !c.is_ascii_digit()).unwrap_or(power.len()));
    if length == 0 {
        return digits.split_at(end);
    }
    let power_end = signed.map_or(end, |power| digits.len() - power.len() + length);
    digits.split_at(power_end)
}

/// The number without `1,000` and `1_000` separators; None where commas do not separate thousands.
fn without_separators(number: &str) -> Option<String> {
    let whole = number.split('.').next().unwrap_or(number);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    let thousands = whole.contains(',');
    if number.matches(',').count() != whole.matches(',').count()
        || (thousands && (first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3)))
    {
        return None;
    }
    Some(number.replace([',', '_'], ""))
}

fn multiplier(unit: &str) -> (f64, &str) {
    for (word, factor) in [("thousand", 1e3), ("million", 1e6), ("billion", 1e9)] {
        if let Some(rest) = unit.strip_prefix(word)
            && !rest.starts_with(|c: char| c.is_alphabetic())
        {
            return (factor, rest.trim_start());
        }
    }
    (1.0, unit)
}

/// By what a number in unit `given` is multiplied to be one in `wanted`; None where the two measure
/// different things.
pub(crate) fn factor(given: &str, wanted: &str) -> Option<f64> {
    let (given, wanted) = (normal(given), normal(wanted));
    if given == wanted {
        return Some(1.0);
    }
    let share = wanted == "share" || wanted.starts_with("share of") || wanted == "index 0-1";
    let of_what = wanted.strip_prefix("share").filter(|rest| !rest.is_empty());
    match (given.as_str(), wanted.as_str()) {
        ("%", _) if share => Some(0.01),
        (percent, _) if of_what.is_some() && percent.strip_prefix('%') == of_what => Some(0.01),
        ("share", _) if share => Some(1.0),
        // A trend of -2 % a year is read as a change of the log by -0.02.
        ("%/year", "1/year" | "log/year") => Some(0.01),
        ("hour", "minute") => Some(60.0),
        ("/year", "1/year")
        | ("mph", "mile/hour")
        | ("$/$1000" | "$/1000" | "$/$1000 of valuation" | "$/thousand", "mill") => Some(1.0),
        _ => None,
    }
}

/// One spelling for each unit: `dollars per pupil` and `$ a pupil` are both `$/pupil`.
fn normal(unit: &str) -> String {
    let mut text = unit.trim().to_lowercase().replace("per cent", "%").replace("percent", "%").replace("1,000", "1000");
    for word in [" per ", " a ", " each "] {
        text = text.replace(word, "/");
    }
    if let Some(rest) = text.strip_prefix("per ") {
        text = format!("/{rest}");
    }
    let parts: Vec<String> =
        text.split('/').map(|part| part.split_whitespace().map(singular).collect::<Vec<_>>().join(" ")).collect();
    parts.join("/")
}

fn singular(word: &str) -> String {
    let word = match word {
        "dollar" | "dollars" | "usd" => "$",
        "yr" | "yrs" | "y" => "year",
        "student" | "students" => "pupil",
        "min" | "mins" => "minute",
        "h" | "hr" | "hrs" => "hour",
        "mi" => "mile",
        other => other,
    };
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, wanted: &str) -> Option<f64> {
        let quantity = parse(text)?;
        Some(quantity.value * factor(&quantity.unit, wanted)?)
    }

    #[test]
    fn quantities_are_read_as_people_write_them() {
        for (text, wanted, value) in [
            ("300 $/pupil", "$/pupil", 300.0),
            ("$300 per pupil", "$/pupil", 300.0),
            ("300 dollars a pupil", "$ a pupil", 300.0),
            ("$1,150/pupil", "$/pupil", 1150.0),
            ("2 million $/year", "$/year", 2e6),
            ("$2.5 million per year", "$/year", 2.5e6),
            ("3 %", "share", 0.03),
            ("3 percent", "share of budget", 0.03),
            ("3 % of budget", "share of budget", 0.03),
            ("-2 %/yr", "log/year", -0.02),
            ("\u{2212}2 % a year", "1/year", -0.02),
            ("45 min", "minutes", 45.0),
            ("1.5 hours", "minutes", 90.0),
            ("1e3 pupils", "pupils", 1000.0),
            ("35 mph", "miles/hour", 35.0),
            ("1 $ per $1,000", "mills", 1.0),
            ("0.4 log-odds", "log-odds", 0.4),
            ("5 events", "events", 5.0),
        ] {
            let read = read(text, wanted);
            assert!(read.is_some_and(|read| (read - value).abs() < 1e-12 * value.abs()), "{text}: {read:?}");
        }
    }

    #[test]
    fn a_unit_of_another_kind_has_no_factor() {
        for (given, wanted) in
            [("%", "minutes"), ("$/member", "$/pupil"), ("", "pupils"), ("%", "1/year"), ("km", "miles")]
        {
            assert_eq!(factor(given, wanted), None, "{given} as {wanted}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_taken_for_one() {
        for text in ["", "$", "ten pupils", "1,00 $", "1.2.3", "1,000,00", "1.5,000", "-", "é"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
