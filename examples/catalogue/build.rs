//! Packs the tables that the wire crates make of their declarations, which stay the only source.

#[path = "src/tables.rs"]
mod tables;

#[path = "src/pack.rs"]
mod pack;

use std::path::Path;
use std::{env, fs, io};

/// The best there is: packing happens once.
const LEVEL: u8 = 10;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/pack.rs");
    println!("cargo::rerun-if-changed=src/tables.rs");
    let folder = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    let mbim = pack::mbim::pack().map_err(io::Error::other)?;
    let at = pack::at::pack().map_err(io::Error::other)?;
    for (name, packed) in [("mbim", mbim), ("qmi", pack::qmi::pack()), ("at", at)] {
        let small = miniz_oxide::deflate::compress_to_vec(&packed, LEVEL);
        fs::write(Path::new(&folder).join(name), small)?;
    }
    Ok(())
}
