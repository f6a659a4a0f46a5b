//! The released static program aborts on panic, so nobody reads the tables for unwinding, which are an eighth of it, and
//! nothing that would read them for a backtrace needs to be there, which is another.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=no-unwind-tables.ld");
    println!("cargo::rerun-if-changed=order.ld");
    println!("cargo::rustc-check-cfg=cfg(no_unwind_tables)");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_ENV", "musl") && is("PROFILE", "release") {
        let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{folder}/no-unwind-tables.ld");
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{folder}/order.ld");
        println!("cargo::rustc-cfg=no_unwind_tables");
        // Code and constants share pages: 8 kB less of filling between them.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,noseparate-code");
        // The linker that comes with the compiler can make one of equal functions: 8 kB. Without it the program is as good.
        if let Some(folder) = own_linker() {
            println!("cargo::rustc-link-arg-bins=-B{}", folder.display());
            println!("cargo::rustc-link-arg-bins=-fuse-ld=lld");
            println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
        }
    }
}

/// The folder with the linker that comes with the compiler, if it does.
fn own_linker() -> Option<PathBuf> {
    let rustc = Command::new(env::var_os("RUSTC")?).args(["--print", "sysroot"]).output().ok()?;
    let sysroot = String::from_utf8(rustc.stdout).ok()?;
    let folder = PathBuf::from(sysroot.trim()).join("lib/rustlib").join(env::var("HOST").ok()?).join("bin/gcc-ld");
    folder.join("ld.lld").exists().then_some(folder)
}
