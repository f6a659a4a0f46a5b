//! Nothing but the outside world: what every other probe has too.
#![no_std]
#![no_main]

wwan_size::probe!({
    let mut buf = [0; 64];
    wwan_size::put_bytes(wwan_size::bytes(&mut buf));
});
