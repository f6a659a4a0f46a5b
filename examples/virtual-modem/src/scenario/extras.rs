//! The tables of a scenario about what stands beside the telephone: phonebook, SIM toolkit, and what only some makers'
//! modems have.

use toml::Spanned;
use wwan::device::mbim::{Config, VendorServices};
use wwan::device::modem::phonebook::{ENTRIES, NAME, NUMBER, Phonebook};
use wwan::device::modem::stk::{MenuItem, ProactiveCommand, StkSetup};
use wwan::device::modem::vendor::{ALLOWED, Allowed, POLICY, Policy, PolicyError, Proof, VendorSetup, Verdict};
use wwan::device::modem::{Failure, Text};
use wwan::time::Millis;

use super::file::{Hex, Plmn, Short, few, put};
use super::read::{Problem, table, words};

/// Where the model refuses what a table says.
fn refused(at: std::ops::Range<usize>) -> impl Fn(Failure) -> Problem {
    move |failure| (at.clone(), format!("the modem refuses that: {:?}", failure.reason))
}

table! {
    pub(super) struct PhonebookTable {
        capacity: Option<Spanned<u16>>,
        max_number: Option<u8>,
        max_name: Option<u8>,
        entries: Vec<Spanned<EntryTable>>,
    }
}

table! {
    struct EntryTable {
        /// From 1; the first free one if it is not said.
        index: Option<u16>,
        number: Short<{ NUMBER }>,
        name: Short<{ NAME }>,
    }
}

impl PhonebookTable {
    pub(super) fn apply(self, phonebook: &mut Phonebook) -> Result<(), Problem> {
        let capacity = self.capacity.as_ref().map_or(phonebook.capacity(), |said| *said.as_ref());
        if let Some(said) = self.capacity.filter(|said| usize::from(*said.as_ref()) > ENTRIES) {
            return Err((said.span(), format!("at most {ENTRIES} entries fit")));
        }
        let max_number = self.max_number.unwrap_or(phonebook.max_number());
        let max_name = self.max_name.unwrap_or(phonebook.max_name());
        *phonebook = Phonebook::new(capacity, max_number, max_name);
        for said in self.entries {
            let span = said.span();
            let entry = said.into_inner();
            let index = entry.index.map(u32::from);
            phonebook.write(index, &entry.number.0, &entry.name.0).map_err(refused(span))?;
        }
        Ok(())
    }
}

table! {
    pub(super) struct StkTable {
        title: Option<Short<30>>,
        menu: Option<Spanned<Vec<ItemTable>>>,
        /// Milliseconds.
        patience: Option<u32>,
    }
}

table! {
    struct ItemTable {
        id: u8,
        text: Short<30>,
        leads_to: Option<Spanned<ProactiveTable>>,
    }
}

impl StkTable {
    pub(super) fn apply(self, setup: &mut StkSetup) -> Result<(), Problem> {
        put(&mut setup.title, self.title);
        put(&mut setup.patience, self.patience.map(Millis));
        for item in few(self.menu, setup.menu.capacity())?.unwrap_or_default() {
            let leads_to = item.leads_to.map(proactive).transpose()?;
            setup.menu.extend([MenuItem { id: item.id, text: item.text.into(), leads_to }]);
        }
        Ok(())
    }
}

table! {
    /// A proactive command: one of these, with `least` and `most` for an input and `title` for a selection.
    pub(super) struct ProactiveTable {
        raw: Option<Hex>,
        display_text: Option<String>,
        get_inkey: Option<String>,
        get_input: Option<String>,
        select_item: Option<Vec<String>>,
        refresh: Option<u8>,
        local_information: Option<u8>,
        least: u8 = 0,
        most: u8 = 255,
        title: String = String::new(),
    }
}

pub(super) fn proactive(said: Spanned<ProactiveTable>) -> Result<ProactiveCommand, Problem> {
    let span = said.span();
    let table = said.into_inner();
    let (least, most, title) = (table.least, table.most, table.title);
    let commands = [
        table.raw.map(|bytes| ProactiveCommand::raw(&bytes.0)),
        table.display_text.map(|text| ProactiveCommand::display_text(&text)),
        table.get_inkey.map(|text| ProactiveCommand::get_inkey(&text)),
        table.get_input.map(|text| ProactiveCommand::get_input(&text, least, most)),
        table.select_item.map(|items| ProactiveCommand::select_item(&title, items.iter().map(String::as_str))),
        table.refresh.map(ProactiveCommand::refresh),
        table.local_information.map(ProactiveCommand::provide_local_information),
    ];
    let mut commands = commands.into_iter().flatten();
    match (commands.next(), commands.next()) {
        (Some(command), None) => command.map_err(refused(span)),
        _ => Err((span, "one command of the SIM toolkit is wanted".into())),
    }
}

