//! Publishers' tables as text: encodings, delimiters, preambles, footnotes, missing codes.

use std::collections::BTreeMap;
use std::fmt;

use csv::StringRecord;

use crate::diagnostics::{Place, Problem, Problems};

/// Records among which the line of column names is looked for; published preambles have at most 6.
const PREAMBLE: usize = 30;
/// Problems told one by one in each file; the rest are counted.
const TOLD: usize = 20;

/// What a table of the publishers is called in hints.
const FETCH_AGAIN: &str = "the file may be cut off or badly quoted: fetch it again";

/// The problems of all files, at most [`TOLD`] told for each, and what does not stop the import but must be looked at.
#[derive(Default)]
pub(in crate::districts) struct Log {
    problems: Problems,
    counts: BTreeMap<String, usize>,
    /// What looks odd, in the order in which it was found.
    pub(in crate::districts) odd: Vec<String>,
}

/// Where a value stands: its file and line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(in crate::districts) struct Origin {
    /// The file's path as given.
    pub(in crate::districts) file: String,
    /// The line, from 1.
    pub(in crate::districts) line: usize,
}

impl Origin {
    /// The place of a problem with the value.
    pub(in crate::districts) fn place(&self) -> Place {
        Place::Line(self.file.clone(), self.line)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Log {
    /// Adds a problem, or only counts it where its file has many.
    pub(in crate::districts) fn push(&mut self, problem: Problem) {
        let count = self.counts.entry(problem.file().to_owned()).or_default();
        *count += 1;
        if *count <= TOLD {
            self.problems.push(problem);
        }
    }

    /// Whether nothing is wrong so far.
    pub(in crate::districts) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// All problems, with a count of those not told.
    pub(in crate::districts) fn into_problems(mut self) -> Problems {
        for (file, count) in self.counts {
            if count > TOLD {
                let what = format!("{} more problems in this file", count - TOLD);
                self.problems.push(Problem::new(Place::File(file), what).hint("mend those above and import again"));
            }
        }
        self.problems
    }
}

/// A table: its column names and its rows of data, without preamble and footnotes.
#[derive(Debug)]
pub(in crate::districts) struct Table {
    /// The file's path as given.
    pub(in crate::districts) file: String,
    /// The names of its columns, trimmed.
    pub(in crate::districts) header: Vec<String>,
    /// Its rows, each with its line (from 1).
    pub(in crate::districts) rows: Vec<Row>,
    /// Whether footnotes follow the rows (an export without them may be cut off).
    pub(in crate::districts) footnotes: bool,
}

/// One row of a table.
#[derive(Debug)]
pub(in crate::districts) struct Row {
    /// Its line in the file, from 1.
    pub(in crate::districts) line: usize,
    cells: StringRecord,
}

impl Row {
    /// A cell, trimmed; empty where the table has no such column.
    pub(in crate::districts) fn get(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.cells.get(column)).unwrap_or("").trim()
    }
}

impl Table {
    /// The column whose name satisfies `wanted`.
    pub(in crate::districts) fn column_where(&self, wanted: impl Fn(&str) -> bool) -> Option<usize> {
        self.header.iter().position(|name| wanted(name))
    }

    /// The column with this name, whatever its case.
    pub(in crate::districts) fn column(&self, name: &str) -> Option<usize> {
        self.column_where(|column| column.eq_ignore_ascii_case(name))
    }

    /// A problem with the cell of `row` in `column`.
    pub(in crate::districts) fn problem(&self, row: &Row, column: Option<usize>, expected: &str) -> Problem {
        let name = column.and_then(|column| self.header.get(column)).map_or("", String::as_str);
        let found = shorten(row.get(column));
        let problem =
            Problem::new(self.origin(row).place(), format!("column `{name}` holds `{found}`")).expected(expected);
        problem.hint(remedy(row.get(column)))
    }

    /// A problem with the identifier of a row.
    pub(in crate::districts) fn identifier_problem(&self, row: &Row, column: Option<usize>) -> Problem {
        let cell = row.get(column);
        let problem = self.problem(row, column, "an NCES agency identifier of 7 digits");
        if cell.is_empty() {
            problem.hint("if the row is a note or a total, delete it; else fetch the file again")
        } else if cell.contains(['e', 'E']) && cell.starts_with(|c: char| c.is_ascii_digit()) {
            problem.hint(
                "a spreadsheet took it for a number, and its digits are lost: fetch the file again, import the column as text",
            )
        } else {
            problem
        }
    }

