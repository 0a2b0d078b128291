//! The nine functions of a district that can be shared, and how each behaves when it is.

use serde::{Deserialize, Serialize};

/// How many functions there are.
pub const FUNCTIONS: usize = 9;

/// A function that can be shared (first study, factor 9; second study, purposes after Bray).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Function {
    /// Staff development and curriculum work.
    StaffDevelopment,
    /// Libraries and technology.
    LibrariesTechnology,
    /// Business services and purchasing.
    BusinessServices,
    /// Student activities and pooled classes.
    StudentActivities,
    /// Special education.
    SpecialEducation,
    /// Transport.
    Transport,
    /// Specialist teaching: languages, arts, science, counselling.
    SpecialistTeaching,
    /// Administration: a shared superintendent.
    Administration,
    /// Core instruction: whole-grade sharing.
    CoreInstruction,
}

impl Function {
    /// All functions, cheapest in autonomy first: the order in which clusters take them on.
    pub const ALL: [Self; FUNCTIONS] = [
        Self::StaffDevelopment,
        Self::LibrariesTechnology,
        Self::BusinessServices,
        Self::StudentActivities,
        Self::SpecialEducation,
        Self::Transport,
        Self::SpecialistTeaching,
        Self::Administration,
        Self::CoreInstruction,
    ];

    /// Its place in arrays by function.
    #[must_use]
    #[inline]
    pub fn index(self) -> usize {
        self as usize
    }

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::StaffDevelopment => "staff_development",
            Self::LibrariesTechnology => "libraries_technology",
            Self::BusinessServices => "business_services",
            Self::StudentActivities => "student_activities",
            Self::SpecialistTeaching => "specialist_teaching",
            Self::SpecialEducation => "special_education",
            Self::Transport => "transport",
            Self::Administration => "administration",
            Self::CoreInstruction => "core_instruction",
        }
    }

    /// What it is, for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::StaffDevelopment => "staff development and curriculum work.",
            Self::LibrariesTechnology => "libraries and technology, distance learning among it.",
            Self::BusinessServices => "business services and purchasing.",
            Self::StudentActivities => "pupils' activities and pooled classes.",
            Self::SpecialEducation => "special education.",
            Self::Transport => "transport.",
            Self::SpecialistTeaching => "specialist teaching: languages, arts, science, counselling.",
            Self::Administration => "administration: a shared superintendent.",
            Self::CoreInstruction => "core instruction: whole grades shared.",
        }
    }

    /// The function with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.name() == name)
    }
}

/// A set of functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FunctionSet(u16);

impl FunctionSet {
    /// Whether `function` is in it.
    #[must_use]
    #[inline]
    pub fn contains(self, function: Function) -> bool {
        self.0 & (1 << function as u16) != 0
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many functions are in it.
    #[must_use]
    pub fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Its functions, cheapest in autonomy first.
    pub fn iter(self) -> impl Iterator<Item = Function> {
        Function::ALL.into_iter().filter(move |function| self.contains(*function))
    }
}

impl FromIterator<Function> for FunctionSet {
    fn from_iter<I: IntoIterator<Item = Function>>(functions: I) -> Self {
        Self(functions.into_iter().fold(0, |set, function| set | 1 << function as u16))
    }
}
