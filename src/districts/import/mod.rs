//! Real regions from the publishers' own files: NCES and Census Bureau tables, joined on LEAID.
//!
//! Files are recognised by their column names, whatever they are called. What no file holds is
//! modelled and told in the report: pupils by grade (from total, grade span and trend; a total that
//! counts prekindergarten is spread over kindergarten to grade 12), taxable valuation (local revenue
//! at 12 mills), births (the trend of enrolment) and, where no table of schools is at hand, schools (one
//! for every 250 pupils). The region
//! begins in the school year after the one imported, with the pupils and the money of that year.

pub(super) mod assemble;
pub(super) mod edge;
pub(super) mod elsi;
mod f33;
pub(super) mod finance;
pub(super) mod folder;
mod join;
pub(super) mod place;
mod plausible;
pub mod products;
pub mod report;
mod schools;
pub mod states;
pub(super) mod support;
pub(super) mod table;
pub(super) mod trend;
pub(super) mod vintages;
pub mod year;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assemble::{Account, Sources};
use elsi::{Agencies, Agency, Variable};
use finance::{Accounts, Conflict, Gathered, Measure};
use folder::Folder;
use place::Projection;
use products::Product;
pub use report::ImportReport;
use report::{FileReport, Tallies, Tally};
use table::{Log, Table};
use vintages::single;
use year::SchoolYear;

use crate::diagnostics::{Place, Problem, Problems, nearest};
use crate::districts::region_file;
use crate::districts::schools::{Links, link_high_schools};
use crate::districts::shipped::code_of;
use crate::model::region::{AgentKind, Region, StartingDistrict, StateFinance, StateRules};

/// What to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// The school year, such as `2019-20` (the default). Finances are those of the nearest year that
    /// has them, at most five years away.
    pub year: String,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { year: "2019-20".to_owned() }
    }
}

/// A region made from published files, and the account of how.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The region, its districts in the order of their LEAID.
    pub region: Region,
    /// What was read, dropped, joined, imputed and assumed.
    pub report: ImportReport,
}

/// Imports one state (its postal code, such as `ND`) from the published files in `folder` and two
/// levels below it.
///
/// Districts of the region are the agencies of type 1 or 2 with pupils in the year.
///
/// # Errors
/// Every problem at once: needed tables that the folder lacks, with where they are published; a state
/// or year that the tables do not hold, with those that they do; and every malformed row or cell of the
/// state with file, line and column.
pub fn import(folder: &Path, state: &str, options: &ImportOptions) -> Result<Imported, Problems> {
    let mut log = Log::default();
    let files = folder::read(folder, &mut log);
    tell_missing(folder, &files, &mut log);
    let imported = import_files(folder, &files, state, options, log)?;
    hold(folder, &imported.region)?;
    Ok(imported)
}

/// Holds the region against the limits of region files, so that what is written can be read.
fn hold(folder: &Path, region: &Region) -> Result<(), Problems> {
    let text = region_file::write(region);
    let Err(refused) = region_file::parse(&text, "the region file") else { return Ok(()) };
    let mut log = Log::default();
    for problem in refused {
        // The district or organisation whose key it is.
        let before = text.lines().take(problem.line().unwrap_or(0));
        let name = before.filter_map(|line| line.strip_prefix("name = ")).last().unwrap_or_default().to_owned();
        let what = format!("the region made of these tables breaks the limits of region files: {}", problem.what);
        let hint = format!("found at {name}: look for a wrong number, unit or name in its rows");
        log.push(Problem::new(Place::File(folder.display().to_string()), what).expected(problem.expected).hint(hint));
    }
    Err(finish(log))
}

/// Imports one state from a text that holds the publishers' tables one below the other, with an empty line between them;
/// `name` is the file that messages name.
///
/// # Errors
/// As [`import`].
pub(in crate::districts) fn import_text(
    name: &str,
    text: &str,
    state: &str,
    options: &ImportOptions,
) -> Result<Imported, Problems> {
    let mut log = Log::default();
    let files = Folder::of_text(name, text, &mut log);
    let folder = Path::new(name);
    tell_missing(folder, &files, &mut log);
    import_files(folder, &files, state, options, log)
}

