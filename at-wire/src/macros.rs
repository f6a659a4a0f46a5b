//! One declaration per command and URC.

/// Declares commands: for each a module with the types of its forms, and of the lines that answer them.
///
/// ```
/// # #![allow(clippy::needless_doctest_main)]
/// use at_wire::message::{Line, Request};
/// use at_wire::parameter::Str;
///
/// at_wire::at_commands! {
///     /// A maker's own.
///     pub LAMPS;
///
///     /// Lamps.
///     lamp = "+XLAMP" [timeout = 20, abortable = true] {
///         set<'a>(index: u8, colour: Option<Str<'a>>);
///         read -> <'a>(index: u8, colour: Str<'a>);
///         test;
///     }
/// }
///
/// fn main() -> Result<(), Box<dyn core::error::Error>> {
///     let mut buffer = [0; 32];
///     let set = lamp::Set { index: 2, colour: Some("red".into()) };
///     assert_eq!(set.to_line(&mut buffer)?, b"AT+XLAMP=2,\"red\"\r");
///     assert_eq!(lamp::ReadAnswer::parse(b"+XLAMP: 2,red")?.colour, Str::from("red"));
///     assert_eq!((lamp::INFO.timeout, LAMPS.len()), (20, 1));
///     Ok(())
/// }
/// ```
///
/// The forms are `execute`, `read`, `set` and `test`, each with its parameters in parentheses and, behind an arrow, those
/// of a line that answers it. The types are those of [`parameter`](crate::parameter); a list that borrows says so with
/// `<'a>`. The options in brackets are the fields of [`CommandInfo`](crate::message::CommandInfo). The first line names a
/// table of all: of `CommandInfo`, and with the feature `catalogue` of `catalogue::Info`, which takes what a command is
/// for from its comment, and from the parentheses in it where it is specified; that one is called `CATALOGUE`, and that of
/// [`at_urcs!`](crate::at_urcs) `URC_CATALOGUE`.
#[macro_export]
macro_rules! at_commands {
    (
        $(#[$table_doc:meta])*
        pub $table:ident;
        $(
            $(#[doc = $doc:literal])*
            $module:ident = $name:literal $([$($option:ident = $value:expr),* $(,)?])? {
                $($form:ident $(<$lt:lifetime>)? $(($($field:ident: $type:ty),* $(,)?))?
                    $(-> $(<$alt:lifetime>)? ($($afield:ident: $atype:ty),* $(,)?))?;)*
            }
        )*
    ) => {
        $(
            $(#[doc = $doc])*
            pub mod $module {
                #[allow(unused_imports)]
                use super::*;
                #[allow(unused_imports)]
                use $crate::message::{Calls, Prompt};

                /// The name.
                pub const NAME: &str = $name;

                /// What a client must know of it.
                pub const INFO: $crate::message::CommandInfo = $crate::message::CommandInfo {
                    name: $name,
                    $($($option: $value,)*)?
                    ..$crate::message::CommandInfo::DEFAULT
                };

                $($crate::__at_form!($form, [$(<$lt>)?], [$($($field: $type,)*)?], $([$(<$alt>)?], [$($afield: $atype,)*])?);)*

                $crate::__at_catalogue! {
                    [$($doc)*];
                    $($form [$(<$lt>)?] [$($($field: $type,)*)?] [$($(<$alt>)?)?] [$($($afield: $atype,)*)?];)*
                }
            }
        )*

        $(#[$table_doc])*
        pub static $table: &[$crate::message::CommandInfo] = &[$($module::INFO,)*];

        $crate::__at_table!($($module)*);
    };
}

/// Declares URCs: for each a structure with its parameters, which reads and writes the line. One that is `personal` does
/// not show them in logs.
///
/// ```
/// use at_wire::message::Line;
/// use at_wire::parameter::Str;
///
/// at_wire::at_urcs! {
///     /// A maker's own.
///     pub LAMPS;
///
///     /// A lamp broke.
///     Broken<'a> = "+XBROKEN" (index: u8, why: Option<Str<'a>>);
///     /// Somebody switched one on.
///     Used<'a> personal = "+XUSED" (index: u8, who: Str<'a>);
/// }
///
/// assert_eq!(Broken::parse(b"+XBROKEN: 3")?.index, 3);
/// assert_eq!(format!("{:?}", Used::parse(b"+XUSED: 3,\"Joe\"")?), "Used { *** }");
/// assert_eq!(LAMPS, &["+XBROKEN", "+XUSED"]);
/// # Ok::<(), at_wire::DecodeError>(())
/// ```
#[macro_export]
macro_rules! at_urcs {
    (
        $(#[$table_doc:meta])*
        pub $table:ident;
        $($(#[doc = $doc:literal])* $struct:ident $(<$lt:lifetime>)? $($personal:ident)? = $name:literal $(($($field:ident: $type:ty),* $(,)?))?;)*
    ) => {
        $(
            $crate::__at_struct!(
                $(#[doc = $doc])* $struct, [$(<$lt>)?], [$($($field: $type,)*)?], $crate::__at_personal!($($personal)?)
            );
            $crate::__at_line!($struct, [$(<$lt>)?], $name, false);
        )*

        $(#[$table_doc])*
        pub static $table: &[&str] = &[$($name,)*];

        $crate::__at_urc_table!($([$($doc)*] $struct [$(<$lt>)?] $name [$($($field: $type,)*)?];)*);
    };
}

/// A structure with its [`Parameters`](crate::message::Parameters), and their [`Encode`](crate::message::Encode).
#[doc(hidden)]
#[macro_export]
macro_rules! __at_struct {
    ($(#[$doc:meta])* $struct:ident, [], [$($field:ident: $type:ty,)*], $personal:expr) => {
        $crate::__at_struct!(@ $(#[$doc])* $struct, [], ['a], [$($field: $type,)*], $personal);
    };
    ($(#[$doc:meta])* $struct:ident, [<$lt:lifetime>], [$($field:ident: $type:ty,)*], $personal:expr) => {
        $crate::__at_struct!(@ $(#[$doc])* $struct, [<$lt>], [$lt], [$($field: $type,)*], $personal);
    };
    (@ $(#[$doc:meta])* $struct:ident, [$($generics:tt)*], [$lt:lifetime], [$($field:ident: $type:ty,)*], $personal:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)] // named as in the specification
        pub struct $struct $($generics)* {
            $(pub $field: $type,)*
        }

        impl $($generics)* ::core::fmt::Debug for $struct $($generics)* {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                if $personal {
                    // What names a person, or opens a lock, is for no log.
                    return f.write_str(concat!(stringify!($struct), " { *** }"));
                }
                f.debug_struct(stringify!($struct))$(.field(stringify!($field), &self.$field))*.finish()
            }
        }

        $crate::__at_defmt!($struct, [$($generics)*]);

        impl<$lt> $crate::message::Parameters<$lt> for $struct $($generics)* {
            const NAMES: &'static str = concat!($(stringify!($field), ","),*);

            #[allow(unused_variables)]
            fn take(values: &mut $crate::parameter::Values<$lt>) -> Self {
                Self { $($field: values.value(),)* }
            }
        }

        impl $($generics)* $crate::message::Encode for $struct $($generics)* {
            #[allow(unused_variables)]
            fn write(&self, line: &mut $crate::parameter::LineWriter<'_, '_>) {
                $($crate::parameter::Value::write(&self.$field, line);)*
            }
        }
    };
}

/// Whether the word `personal` stands there.
#[doc(hidden)]
#[macro_export]
macro_rules! __at_personal {
    () => {
        false
    };
    (personal) => {
        true
    };
}

/// A structure for logs over a debug probe: as it shows itself elsewhere.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "defmt")]
macro_rules! __at_defmt {
    ($struct:ident, [$($generics:tt)*]) => {
        impl $($generics)* $crate::__private::defmt::Format for $struct $($generics)* {
            fn format(&self, f: $crate::__private::defmt::Formatter<'_>) {
                $crate::__private::defmt_debug(f, self);
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "defmt"))]
macro_rules! __at_defmt {
    ($struct:ident, [$($generics:tt)*]) => {};
}

/// A structure's [`Line`](crate::message::Line).
#[doc(hidden)]
#[macro_export]
macro_rules! __at_line {
    ($struct:ident, [], $name:expr, $bare:expr) => {
        impl<'a> $crate::message::Line<'a> for $struct {
            const NAME: &'static str = $name;
            const BARE: bool = $bare;
        }
    };
    ($struct:ident, [<$lt:lifetime>], $name:expr, $bare:expr) => {
        impl<$lt> $crate::message::Line<$lt> for $struct<$lt> {
            const NAME: &'static str = $name;
            const BARE: bool = $bare;
        }
    };
}

/// A structure's [`Request`](crate::message::Request).
#[doc(hidden)]
#[macro_export]
macro_rules! __at_request {
    ($struct:ident, [], $form:ident, $answers:expr) => {
        impl<'a> $crate::message::Request<'a> for $struct {
            const COMMAND: $crate::message::CommandInfo = INFO;
            const FORM: $crate::message::Form = $crate::message::Form::$form;
            const ANSWERS: bool = $answers || Self::FORM.asks();
        }
    };
    ($struct:ident, [<$lt:lifetime>], $form:ident, $answers:expr) => {
        impl<$lt> $crate::message::Request<$lt> for $struct<$lt> {
            const COMMAND: $crate::message::CommandInfo = INFO;
            const FORM: $crate::message::Form = $crate::message::Form::$form;
            const ANSWERS: bool = $answers || Self::FORM.asks();
        }
    };
}

/// The types of a form.
#[doc(hidden)]
#[macro_export]
macro_rules! __at_form {
    (execute, $($rest:tt)*) => {
        $crate::__at_form!(@ Execute, ExecuteAnswer, "The command alone.", $($rest)*);
    };
    (read, $($rest:tt)*) => {
        $crate::__at_form!(@ Read, ReadAnswer, "Asks what is set.", $($rest)*);
    };
    (set, $($rest:tt)*) => {
        $crate::__at_form!(@ Set, SetAnswer, "Sets, or does.", $($rest)*);
    };
    (test, $($rest:tt)*) => {
        $crate::__at_form!(@ Test, TestAnswer, "Asks what can be set.", $($rest)*);
    };
    (@ $form:ident, $answer:ident, $doc:literal, [$($lt:tt)*], [$($fields:tt)*],) => {
        $crate::__at_form!(@ $form, $doc, [$($lt)*], [$($fields)*], false);
    };
    (@ $form:ident, $doc:literal, [$($lt:tt)*], [$($fields:tt)*], $answers:expr) => {
        $crate::__at_struct!(#[doc = $doc] $form, [$($lt)*], [$($fields)*], INFO.personal);
        $crate::__at_request!($form, [$($lt)*], $form, $answers);
    };
    (@ $form:ident, $answer:ident, $doc:literal, [$($lt:tt)*], [$($fields:tt)*], [$($alt:tt)*], [$($afields:tt)*]) => {
        $crate::__at_form!(@ $form, $doc, [$($lt)*], [$($fields)*], true);
        $crate::__at_struct!(#[doc = "A line of the answer."] $answer, [$($alt)*], [$($afields)*], INFO.personal);
        $crate::__at_line!($answer, [$($alt)*], NAME, INFO.bare);
    };
}

/// The entry of the catalogue, if there is one.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "catalogue")]
macro_rules! __at_catalogue {
    ([$($doc:literal)*]; $($form:ident $lt:tt [$($field:ident: $type:ty,)*] $alt:tt [$($afield:ident: $atype:ty,)*];)*) => {
        /// The entry in the catalogue.
        pub const CATALOGUE: $crate::catalogue::Info = $crate::catalogue::Info {
            name: INFO.name,
            doc: concat!($($doc),*),
            command: ::core::option::Option::Some(INFO),
            forms: &[$($crate::catalogue::FormInfo {
                form: $crate::__at_form_name!($form),
                fields: &[
                    $($crate::__at_field!($lt $field: $type),)*
                    $($crate::__at_field!($alt $afield: $atype),)*
                ],
                count: $crate::catalogue::count(&[$(stringify!($field)),*]),
            },)*],
        };
    };
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "catalogue"))]
macro_rules! __at_catalogue {
    ($($declared:tt)*) => {};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __at_form_name {
    (execute) => {
        $crate::message::Form::Execute
    };
    (read) => {
        $crate::message::Form::Read
    };
    (set) => {
        $crate::message::Form::Set
    };
    (test) => {
        $crate::message::Form::Test
    };
}

/// A field, with a function that reads it.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "catalogue")]
macro_rules! __at_field {
    ([] $field:ident: $type:ty) => {
        $crate::__at_field!([<'a>] $field: $type)
    };
    ([<$lt:lifetime>] $field:ident: $type:ty) => {
        $crate::catalogue::FieldInfo {
            name: stringify!($field),
            of: {
                fn of<$lt>(
                    fields: ::core::option::Option<&mut $crate::parameter::Fields<$lt>>,
                    name: &'static str,
                ) -> ::core::result::Result<$crate::__private::serde_json::Value, $crate::DecodeError> {
                    $crate::catalogue::of::<$type>(fields, name, stringify!($type))
                }
                of
            },
        }
    };
}

/// The table of the catalogue, if there is one.
#[doc(hidden)]
#[macro_export]
#[cfg(feature = "catalogue")]
macro_rules! __at_table {
    ($($module:ident)*) => {
        /// The entries in the catalogue.
        pub static CATALOGUE: &[$crate::catalogue::Info] = &[$($module::CATALOGUE,)*];
    };
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "catalogue"))]
macro_rules! __at_table {
    ($($declared:tt)*) => {};
}

#[doc(hidden)]
#[macro_export]
#[cfg(feature = "catalogue")]
macro_rules! __at_urc_table {
    ($([$($doc:literal)*] $struct:ident $lt:tt $name:literal [$($field:ident: $type:ty,)*];)*) => {
        /// The entries in the catalogue.
        pub static URC_CATALOGUE: &[$crate::catalogue::Info] = &[$($crate::catalogue::Info {
            name: $name,
            doc: concat!($($doc),*),
            command: ::core::option::Option::None,
            forms: &[$crate::catalogue::FormInfo {
                form: $crate::message::Form::Unsolicited,
                fields: &[$($crate::__at_field!($lt $field: $type)),*],
                count: 0,
            }],
        },)*];
    };
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "catalogue"))]
macro_rules! __at_urc_table {
    ($($declared:tt)*) => {};
}
