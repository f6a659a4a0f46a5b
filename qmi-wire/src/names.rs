//! Names of values, packed: all of a kind in one text, since a program that shows values has a thousand of them. Compared
//! one by one by code, each would take 15 bytes more.

/// The name of the first of the values that is `value`; `names` has as many, each with a space behind it.
#[must_use]
pub const fn named(mut names: &'static str, mut values: &[u32], value: u32) -> Option<&'static str> {
    while let [first, others @ ..] = values {
        let mut len = 0_usize;
        let mut rest = names.as_bytes();
        while let [byte, behind @ ..] = rest {
            if *byte == b' ' {
                break;
            }
            len = len.saturating_add(1);
            rest = behind;
        }
        let Some((name, rest)) = names.split_at_checked(len) else { return None };
        if *first == value {
            return Some(name);
        }
        names = match rest.split_at_checked(1) {
            Some((_, rest)) => rest,
            None => return None,
        };
        values = others;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn the_first_of_equal_values_counts() {
        let name = |value| named("A BC D ", &[3, u32::MAX, 3], value);
        assert_eq!((name(3), name(u32::MAX), name(0)), (Some("A"), Some("BC"), None));
        assert_eq!(named("", &[], 0), None);
    }
}