fn import_files(
    folder: &Path,
    files: &Folder,
    state: &str,
    options: &ImportOptions,
    mut log: Log,
) -> Result<Imported, Problems> {
    let state = state.trim().to_ascii_uppercase();
    let year = options
        .year
        .parse::<SchoolYear>()
        .map_err(|what| log.push(Problem::new(Place::Flag("--year".to_owned()), what)))
        .ok();
    let mut agencies = elsi::read(&files.of(Product::Elsi), &state, &mut log);
    if !files.of(Product::Elsi).is_empty() {
        check_choice(&agencies, files, &state, year, &mut log);
    }
    // Without the state and year there is nothing that the other tables could be held against.
    let Some(year) = year.filter(|year| agencies.years.contains(year) && !agencies.by_id.is_empty()) else {
        return Err(finish(log));
    };
    let country = states::country(&state);
    let fips = country.map_or_else(|| most_common_code(&agencies), |country| country.fips.to_owned());
    tell_foreign(&agencies, (&state, &fips), year, &mut log);
    plausible::agencies(&mut agencies, year, &mut log);
    let districts = agencies.by_id.values().filter(|agency| elsi::why_dropped(agency, year).is_none()).count();
    let mut tables = Tables::read(files, (&state, &fips), &mut log);
    plausible::places(&mut tables.offices, &mut tables.boundaries, country, districts, &mut log);
    plausible::schools(&mut tables.schools, country, &mut log);
    // What is missing because of a problem that is told is none of its own.
    if !log.is_empty() {
        judge_alone(&agencies, &tables, year, &mut log);
        return Err(finish(log));
    }
    let imported = assemble(folder, files, &agencies, &tables, (&state, year), &mut log);
    match imported {
        Some(imported) if log.is_empty() => Ok(imported),
        _ => Err(finish(log)),
    }
}

/// Tells what is wrong with the money too, where the tables are wrong otherwise: every problem at once.
fn judge_alone(agencies: &Agencies, tables: &Tables, year: SchoolYear, log: &mut Log) {
    let Gathered { mut finances, conflicts, .. } = finance::gather(agencies, &tables.finance_rows, &tables.aliases);
    let regular = assemble::regular(agencies, year, &mut Tallies::default());
    judge_money(&mut finances, &conflicts, &regular, year, log);
}

/// The problems in the order of file and line.
fn finish(log: Log) -> Problems {
    match log.into_problems().into_result(()) {
        Err(problems) => problems,
        Ok(()) => Problems::from(Problem::new(Place::Flag("--from".to_owned()), "nothing could be imported")),
    }
}

/// Tells every needed table that the folder lacks, and what it holds instead.
fn tell_missing(folder: &Path, files: &Folder, log: &mut Log) {
    let has = |product| !files.of(product).is_empty() || files.unfit.contains(&product);
    // An ELSI table may bring the finances; whether it does is checked with its columns.
    let missing = Product::NEEDED
        .into_iter()
        .filter(|&product| !has(product) && (product != Product::F33 || !has(Product::Elsi)));
    let place = || Place::File(folder.display().to_string());
    let mut any = false;
    for product in missing {
        any = true;
        log.push(Problem::new(place(), format!("the folder has no {}", product.title())).expected(product.published()));
    }
    if any && !files.ignored.is_empty() {
        let what = format!("{} files of the folder are none of the tables that are needed", files.ignored.len());
        log.push(Problem::new(place(), what).hint(files.unread()));
    }
}

/// Tells a state or a year that the enrolment tables do not hold.
fn check_choice(agencies: &Agencies, files: &Folder, state: &str, year: Option<SchoolYear>, log: &mut Log) {
    let states: Vec<&str> = agencies.states.keys().map(String::as_str).collect();
    if agencies.by_id.is_empty() {
        let near = code_of(state).or_else(|| nearest(state, states.iter().copied()));
        let near = near.map(|near| format!("did you mean {near}?"));
        let hint = near.unwrap_or_else(|| files.unread());
        let what = format!("the enrolment tables have no rows of the state `{}`", table::shorten(state));
        log.push(
            Problem::new(Place::Flag("--state".to_owned()), what)
                .expected(format!("one of: {}", states.join(", ")))
                .hint(hint),
        );
    }
    let Some(year) = year.filter(|year| !agencies.years.contains(year)) else { return };
    let years: Vec<String> = agencies.years.iter().map(ToString::to_string).collect();
    let expected = if years.is_empty() {
        "an ELSI table with the columns `Agency Type` and `Total Students All Grades (Excludes AE)` of the year"
            .to_owned()
    } else {
        format!("one of: {}", years.join(", "))
    };
    let what = format!("the enrolment tables do not hold both enrolment and agency type of {year}");
    log.push(Problem::new(Place::Flag("--year".to_owned()), what).expected(expected).hint(files.unread()));
}

