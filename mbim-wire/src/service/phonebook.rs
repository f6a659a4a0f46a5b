//! Phonebook (MBIM 1.0): the entries on the SIM.

use crate::field::{Count, EmptyView};
use crate::list::RefList;
use crate::text::Text;

crate::open_enum! {
    /// Whether the phonebook can be used.
    pub struct PhonebookState(u32) {
        /// Not yet.
        NOT_INITIALIZED = 0,
        /// Ready.
        INITIALIZED = 1,
    }
}

crate::open_enum! {
    /// Which entries are meant.
    pub struct PhonebookFlag(u32) {
        /// All of them.
        ALL = 0,
        /// The one whose index is given.
        INDEX = 1,
    }
}

crate::open_enum! {
    /// Where to write an entry.
    pub struct PhonebookWriteFlag(u32) {
        /// Anywhere free; the index is ignored.
        SAVE_UNUSED = 0,
        /// At the index given.
        SAVE_INDEX = 1,
    }
}

crate::mbim_struct! {
    /// Size of the phonebook.
    pub struct ConfigurationInfo, ConfigurationInfoView {
        /// Whether it can be used.
        state: PhonebookState,
        /// How many entries it can hold.
        number_of_entries: u32,
        /// How many are in use.
        used_entries: u32,
        /// Longest number, in digits.
        max_number_length: u32,
        /// Longest name, in characters.
        max_name: u32,
    }
}

crate::mbim_struct! {
    /// Asks for entries.
    pub struct ReadQuery, ReadQueryView {
        /// Which entries are wanted.
        filter_flag: PhonebookFlag,
        /// The index, from 1 on, if one entry is wanted.
        filter_message_index: u32,
    }
}

crate::mbim_struct! {
    /// One entry.
    pub struct PhonebookEntry<'a>, PhonebookEntryView {
        /// Its index, from 1 on.
        entry_index: u32,
        /// Telephone number.
        number personal: Text<'a>,
        /// Name.
        name personal: Text<'a>,
    }
}

crate::mbim_struct! {
    /// Entries.
    pub struct ReadInfo<'a>, ReadInfoView {
        /// How many there are.
        entry_count: Count,
        /// The entries.
        entries: RefList<'a, PhonebookEntryView<'a>>,
    }
}

crate::mbim_struct! {
    /// Deletes entries.
    pub struct DeleteSet, DeleteSetView {
        /// Which ones.
        filter_flag: PhonebookFlag,
        /// The index, from 1 on, if one entry is meant.
        filter_message_index: u32,
    }
}

crate::mbim_struct! {
    /// Writes an entry.
    pub struct WriteSet<'a>, WriteSetView {
        /// Where to.
        save_flag: PhonebookWriteFlag,
        /// The index, from 1 on, if it is wanted there.
        save_index: u32,
        /// Telephone number.
        number personal: Text<'a>,
        /// Name.
        name personal: Text<'a>,
    }
}

crate::mbim_service! {
    /// The phonebook on the SIM.
    pub PHONEBOOK, "Phonebook" = 0x4bf38476_1e6a_41db_b1d8_bed289c25bdb {
        /// Size of the phonebook.
        pub Configuration = 1 {
            query EmptyView => ConfigurationInfoView;
            notification ConfigurationInfoView;
        }
        /// Reads entries.
        pub Read = 2 {
            query ReadQueryView => ReadInfoView;
        }
        /// Deletes entries.
        pub Delete = 3 {
            set DeleteSetView => EmptyView;
        }
        /// Writes an entry.
        pub Write = 4 {
            set WriteSetView => EmptyView;
        }
    }
}
