//! Scenarios that need no file, because they are compiled in.

use std::fs::File;
use std::io::{self, Read as _};

use super::{Scenario, ScenarioError};

/// The longest file, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// A built-in scenario.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// What [`Scenario::load`] knows it by.
    pub name: &'static str,
    /// The file.
    pub source: &'static str,
}

macro_rules! built_in {
    ($($name:literal)*) => {
        &[$(BuiltIn {
            name: $name,
            source: include_str!(concat!("../../scenarios/", $name, ".toml")),
        }),*]
    };
}

/// All built-in scenarios.
pub const BUILT_IN: &[BuiltIn] = built_in! {
    "default"
    "cold-boot"
    "embedded-sim"
    "fragments"
    "locked-sim"
    "messages"
    "no-service"
    "no-sim"
    "refused-apn"
    "registration-denied"
    "silent"
    "two-slots"
    "vendor-services"
    "wrong-pin-last-try"
};

impl Scenario {
    /// The built-in scenario of that name; otherwise the file of that name. A path with a `/` or a `.` in it is always
    /// a file. In a box, because a scenario is large.
    ///
    /// # Errors
    ///
    /// [`ScenarioError`], which lists the built-in scenarios if there is nothing of that name.
    pub fn load(name: &str) -> Result<Box<Self>, ScenarioError> {
        let mut scenario = Box::<Self>::default();
        if let Some(built_in) = BUILT_IN.iter().find(|built_in| built_in.name == name) {
            scenario.read(built_in.name, built_in.source)?;
            return Ok(scenario);
        }
        let source = read_file(name).map_err(|error| {
            let names: Vec<_> = BUILT_IN.iter().map(|built_in| built_in.name).collect();
            let message = format!("no built-in scenario ({}) and no file: {error}", names.join(", "));
            ScenarioError::new(name, None, message)
        })?;
        scenario.read(name, &source)?;
        Ok(scenario)
    }
}

/// The text of a file, if it is no longer than any scenario: a name may be that of a device without an end.
fn read_file(name: &str) -> io::Result<String> {
    let mut source = String::new();
    let length = File::open(name)?.take(LONGEST.saturating_add(1)).read_to_string(&mut source)?;
    if u64::try_from(length).is_ok_and(|length| length > LONGEST) {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(source)
}