/// The two digits with which most identifiers begin, for states of which the code is not known.
fn most_common_code(agencies: &Agencies) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for code in agencies.by_id.keys().filter_map(|id| id.get(..2)) {
        *counts.entry(code).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(String::new(), |(code, _)| code.to_owned())
}

/// Agencies whose identifier is another state's: one that is used for the region would be joined to nobody's rows, or
/// to another's.
fn tell_foreign(agencies: &Agencies, (state, fips): (&str, &str), year: SchoolYear, log: &mut Log) {
    for (id, agency) in agencies.by_id.iter().filter(|(id, _)| !id.starts_with(fips)) {
        let what = format!("the identifier {id} of {} does not begin with {fips}, the code of {state}", agency.name);
        let serves = agency.years.get(&year).is_some_and(|values| values.kind.starts_with('4'));
        if serves || elsi::why_dropped(agency, year).is_none() {
            let problem = Problem::new(agency.origin.place(), what)
                .expected(format!("an identifier of 7 digits that begins with {fips}"));
            log.push(problem.hint("mistyped, or has it lost a digit? take the identifier from the publisher's file"));
        } else {
            log.odd.push(format!("{}: {what} (it is no district of the region)", agency.origin));
        }
    }
}

/// The tables besides enrolment, read for one state.
struct Tables {
    finance_rows: Vec<f33::FinanceRow>,
    offices: Vec<edge::Office>,
    boundaries: Vec<edge::Boundary>,
    estimates: Vec<edge::Estimate>,
    schools: Vec<schools::School>,
    aliases: join::Aliases,
    files: Vec<FileReport>,
}

impl Tables {
    fn read(files: &Folder, (state, fips): (&str, &str), log: &mut Log) -> Self {
        let mut reports = Vec::new();
        for table in files.of(Product::Elsi) {
            let column = table.column_where(|name| name.starts_with("State Abbr"));
            let rows = table.rows.iter().filter(|row| row.get(column).eq_ignore_ascii_case(state)).count();
            reports.push(file_report(Product::Elsi, table, rows));
        }
        let finance_rows = each(files, Product::F33, &mut reports, |table| f33::read(table, state, fips, log));
        let offices = each(files, Product::Geocodes, &mut reports, |table| edge::read_offices(table, fips, log));
        let boundaries =
            each(files, Product::Boundaries, &mut reports, |table| edge::read_boundaries(table, fips, log));
        let estimates = each(files, Product::Saipe, &mut reports, |table| edge::read_estimates(table, fips, log));
        let schools = each(files, Product::Schools, &mut reports, |table| schools::read(table, fips, log));
        Self {
            finance_rows,
            offices: single(offices, log),
            boundaries: single(boundaries, log),
            estimates: single(estimates, log),
            schools: single(schools, log),
            aliases: join::read_aliases(&files.of(Product::Alias), log),
            files: reports,
        }
    }
}

fn each<T>(
    files: &Folder,
    product: Product,
    reports: &mut Vec<FileReport>,
    mut read: impl FnMut(&Table) -> Vec<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for table in files.of(product) {
        let rows = read(table);
        reports.push(file_report(product, table, rows.len()));
        all.extend(rows);
    }
    all
}

fn file_report(product: Product, table: &Table, rows_of_state: usize) -> FileReport {
    FileReport { path: table.file.clone(), product: product.title(), rows: table.rows.len(), rows_of_state }
}

