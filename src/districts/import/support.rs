//! Support organisations: the state's regional service agencies.

use std::collections::BTreeMap;

use super::edge::Office;
use super::elsi::Agencies;
use super::place::Projection;
use super::year::SchoolYear;
use crate::model::region::{StartingDistrict, SupportOrganisation};

/// Words in the names of agencies that teach pupils themselves rather than help districts.
const TEACHING: [&str; 4] = ["CAREER", "TECHNICAL", "VOCATIONAL", "HIGH SCHOOL"];

/// The agencies of type 4 (regional education service agency) with an office; without any, one state
/// university at the largest district. The second value says what was assumed.
pub(super) fn organisations(
    agencies: &Agencies,
    year: SchoolYear,
    offices: &[Office],
    projection: &Projection,
    districts: &[StartingDistrict],
) -> (Vec<SupportOrganisation>, String) {
    let offices: BTreeMap<&str, &Office> = offices.iter().map(|office| (office.id.as_str(), office)).collect();
    let mut support = Vec::new();
    for (id, agency) in &agencies.by_id {
        let serves = agency.years.get(&year).is_some_and(|values| values.kind.starts_with('4'));
        let upper = agency.name.to_uppercase();
        let teaches = TEACHING.iter().any(|word| upper.contains(word));
        let point = offices.get(id.as_str()).and_then(|office| office.point);
        if let Some(point) = point.filter(|_| serves && !teaches) {
            let (x, y) = projection.miles(point);
            // A special-education unit is a shared service of few people; an area agency has a staff.
            let capacity = if upper.contains("SPECIAL ED") { 1 } else { 2 };
            let twin = agencies.by_id.iter().any(|(other, it)| other != id && it.name == agency.name);
            support.push(SupportOrganisation {
                // Names are unique in a region: the identifier tells twins apart.
                name: if twin || agency.name.is_empty() {
                    format!("{} {id}", agency.name).trim().to_owned()
                } else {
                    agency.name.clone()
                },
                x,
                y,
                capacity,
                reach: 75.0,
                neutrality: 0.6,
                knowledge: 0.6,
            });
        }
    }
    if !support.is_empty() {
        let told = format!(
            "{} regional service agencies (type 4, without career and technical centres) can help 1 or 2 clusters a year within 75 miles, with \
             neutrality and knowledge of 0.6",
            support.len()
        );
        return (support, told);
    }
    let told = "no regional service agency has an office in the files: one state university at the largest district can help 3 clusters a year";
    (university(districts).into_iter().collect(), told.to_owned())
}

/// One state university at the largest district, where nothing is known of support organisations.
pub(in crate::districts) fn university(districts: &[StartingDistrict]) -> Option<SupportOrganisation> {
    let largest = districts.iter().max_by(|a, b| a.enrolment().total_cmp(&b.enrolment()));
    largest.map(|district| SupportOrganisation {
        name: "State university".to_owned(),
        x: district.x,
        y: district.y,
        capacity: 3,
        reach: 150.0,
        neutrality: 0.8,
        knowledge: 0.75,
    })
}
