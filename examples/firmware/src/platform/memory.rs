//! How much memory the image takes: flash and static RAM by the linker's symbols, stack by painting it.

/// What unused stack holds.
const PAINT: u32 = 0xa5a5_a5a5;
/// Distance in bytes that painting keeps from the stack in use.
const MARGIN: usize = 32;

// SAFETY: symbols of the linker script of `cortex-m-rt`. Only their addresses mean anything.
unsafe extern "C" {
    static __vector_table: u32;
    static __sidata: u32;
    static __sdata: u32;
    static __edata: u32;
    static __ebss: u32;
    static _stack_end: u32;
    static _stack_start: u32;
}

/// Bytes of the image in flash: vectors, code, constants, initial values.
pub(crate) fn flash() -> usize {
    let initial_values = (&raw const __edata).addr().saturating_sub((&raw const __sdata).addr());
    let before = (&raw const __sidata).addr().saturating_sub((&raw const __vector_table).addr());
    before.saturating_add(initial_values)
}

/// Bytes of statics in RAM.
pub(crate) fn statics() -> usize {
    (&raw const __ebss).addr().saturating_sub((&raw const __sdata).addr())
}

/// Paints the stack that is not in use.
#[inline(never)]
pub(crate) fn paint_stack() {
    let here = usize::try_from(cortex_m::register::msp::read()).unwrap_or(0);
    let mut word = (&raw const _stack_end).cast_mut();
    while word.addr() < here.saturating_sub(MARGIN) {
        // SAFETY: from the end of the stack up to below the stack pointer, memory belongs to nobody but interrupt handlers,
        // and none of them runs while this does.
        unsafe { word.write_volatile(PAINT) };
        word = word.wrapping_add(1);
    }
}

/// Most bytes of stack in use at any time since [`paint_stack`], interrupt handlers included.
#[inline(never)]
pub(crate) fn stack_peak() -> usize {
    let start = &raw const _stack_start;
    let mut word = &raw const _stack_end;
    // SAFETY: all of the stack is readable memory.
    while word < start && unsafe { word.read_volatile() } == PAINT {
        word = word.wrapping_add(1);
    }
    start.addr().saturating_sub(word.addr())
}