fn assemble(
    folder: &Path,
    files: &Folder,
    agencies: &Agencies,
    tables: &Tables,
    (state, year): (&str, SchoolYear),
    log: &mut Log,
) -> Option<Imported> {
    let mut account = Account::default();
    let regular = assemble::regular(agencies, year, &mut account.dropped);
    let place = || Place::File(folder.display().to_string());
    if regular.is_empty() {
        let problem =
            Problem::new(place(), format!("no agency of {state} is a district of type 1 or 2 with pupils in {year}"));
        let dropped: Vec<String> =
            account.dropped.iter().map(|tally| format!("{} {}", tally.count, tally.reason)).collect();
        log.push(
            problem.expected("types as published, such as `1-Regular local school district`").hint(dropped.join("; ")),
        );
        return None;
    }
    let Gathered { mut finances, joins, conflicts, doubtful } =
        finance::gather(agencies, &tables.finance_rows, &tables.aliases);
    account.finance_joins = joins;
    judge_money(&mut finances, &conflicts, &regular, year, log);
    let pupils: BTreeMap<&str, f64> =
        regular.iter().filter_map(|(id, agency)| agency.students(year).map(|pupils| (*id, pupils))).collect();
    let Some(accounts) = finance::accounts(&finances, year, &pupils) else {
        if !log.is_empty() {
            // There are some, and what is wrong with them is told.
            return None;
        }
        let what = format!("no revenues of {state} by source within {} years of {year}", finance::FARTHEST);
        // An export may have some of the columns, under the publisher's names or others.
        let lacking: Vec<&str> = [
            (Variable::Revenue, "TOTALREV"),
            (Variable::Local, "TLOCREV"),
            (Variable::State, "TSTREV"),
            (Variable::Federal, "TFEDREV"),
        ]
        .into_iter()
        .filter(|(variable, _)| !agencies.columns.contains_key(variable))
        .map(|(_, name)| name)
        .collect();
        let hint = if (1..4).contains(&lacking.len()) {
            format!("the ELSI tables have no column ({})", lacking.join("), ("))
        } else {
            files.unread()
        };
        log.push(Problem::new(place(), what).expected(Product::F33.published()).hint(hint));
        return None;
    };
    let sources = Sources {
        year,
        finances: &finances,
        doubtful: &doubtful,
        offices: &tables.offices,
        boundaries: &tables.boundaries,
        aliases: &tables.aliases,
    };
    let Some((mut districts, projection)) = assemble::districts(&sources, &regular, &accounts, &mut account) else {
        log.push(
            Problem::new(place(), format!("no district of {state} has a place"))
                .expected(Product::Geocodes.published())
                .hint(files.unread()),
        );
        return None;
    };
    // Linked by the grades that districts are set up to teach, before their schools tell those that they do.
    tell_links(&link_high_schools(&mut districts), &mut account.schools);
    give_schools(files, tables, &mut districts, &projection, &mut account);
    let (support, told) = support::organisations(agencies, year, &tables.offices, &projection, &districts);
    account.assumptions.push(told);
    tell_money(&accounts, year, &mut account.assumptions);
    let trend_unknown = trend::unknown(districts.iter().map(|district| district.trend));
    let mut region = Region {
        districts,
        support,
        trend: Some(account.trend),
        trend_unknown,
        ..empty_region(files, agencies, &accounts, year)
    };
    account.assumptions.extend(states::apply(state, &mut region.rules, &mut region.finance));
    region.sort();
    let bounded: BTreeSet<&str> = tables.boundaries.iter().map(|boundary| boundary.id.as_str()).collect();
    let names = regular.iter().map(|(id, agency)| (agency.name.as_str(), bounded.contains(id)));
    plausible::special(names, log);
    let offices = tables.offices.iter().map(|office| (office.id.as_str(), &office.origin));
    plausible::ends("geocodes", offices, regular.keys().copied(), log);
    let boundaries = tables.boundaries.iter().map(|boundary| (boundary.id.as_str(), &boundary.origin));
    plausible::ends("boundaries", boundaries, regular.keys().copied(), log);
    let of = |id: &str| {
        tables.aliases.get(id).map_or_else(|| agencies.by_id.contains_key(id), |new| agencies.by_id.contains_key(new))
    };
    // Those of agencies without a boundary of their own: the district may have changed its identifier.
    let names: BTreeSet<String> = agencies
        .by_id
        .iter()
        .filter(|(id, _)| !bounded.contains(id.as_str()))
        .map(|(_, agency)| join::plain_name(&agency.name))
        .collect();
    let known = |boundary: &edge::Boundary| of(&boundary.id) || names.contains(&join::plain_name(&boundary.name));
    let whole = files.of(Product::Elsi).iter().all(|table| table.footnotes);
    plausible::strays(&tables.boundaries, known, whole, log);
    tell_gaps(folder, &account.imputed, (state, region.districts.len()), log);
    account.warnings.extend(warnings(files, agencies, tables, &regular, year));
    account.warnings.append(&mut log.odd);
    let report = report(files, agencies, tables, (state, year, region.districts.len()), account);
    Some(Imported { region, report })
}

