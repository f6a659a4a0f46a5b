//! mbimcli on the virtual modem: the phonebook, whole.

use wwan::device::modem::phonebook::Phonebook;
use wwan_interop::VirtualModem;
use wwan_interop::mbimcli::{Row, actions, check, play};

#[test]
fn every_action_of_the_phonebook_prints_the_models_values() {
    let modem = VirtualModem::start("default");
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
    let book = Phonebook::default();
    let (capacity, digits, units) =
        (book.capacity().to_string(), book.max_number().to_string(), book.max_name().to_string());
    let last = format!("Zoe,*100#,{capacity}");
    let configuration = |used: &'static str| {
        [
            ("Phonebook state", "initialized"),
            ("Number of entries", &*capacity),
            ("used entries", used),
            ("max number length", &*digits),
            ("max name", &*units),
        ]
    };
    let (empty, filled) = (configuration("0"), configuration("3"));
    let write_last = format!("--phonebook-write={last}");
    let rows: &[Row<'_>] = &[
        (&["--phonebook-query-configuration"], &empty),
        (&["--phonebook-write=Anna,+15550123"], &[]),
        (&[&write_last], &[]),
        (&["--phonebook-write=Bob,5550124"], &[]),
        (&["--phonebook-query-configuration"], &filled),
        (&["--phonebook-read=2"], &[("Entry index", "2"), ("Number", "5550124"), ("Name", "Bob")]),
        (
            &["--phonebook-read-all"],
            &[
                ("Entry index", "1"),
                ("Number", "+15550123"),
                ("Name", "Anna"),
                ("Entry index#1", "2"),
                ("Entry index#2", &capacity),
                ("Number#2", "*100#"),
                ("Name#2", "Zoe"),
            ],
        ),
        (&["--phonebook-delete=1"], &[]),
        (&["--phonebook-read-all"], &[("Entry index", "2"), ("Entry index#1", &capacity)]),
        (&["--phonebook-delete-all"], &[]),
        (&["--phonebook-query-configuration"], &empty),
    ];
    let done = play(&modem, rows);
    assert_eq!(done, actions("--help-phonebook"), "mbimcli and the table have different actions");
    for (action, status) in [
        ("--phonebook-read=1", "InvalidMemoryIndex"),
        ("--phonebook-read=99", "InvalidMemoryIndex"),
        ("--phonebook-delete=1", "InvalidMemoryIndex"),
        ("--phonebook-write=A,1,99", "InvalidMemoryIndex"),
        ("--phonebook-write=A name that is too long,1", "ParameterTooLong"),
    ] {
        let _ = modem.mbimcli(&[action]).bad(status);
    }
}

#[test]
fn the_phonebook_needs_the_sim() {
    for (scenario, state, status) in
        [("no-sim", "sim-not-inserted", "SimNotInserted"), ("locked-sim", "device-locked", "PinRequired")]
    {
        let modem = VirtualModem::start(scenario);
        modem.wait_for("--query-subscriber-ready-status", "Ready state", state);
        let _ = modem.mbimcli(&["--phonebook-read-all"]).bad(status);
    }
    let modem = VirtualModem::start("default");
    modem.wait_for("--phonebook-query-configuration", "Phonebook state", "initialized");
    check(&modem.mbimcli(&["--phonebook-read-all"]).good(), &[]);
}
