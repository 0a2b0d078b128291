//! The manifest: where results came from and what they consist of.

use serde::{Deserialize, Serialize};

use super::Layout;
use super::error::ResultsError;
use super::file::WrittenFile;
use crate::model::record::Detail;
use crate::provenance::Build;

/// The manifest's name in a results folder.
pub(super) const MANIFEST: &str = "manifest.json";
const PROGRAM: &str = "barnraise";
/// Raised when a change to files or columns would mislead an older reader.
const FORMAT: u32 = 1;

/// Where results came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The command line.
    pub command: String,
    /// The scenario's name.
    pub scenario: String,
    /// The digest of the scenario's text ([`sha256_hex`](crate::provenance::sha256_hex)).
    pub scenario_sha256: String,
    /// The region's name.
    pub region: String,
    /// The digest of the region, or of the figures that regions are drawn from.
    pub region_sha256: String,
    /// Whether every future draws a region of its own.
    pub region_drawn_anew: bool,
    /// The seed.
    pub seed: u64,
    /// The number of replicates asked for.
    pub replicates: u32,
    /// The number of simulated years.
    pub years: u16,
}

#[derive(Serialize)]
struct Manifest<'a> {
    program: &'static str,
    format: u32,
    #[serde(flatten)]
    build: Build,
    command: &'a str,
    scenario: Named<'a>,
    region: RegionEntry<'a>,
    seed: u64,
    replicates: u32,
    failed_replicates: u64,
    first_year: i32,
    years: u16,
    detail: &'static str,
    policies: Vec<PolicyEntry<'a>>,
    files: &'a [WrittenFile],
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct RegionEntry<'a> {
    name: &'a str,
    sha256: &'a str,
    drawn_anew: bool,
}

#[derive(Serialize)]
struct PolicyEntry<'a> {
    name: &'a str,
    instruments: &'a [String],
}

/// The text of the manifest.
pub(super) fn render(
    origin: &Origin,
    layout: &Layout,
    failed: u64,
    files: &[WrittenFile],
) -> Result<Vec<u8>, ResultsError> {
    let policies = layout.policies.iter().zip(&layout.instruments);
    let manifest = Manifest {
        program: PROGRAM,
        format: FORMAT,
        build: Build::current(),
        command: &origin.command,
        scenario: Named { name: &origin.scenario, sha256: &origin.scenario_sha256 },
        region: RegionEntry {
            name: &origin.region,
            sha256: &origin.region_sha256,
            drawn_anew: origin.region_drawn_anew,
        },
        seed: origin.seed,
        replicates: origin.replicates,
        failed_replicates: failed,
        first_year: layout.first_year,
        years: origin.years,
        detail: detail_name(layout.detail),
        policies: policies.map(|(name, instruments)| PolicyEntry { name, instruments }).collect(),
        files,
    };
    json_text(&manifest, MANIFEST)
}

/// Pretty JSON with a newline at its end.
pub(super) fn json_text<T: Serialize>(value: &T, name: &str) -> Result<Vec<u8>, ResultsError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(ResultsError::write(name.as_ref()))?;
    text.push(b'\n');
    Ok(text)
}

fn detail_name(detail: Detail) -> &'static str {
    match detail {
        Detail::Region => "region",
        Detail::Cluster => "cluster",
        Detail::District => "district",
    }
}

/// A file as a manifest lists it.
#[derive(Debug, Deserialize)]
pub(super) struct ListedFile {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

/// The files that a manifest lists, or None where it is not a manifest of ours.
pub(super) fn listed_files(bytes: &[u8]) -> Option<Vec<ListedFile>> {
    #[derive(Deserialize)]
    struct Listed {
        program: String,
        files: Vec<ListedFile>,
    }
    let listed: Listed = serde_json::from_slice(bytes).ok()?;
    (listed.program == PROGRAM).then_some(listed.files)
}
