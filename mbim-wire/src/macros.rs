//! One declaration per value, structure, command and service. All macros are exported: a vendor's crate declares its own
//! messages with the same tools.

/// Declares an open value: a number of the peer with names for those known. Unknown numbers are kept.
///
/// ```
/// mbim_wire::open_enum! {
///     /// Position of a switch.
///     pub struct Switch(u32) {
///         /// Off.
///         OFF = 0,
///         /// On.
///         ON = 1,
///     }
/// }
/// assert_eq!(Switch::ON.name(), Some("ON"));
/// assert_eq!(format!("{:?} {:?}", Switch::OFF, Switch(7)), "OFF Switch(7)");
/// ```
#[macro_export]
macro_rules! open_enum {
    ($(#[$m:meta])* $v:vis struct $name:ident($repr:ident) {
        $($(#[$vm:meta])* $value:ident = $n:expr),* $(,)?
    }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $v struct $name(pub $repr);

        #[allow(missing_docs)]
        impl $name {
            $($(#[$vm])* pub const $value: Self = Self($n);)*

            /// The name of the value, if it has one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$value => Some(stringify!($value)),)*
                    _ => None,
                }
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => f.debug_tuple(stringify!($name)).field(&self.0).finish(),
                }
            }
        }

        impl<'a> $crate::Field<'a> for $name {
            const FIXED: usize = <$repr as $crate::Field<'a>>::FIXED;

            #[inline]
            fn at(base: &'a [u8], at: usize) -> Result<Self, $crate::DecodeError> {
                <$repr as $crate::Field<'a>>::at(base, at).map(Self)
            }

            fn put(&self, w: &mut $crate::StructWriter<'_, '_>, at: usize) {
                $crate::Field::put(&self.0, w, at);
            }
        }

        $crate::__defmt_value! { $name, |value| value.name(), |value| value.0 }
        $crate::__describe_value! { $name, $repr, Enum, [$($value = $n),*] }
    };
}

/// Declares a set of flags. Unknown bits are kept.
///
/// ```
/// mbim_wire::flags! {
///     /// What the device can do.
///     pub struct Caps(u32) {
///         /// Fly.
///         FLY = 1 << 0,
///     }
/// }
/// assert!(Caps::from_bits_retain(0x81).contains(Caps::FLY));
/// ```
#[macro_export]
macro_rules! flags {
    ($(#[$m:meta])* $v:vis struct $name:ident($repr:ident) {
        $($(#[$($vm:tt)*])* $value:ident = $n:expr),* $(,)?
    }) => {
        $crate::__private::bitflags::bitflags! {
            $(#[$m])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            $v struct $name: $repr {
                $($(#[$($vm)*])* const $value = $n;)*
                const _ = !0;
            }
        }

        impl<'a> $crate::Field<'a> for $name {
            const FIXED: usize = <$repr as $crate::Field<'a>>::FIXED;

            #[inline]
            fn at(base: &'a [u8], at: usize) -> Result<Self, $crate::DecodeError> {
                <$repr as $crate::Field<'a>>::at(base, at).map(Self::from_bits_retain)
            }

            fn put(&self, w: &mut $crate::StructWriter<'_, '_>, at: usize) {
                $crate::Field::put(&self.bits(), w, at);
            }
        }

        $crate::__defmt_value! { $name, |_value| None, |value| value.bits() }
        $crate::__describe_value! { $name, $repr, Flags, [$($value = $n),*] }
    };
}

/// Declares a structure, or the information buffer of a command: a plain struct to write and a view to read.
///
/// A field is `name: Format`. In front of the colon may stand the field's name in the catalogue, where it is not the Rust
/// name in camel case, and the word `personal` for what must not appear in logs: debug output shows `***` for it.
/// A lifetime, if the structure borrows, is always `'a`.
///
/// ```
/// use mbim_wire::{mbim_struct, text::Text, View, Writer};
///
/// mbim_struct! {
///     /// A subscriber.
///     pub struct Subscriber<'a>, SubscriberView {
///         /// Kind of contract.
///         contract: u32,
///         /// Telephone number.
///         number personal: Text<'a>,
///     }
/// }
///
/// let mut buffer = [0; 64];
/// let mut writer = Writer::new(&mut buffer);
/// writer.structure(&Subscriber { contract: 2, number: "555".into() });
/// let bytes = writer.finish()?;
/// let view = SubscriberView::new(bytes);
/// assert_eq!(view.contract()?, 2);
/// assert_eq!(view.number()?, "555");
/// assert_eq!(format!("{:?}", view.read()?), "Subscriber { contract: 2, number: *** }");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[macro_export]
macro_rules! mbim_struct {
    ($(#[$m:meta])* $v:vis struct $name:ident $(<$lt:lifetime>)?, $view:ident {
        $($(#[$fm:meta])* $f:ident $($wire:literal)? $($flag:ident)? : $t:ty),* $(,)?
    }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Default, PartialEq)]
        $v struct $name $(<$lt>)? {
            $($(#[$fm])* pub $f: $t,)*
        }

        #[doc = concat!("Reads [`", stringify!($name), "`] in place.")]
        #[derive(Clone, Copy, Debug)]
        $v struct $view<'a>(&'a [u8]);

        #[allow(dead_code, unused_variables, clippy::as_conversions, clippy::arithmetic_side_effects)]
        const _: () = {
            /// The how-manieth field is it: only ever turned into an offset, by the compiler.
            #[allow(non_camel_case_types)]
            enum Index { $($f),* }

            impl<'a> $view<'a> {
                const WIDTHS: &'static [usize] = &[$(<$t as $crate::Field<'a>>::FIXED),*];

                $(
                    $(#[$fm])*
                    ///
                    /// # Errors
                    ///
                    /// [`DecodeError`]($crate::DecodeError) if the field cannot be read.
                    #[inline]
                    pub fn $f(&self) -> Result<$t, $crate::DecodeError> {
                        let at = const { $crate::__private::offset(Self::WIDTHS, Index::$f as usize) };
                        <$t as $crate::Field<'a>>::at(self.0, at)
                    }
                )*
            }

            impl<'a> $crate::View<'a> for $view<'a> {
                type Value = $crate::mbim_struct!(@value $name $($lt)?);

                const FIXED: usize = $crate::__private::offset(Self::WIDTHS, Self::WIDTHS.len());

                #[inline]
                fn new(base: &'a [u8]) -> Self {
                    Self(base)
                }

                #[inline]
                fn base(&self) -> &'a [u8] {
                    self.0
                }

                fn read(&self) -> Result<Self::Value, $crate::DecodeError> {
                    Ok($name { $($f: self.$f()?,)* })
                }

                fn extent(&self) -> Result<usize, $crate::DecodeError> {
                    Ok(<Self as $crate::View<'a>>::FIXED
                        $(.saturating_add(<$t as $crate::Field<'a>>::owned(
                            self.0, const { $crate::__private::offset(Self::WIDTHS, Index::$f as usize) })?))*)
                }
            }

            impl<'a> $crate::Encode for $crate::mbim_struct!(@value $name $($lt)?) {
                fn fixed_len(&self) -> usize {
                    <$view<'a> as $crate::View<'a>>::FIXED
                        $(.saturating_add(<$t as $crate::Field<'a>>::tail(&self.$f)))*
                }

                fn fill(&self, w: &mut $crate::StructWriter<'_, '_>) {
                    $(
                        let at = const { $crate::__private::offset(<$view<'a>>::WIDTHS, Index::$f as usize) };
                        <$t as $crate::Field<'a>>::put(&self.$f, w, at);
                    )*
                }
            }

            impl<'a> ::core::fmt::Debug for $crate::mbim_struct!(@value $name $($lt)?) {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct(stringify!($name))
                        $(.field(stringify!($f), $crate::mbim_struct!(@debug self $f $($flag)?)))*
                        .finish()
                }
            }

            $crate::__defmt_struct! { $crate::mbim_struct!(@value $name $($lt)?) }
            $crate::__describe_struct! { $name, $view, Index, [$($f $($wire)? $($flag)? : $t),*] }
        };
    };
    (@value $name:ident) => { $name };
    (@value $name:ident $lt:lifetime) => { $name<$lt> };
    (@debug $self:ident $f:ident) => { &$self.$f };
    (@debug $self:ident $f:ident personal) => { &$crate::__private::Masked };
}

/// Declares a command of a device service: where it is found, and what travels in which direction. The view types name
/// the information buffers; [`EmptyView`](crate::field::EmptyView) is the empty one. What a command does not have, it
/// cannot be asked for.
///
/// A text behind the number is the command's name in the catalogue, where it is not the Rust name with blanks. A number
/// in front of the brace, `v2` or `v3`, says that the layouts hold from that version of the Microsoft extensions on.
///
/// ```
/// use mbim_wire::{field::EmptyView, mbim_command, mbim_service, mbim_struct};
///
/// mbim_struct! {
///     /// Temperature.
///     pub struct Temperature, TemperatureView {
///         /// Degrees Celsius.
///         degrees: i32,
///     }
/// }
///
/// mbim_service! {
///     /// Thermometer of a vendor.
///     pub THERMOMETER, "Thermometer" = 0x0102030405060708090a0b0c0d0e0f10 {
///         /// The temperature of the module.
///         pub ReadTemperature = 1 {
///             query EmptyView => TemperatureView;
///             notification TemperatureView;
///         }
///     }
/// }
/// ```
#[macro_export]
macro_rules! mbim_command {
    ($(#[$m:meta])* $v:vis $name:ident = ($service:path, $cid:expr $(, $title:literal)? $(; $version:ident)?) {
        $(query $query:ident => $answer:ident;)?
        $(set $set:ident => $result:ident;)?
        $(notification $body:ident;)?
    }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug)]
        $v struct $name;

        impl $crate::Command for $name {
            const SERVICE: $crate::Uuid = $service;
            const CID: u32 = $cid;
        }

        $(impl $crate::Query for $name {
            type Params<'a> = $query<'a>;
            type Response<'a> = $answer<'a>;
        })?

        $(impl $crate::Set for $name {
            type Params<'a> = $set<'a>;
            type Response<'a> = $result<'a>;
        })?

        $(impl $crate::Notification for $name {
            type Body<'a> = $body<'a>;
        })?

        $crate::__describe_command! {
            $name [$($title)?] [$($version)?] [$($query => $answer)?] [$($set => $result)?] [$($body)?]
        }
    };
}

/// Declares a device service: its UUID and all its commands, each as for [`mbim_command!`] but without the service.
#[macro_export]
macro_rules! mbim_service {
    ($(#[$m:meta])* $v:vis $uuid:ident, $title:literal = $number:literal {
        $($(#[$cm:meta])* $cv:vis $name:ident $($ctitle:literal)? = $cid:literal $($version:ident)? { $($forms:tt)* })*
    }) => {
        $(#[$m])*
        $v const $uuid: $crate::Uuid = $crate::Uuid::new($number);

        $($crate::mbim_command! {
            $(#[$cm])*
            $cv $name = ($uuid, $cid $(, $ctitle)? $(; $version)?) { $($forms)* }
        })*

        $crate::__describe_service! { $uuid, $title, [$($name),*] }
    };
}

// A feature of this crate inside an exported macro would be looked up in the calling crate. So these helpers, which the
// macros above call, exist twice, and the feature chooses here.

#[doc(hidden)]
#[macro_export]
#[cfg(feature = "defmt")]
macro_rules! __defmt_value {
    ($name:ident, |$n:ident| $text:expr, |$b:ident| $bits:expr) => {
        impl $crate::__private::defmt::Format for $name {
            fn format(&self, f: $crate::__private::defmt::Formatter<'_>) {
                let $n = *self;
                let text: Option<&str> = $text;
                let $b = *self;
                match text {
                    Some(name) => $crate::__private::defmt_str(f, name),
                    None => $crate::__private::defmt_number(f, u64::from($bits)),
                }
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "defmt"))]
macro_rules! __defmt_value {
    ($($t:tt)*) => {};
}

#[doc(hidden)]
#[macro_export]
#[cfg(feature = "defmt")]
macro_rules! __defmt_struct {
    ($value:ty) => {
        impl<'a> $crate::__private::defmt::Format for $value {
            fn format(&self, f: $crate::__private::defmt::Formatter<'_>) {
                $crate::__private::defmt_debug(f, self);
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "defmt"))]
macro_rules! __defmt_struct {
    ($($t:tt)*) => {};
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "catalogue"))]
macro_rules! __describe_value {
    ($($t:tt)*) => {};
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "catalogue"))]
macro_rules! __describe_struct {
    ($($t:tt)*) => {};
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "catalogue"))]
macro_rules! __describe_command {
    ($($t:tt)*) => {};
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "catalogue"))]
macro_rules! __describe_service {
    ($($t:tt)*) => {};
}