    /// Whether another table has the same columns and rows.
    pub(in crate::districts) fn says_as(&self, other: &Self) -> bool {
        let cells = |table: &Self| table.rows.iter().map(|row| row.cells.clone()).collect::<Vec<_>>();
        self.header == other.header && cells(self) == cells(other)
    }

    /// Where a row stands.
    pub(in crate::districts) fn origin(&self, row: &Row) -> Origin {
        Origin { file: self.file.clone(), line: row.line }
    }

    /// The number in a cell between 0 and `most`, or why there is none.
    pub(in crate::districts) fn number(&self, row: &Row, column: Option<usize>, most: f64, log: &mut Log) -> Value {
        if column.is_none() {
            return Value::Absent;
        }
        let value = Value::parse(row.get(column));
        match value {
            Some(Value::Number(number)) if number > most => {}
            Some(value) => return value,
            None => {}
        }
        let expected = format!("a number from 0 to {most}, or a missing code († – ‡, -1, -2, blank)");
        log.push(self.problem(row, column, &expected));
        Value::Missing
    }
}

/// A number, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::districts) enum Value {
    /// The number.
    Number(f64),
    /// † or -2.
    NotApplicable,
    /// –, -1 or blank.
    Missing,
    /// ‡, -3 or -9: withheld for its quality.
    Quality,
    /// The table has no such column.
    #[default]
    Absent,
}

impl Value {
    /// Reads a cell; None where it is neither a number from 0 nor a missing code.
    fn parse(cell: &str) -> Option<Self> {
        match cell {
            "†" => return Some(Self::NotApplicable),
            "" | "–" | "—" | "-" | "N" | "M" => return Some(Self::Missing),
            "‡" => return Some(Self::Quality),
            _ => {}
        }
        // A data frame writes the codes as -1.0 or -1.00.
        if let Some(code) = cell.strip_prefix('-') {
            let (code, rest) = code.split_once('.').unwrap_or((code, ""));
            return match code {
                _ if rest.bytes().any(|byte| byte != b'0') => None,
                "1" => Some(Self::Missing),
                "2" => Some(Self::NotApplicable),
                "3" | "9" => Some(Self::Quality),
                _ => None,
            };
        }
        let digits = without_thousands(cell)?;
        // `parse` also takes "nan" and "inf", which no publisher means.
        if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '+') {
            return None;
        }
        digits.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0).map(Self::Number)
    }

    /// The number, if there is one.
    pub(in crate::districts) fn known(self) -> Option<f64> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// The number, if there is one above 0.
    pub(in crate::districts) fn positive(self) -> Option<f64> {
        self.known().filter(|&number| number > 0.0)
    }

    /// This value, or `other` where there is no number here.
    pub(in crate::districts) fn or(self, other: Self) -> Self {
        if self.known().is_some() || other == Self::Absent { self } else { other }
    }
}

/// A number without the commas between its thousands; None where a comma is none of these: it may be a decimal comma.
fn without_thousands(cell: &str) -> Option<String> {
    if !cell.contains(',') {
        return Some(cell.to_owned());
    }
    let (whole, rest) = cell.split_at(cell.find(['.', 'e', 'E']).unwrap_or(cell.len()));
    let mut groups = whole.trim_start_matches('+').split(',');
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    let sound = first && groups.all(|group| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit()));
    (sound && !rest.contains(',')).then(|| format!("{}{rest}", whole.replace(',', "")))
}

/// How to mend a cell that was refused, where its form tells why it is no number.
fn remedy(cell: &str) -> &'static str {
    let digits = cell.bytes().any(|byte| byte.is_ascii_digit());
    let of = |marks: &str| cell.chars().all(|c| c.is_ascii_digit() || marks.contains(c));
    if digits && cell.contains(',') && of("+-.,eE") {
        "a decimal comma? a comma stands only before three digits, between thousands: save the table with decimal points"
    } else if digits && cell.contains('.') && of(".") {
        "points between thousands? save the table with decimal points and without marks between thousands"
    } else if digits && cell.contains(['$', '€', '%', ' ', '\u{a0}', '\'']) && of("+-.,eE$€% \u{a0}'") {
        "save the table with plain numbers, without currency, percent signs or blanks"
    } else if cell.starts_with('#') {
        "a spreadsheet's error or a column too narrow for its number: fetch the file again"
    } else {
        ""
    }
}

