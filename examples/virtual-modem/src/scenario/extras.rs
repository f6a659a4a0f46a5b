//! The tables of a scenario about what stands beside the telephone: phonebook, SIM toolkit, and what only some makers'
//! modems have.

use wwan::device::mbim::VendorServices;
use wwan::device::modem::phonebook::{ENTRIES, NAME, NUMBER, Phonebook};
use wwan::device::modem::stk::{MenuItem, ProactiveCommand, StkSetup};
use wwan::device::modem::vendor::{ALLOWED, Allowed, POLICY, Policy, PolicyError, Proof, VendorSetup, Verdict};
use wwan::device::modem::{Failure, Text};

use super::read::{Hex, Keys, Problem, Table, Words, plmn, value};

/// The model refuses what a table says.
fn refused(table: &Table<'_>, failure: Failure) -> Problem {
    table.problem(&format!("the modem refuses that: {:?}", failure.reason))
}

impl Keys for Phonebook {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        let (mut capacity, mut max_number, mut max_name) = (self.capacity(), self.max_number(), self.max_name());
        table.put("capacity", &mut capacity)?;
        table.put("max-number", &mut max_number)?;
        table.put("max-name", &mut max_name)?;
        if usize::from(capacity) > ENTRIES {
            return Err(table.problem_at("capacity", &format!("at most {ENTRIES} entries fit")));
        }
        *self = Self::new(capacity, max_number, max_name);
        table.each_table("entries", usize::MAX, &mut |table| {
            // From 1; the first free one if it is not said.
            let index: Option<u16> = table.get("index")?;
            let number: Text<{ NUMBER }> = table.must("number")?;
            let name: Text<{ NAME }> = table.must("name")?;
            self.write(index.map(u32::from), &number, &name).map_err(|failure| refused(table, failure))?;
            Ok(())
        })
    }
}

impl Keys for StkSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("title", &mut self.title)?;
        table.put("patience", &mut self.patience)?;
        let most = self.menu.capacity();
        table.replace_tables("menu", &mut self.menu, most, |table| {
            let (id, text) = (table.must("id")?, table.must("text")?);
            Ok(MenuItem { id, text, leads_to: table.table("leads-to", proactive)? })
        })
    }
}

/// A proactive command: one of these, with `least` and `most` for an input and `title` for a selection.
pub(super) fn proactive(table: &mut Table<'_>) -> Result<ProactiveCommand, Problem> {
    let raw: Option<Hex> = table.get("raw")?;
    let display_text: Option<String> = table.get("display-text")?;
    let get_inkey: Option<String> = table.get("get-inkey")?;
    let get_input: Option<String> = table.get("get-input")?;
    let mut items: Vec<String> = Vec::new();
    table.replace("select-item", &mut items, usize::MAX, value)?;
    let select_item = table.has("select-item").then_some(items);
    let (refresh, information) = (table.get("refresh")?, table.get("local-information")?);
    let (mut least, mut most, mut title) = (0, 255, String::new());
    table.put("least", &mut least)?;
    table.put("most", &mut most)?;
    table.put("title", &mut title)?;
    table.finish()?;
    let commands = [
        raw.map(|bytes| ProactiveCommand::raw(&bytes.0)),
        display_text.map(|text| ProactiveCommand::display_text(&text)),
        get_inkey.map(|text| ProactiveCommand::get_inkey(&text)),
        get_input.map(|text| ProactiveCommand::get_input(&text, least, most)),
        select_item.map(|items| ProactiveCommand::select_item(&title, items.iter().map(String::as_str))),
        refresh.map(ProactiveCommand::refresh),
        information.map(ProactiveCommand::provide_local_information),
    ];
    let mut commands = commands.into_iter().flatten();
    match (commands.next(), commands.next()) {
        (Some(command), None) => command.map_err(|failure| refused(table, failure)),
        _ => Err(table.problem("one command of the SIM toolkit is wanted")),
    }
}

/// Device services of makers and operators.
pub(super) const VENDOR_SERVICES: &Words<VendorServices> = &[
    ("qdu", VendorServices::QDU),
    ("atds", VendorServices::ATDS),
    ("quectel", VendorServices::QUECTEL),
    ("google", VendorServices::GOOGLE),
    ("intel-firmware-update", VendorServices::INTEL_FIRMWARE_UPDATE),
    ("intel-thermal-rf", VendorServices::INTEL_THERMAL_RF),
    ("intel-mutual-authentication", VendorServices::INTEL_MUTUAL_AUTHENTICATION),
    ("intel-tools", VendorServices::INTEL_TOOLS),
    ("intel-at-tunnel", VendorServices::INTEL_AT_TUNNEL),
    ("fibocom", VendorServices::FIBOCOM),
    ("compal", VendorServices::COMPAL),
];

const POLICY_ERRORS: &Words<PolicyError> = &[
    ("signature", PolicyError::Signature),
    ("imei", PolicyError::Imei),
    ("timestamp", PolicyError::Timestamp),
    ("too-many-networks", PolicyError::TooManyNetworks),
    ("algorithm", PolicyError::Algorithm),
    ("feature", PolicyError::Feature),
    ("unreadable", PolicyError::Unreadable),
];

impl Keys for VendorSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("fcc-challenge", &mut self.fcc.challenge)?;
        let answer = table.get("fcc-answer")?;
        if let Some(answer) = answer {
            self.fcc.proof = Proof::Answer(answer);
        }
        if let Some(Hex(maker)) = table.get("fcc-maker")? {
            let Ok(maker) = maker.try_into() else {
                return Err(table.problem_at("fcc-maker", "four bytes are wanted"));
            };
            if answer.is_some() {
                let message = "only one of `fcc-answer` and `fcc-maker` can be right";
                return Err(table.problem_at("fcc-maker", message));
            }
            self.fcc.proof = Proof::Maker(maker);
        }
        table.replace("carrier-lock", &mut self.allowed, ALLOWED, plmn)?;
        let most = self.policies.capacity();
        table.replace_tables("policy", &mut self.policies, most, policy)?;
        table.put("update-transfer", &mut self.update_transfer)?;
        table.put("update-window", &mut self.update_window)?;
        table.put("updated-firmware", &mut self.updated)
    }
}

fn policy(table: &mut Table<'_>) -> Result<Policy, Problem> {
    let Hex(data) = table.must("data")?;
    let mut networks = Allowed::new();
    table.replace("allow", &mut networks, ALLOWED, plmn)?;
    let allow = table.has("allow").then_some(networks);
    let refuse = table.choice("refuse", POLICY_ERRORS)?;
    table.finish()?;
    let verdict = match (allow, refuse) {
        (Some(allow), None) => Verdict::Allow(allow),
        (None, Some(problem)) => Verdict::Refuse(problem),
        _ => return Err(table.problem("one of `allow` and `refuse` is wanted")),
    };
    Policy::new(&data, verdict).map_err(|_| table.problem_at("data", &format!("at most {POLICY} bytes fit")))
}
