//! Command lines as modems read them, and what rules make of them.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use at_wire::policy::{Action, Form, Policy, Refusal, Rule, Verdict, commands};
use proptest::prelude::*;

fn split(line: &str) -> Vec<(String, Form, String)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    commands(line.as_bytes())
        .unwrap()
        .map(|command| (text(command.name), command.form, text(command.parameters)))
        .collect()
}

#[test]
fn splits_lines_as_modems_do() {
    let own = |name: &str, form, parameters: &str| (name.to_owned(), form, parameters.to_owned());
    assert_eq!(
        split("ATE0V1+CMEE=1;+CREG=2;&C1"),
        [
            own("E", Form::Execute, "0"),
            own("V", Form::Execute, "1"),
            own("+CMEE", Form::Set, "1"),
            own("+CREG", Form::Set, "2"),
            own("&C", Form::Execute, "1"),
        ]
    );
    assert_eq!(split("AT"), []);
    assert_eq!(split("A/"), [own("A/", Form::Execute, "")]);
    assert_eq!(split("ats0?s3=13"), [own("s0", Form::Read, ""), own("s3", Form::Set, "13")]);
    assert_eq!(split("AT+COPS=?;+CSQ"), [own("+COPS", Form::Test, ""), own("+CSQ", Form::Execute, "")]);
    assert_eq!(split("AT+CGDCONT=1,\"IP\",\"a;+CFUN=0\""), [own("+CGDCONT", Form::Set, "1,\"IP\",\"a;+CFUN=0\"")]);
    assert_eq!(split("ATD*99#"), [own("D", Form::Execute, "*99#")]);
    assert_eq!(split("ATD112;+CFUN=0").len(), 2);
}

#[test]
fn refuses_what_modems_read_differently() {
    let refusal = |line: &[u8]| commands(line).map(|_| ()).unwrap_err();
    assert_eq!(refusal(b"AT+CSQ\rAT+CFUN=0"), Refusal::Control { offset: 6 });
    assert_eq!(refusal(b"AT+C\0FUN=0"), Refusal::Control { offset: 4 });
    assert_eq!(refusal(b"AT+CFUX\x08N=0"), Refusal::Control { offset: 7 });
    assert_eq!(refusal(b"AT\xab+CFUN"), Refusal::EighthBit { offset: 2 });
    assert_eq!(refusal(b"AT+CPIN=\"1;+CFUN=0"), Refusal::Quote { offset: 8 });
    assert_eq!(refusal(b"AT+X=\"a\\\";+CFUN=0;+Y=\"\""), Refusal::Quote { offset: 7 });
    assert_eq!(refusal(b"ATE0?"), Refusal::Syntax { offset: 4 });
    assert_eq!(refusal(b"hello"), Refusal::NoPrefix);
    assert_eq!(refusal(b"AT+"), Refusal::Syntax { offset: 2 });
}

#[test]
fn judges_every_command_of_a_line() {
    let rules = [
        Rule { name: "+CFUN", forms: Rule::SET, action: Action::Deny },
        Rule { name: "+QCFG*", forms: Rule::ALL, action: Action::Deny },
        Rule { name: "A/", forms: Rule::ALL, action: Action::Deny },
        Rule { name: "E", forms: Rule::ALL, action: Action::Rewrite("E0") },
        Rule { name: "+CMEE", forms: Rule::SET, action: Action::Rewrite("+CMEE=2") },
        Rule { name: "Z", forms: Rule::ALL, action: Action::Rewrite("") },
    ];
    let policy = Policy { rules: &[&rules], default: Action::Allow };
    let judge = |line: &str| {
        let mut buffer = [0; 64];
        match policy.judge(line.as_bytes(), &mut buffer).unwrap() {
            Verdict::Allowed => "allowed".to_owned(),
            Verdict::Denied { offset } => format!("denied {offset}"),
            Verdict::Rewritten(line) => String::from_utf8(line.to_vec()).unwrap(),
        }
    };
    assert_eq!(judge("AT+CFUN?"), "allowed");
    assert_eq!(judge("AT+CSQ;+cfun=0"), "denied 7");
    assert_eq!(judge("ATE0V1+CFUN=0"), "denied 6");
    assert_eq!(judge("at + C F U N = 0"), "denied 3");
    assert_eq!(judge("ATD112;+CFUN=0"), "denied 7");
    assert_eq!(judge("AT+QCFG=\"usbcfg\""), "denied 2");
    assert_eq!(judge("A/"), "denied 0");
    assert_eq!(judge("ATE1+CMEE=1;+CSQ"), "ATE0+CMEE=2;+CSQ");
    assert_eq!(judge("ATZ"), "AT");
    let closed =
        Policy { rules: &[&[Rule { name: "+CSQ", forms: Rule::ALL, action: Action::Allow }]], default: Action::Deny };
    let mut buffer = [0; 8];
    assert_eq!(closed.judge(b"AT+CSQ;+CREG?", &mut buffer), Ok(Verdict::Denied { offset: 7 }));
    assert_eq!(policy.judge(b"ATE1E1E1E1E1E1", &mut []), Err(Refusal::TooLong));
}

proptest! {
    #[test]
    fn a_denied_command_never_passes(before in "(E0|V1|\\+CSQ;|\\+X=\"a;b\";|&C1|S0=1|;| ){0,5}", blanks in " {0,2}", upper in any::<bool>()) {
        let rules = [Rule { name: "+CFUN", forms: Rule::ALL, action: Action::Deny }];
        let policy = Policy { rules: &[&rules], default: Action::Allow };
        let name = if upper { "+CFUN" } else { "+cfun" };
        let line = format!("AT{before}{blanks}{name}{blanks}=0");
        let verdict = policy.judge(line.as_bytes(), &mut []);
        prop_assert!(!matches!(verdict, Ok(Verdict::Allowed | Verdict::Rewritten(_))), "{line}");
    }

    #[test]
    fn any_line_is_survived(line in proptest::collection::vec(prop_oneof![b' '..b'\x7f', any::<u8>()], 0..60)) {
        let mut line = line;
        line.splice(0..0, *b"AT");
        if let Ok(commands) = commands(&line) {
            prop_assert!(commands.count() <= line.len());
        }
    }
}
