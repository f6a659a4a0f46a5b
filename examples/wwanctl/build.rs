//! The released static program aborts on panic, so nobody reads the tables for unwinding, which are an eighth of it, and
//! nothing that would read them for a backtrace needs to be there, which is another.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=no-unwind-tables.ld");
    println!("cargo::rustc-check-cfg=cfg(no_unwind_tables)");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_ENV", "musl") && is("PROFILE", "release") {
        let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{folder}/no-unwind-tables.ld");
        println!("cargo::rustc-cfg=no_unwind_tables");
        // Code and constants share pages: 8 kB less of filling between them.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,noseparate-code");
    }
}