/// Holds the money of the years that are used against itself, the pupils, and other tables of the same year.
fn judge_money(
    finances: &mut finance::Finances,
    conflicts: &[Conflict],
    regular: &BTreeMap<&str, &Agency>,
    year: SchoolYear,
    log: &mut Log,
) {
    let used: BTreeSet<SchoolYear> = [
        finance::nearest_year(finances, year, |finance| finance.revenue.positive().is_some()),
        finance::nearest_year(finances, year, |finance| {
            finance.reserve.known().is_some() || finance.debt.known().is_some()
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    let names: BTreeMap<&str, &str> = regular.iter().map(|(id, agency)| (*id, agency.name.as_str())).collect();
    for &of in &used {
        let pupils = regular
            .iter()
            .filter_map(|(id, agency)| assemble::pupils_for(agency, of, year).map(|pupils| (*id, pupils)))
            .collect();
        plausible::money(finances, of, (&names, &pupils), log);
    }
    // Each pair of files once, with a row in which they differ.
    let mut pairs: BTreeMap<(&str, &str), Vec<&Conflict>> = BTreeMap::new();
    for conflict in conflicts.iter().filter(|conflict| used.contains(&conflict.year)) {
        let (first, second) = &conflict.origins;
        pairs.entry((&first.file, &second.file)).or_default().push(conflict);
    }
    for conflicts in pairs.into_values() {
        let (first, count) = (conflicts[0], conflicts.len());
        let origins = (&first.origins.0, &first.origins.1);
        if first.elsi {
            let more = if count > 1 { format!(" ({count} agencies differ)") } else { String::new() };
            log.odd.push(format!("{}: {}{more}: the latter is used", origins.1, first.what()));
        } else {
            log.push(vintages::contradiction(&first.what(), origins, count));
        }
    }
}

/// Tells what is imputed for most districts: then the region is not the state. Without places it is refused.
fn tell_gaps(folder: &Path, imputed: &Tallies, (state, districts): (&str, usize), log: &mut Log) {
    let mut placeless = 0;
    for Tally { reason, count, .. } in imputed.iter() {
        placeless += if reason.starts_with("no place in any file") { *count } else { 0 };
        // What single years and layouts never hold is told as an assumption.
        let usual =
            reason.starts_with("no reserve") || reason.starts_with("too few years") || reason.contains("by its class");
        if 2 * count > districts && !usual {
            log.odd.push(format!(
                "most districts, {count} of {districts}, have {reason}: so far the region is not {state}"
            ));
        }
    }
    if 2 * placeless > districts {
        let what = format!(
            "{placeless} of {districts} districts of {state} have a place in no file: the region would not be the state"
        );
        let problem = Problem::new(Place::File(folder.display().to_string()), what);
        log.push(problem.expected("the offices or the boundaries of most districts").hint(
            "are geocodes and boundaries of the same state and of years near the one asked for, and of districts, not of supervisory unions?",
        ));
    }
}

fn empty_region(files: &Folder, agencies: &Agencies, accounts: &Accounts, year: SchoolYear) -> Region {
    let [local_share, state_share, federal_share] = accounts.shares;
    // The credit that the publisher of the directory asks for.
    let schools = if files.of(Product::Schools).is_empty() {
        ""
    } else {
        ", schools by Education Data Portal, Urban Institute (educationdata.urban.org), from NCES CCD"
    };
    let short = agencies.state_name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-");
    Region {
        name: short,
        title: format!("{}, {year}", agencies.state_name),
        source: format!(
            "NCES Common Core of Data (ELSI) {year}, NCES EDGE, School District Finance Survey (F-33) {}{schools}; imported",
            accounts.year
        ),
        first_year: i32::from(year.0) + 1,
        kind: AgentKind::District,
        trend: None,
        trend_unknown: 0.0,
        grades_known: false,
        rules: StateRules::default(),
        finance: StateFinance {
            base_cost: accounts.base_cost,
            local_share,
            state_share,
            federal_share,
            ..StateFinance::default()
        },
        districts: Vec::new(),
        support: Vec::new(),
    }
}

fn tell_money(accounts: &Accounts, year: SchoolYear, assumptions: &mut Vec<String>) {
    let measure = match accounts.measure {
        Measure::Current => "current spending (TCURELSC)",
        Measure::Revenue => "total revenue (TOTALREV; total expenditure holds capital outlay and debt)",
    };
    assumptions.push(format!(
        "base cost ${:.0} a pupil: {measure} of {} over pupils weighted by the Kansas low-enrolment multiplier",
        accounts.base_cost, accounts.year
    ));
    if accounts.year != year {
        assumptions
            .push(format!("finances of {}, in dollars of that year: no file has those of {year}", accounts.year));
    }
    assumptions.extend([
        "pupils by grade follow from the total (prekindergarten among it), the grade span and the trend".to_owned(),
        "valuation per pupil is local revenue at 12 mills".to_owned(),
    ]);
}

/// Tells how districts without a high school got theirs.
fn tell_links(links: &Links, told: &mut Tallies) {
    for (names, reason) in [
        (
            &links.by_name,
            "districts without a high school that send their pupils on to the secondary district of the same name",
        ),
        (
            &links.by_county,
            "districts without a high school that send their pupils on to the nearest secondary district of their county",
        ),
        (
            &links.none,
            "districts without a high school and without a secondary district in their county: the nearest high school",
        ),
    ] {
        for name in names {
            told.add(reason, name);
        }
    }
}

/// Gives the districts the schools of the tables, where there are any.
fn give_schools(
    files: &Folder,
    tables: &Tables,
    districts: &mut [StartingDistrict],
    projection: &Projection,
    account: &mut Account,
) {
    if files.of(Product::Schools).is_empty() {
        account.assumptions.push("schools: one for every 250 pupils, in the town of the district's office".to_owned());
        return;
    }
    account.schools.extend(schools::apply(districts, &tables.schools, &tables.aliases, projection));
    schools::drop_dead_links(districts, &mut account.schools);
    account.assumptions.push(
        "schools stand where their town is (its district office, or its Census place): the table has no buildings"
            .to_owned(),
    );
}

/// What looks odd: tables that may be cut off, identifiers mended, enrolments unlike the children there.
fn warnings(
    files: &Folder,
    agencies: &Agencies,
    tables: &Tables,
    regular: &BTreeMap<&str, &Agency>,
    year: SchoolYear,
) -> Vec<String> {
    let mut warnings = Vec::new();
    for table in files.of(Product::Elsi).iter().filter(|table| !table.footnotes) {
        warnings.push(format!("{}: no notes below the table, as every export has: it may be cut off", table.file));
    }
    if agencies.padded > 0 {
        warnings.push(format!(
            "{} identifiers of 6 digits were given back the leading zero that spreadsheets drop",
            agencies.padded
        ));
    }
    let names: BTreeMap<&str, &str> = regular.iter().map(|(id, agency)| (*id, agency.name.as_str())).collect();
    let candidates: Vec<_> =
        tables.estimates.iter().map(|row| join::Candidate { id: Some(&row.id), name: &row.name }).collect();
    let found = join::resolve("estimates", &names, &candidates, &tables.aliases, &mut Tallies::default());
    let children = |(id, row): (&str, usize)| tables.estimates[row].children.map(|children| (id.to_owned(), children));
    warnings.extend(odd_enrolments(regular, year, &found.into_iter().filter_map(children).collect()));
    warnings
}

/// Districts whose pupils and resident children differ widely.
fn odd_enrolments(
    regular: &BTreeMap<&str, &Agency>,
    year: SchoolYear,
    children: &BTreeMap<String, f64>,
) -> Option<String> {
    let odd = |(id, agency): (&&str, &&Agency)| {
        let ratio = agency.students(year)? / children.get(*id).filter(|&&children| children > 0.0)?;
        (!(0.4..=1.8).contains(&ratio)).then(|| agency.name.clone())
    };
    let odd: Vec<String> = regular.iter().filter_map(odd).collect();
    let examples = odd.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
    let more = if odd.len() > 4 { ", …" } else { "" };
    let reasons = "tuition, open enrolment or an elementary district";
    (!odd.is_empty()).then(|| {
        format!("{} districts have under 0.4 or over 1.8 pupils for each resident child of 5 to 17 (SAIPE): {reasons} ({examples}{more})", odd.len())
    })
}

fn report(
    files: &Folder,
    agencies: &Agencies,
    tables: &Tables,
    (state, year, districts): (&str, SchoolYear, usize),
    account: Account,
) -> ImportReport {
    let of_year = |table: &&&Table| {
        table.header.iter().any(|name| name.starts_with("Agency Type") && name.ends_with(&year.to_string()))
    };
    let rows_read = files.of(Product::Elsi).iter().filter(of_year).map(|table| table.rows.len()).max().unwrap_or(0);
    ImportReport {
        state: state.to_owned(),
        year: year.to_string(),
        rows_read,
        rows_of_state: agencies.by_id.values().filter(|agency| agency.years.contains_key(&year)).count(),
        districts,
        files: tables.files.clone(),
        ignored: files.ignored.clone(),
        dropped: account.dropped.into_vec(),
        joined: account.joined.into_vec(),
        imputed: account.imputed.into_vec(),
        clamped: account.clamped.into_vec(),
        schools: account.schools.into_vec(),
        assumptions: account.assumptions,
        warnings: account.warnings,
    }
}
