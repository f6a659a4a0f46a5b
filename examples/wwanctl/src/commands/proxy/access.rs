//! Who may use the modem: root, the user whom the proxy runs as, and whom the command line names.

use std::fs;

use crate::error::Fail;
use crate::output::clean;

/// Users and groups, as Linux without a directory service has them.
const USERS: &str = "/etc/passwd";
const GROUPS: &str = "/etc/group";

/// Whom the proxy serves.
#[derive(Debug)]
pub(super) struct Access {
    /// The user whom the proxy runs as.
    own: u32,
    user: Option<u32>,
    group: Option<Group>,
}

/// A group: its number, and the users who are in it beside those whose first group it is.
#[derive(Debug, Default, PartialEq, Eq)]
struct Group {
    id: u32,
    members: Vec<u32>,
}

impl Access {
    /// Serves root, `own`, and beyond them a user and a group, by name or number.
    pub(super) fn new(own: u32, user: Option<&str>, group: Option<&str>) -> Result<Self, Fail> {
        let read = |path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let unknown = |what: &str, name: &str| Fail::Usage(format!("--{what} {}: no such {what}", clean(name)));
        let users = read(USERS);
        let user = user.map(|name| user_id(&users, name).ok_or_else(|| unknown("user", name))).transpose()?;
        let group = group
            .map(|name| find_group(&read(GROUPS), &users, name).ok_or_else(|| unknown("group", name)))
            .transpose()?;
        Ok(Self { own, user, group })
    }

    /// Whether a process of this user and group is served.
    pub(super) fn allows(&self, user: u32, group: u32) -> bool {
        user == 0
            || user == self.own
            || self.user == Some(user)
            || self.group.as_ref().is_some_and(|allowed| allowed.id == group || allowed.members.contains(&user))
    }
}

/// The number of a user: `name:password:number:…`, or the number itself.
fn user_id(users: &str, name: &str) -> Option<u32> {
    let mut lines = users.lines().map(|line| line.split(':'));
    lines
        .find_map(|mut fields| (fields.next()? == name).then(|| fields.nth(1)?.parse().ok())?)
        .or_else(|| name.parse().ok())
}

/// A group: `name:password:number:member,member`, or a number without members.
fn find_group(groups: &str, users: &str, name: &str) -> Option<Group> {
    let lines = groups.lines().map(|line| line.split(':').collect::<Vec<_>>());
    for line in lines {
        if let [known, _, id, members] = *line {
            if known == name || id == name {
                let members = members.split(',').filter_map(|member| user_id(users, member)).collect();
                return Some(Group { id: id.parse().ok()?, members });
            }
        }
    }
    Some(Group { id: name.parse().ok()?, members: Vec::new() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const USERS: &str =
        "root:x:0:0:root:/root:/bin/sh\nanna:x:1000:1000::/:/bin/sh\nbert:x:1001:100::/:/bin/sh\nbroken\n";
    const GROUPS: &str = "root:x:0:\nmodem:x:30:anna,nobody-knows\nempty:x:31:\nbroken:x\n";

    #[test]
    fn names_and_numbers_are_found() {
        assert_eq!(user_id(USERS, "anna"), Some(1000));
        assert_eq!(user_id(USERS, "77"), Some(77));
        assert_eq!(user_id(USERS, "broken"), None);
        assert_eq!(user_id(USERS, ""), None);
        assert_eq!(find_group(GROUPS, USERS, "modem"), Some(Group { id: 30, members: vec![1000] }));
        assert_eq!(find_group(GROUPS, USERS, "30"), Some(Group { id: 30, members: vec![1000] }));
        assert_eq!(find_group(GROUPS, USERS, "empty"), Some(Group { id: 31, members: vec![] }));
        assert_eq!(find_group(GROUPS, USERS, "99"), Some(Group { id: 99, members: vec![] }));
        assert_eq!(find_group(GROUPS, USERS, "broken"), None);
    }

    #[test]
    fn only_those_named_are_served() {
        let plain = Access { own: 500, user: None, group: None };
        assert!(plain.allows(0, 0) && plain.allows(500, 9) && !plain.allows(1000, 0));
        let more = Access { own: 0, user: Some(1001), group: find_group(GROUPS, USERS, "modem") };
        assert!(more.allows(1001, 100), "the user");
        assert!(more.allows(1000, 1000), "a member");
        assert!(more.allows(1002, 30), "of that group");
        assert!(!more.allows(1002, 1002));
        assert!(Access::new(0, Some("no such user"), None).is_err());
        assert!(Access::new(0, None, Some("no such group")).is_err());
        assert!(Access::new(0, Some("4000000"), Some("4000001")).unwrap().allows(4_000_000, 4_000_001));
    }
}