/// At most 40 characters of a text, to be quoted.
pub(in crate::districts) fn shorten(text: &str) -> String {
    const LONGEST: usize = 40;
    let clean: String = text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() > LONGEST { format!("{clean}…") } else { clean }
}

/// The bytes as text: UTF-8 with or without a byte-order mark, UTF-16 with one, or else
/// Windows-1252, in which spreadsheets save the symbols † – ‡.
pub(in crate::districts) fn decode(bytes: &[u8]) -> String {
    let utf16 = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| from([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    if bytes.starts_with(&[0xFF, 0xFE]) {
        return utf16(u16::from_le_bytes);
    }
    if bytes.starts_with(&[0xFE, 0xFF]) {
        return utf16(u16::from_be_bytes);
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|&byte| windows_1252(byte)).collect(), str::to_owned)
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    if (0x80..0xA0).contains(&byte) { HIGH[usize::from(byte - 0x80)] } else { char::from(byte) }
}

/// What stands at the head of a file, before it is read whole: the column names and where they are.
pub(in crate::districts) struct Head {
    /// The trimmed column names.
    pub(in crate::districts) header: Vec<String>,
    record: usize,
    delimiter: u8,
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(delimiter != b'\t' || quotes_cells(text))
        .from_reader(text.as_bytes())
}

/// Whether a tab-separated text quotes cells, as a spreadsheet does. Tab-separated files of the publishers do not:
/// there, a quotation mark is a letter, and some cell that begins with one does not end with one.
fn quotes_cells(text: &str) -> bool {
    let cells = text.lines().flat_map(|line| line.split('\t')).filter(|cell| cell.starts_with('"'));
    let quoted = |cell: &str| {
        let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
        inner.is_some_and(|inner| !inner.replace("\"\"", "").contains('"'))
    };
    let mut any = false;
    cells.inspect(|_| any = true).all(quoted) && any
}

/// The first line that `recognised` takes for the column names of a table that it knows.
pub(in crate::districts) fn find_head(text: &str, mut recognised: impl FnMut(&[String]) -> bool) -> Option<Head> {
    [b',', b'\t', b';', b'|'].into_iter().find_map(|delimiter| {
        let records = reader(text, delimiter).into_records().take(PREAMBLE).enumerate();
        records.filter_map(|(record, cells)| Some((record, cells.ok()?))).find_map(|(record, cells)| {
            let header: Vec<String> = cells.iter().map(|cell| cell.trim().trim_matches('"').to_owned()).collect();
            recognised(&header).then_some(Head { header, record, delimiter })
        })
    })
}

/// The rows below the head. Spreadsheets leave out the delimiters of blank cells at a row's end, so a row may be short
/// by its last cells; any other whose cells do not match the column names is a problem.
pub(in crate::districts) fn read_rows(file: &str, text: &str, head: Head, log: &mut Log) -> Table {
    let mut table = Table { file: file.to_owned(), header: head.header, rows: Vec::new(), footnotes: false };
    let columns = table.header.len();
    let records: Vec<_> = reader(text, head.delimiter).into_records().skip(head.record + 1).collect();
    let last = records.iter().rev().find_map(|cells| cells.as_ref().ok());
    // A file that ends within a row was cut off: nothing in it is taken for a blank.
    let cut = !text.ends_with(['\n', '\r']) && last.is_some_and(|cells| cells.len() < columns && !is_note(cells));
    let mut short = Vec::new();
    for cells in records {
        let cells = match cells {
            Ok(cells) => cells,
            Err(error) => {
                log.push(Problem::new(Place::File(table.file.clone()), format!("cannot be read further: {error}")));
                break;
            }
        };
        let line = cells.position().map_or(0, |position| position.line() as usize);
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if is_note(&cells) {
            table.footnotes = true;
            continue;
        }
        let place = || Place::Line(table.file.clone(), line);
        if cells.iter().any(|cell| cell.contains('\n')) {
            let problem = Problem::new(place(), "a cell of this row goes on over the end of the line");
            log.push(problem.expected("quotation marks in pairs, and each row on a line of its own").hint(FETCH_AGAIN));
            continue;
        }
        let beyond = cells.iter().skip(columns).all(|cell| cell.trim().is_empty());
        let filled = cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        if beyond && (cells.len() >= columns || (!cut && filled > 1)) {
            if cells.len() < columns {
                short.push(line);
            }
            table.rows.push(Row { line, cells });
        } else {
            let what = format!("the row has {} cells, its table {columns} columns", cells.len());
            log.push(Problem::new(place(), what).expected("one cell for each column").hint(FETCH_AGAIN));
        }
    }
    // Publishers' files end with the end of a line: without one, the last cell may be a part of what it was.
    let unended = !text.ends_with(['\n', '\r']) && !cut;
    if let Some(last) = table.rows.last().filter(|_| unended && !table.footnotes) {
        log.odd.push(format!(
            "{file}:{}: the file ends without the end of a line: it may be cut off in this row",
            last.line
        ));
    }
    if let Some(first) = short.first() {
        log.odd.push(format!(
            "{file}:{first}: {} short of cells at the end: taken as blank, as a spreadsheet leaves them out",
            if short.len() == 1 {
                "a row is".to_owned()
            } else {
                format!("this and {} more rows are", short.len() - 1)
            }
        ));
    }
    table
}

/// Whether a record is one of the publishers' notes below a table: one cell at its beginning, or more where a note
/// with commas was not quoted.
fn is_note(cells: &StringRecord) -> bool {
    let mut filled = cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()).map(|(place, _)| place);
    let (first, alone) = (filled.next(), filled.next().is_none());
    let Some(cell) = cells.get(0).filter(|_| first == Some(0)) else { return false };
    let cell = cell.trim().trim_start_matches('"').to_lowercase();
    let sure = ["data source:", "note:", "notes:", "source:", "sources:", "† ", "– ", "‡ ", "# "];
    let likely = ["data source", "†", "–", "‡", "note", "source", "#", "*"];
    sure.iter().any(|start| cell.starts_with(start)) || (alone && likely.iter().any(|start| cell.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(text: &str) -> (Table, Problems) {
        let mut log = Log::default();
        let head = find_head(text, |header| header.iter().any(|name| name == "LEAID")).expect("a header");
        (read_rows("a.csv", text, head, &mut log), log.into_problems())
    }

    #[test]
    fn preamble_and_footnotes_are_not_rows() {
        let text = "Export,,\n,,\nLEAID,NAME,N\n0100005,\"A, B\",1\n,,\n\"Data Source: x\",,\n† not applicable.\n";
        let (table, problems) = table(text);
        assert!(problems.is_empty() && table.footnotes);
        assert_eq!(table.rows.iter().map(|row| (row.line, row.get(Some(1)))).collect::<Vec<_>>(), [(4, "A, B")]);
    }

    #[test]
    fn a_row_cut_off_is_told_with_its_line() {
        let (table, problems) = table("LEAID,NAME,N\n0100005,A,1\n0100006,B\n01");
        assert_eq!(table.rows.len(), 1);
        assert_eq!(problems.iter().map(Problem::line).collect::<Vec<_>>(), [Some(3), Some(4)]);
    }

    #[test]
    fn missing_codes_are_told_apart() {
        for (cell, value) in [
            ("1,234", Value::Number(1234.0)),
            ("1,234,567.5", Value::Number(1_234_567.5)),
            ("-1.0", Value::Missing),
            ("-3.0", Value::Quality),
            ("-9.0", Value::Quality),
            ("8.1e+007", Value::Number(8.1e7)),
            ("†", Value::NotApplicable),
            ("-2", Value::NotApplicable),
            ("–", Value::Missing),
            ("-1", Value::Missing),
            ("", Value::Missing),
            ("‡", Value::Quality),
        ] {
            assert_eq!(Value::parse(cell), Some(value), "{cell}");
        }
        for cell in ["nan", "inf", "-5", "12a", "1e999", "$4", "-1.5"] {
            assert_eq!(Value::parse(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_comma_that_is_not_between_thousands_is_no_mark_to_be_removed() {
        for cell in ["8,22", "301,3", "1,2345", "1234,567", ",5", "1,,000", "1,000,00", "8,1e+007", "1.234,5"] {
            assert_eq!(Value::parse(cell), None, "{cell}");
            assert!(remedy(cell).contains("a decimal comma?"), "{cell}: {}", remedy(cell));
        }
        for (cell, word) in
            [("1.240.000", "points between thousands"), ("$4", "currency"), ("1 240", "blanks"), ("#N/A", "error")]
        {
            assert!(Value::parse(cell).is_none() && remedy(cell).contains(word), "{cell}: {}", remedy(cell));
        }
    }

    #[test]
    fn rows_short_or_long_by_blank_cells_are_read_and_told() {
        let mut log = Log::default();
        let text = "LEAID,NAME,N,M\n0100005,A,1\n0100006,B,2,3,,\n0100007,C,1,2,3\n";
        let head = find_head(text, |header| header.iter().any(|name| name == "LEAID")).expect("a header");
        let table = read_rows("a.csv", text, head, &mut log);
        assert_eq!(table.rows.iter().map(|row| (row.line, row.get(Some(3)))).collect::<Vec<_>>(), [(2, ""), (3, "3")]);
        assert!(log.odd[0].starts_with("a.csv:2: a row is short of cells at the end"), "{:?}", log.odd);
        assert_eq!(log.into_problems().iter().map(Problem::line).collect::<Vec<_>>(), [Some(4)]);
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_swallows_nothing() {
        let (table, problems) = table("LEAID,NAME,N\n0100005,\"A,1\n0100006,B,2\n0100007,\"C\",3\n");
        assert!(table.rows.iter().all(|row| row.get(Some(0)) != "0100005"));
        assert!(problems.render(false).contains("goes on over the end of the line"), "{}", problems.render(false));
    }

    #[test]
    fn a_file_that_ends_in_the_middle_of_a_line_is_looked_at() {
        let odd = |text: &str| {
            let mut log = Log::default();
            let head = find_head(text, |header| header.iter().any(|name| name == "LEAID")).expect("a header");
            read_rows("a.csv", text, head, &mut log);
            log.odd.join("\n")
        };
        assert!(odd("LEAID,NAME,N\n0100005,A,1\n0100006,B,12").starts_with("a.csv:3: the file ends without"));
        assert_eq!(odd("LEAID,NAME,N\n0100005,A,1\n0100006,B,123\r\n"), "");
    }

    #[test]
    fn notes_are_known_in_capitals_and_with_commas() {
        let (table, problems) = table("LEAID,NAME,N\n0100005,A,1\nNOTE: rounded, so beware,\nSOURCE: x\n");
        assert!(problems.is_empty() && table.footnotes && table.rows.len() == 1);
    }

    #[test]
    fn tabs_are_read_as_their_spreadsheet_or_publisher_wrote_them() {
        let (quoted, problems) = table("LEAID\tNAME\tN\n0100005\t\"A, \"\"B\"\"\"\t1\n");
        assert!(problems.is_empty() && quoted.rows[0].get(Some(1)) == "A, \"B\"");
        let (letters, problems) = table("LEAID\tNAME\tN\n0100005\t\"A\" SCHOOL\t1\n0100006\t\"B\"\t2\n");
        assert!(problems.is_empty() && letters.rows[1].get(Some(1)) == "\"B\"");
    }

    #[test]
    fn symbols_survive_every_encoding() {
        let text = "LEAID,† – ‡";
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode(text.as_bytes()), text);
        assert_eq!(decode(&[b"\xEF\xBB\xBF", text.as_bytes()].concat()), text);
        assert_eq!(decode(&utf16), text);
        assert_eq!(decode(b"LEAID,\x86 \x96 \x87"), text);
    }

    #[test]
    fn a_file_full_of_mistakes_does_not_flood_the_report() {
        let text = format!("LEAID,NAME\n{}", "x,y,z\n".repeat(100));
        let (_, problems) = table(&text);
        assert_eq!(problems.len(), TOLD + 1);
        assert!(problems.render(false).contains("80 more problems"));
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let text = decode(&bytes);
            if let Some(head) = find_head(&text, |header| !header.is_empty()) {
                read_rows("a", &text, head, &mut Log::default());
            }
        }
    }
}
