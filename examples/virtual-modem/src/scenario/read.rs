//! Tables of a TOML file as structures: [`table!`] declares a table by its keys, [`words!`] a choice of words, and
//! [`Read`] is what both and all simple values have in common.
//!
//! This does by hand what `serde` would do, because the code that `serde` generates for the tables of a scenario takes
//! 400 kB of a program.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong, and where in the source.
pub(super) type Problem = (Range<usize>, String);

/// A value of the file.
pub(super) type Node<'i> = Spanned<DeValue<'i>>;

/// What can be read from a value.
pub(super) trait Read: Sized {
    /// Reads it.
    fn read(node: &Node<'_>) -> Result<Self, Problem>;

    /// What it is where the key is not there; `None` if the key must be there.
    fn absent() -> Option<Self> {
        None
    }
}

/// Another value was wanted.
#[inline(never)]
pub(super) fn wanted(node: &Node<'_>, what: &str) -> Problem {
    (node.span(), format!("{what} is wanted"))
}

impl<T: Read> Read for Option<T> {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        T::read(node).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Read> Read for Spanned<T> {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        T::read(node).map(|value| Self::new(node.span(), value))
    }
}

/// A list that is not there is empty.
impl<T: Read> Read for Vec<T> {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        match node.get_ref() {
            DeValue::Array(items) => items.iter().map(T::read).collect(),
            _ => Err(wanted(node, "a list")),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl Read for bool {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        match node.get_ref() {
            DeValue::Boolean(value) => Ok(*value),
            _ => Err(wanted(node, "true or false")),
        }
    }
}

impl Read for String {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        word(node).map(ToOwned::to_owned)
    }
}

/// A text.
#[inline(never)]
pub(super) fn word<'n>(node: &'n Node<'_>) -> Result<&'n str, Problem> {
    match node.get_ref() {
        DeValue::String(text) => Ok(text),
        _ => Err(wanted(node, "a text")),
    }
}

#[inline(never)]
fn integer(node: &Node<'_>, least: i128, most: i128) -> Result<i128, Problem> {
    let number = match node.get_ref() {
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    };
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| wanted(node, &format!("a number from {least} to {most}")))
}

macro_rules! read_integer {
    ($($t:ty),*) => { $(
        impl Read for $t {
            #[allow(clippy::as_conversions)] // the limits of the type itself
            fn read(node: &Node<'_>) -> Result<Self, Problem> {
                let number = integer(node, <$t>::MIN as i128, <$t>::MAX as i128)?;
                Self::try_from(number).map_err(|_| wanted(node, "a number"))
            }
        }
    )* };
}

read_integer!(u8, u16, i16, u32, u64, usize);

fn parsed<T: FromStr>(node: &Node<'_>, what: &str) -> Result<T, Problem> {
    word(node)?.parse().map_err(|_| wanted(node, what))
}

impl Read for Ipv4Addr {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        parsed(node, "an IPv4 address")
    }
}

impl Read for Ipv6Addr {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        parsed(node, "an IPv6 address")
    }
}

/// The key of a field: of `home_name` it is `home-name`, of `r#do` it is `do`.
fn key(field: &str) -> String {
    field.trim_start_matches("r#").replace('_', "-")
}

/// The keys of a table that have not been asked for yet.
pub(super) struct Keys<'n, 'i> {
    span: Range<usize>,
    left: Vec<(&'n str, Range<usize>, &'n Node<'i>)>,
}

impl<'n, 'i> Keys<'n, 'i> {
    pub(super) fn new(node: &'n Node<'i>) -> Result<Self, Problem> {
        match node.get_ref() {
            DeValue::Table(table) => Ok(Self::of(node.span(), table)),
            _ => Err(wanted(node, "a table")),
        }
    }

    /// Those of a table that is no value, as the file itself.
    pub(super) fn of(span: Range<usize>, table: &'n DeTable<'i>) -> Self {
        let keys = table.iter().map(|(key, node)| (key.get_ref().as_ref(), key.span(), node));
        Self { span, left: keys.collect() }
    }

    /// The value of the key that belongs to a field.
    pub(super) fn take<T: Read>(&mut self, field: &str, default: Option<T>) -> Result<T, Problem> {
        match self.find(field) {
            Some(node) => T::read(node),
            None => default.or_else(T::absent).ok_or_else(|| self.missing(field)),
        }
    }

    #[inline(never)] // once for all types
    fn find(&mut self, field: &str) -> Option<&'n Node<'i>> {
        let wanted = key(field);
        let place = self.left.iter().position(|(key, ..)| *key == wanted)?;
        Some(self.left.swap_remove(place).2)
    }

    #[inline(never)]
    fn missing(&self, field: &str) -> Problem {
        (self.span.clone(), format!("`{}` is missing", key(field)))
    }

    /// That nothing is left; `fields` are those there could have been.
    #[inline(never)]
    pub(super) fn finish(self, fields: &[&str]) -> Result<(), Problem> {
        let Some((odd, span, _)) = self.left.into_iter().min_by_key(|(_, span, _)| span.start) else {
            return Ok(());
        };
        let known: Vec<String> = fields.iter().map(|field| key(field)).collect();
        Err((span, format!("`{odd}` means nothing here; there are {}", known.join(", "))))
    }
}

/// Declares a table: its fields are the keys, with hyphens for underscores. A field whose type may be absent may be; one
/// with a default is that then; all others must be there. So a table of only such fields may itself be absent.
macro_rules! table {
    ($(#[$m:meta])* $vis:vis struct $name:ident {
        $($(#[$fm:meta])* $field:ident : $t:ty $(= $default:expr)?),* $(,)?
    }) => {
        $(#[$m])*
        #[derive(Debug)]
        $vis struct $name { $($(#[$fm])* $field: $t),* }

        impl $name {
            fn from_keys(mut keys: $crate::scenario::read::Keys<'_, '_>) -> Result<Self, $crate::scenario::read::Problem> {
                let table = Self {
                    $($field: keys.take(stringify!($field), table!(@default $($default)?))?),*
                };
                keys.finish(&[$(stringify!($field)),*])?;
                Ok(table)
            }
        }

        impl $crate::scenario::read::Read for $name {
            fn read(node: &$crate::scenario::read::Node<'_>) -> Result<Self, $crate::scenario::read::Problem> {
                $crate::scenario::read::Keys::new(node).and_then(Self::from_keys)
            }

            fn absent() -> Option<Self> {
                Some(Self {
                    $($field: table!(@default $($default)?).or_else(<$t as $crate::scenario::read::Read>::absent)?),*
                })
            }
        }
    };
    (@default) => { None };
    (@default $default:expr) => { Some($default) };
}

/// Declares a choice of words.
macro_rules! words {
    ($(#[$m:meta])* $vis:vis enum $name:ident { $($word:ident = $text:literal),* $(,)? }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $name { $($word),* }

        impl $crate::scenario::read::Read for $name {
            fn read(node: &$crate::scenario::read::Node<'_>) -> Result<Self, $crate::scenario::read::Problem> {
                match $crate::scenario::read::word(node)? {
                    $($text => Ok(Self::$word),)*
                    _ => Err($crate::scenario::read::wanted(node, concat!("one of" $(, " `", $text, "`")*))),
                }
            }
        }
    };
}

pub(super) use {table, words};
