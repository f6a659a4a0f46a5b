//! What people and their configuration files give, checked before it becomes a parameter of a command.

use crate::codec::{DecodeError, DecodeErrorKind};

/// Whether there are digits, and nothing else.
#[must_use]
pub fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text can be the name or address of a host: letters, digits, dots, hyphens, and colons for IPv6.
#[must_use]
pub fn is_host_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'_'))
}

/// A list of numbers and ranges, such as `1,3-5,7`, in the order that it is written in; never expanded.
///
/// ```
/// let list: Result<Vec<_>, _> = at_wire::input::numbers("1,3-5,7").collect();
/// assert_eq!(list?, [(1, 1), (3, 5), (7, 7)]);
/// assert!(at_wire::input::numbers("0-").next().unwrap().is_err());
/// # Ok::<(), at_wire::DecodeError>(())
/// ```
pub fn numbers(list: &str) -> impl Iterator<Item = Result<(u32, u32), DecodeError>> + '_ {
    let mut offset = 0_usize;
    list.as_bytes().split(|byte| *byte == b',').map(move |part| {
        let error = DecodeError::new(DecodeErrorKind::Value, "number", offset);
        offset = offset.saturating_add(part.len()).saturating_add(1);
        let part = core::str::from_utf8(part).map_err(|_| error)?;
        let (low, high) = match part.bytes().position(|byte| byte == b'-').and_then(|at| part.split_at_checked(at)) {
            Some((low, high)) => (low, high.get(1..).unwrap_or_default()),
            None => (part, part),
        };
        let number = |text: &str| {
            let text = text.trim();
            if is_digits(text) { text.parse::<u32>().map_err(|_| error) } else { Err(error) }
        };
        let (low, high) = (number(low)?, number(high)?);
        if low > high { Err(error) } else { Ok((low, high)) }
    })
}

/// Settings such as `apn=internet,user="a b"`: keys and values, which may stand in single or double quotes.
///
/// ```
/// let pairs: Result<Vec<_>, _> = at_wire::input::settings("apn=internet, user='a, b'").collect();
/// assert_eq!(pairs?, [("apn", "internet"), ("user", "a, b")]);
/// # Ok::<(), at_wire::DecodeError>(())
/// ```
///
/// After an error nothing more comes.
pub fn settings(text: &str) -> impl Iterator<Item = Result<(&str, &str), DecodeError>> {
    let mut rest = Some(text).filter(|text| !text.trim().is_empty());
    core::iter::from_fn(move || {
        let now = rest.take()?;
        let offset = text.len().saturating_sub(now.len());
        Some(match setting(now) {
            Some((pair, behind)) => {
                rest = behind;
                Ok(pair)
            }
            None => Err(DecodeError::new(DecodeErrorKind::Value, "setting", offset)),
        })
    })
}

/// A key with its value, and what stands behind the comma.
fn setting(text: &str) -> Option<((&str, &str), Option<&str>)> {
    let ends = |text: &str, end: u8| text.bytes().position(|byte| byte == end);
    let (key, value) = text.split_at_checked(ends(text, b'=')?)?;
    let (key, value) = (key.trim(), value.get(1..)?.trim_start());
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return None;
    }
    let quote = value.bytes().next().filter(|first| matches!(first, b'"' | b'\''));
    let (value, behind) = match quote {
        Some(quote) => {
            let inner = value.get(1..)?;
            let (value, behind) = inner.split_at_checked(ends(inner, quote)?)?;
            (value, behind.get(1..)?.trim_start())
        }
        None => value.split_at_checked(ends(value, b',').unwrap_or(value.len()))?,
    };
    let plain = quote.is_some() || value.bytes().all(|byte| !matches!(byte, b'=' | b'"' | b'\''));
    let value = if quote.is_some() { value } else { value.trim_end() };
    match (plain, behind.is_empty()) {
        (true, true) => Some(((key, value), None)),
        (true, false) => Some(((key, value), Some(behind.strip_prefix(',')?))),
        (false, _) => None,
    }
}
