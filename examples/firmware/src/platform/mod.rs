//! All that knows the board: QEMU's `mps2-an386`, a Cortex-M4 at 25 MHz with CMSDK peripherals. The only module with
//! `unsafe` code, each use with its reason.

mod clock;
mod executor;
pub(crate) mod memory;
mod ring;
mod uart;

use cortex_m::peripheral::NVIC;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_semihosting::{debug, hprintln};

pub(crate) use clock::SysClock;
pub(crate) use executor::block_on;
pub(crate) use uart::Uart;

/// Cycles in a millisecond.
const CYCLES_PER_MS: u32 = 25_000;

/// The interrupts in use (Application Note AN386, table "Interrupts").
#[derive(Clone, Copy)]
#[repr(u16)]
enum Interrupt {
    Uart0Rx = 0,
    Uart0Tx = 1,
}

// SAFETY: the numbers are those of the board, each once.
unsafe impl cortex_m::interrupt::InterruptNumber for Interrupt {
    #[allow(clippy::as_conversions)] // the number of a variant
    fn number(self) -> u16 {
        self as u16
    }
}

/// The handlers, in the order of [`Interrupt`].
// SAFETY: `cortex-m-rt` asks for this name and this section; the handlers save what the core does not.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".vector_table.interrupts")]
static __INTERRUPTS: [extern "C" fn(); 2] = [uart::received, uart::sent];

/// Starts clock and port; `None` if that was done before.
pub(crate) fn start() -> Option<(SysClock, Uart)> {
    let mut core = cortex_m::Peripherals::take()?;
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(CYCLES_PER_MS.saturating_sub(1));
    core.SYST.clear_current();
    core.SYST.enable_counter();
    core.SYST.enable_interrupt();
    let uart = Uart::start();
    for interrupt in [Interrupt::Uart0Rx, Interrupt::Uart0Tx] {
        // SAFETY: no critical section depends on these interrupts being masked.
        unsafe { NVIC::unmask(interrupt) };
    }
    Some((SysClock, uart))
}

/// Ends the emulation; the exit status of QEMU is 0 or 1.
pub(crate) fn exit(success: bool) -> ! {
    debug::exit(if success { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {
        cortex_m::asm::wfi(); // a debugger may decline
    }
}

/// Says so and ends. `run.sh` looks for panics by their names; looking at `info` keeps the linker from merging them.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    core::hint::black_box(info);
    hprintln!("END panic");
    exit(false)
}
