//! Tables of a TOML file, put straight into the structures they describe: a [`Table`] is asked for its keys one by one, and
//! knows at the end which of its keys mean nothing. [`Read`] is what can be filled from one value, [`Keys`] what is filled
//! from the keys of a table.
//!
//! This does by hand what `serde` would do, because the code that `serde` generates for the tables of a scenario takes
//! 400 kB of a program. For the same reason little here is generic: a key costs its reader one call.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::{BitOr, Range};
use std::str::FromStr;

use mbim_wire::Uuid;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wwan::device::modem::{Text, text};
use wwan::time::Millis;

/// What is wrong, and where in the source.
#[derive(Debug)]
pub(super) struct Problem(Box<(Range<usize>, String)>);

impl Problem {
    #[inline(never)]
    fn new(span: Range<usize>, message: &str) -> Self {
        Self(Box::new((span, message.to_owned())))
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.0.0.clone()
    }

    pub(super) fn message(&self) -> &str {
        &self.0.1
    }
}

/// A value of the file.
pub(super) type Node<'n> = Spanned<DeValue<'n>>;

/// What can be filled from a value.
pub(super) trait Read {
    /// Puts the value in place.
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem>;
}

/// What can be filled from a table: it asks for each key that means something.
pub(super) trait Keys {
    /// Puts the values of the keys that are there in place.
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem>;
}

impl<T: Keys> Read for T {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        inside(node, &mut |table| self.keys(table))
    }
}

/// A table, and the keys that it was asked for.
pub(super) struct Table<'n> {
    span: Range<usize>,
    values: &'n DeTable<'n>,
    asked: Vec<&'static str>,
}

impl<'n> Table<'n> {
    pub(super) fn new(table: &'n Spanned<DeTable<'n>>) -> Self {
        Self { span: table.span(), values: table.get_ref(), asked: Vec::new() }
    }

    #[inline(never)]
    fn value(&self, key: &str) -> Option<&'n Node<'n>> {
        self.values.iter().find(|(found, _)| found.get_ref() == key).map(|(_, node)| node)
    }

    #[inline(never)]
    fn find(&mut self, key: &'static str) -> Option<&'n Node<'n>> {
        self.asked.push(key);
        self.value(key)
    }

    /// Whether the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Puts the value in place if the key is there.
    #[inline(never)]
    pub(super) fn put(&mut self, key: &'static str, place: &mut dyn Read) -> Result<(), Problem> {
        self.find(key).map_or(Ok(()), |node| place.read(node))
    }

    /// Puts the value in place; the key must be there.
    #[inline(never)]
    pub(super) fn need(&mut self, key: &'static str, place: &mut dyn Read) -> Result<(), Problem> {
        let node = self.find(key).ok_or_else(|| self.missing(key))?;
        place.read(node)
    }

    /// The value if the key is there.
    pub(super) fn get<T: Read + Default>(&mut self, key: &'static str) -> Result<Option<T>, Problem> {
        let mut said = None;
        self.put(key, &mut said)?;
        Ok(said)
    }

    /// The value; the key must be there.
    pub(super) fn must<T: Read + Default>(&mut self, key: &'static str) -> Result<T, Problem> {
        let mut said = T::default();
        self.need(key, &mut said)?;
        Ok(said)
    }

    /// What a word means, if the key is there.
    pub(super) fn choice<T: Copy>(&mut self, key: &'static str, words: &Words<T>) -> Result<Option<T>, Problem> {
        self.find(key).map(|node| one_of(node, words)).transpose()
    }

    /// What a word means; the key must be there.
    pub(super) fn must_choose<T: Copy>(&mut self, key: &'static str, words: &Words<T>) -> Result<T, Problem> {
        self.choice(key, words)?.ok_or_else(|| self.missing(key))
    }

    /// The table at a key, if it is there, as what `make` makes of it.
    pub(super) fn table<T>(&mut self, key: &'static str, make: Make<T>) -> Result<Option<T>, Problem> {
        self.find(key).map(|node| made(node, make)).transpose()
    }

    /// The table at a key that must be there, as what `make` makes of it.
    pub(super) fn must_table<T>(&mut self, key: &'static str, make: Make<T>) -> Result<T, Problem> {
        self.table(key, make)?.ok_or_else(|| self.missing(key))
    }

