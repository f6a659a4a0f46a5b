//! One declaration per value, structure, message and service. All macros are exported: a vendor's crate declares its own
//! messages with the same tools.

/// Declares an open value: a number of the peer with names for those known. Unknown numbers are kept.
///
/// A text behind the name is the value's name in the catalogue, where that does not begin with the service's.
///
/// ```
/// qmi_wire::open_enum! {
///     /// Position of a switch.
///     pub struct Switch(u8) {
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
    ($(#[$m:meta])* $v:vis struct $name:ident $($wire:literal)? ($repr:ident) {
        $($(#[$vm:meta])* $value:ident = $n:expr),* $(,)?
    }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $v struct $name(pub $repr);

        impl $name {
            $($(#[$vm])* pub const $value: Self = Self($n);)*

            /// The name of the value, if it has one.
            #[must_use]
            #[allow(clippy::as_conversions)] // To wider ones, always in the same way.
            pub const fn name(self) -> ::core::option::Option<&'static str> {
                const NAMES: &str = concat!($(stringify!($value), " "),*);
                const VALUES: &[u32] = &[$($name::$value.0 as u32),*];
                $crate::__private::named(NAMES, VALUES, self.0 as u32)
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

        impl $crate::field::Coded for $name {
            type Repr = $repr;

            #[inline]
            fn from_repr(repr: $repr) -> Self {
                Self(repr)
            }

            #[inline]
            fn repr(self) -> $repr {
                self.0
            }
        }

        $crate::__coded! { $name, $repr }
        $crate::__defmt_value! { $name, |value| value.name(), |value| value.0 }
        $crate::__describe_value! { $name, [$($wire)?], $repr, Enum, [$($value = $n),*] }
    };
}

/// Declares a set of flags. Unknown bits are kept.
///
/// ```
/// qmi_wire::flags! {
///     /// What the device can do.
///     pub struct Caps(u16) {
///         /// Fly.
///         FLY = 1 << 0,
///     }
/// }
/// assert!(Caps::from_bits_retain(0x81).contains(Caps::FLY));
/// ```
#[macro_export]
macro_rules! flags {
    ($(#[$m:meta])* $v:vis struct $name:ident $($wire:literal)? ($repr:ident) {
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

        impl $crate::field::Coded for $name {
            type Repr = $repr;

            #[inline]
            fn from_repr(repr: $repr) -> Self {
                Self::from_bits_retain(repr)
            }

            #[inline]
            fn repr(self) -> $repr {
                self.bits()
            }
        }

        $crate::__coded! { $name, $repr }
        $crate::__defmt_value! { $name, |_value| None, |value| value.bits() }
        $crate::__describe_value! { $name, [$($wire)?], $repr, Flags, [$($value = $n),*] }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __coded {
    ($name:ident, $repr:ident) => {
        impl $crate::Decode<'_> for $name {
            #[inline]
            fn decode(r: &mut $crate::Reader<'_>) -> ::core::result::Result<Self, $crate::DecodeErrorKind> {
                <$repr as $crate::Decode<'_>>::decode(r).map(<Self as $crate::field::Coded>::from_repr)
            }
        }

        impl $crate::Encode for $name {
            fn encode(&self, w: &mut $crate::Writer<'_>) {
                $crate::Encode::encode(&$crate::field::Coded::repr(*self), w);
            }
        }
    };
}

/// Declares a structure: fields that follow each other byte by byte.
///
/// A field is `name: Format`. In front of the colon may stand the field's name in the catalogue, where it is not the Rust
/// name, and the word `personal` for what must not appear in logs: debug output shows `***` for it. A lifetime, if the
/// structure borrows, is always `'a`.
///
/// ```
/// use qmi_wire::{Decode, Encode, Reader, Writer, text::Str, wire_struct};
///
/// wire_struct! {
///     /// A subscriber.
///     pub struct Subscriber<'a> {
///         /// Kind of contract.
///         contract: u16,
///         /// Telephone number.
///         number personal: Str<'a>,
///     }
/// }
///
/// let mut buffer = [0; 64];
/// let mut writer = Writer::new(&mut buffer);
/// Subscriber { contract: 2, number: "555".into() }.encode(&mut writer);
/// let bytes = writer.finish()?;
/// assert_eq!(bytes, [2, 0, 3, b'5', b'5', b'5']);
/// let subscriber = Subscriber::decode(&mut Reader::new(bytes)).unwrap();
/// assert_eq!(subscriber.number, "555");
/// assert_eq!(format!("{subscriber:?}"), "Subscriber { contract: 2, number: *** }");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[macro_export]
macro_rules! wire_struct {
    ($(#[$m:meta])* $v:vis struct $name:ident $(<$lt:lifetime>)? {
        $($(#[$fm:meta])* $f:ident $($wire:literal)? $($flag:ident)? : $t:ty),* $(,)?
    }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Default, PartialEq)]
        $v struct $name $(<$lt>)? {
            $($(#[$fm])* pub $f: $t,)*
        }

        const _: () = {
            impl<'a> $crate::Decode<'a> for $crate::wire_struct!(@value $name $($lt)?) {
                fn decode(r: &mut $crate::Reader<'a>) -> ::core::result::Result<Self, $crate::DecodeErrorKind> {
                    Ok($name { $($f: $crate::Decode::decode(r)?,)* })
                }
            }

            impl<'a> $crate::Encode for $crate::wire_struct!(@value $name $($lt)?) {
                fn encode(&self, w: &mut $crate::Writer<'_>) {
                    $($crate::Encode::encode(&self.$f, w);)*
                }
            }

            impl<'a> ::core::fmt::Debug for $crate::wire_struct!(@value $name $($lt)?) {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct(stringify!($name))
                        $(.field(stringify!($f), $crate::wire_struct!(@debug self $f $($flag)?)))*
                        .finish()
                }
            }

            $crate::__defmt_struct! { $crate::wire_struct!(@value $name $($lt)?) }
            $crate::__describe_struct! {
                $crate::wire_struct!(@value $name $($lt)?), $name, [$($f $($wire)? $($flag)? : $t),*]
            }
        };
    };
    (@value $name:ident) => { $name };
    (@value $name:ident $lt:lifetime) => { $name<$lt> };
    (@debug $self:ident $f:ident) => { &$self.$f };
    (@debug $self:ident $f:ident personal) => { &$crate::__private::Masked };
}

/// Declares the TLVs of one direction of a message: a view with a getter per TLV, and a builder with a method per TLV.
/// [`qmi_message!`](crate::qmi_message) calls it.
///
/// A TLV is `number => name: Format`. Between number and arrow may stand
///
/// * `required`: it must be there; in a response: if the request succeeded;
/// * `always`: in a response, whether it succeeded or not;
/// * `success`, `failure`, or the name of a [`ProtocolError`](crate::ProtocolError): optional, and means something only in a
///   response with that outcome;
/// * a text: optional, and means something only if that holds.
///
/// Behind the name may stand its name in the catalogue, where that is not the Rust name in capitalised words, and the word
/// `personal` for what must not appear in logs.
#[macro_export]
macro_rules! tlv_set {
    ($(#[$m:meta])* $v:vis struct $name:ident build $builder:ident {
        $($(#[$fm:meta])* $id:literal $($word:ident)? $($when:literal)? => $f:ident $($wire:literal)? $($flag:ident)? : $t:ty),*
        $(,)?
    }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug)]
        $v struct $name<'a>($crate::TlvSet<'a>);

        impl<'a> $crate::View<'a> for $name<'a> {
            #[inline]
            fn from_tlvs(tlvs: $crate::TlvSet<'a>) -> Self {
                Self(tlvs)
            }

            #[inline]
            fn tlvs(&self) -> $crate::TlvSet<'a> {
                self.0
            }
        }

        impl<'a> $name<'a> {
            $($crate::tlv_set! { @get [$(#[$fm])*] $id $f [$t] $($word)? })*
        }

        /// Writes it, one TLV per call.
        #[derive(Debug)]
        $v struct $builder<'b>($crate::frame::MessageWriter<'b>);

        impl<'b> $crate::Builder<'b> for $builder<'b> {
            #[inline]
            fn continuing(writer: $crate::frame::MessageWriter<'b>) -> Self {
                Self(writer)
            }

            #[inline]
            fn writer(&mut self) -> &mut $crate::frame::MessageWriter<'b> {
                &mut self.0
            }

            #[inline]
            fn finish(self) -> ::core::result::Result<&'b mut [u8], $crate::EncodeError> {
                self.0.finish()
            }
        }

        impl<'b> $builder<'b> {
            $(
                $(#[$fm])*
                #[inline]
                #[allow(clippy::extra_unused_lifetimes, clippy::should_implement_trait)]
                pub fn $f<'a>(&mut self, value: $t) -> &mut Self {
                    self.0.put($id, &value);
                    self
                }
            )*
        }

        $crate::__describe_tlvs! {
            $name, [$($id $($word)? $($when)? => $f $($wire)? $($flag)? : $t),*]
        }
    };
    (@get [$($fm:tt)*] $id:literal $f:ident [$t:ty] required) => {
        $crate::tlv_set! { @required [$($fm)*] $id $f [$t] }
    };
    (@get [$($fm:tt)*] $id:literal $f:ident [$t:ty] always) => {
        $crate::tlv_set! { @required [$($fm)*] $id $f [$t] }
    };
    (@get [$($fm:tt)*] $id:literal $f:ident [$t:ty] $($word:ident)?) => {
        $($fm)*
        ///
        /// # Errors
        ///
        /// [`DecodeError`]($crate::DecodeError) if the value cannot be read.
        #[inline]
        pub fn $f(&self) -> ::core::result::Result<::core::option::Option<$t>, $crate::DecodeError> {
            self.0.get($id)
        }
    };
    (@required [$($fm:tt)*] $id:literal $f:ident [$t:ty]) => {
        $($fm)*
        ///
        /// # Errors
        ///
        /// [`DecodeError`]($crate::DecodeError) if the TLV is missing or its value cannot be read.
        #[inline]
        pub fn $f(&self) -> ::core::result::Result<$t, $crate::DecodeError> {
            self.0.require($id)
        }
    };
}

/// Declares a message: a module with its views, its builders, and the marker `Message` that joins them to a number. Formats are
/// looked up where the declaration stands.
///
/// The text is the message's name in the catalogue. `(vendor 0x1199)` behind the number: only devices of that USB vendor have
/// it. `[abortable]`: a pending request can be called off.
///
/// ```
/// use qmi_wire::service::Service;
/// use qmi_wire::{frame::Framing, message::write_request, qmi_message, text::Str};
///
/// qmi_message! {
///     /// Lights a lamp of the module.
///     pub mod set_lamp "Set Lamp" = (Service(0xf0), 0x5501) (vendor 0x1234);
///     request {
///         /// Which one.
///         0x01 required => lamp: u8,
///         /// What it is called.
///         0x10 => label: Str<'a>,
///     }
///     response {}
/// }
///
/// fn main() -> Result<(), qmi_wire::EncodeError> {
///     let mut buffer = [0; 64];
///     let request = write_request::<set_lamp::Message>(&mut buffer, Framing::host(5), 1, |request| {
///         request.lamp(2).label("red".into());
///     })?;
///     assert_eq!(request[13..], [1, 1, 0, 2, 0x10, 4, 0, 3, b'r', b'e', b'd']);
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! qmi_message {
    ($(#[$m:meta])* $v:vis mod $name:ident $title:literal = ($service:expr, $id:literal)
        $((vendor $vendor:literal))? $([$abortable:ident])?;
        request { $($request:tt)* } response { $($response:tt)* }
    ) => {
        $(#[$m])*
        $v mod $name {
            #[allow(unused_imports)]
            use super::*;

            $crate::qmi_message! { @marker ($service) $id $title $($vendor)? }

            impl $crate::Exchange for Message {
                type Request<'a> = Request<'a>;
                type Response<'a> = Response<'a>;
                type RequestBuilder<'b> = RequestBuilder<'b>;
                type ResponseBuilder<'b> = ResponseBuilder<'b>;
                const ABORTABLE: bool = $crate::qmi_message!(@flag $($abortable)?);
            }

            $crate::tlv_set! {
                /// What the host asks.
                pub struct Request build RequestBuilder { $($request)* }
            }

            $crate::tlv_set! {
                /// What the modem answers.
                pub struct Response build ResponseBuilder {
                    /// How the request went.
                    0x02 always => result: $crate::Verdict,
                    $($response)*
                }
            }

            $crate::__describe_message! {
                $title, $($vendor)?, $crate::qmi_message!(@flag $($abortable)?),
                Some(<Request<'static> as $crate::catalogue::DescribeTlvs>::TLVS),
                <Response<'static> as $crate::catalogue::DescribeTlvs>::TLVS
            }
        }
    };
    ($(#[$m:meta])* $v:vis mod $name:ident $title:literal = ($service:expr, $id:literal) $((vendor $vendor:literal))?;
        indication { $($indication:tt)* }
    ) => {
        $(#[$m])*
        $v mod $name {
            #[allow(unused_imports)]
            use super::*;

            $crate::qmi_message! { @marker ($service) $id $title $($vendor)? }

            impl $crate::Indicated for Message {
                type Indication<'a> = Indication<'a>;
                type IndicationBuilder<'b> = IndicationBuilder<'b>;
            }

            $crate::tlv_set! {
                /// What the modem tells.
                pub struct Indication build IndicationBuilder { $($indication)* }
            }

            $crate::__describe_message! {
                $title, $($vendor)?, false, None, <Indication<'static> as $crate::catalogue::DescribeTlvs>::TLVS
            }
        }
    };
    (@marker ($service:expr) $id:literal $title:literal $($vendor:literal)?) => {
        #[doc = concat!("Joins ", $title, " to its number.")]
        #[derive(Clone, Copy, Debug)]
        pub struct Message;

        impl $crate::Message for Message {
            const SERVICE: $crate::service::Service = $service;
            const ID: u16 = $id;
            const VENDOR: ::core::option::Option<u16> = $crate::qmi_message!(@vendor $($vendor)?);
        }
    };
    (@vendor) => { None };
    (@vendor $vendor:literal) => { Some($vendor) };
    (@flag) => { false };
    (@flag abortable) => { true };
}

/// Declares all messages of a service, each as for [`qmi_message!`](crate::qmi_message) but without the service.
#[macro_export]
macro_rules! qmi_service {
    ($service:expr, $title:literal;
        $($(#[$m:meta])* $v:vis mod $name:ident $mtitle:literal = $id:literal
            $((vendor $vendor:literal))? $([$abortable:ident])? { $($forms:tt)* })*
    ) => {
        $($crate::qmi_message! {
            $(#[$m])*
            $v mod $name $mtitle = ($service, $id) $((vendor $vendor))? $([$abortable])?; $($forms)*
        })*

        $crate::__describe_service! { $service, $title, [$($name),*] }
    };
}

// A feature of this crate inside an exported macro would be looked up in the calling crate. So these helpers, which the
// macros above call, exist twice, and the feature chooses here.

#[doc(hidden)]
#[macro_export]
#[cfg(feature = "defmt")]
macro_rules! __defmt_value {
    ($name:ident, |$n:ident| $text:expr, |$b:ident| $bits:expr) => {
        #[allow(clippy::as_conversions, clippy::cast_lossless, trivial_numeric_casts)]
        impl $crate::__private::defmt::Format for $name {
            fn format(&self, f: $crate::__private::defmt::Formatter<'_>) {
                let $n = *self;
                let text: ::core::option::Option<&str> = $text;
                let $b = *self;
                match text {
                    Some(name) => $crate::__private::defmt_str(f, name),
                    None => $crate::__private::defmt_number(f, $bits as i64),
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
macro_rules! __describe_tlvs {
    ($($t:tt)*) => {};
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "catalogue"))]
macro_rules! __describe_message {
    ($($t:tt)*) => {};
}

#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "catalogue"))]
macro_rules! __describe_service {
    ($($t:tt)*) => {};
}