words! {
    pub(super) enum Vendor {
        Qdu = "qdu",
        Atds = "atds",
        Quectel = "quectel",
        Google = "google",
        IntelFirmwareUpdate = "intel-firmware-update",
        IntelThermalRf = "intel-thermal-rf",
        IntelMutualAuthentication = "intel-mutual-authentication",
        IntelTools = "intel-tools",
    }
}

pub(super) fn offer(services: Vec<Vendor>, config: &mut Config) {
    config.vendor_services = services
        .into_iter()
        .map(|service| match service {
            Vendor::Qdu => VendorServices::QDU,
            Vendor::Atds => VendorServices::ATDS,
            Vendor::Quectel => VendorServices::QUECTEL,
            Vendor::Google => VendorServices::GOOGLE,
            Vendor::IntelFirmwareUpdate => VendorServices::INTEL_FIRMWARE_UPDATE,
            Vendor::IntelThermalRf => VendorServices::INTEL_THERMAL_RF,
            Vendor::IntelMutualAuthentication => VendorServices::INTEL_MUTUAL_AUTHENTICATION,
            Vendor::IntelTools => VendorServices::INTEL_TOOLS,
        })
        .collect();
}

table! {
    pub(super) struct VendorTable {
        fcc_challenge: Option<u32>,
        fcc_answer: Option<u32>,
        fcc_maker: Option<Spanned<Hex>>,
        carrier_lock: Option<Spanned<Vec<Plmn>>>,
        policy: Option<Spanned<Vec<Spanned<PolicyTable>>>>,
        update_transfer: Option<u32>,
        update_window: Option<u32>,
        updated_firmware: Option<Short<30>>,
    }
}

words! {
    enum PolicyProblem {
        Signature = "signature",
        Imei = "imei",
        Timestamp = "timestamp",
        TooManyNetworks = "too-many-networks",
        Algorithm = "algorithm",
        Feature = "feature",
        Unreadable = "unreadable",
    }
}

table! {
    struct PolicyTable {
        data: Spanned<Hex>,
        allow: Option<Spanned<Vec<Plmn>>>,
        refuse: Option<PolicyProblem>,
    }
}

impl PolicyTable {
    fn policy(self, span: std::ops::Range<usize>) -> Result<Policy, Problem> {
        let at = self.data.span();
        let data = self.data.into_inner().0;
        let verdict = match (self.allow, self.refuse) {
            (Some(allow), None) => Verdict::Allow(networks(allow)?),
            (None, Some(problem)) => Verdict::Refuse(match problem {
                PolicyProblem::Signature => PolicyError::Signature,
                PolicyProblem::Imei => PolicyError::Imei,
                PolicyProblem::Timestamp => PolicyError::Timestamp,
                PolicyProblem::TooManyNetworks => PolicyError::TooManyNetworks,
                PolicyProblem::Algorithm => PolicyError::Algorithm,
                PolicyProblem::Feature => PolicyError::Feature,
                PolicyProblem::Unreadable => PolicyError::Unreadable,
            }),
            _ => return Err((span, "one of `allow` and `refuse` is wanted".into())),
        };
        Policy::new(&data, verdict).map_err(|_| (at, format!("at most {POLICY} bytes fit")))
    }
}

/// A list of networks that a policy allows.
fn networks(said: Spanned<Vec<Plmn>>) -> Result<Allowed, Problem> {
    let networks = few(Some(said), ALLOWED)?.unwrap_or_default();
    Ok(networks.into_iter().map(Text::from).collect())
}

impl VendorTable {
    pub(super) fn apply(self, setup: &mut VendorSetup) -> Result<(), Problem> {
        put(&mut setup.fcc.challenge, self.fcc_challenge);
        put(&mut setup.fcc.proof, self.fcc_answer.map(Proof::Answer));
        if let Some(said) = self.fcc_maker {
            let span = said.span();
            let maker = said.into_inner().0.try_into();
            let maker = maker.map_err(|_| (span.clone(), "four bytes are wanted".to_owned()))?;
            if self.fcc_answer.is_some() {
                return Err((span, "only one of `fcc-answer` and `fcc-maker` can be right".into()));
            }
            setup.fcc.proof = Proof::Maker(maker);
        }
        if let Some(said) = self.carrier_lock {
            setup.allowed = networks(said)?;
        }
        for said in few(self.policy, setup.policies.capacity())?.unwrap_or_default() {
            let span = said.span();
            setup.policies.extend([said.into_inner().policy(span)?]);
        }
        put(&mut setup.update_transfer, self.update_transfer);
        put(&mut setup.update_window, self.update_window);
        put(&mut setup.updated, self.updated_firmware);
        Ok(())
    }
}