    /// Does something with each value of a list of at most `most`; a list that is not there is empty.
    #[inline(never)]
    fn each(
        &mut self,
        key: &'static str,
        most: usize,
        act: &mut dyn FnMut(&Node<'_>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.find(key).map_or(Ok(()), |node| each(node, most, act))
    }

    /// Does something with each table of a list of at most `most`; a list that is not there is empty.
    #[inline(never)]
    pub(super) fn each_table(
        &mut self,
        key: &'static str,
        most: usize,
        act: &mut dyn FnMut(&mut Table<'_>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.each(key, most, &mut |node| inside(node, act))
    }

    /// Replaces what is in place by a list of at most `most` values, if the key is there.
    pub(super) fn replace<T>(
        &mut self,
        key: &'static str,
        place: &mut (impl Default + Extend<T>),
        most: usize,
        value: fn(&Node<'_>) -> Result<T, Problem>,
    ) -> Result<(), Problem> {
        let Some(node) = self.find(key) else { return Ok(()) };
        *place = Default::default();
        each(node, most, &mut |node| {
            place.extend([value(node)?]);
            Ok(())
        })
    }

    /// Replaces what is in place by what `make` makes of a list of at most `most` tables, if the key is there.
    pub(super) fn replace_tables<T>(
        &mut self,
        key: &'static str,
        place: &mut (impl Default + Extend<T>),
        most: usize,
        make: Make<T>,
    ) -> Result<(), Problem> {
        let Some(node) = self.find(key) else { return Ok(()) };
        *place = Default::default();
        each(node, most, &mut |node| {
            place.extend([made(node, make)?]);
            Ok(())
        })
    }

    /// That the table has no other keys than those it was asked for.
    #[inline(never)]
    pub(super) fn finish(&self) -> Result<(), Problem> {
        let odd = self.values.keys().filter(|key| !self.asked.contains(&key.get_ref().as_ref()));
        match odd.min_by_key(|key| key.span().start) {
            None => Ok(()),
            Some(key) => {
                let message = format!("`{}` means nothing here; there are {}", key.get_ref(), self.asked.join(", "));
                Err(Problem::new(key.span(), &message))
            }
        }
    }

    /// Something is wrong with the table as a whole.
    pub(super) fn problem(&self, message: &str) -> Problem {
        Problem::new(self.span.clone(), message)
    }

    /// Something is wrong with the value of a key.
    #[inline(never)]
    pub(super) fn problem_at(&self, key: &str, message: &str) -> Problem {
        let span = self.value(key).map_or_else(|| self.span.clone(), Spanned::span);
        Problem::new(span, message)
    }

    /// A key that must be there is not.
    #[inline(never)]
    pub(super) fn missing(&self, key: &str) -> Problem {
        self.problem(&format!("`{key}` is missing"))
    }
}

/// What is made of a table.
pub(super) type Make<T> = fn(&mut Table<'_>) -> Result<T, Problem>;

fn made<T>(node: &Node<'_>, make: Make<T>) -> Result<T, Problem> {
    let mut made = None;
    inside(node, &mut |table| {
        made = Some(make(table)?);
        Ok(())
    })?;
    made.ok_or_else(|| wanted(node, "a table"))
}

/// Does something with a table, which then must have no other keys than those it was asked for.
#[inline(never)]
fn inside(node: &Node<'_>, act: &mut dyn FnMut(&mut Table<'_>) -> Result<(), Problem>) -> Result<(), Problem> {
    let DeValue::Table(values) = node.get_ref() else { return Err(wanted(node, "a table")) };
    let mut table = Table { span: node.span(), values, asked: Vec::new() };
    act(&mut table)?;
    table.finish()
}

/// Does something with each value of a list.
#[inline(never)]
fn each(node: &Node<'_>, most: usize, act: &mut dyn FnMut(&Node<'_>) -> Result<(), Problem>) -> Result<(), Problem> {
    let DeValue::Array(values) = node.get_ref() else { return Err(wanted(node, "a list")) };
    if values.len() > most {
        return Err(problem(node, &format!("at most {most} entries fit")));
    }
    values.iter().try_for_each(act)
}

/// Something is wrong with a value.
pub(super) fn problem(node: &Node<'_>, message: &str) -> Problem {
    Problem::new(node.span(), message)
}

/// Another value was wanted.
#[inline(never)]
pub(super) fn wanted(node: &Node<'_>, what: &str) -> Problem {
    problem(node, &format!("{what} is wanted"))
}

/// A value by itself, as an entry of a list.
pub(super) fn value<T: Read + Default>(node: &Node<'_>) -> Result<T, Problem> {
    let mut value = T::default();
    value.read(node)?;
    Ok(value)
}

/// What cannot say by itself that it is not there.
impl<T: Read + Default> Read for Option<T> {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        self.insert(T::default()).read(node)
    }
}

impl Read for bool {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        match node.get_ref() {
            DeValue::Boolean(value) => *self = *value,
            _ => return Err(wanted(node, "true or false")),
        }
        Ok(())
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
            fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
                let number = integer(node, <$t>::MIN as i128, <$t>::MAX as i128)?;
                *self = Self::try_from(number).map_err(|_| wanted(node, "a number"))?;
                Ok(())
            }
        }
    )* };
}

