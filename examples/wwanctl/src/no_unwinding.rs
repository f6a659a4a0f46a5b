//! The unwinder, which is nobody: this program aborts on panic and has no tables to unwind by. The standard library would
//! bring one, and with it a reader of debugging information that finds none, for backtraces: together a seventh of the
//! program. A panic still tells its message and place.

use core::ffi::{c_int, c_void};

/// Walks the stack for a backtrace: tells of no frame.
// Nothing here is unsafe to do; but the name is taken from the linker, who cannot check what others expect of it.
#[expect(unsafe_code, reason = "takes the name")]
#[unsafe(no_mangle)]
const extern "C" fn _Unwind_Backtrace(_each: *const c_void, _argument: *mut c_void) -> c_int {
    0
}

/// What only unwinding calls.
macro_rules! never {
    ($($name:ident)*) => { $(
        #[expect(unsafe_code, reason = "takes the name")]
        #[unsafe(no_mangle)]
        extern "C" fn $name() -> ! {
            std::process::abort()
        }
    )* };
}

never! {
    _Unwind_DeleteException _Unwind_FindEnclosingFunction _Unwind_GetCFA _Unwind_GetDataRelBase _Unwind_GetGR _Unwind_GetIP
    _Unwind_GetIPInfo _Unwind_GetLanguageSpecificData _Unwind_GetRegionStart _Unwind_GetTextRelBase
    _Unwind_RaiseException _Unwind_Resume _Unwind_SetGR _Unwind_SetIP
}
