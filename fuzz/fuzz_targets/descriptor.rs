//! Any bytes as descriptors, as a setup packet and as a notification: the walk ends, and what was read is written the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mbim_wire::Writer;
use mbim_wire::usb::class_request::{ClassRequest, Setup};
use mbim_wire::usb::descriptor::{Configuration, Descriptor, Descriptors, write_configuration};
use mbim_wire::usb::notification::Notification;

fuzz_target!(|data: &[u8]| {
    descriptors(data);
    setup(data);
    notification(data);
});

fn descriptors(data: &[u8]) {
    let mut walk = Descriptors::new(data);
    let (mut start, mut steps, mut read) = (0, 0, Vec::new());
    while let Some(descriptor) = walk.next() {
        let end = walk.offset();
        assert!(end > start && end <= data.len());
        if let Ok(descriptor) = descriptor {
            let mut buffer = [0; 256];
            let mut writer = Writer::new(&mut buffer);
            descriptor.put(&mut writer);
            let written = writer.finish().expect("a descriptor has at most 255 bytes");
            // The length apart, the same bytes: of a longer one those that are known.
            assert_eq!(written[1..], data[start + 1..start + written.len()]);
            read.push(descriptor);
        }
        (start, steps) = (end, steps + 1);
    }
    assert!(steps <= data.len());
    let mut buffer = vec![0; data.len() + 64];
    let written = write_configuration(&mut buffer, Configuration::default(), &read);
    let Ok(written) = written else {
        assert!(data.len() > 60000);
        return;
    };
    let mut again = Descriptors::new(written).map(|descriptor| descriptor.expect("what was written reads"));
    let Some(Descriptor::Configuration(head)) = again.next() else { panic!("a configuration") };
    assert_eq!(usize::from(head.total_length), written.len());
    assert!(again.eq(read));
}

fn setup(data: &[u8]) {
    let Ok(setup) = Setup::parse(data) else {
        assert!(data.len() < Setup::LEN);
        return;
    };
    assert_eq!(setup.to_bytes(), data[..Setup::LEN]);
    if let Ok(request) = ClassRequest::parse(&setup) {
        assert_eq!(request.setup(setup.index), setup);
    }
}

fn notification(data: &[u8]) {
    let Ok((notification, interface)) = Notification::parse(data) else { return };
    let length = Notification::wire_len(data).expect("it has a header");
    assert!(length <= data.len());
    let mut buffer = [0; Notification::MAX_LEN];
    let written = notification.write(interface, &mut buffer).expect("it fits");
    assert_eq!(Notification::parse(written), Ok((notification, interface)));
}