read_integer!(u8, u16, i16, i32, u32, u64, usize);

impl Read for Millis {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        self.0.read(node)
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

impl Read for String {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        *self = word(node)?.to_owned();
        Ok(())
    }
}

/// Text of at most `most` bytes.
#[inline(never)]
fn short<'n>(node: &'n Node<'_>, most: usize) -> Result<&'n str, Problem> {
    let said = word(node)?;
    if said.len() > most {
        return Err(problem(node, &format!("text of {} bytes, at most {most} fit", said.len())));
    }
    Ok(said)
}

impl<const N: usize> Read for Text<N> {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        *self = text(short(node, N)?);
        Ok(())
    }
}

/// Between `MIN` and `MAX` decimal digits.
pub(super) struct Digits<'a, const MIN: usize, const MAX: usize>(pub(super) &'a mut Text<MAX>);

#[inline(never)]
fn digits<'n>(node: &'n Node<'_>, least: usize, most: usize) -> Result<&'n str, Problem> {
    let said = word(node)?;
    if !(least..=most).contains(&said.len()) || !said.bytes().all(|c| c.is_ascii_digit()) {
        return Err(problem(node, &format!("{said:?} is not a text of {least} to {most} digits")));
    }
    Ok(said)
}

impl<const MIN: usize, const MAX: usize> Read for Digits<'_, MIN, MAX> {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        *self.0 = text(digits(node, MIN, MAX)?);
        Ok(())
    }
}

/// MCC and MNC.
pub(super) fn plmn(node: &Node<'_>) -> Result<Text<6>, Problem> {
    digits(node, 5, 6).map(text)
}

/// Bytes in hexadecimal.
#[derive(Debug, Default)]
pub(super) struct Hex(pub(super) Vec<u8>);

/// Bytes from hexadecimal digits.
pub(super) fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at.checked_add(2)?)?, 16).ok();
    (0..digits.len()).step_by(2).map(pair).collect()
}

impl Read for Hex {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        self.0 = bytes(word(node)?).ok_or_else(|| wanted(node, "an even number of hexadecimal digits"))?;
        Ok(())
    }
}

/// A key of 16 bytes in hexadecimal.
impl Read for [u8; 16] {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        let key = bytes(word(node)?).and_then(|bytes| bytes.try_into().ok());
        *self = key.ok_or_else(|| wanted(node, "a key of 32 hexadecimal digits"))?;
        Ok(())
    }
}

fn parsed<T: FromStr>(node: &Node<'_>, what: &str) -> Result<T, Problem> {
    word(node)?.parse().map_err(|_| wanted(node, what))
}

/// An IPv4 address.
pub(super) fn ipv4(node: &Node<'_>) -> Result<Ipv4Addr, Problem> {
    parsed(node, "an IPv4 address")
}

/// An IPv6 address.
pub(super) fn ipv6(node: &Node<'_>) -> Result<Ipv6Addr, Problem> {
    parsed(node, "an IPv6 address")
}

impl Read for Ipv4Addr {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        *self = ipv4(node)?;
        Ok(())
    }
}

impl Read for Ipv6Addr {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        *self = ipv6(node)?;
        Ok(())
    }
}

/// Such as that of a device service.
impl Read for Uuid {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        *self = parsed(node, "a UUID")?;
        Ok(())
    }
}

/// Words, and what they mean.
pub(super) type Words<T> = [(&'static str, T)];

fn one_of<T: Copy>(node: &Node<'_>, words: &Words<T>) -> Result<T, Problem> {
    let said = word(node)?;
    let found = words.iter().find(|(word, _)| *word == said);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        wanted(node, &format!("one of `{}`", words.join("`, `")))
    })
}

/// A list of words that each mean a flag.
pub(super) struct Flags<'a, T: 'static>(pub(super) &'a mut T, pub(super) &'static Words<T>);

impl<T: Copy + Default + BitOr<Output = T>> Read for Flags<'_, T> {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        *self.0 = T::default();
        each(node, usize::MAX, &mut |node| {
            *self.0 = *self.0 | one_of(node, self.1)?;
            Ok(())
        })
    }
}
