//! The F-33 school district finance survey: its full layout and its yearly subsets, tab- or
//! comma-separated, with LEAID or without. Money is in dollars of its own year.

use super::elsi::leaid;
use super::table::{Log, Row, Table, Value};
use super::year::SchoolYear;

/// Most dollars that can be meant in one cell.
const DOLLARS: f64 = 1e11;

/// What the survey says of an agency in one fiscal year.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Finance {
    pub(super) revenue: Value,
    pub(super) local: Value,
    pub(super) state: Value,
    pub(super) federal: Value,
    /// All spending, capital outlay and debt service among it.
    pub(super) expenditure: Value,
    /// Current spending on elementary and secondary education (TCURELSC): full layout only.
    pub(super) current: Value,
    /// Cash and securities at the year's end outside sinking and bond funds (W61).
    pub(super) reserve: Value,
    /// Long-term debt outstanding at the year's end (41F).
    pub(super) debt: Value,
    /// Grades offered (GSLO, GSHI) as published codes.
    pub(super) span: Option<(String, String)>,
    /// County (CONUM), five digits.
    pub(super) county: Option<String>,
}

impl Finance {
    /// Fills what is unknown here from `other`.
    pub(super) fn filled_from(&mut self, other: Self) {
        self.revenue = self.revenue.or(other.revenue);
        self.local = self.local.or(other.local);
        self.state = self.state.or(other.state);
        self.federal = self.federal.or(other.federal);
        self.expenditure = self.expenditure.or(other.expenditure);
        self.current = self.current.or(other.current);
        self.reserve = self.reserve.or(other.reserve);
        self.debt = self.debt.or(other.debt);
        self.span = self.span.take().or(other.span);
        self.county = self.county.take().or(other.county);
    }
}

/// One row of the survey.
#[derive(Debug)]
pub(super) struct FinanceRow {
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) year: SchoolYear,
    pub(super) finance: Finance,
}

/// Reads the rows of one state.
pub(super) fn read(table: &Table, state: &str, log: &mut Log) -> Vec<FinanceRow> {
    let of_state = table.column("STABBR");
    let rows = table.rows.iter().filter(|row| row.get(of_state).eq_ignore_ascii_case(state));
    rows.filter_map(|row| read_row(table, row, log)).collect()
}

fn read_row(table: &Table, row: &Row, log: &mut Log) -> Option<FinanceRow> {
    let (id_column, year_column) = (table.column("LEAID"), table.column("YEAR"));
    let id = leaid(row.get(id_column)).map(|(id, _)| id);
    if id_column.is_some() && id.is_none() {
        log.push(table.problem(row, id_column, "an NCES agency identifier of 7 digits"));
        return None;
    }
    let Some(year) = row.get(year_column).parse().ok().and_then(SchoolYear::from_fiscal) else {
        log.push(table.problem(row, year_column, "a fiscal year such as 95, 5 or 2019"));
        return None;
    };
    let mut dollars = |name: &str| table.number(row, table.column(name), DOLLARS, log);
    let mut finance = Finance {
        revenue: dollars("TOTALREV"),
        local: dollars("TLOCREV"),
        state: dollars("TSTREV"),
        federal: dollars("TFEDREV"),
        expenditure: dollars("TOTALEXP"),
        current: dollars("TCURELSC"),
        reserve: dollars("W61"),
        debt: dollars("_41F").or(Value::Absent),
        span: None,
        county: None,
    };
    // The codes that begin with a digit bear an underscore in some years' headers.
    finance.debt = finance.debt.or(table.number(row, table.column("41F"), DOLLARS, log));
    let text = |name: &str| Some(row.get(table.column(name)).to_owned()).filter(|text| !text.is_empty());
    finance.span = text("GSLO").zip(text("GSHI"));
    finance.county =
        text("CONUM").filter(|code| code.bytes().all(|byte| byte.is_ascii_digit())).map(|code| format!("{code:0>5}"));
    Some(FinanceRow { id, name: row.get(table.column("NAME")).to_owned(), year, finance })
}
