//! Reads how a modem's AT differs from others', and which of its commands go wrong.

use wwan::at_wire::text::charset::Charset;
use wwan::device::at::{Dialect, Effect, Fault, Maker, RegistrationForm, UrcOrder};
use wwan::device::modem::Text;

use super::Behind;
use super::read::{Keys, Node, Problem, Table, Words, problem, value};

const MAKERS: &Words<Maker> =
    &[("none", Maker::None), ("huawei", Maker::Huawei), ("quectel", Maker::Quectel), ("cinterion", Maker::Cinterion)];

const FORMS: &Words<RegistrationForm> = &[
    ("quoted", RegistrationForm::Quoted),
    ("bare", RegistrationForm::Bare),
    ("short", RegistrationForm::Short),
    ("release-8", RegistrationForm::Release8),
];

const ORDERS: &Words<UrcOrder> = &[
    ("after-result", UrcOrder::AfterResult),
    ("before-result", UrcOrder::BeforeResult),
    ("at-once", UrcOrder::AtOnce),
];

const BEHIND: &Words<Behind> = &[("nobody", Behind::Nobody), ("loop-back", Behind::LoopBack)];

/// `[at]`: the dialect, and what is behind connections.
pub(super) struct At<'a>(pub(super) &'a mut Dialect, pub(super) &'a mut Behind);

impl Keys for At<'_> {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        let Self(dialect, behind) = self;
        if let Some(data) = table.choice("data", BEHIND)? {
            **behind = data;
        }
        if let Some(maker) = table.choice("maker", MAKERS)? {
            // The other keys change what the maker's are like.
            **dialect = Dialect::of(maker);
        }
        table.put("echo", &mut dialect.echo)?;
        table.put("blank", &mut dialect.blank)?;
        table.put("cmee", &mut dialect.cmee)?;
        if dialect.cmee > 2 {
            return Err(table.problem_at("cmee", "cmee is 0, 1 or 2"));
        }
        table.put("progress", &mut dialect.progress)?;
        if dialect.progress > 4 {
            return Err(table.problem_at("progress", "progress is 0 to 4"));
        }
        if let Some(form) = table.choice("registration", FORMS)? {
            dialect.registration = form;
        }
        if let Some(order) = table.choice("urcs", ORDERS)? {
            dialect.urcs = order;
        }
        table.put("connect", &mut dialect.connect)?;
        table.put("prefixed-identity", &mut dialect.prefixed_identity)?;
        table.put("bare-prompt", &mut dialect.bare_prompt)?;
        table.put("pdu-mode", &mut dialect.pdu_mode)?;
        let most = dialect.charsets.capacity();
        table.replace("charsets", &mut dialect.charsets, most, charset)?;
        let most = dialect.boot.capacity();
        table.replace("boot", &mut dialect.boot, most, value::<Text<32>>)
    }
}

fn charset(node: &Node<'_>) -> Result<Charset, Problem> {
    let name: String = value(node)?;
    Charset::from_name(&name).ok_or_else(|| {
        let all: Vec<&str> = Charset::ALL.iter().map(|set| set.name()).collect();
        problem(node, &format!("no character set is called {name:?}; there are {}", all.join(", ")))
    })
}

/// `[[line]]`: what happens to a command, or to a URC: one of `refuse`, `delay` and the others.
pub(super) fn line(table: &mut Table<'_>) -> Result<Fault, Problem> {
    let name = table.must("name")?;
    let mut once = false;
    table.put("once", &mut once)?;
    let mut effects = Vec::new();
    effects.extend(table.get("refuse")?.map(Effect::Refuse));
    effects.extend(table.get("delay")?.map(Effect::Delay));
    for (key, effect) in [("swallow", Effect::Swallow), ("no-result", Effect::NoResult), ("withhold", Effect::Withhold)]
    {
        if table.get(key)? == Some(true) {
            effects.push(effect);
        }
    }
    table.finish()?;
    let [effect] = effects[..] else {
        let all = "`refuse`, `delay`, `swallow`, `no-result` and `withhold`";
        return Err(table.problem(&format!("one of {all} is wanted")));
    };
    Ok(Fault { name, effect, once })
}
