//! TOML, as far as it takes to hand its tables to those who read scenarios. A full reader of it is 45 kB of a program whose
//! scenarios are a few lines; this one is a sixth of that, because it leaves numbers and dates as they are written: whoever
//! asks for one reads it, and what nobody asks for is an error anyway.

use super::read::Problem;

/// How deep lists and tables may be inside each other.
const DEPTH: usize = 32;

/// A value, and where it begins in the source; a table of a header where the header does.
#[derive(Debug)]
pub(super) struct Node<'n> {
    pub(super) at: usize,
    pub(super) value: Value<'n>,
}

#[derive(Debug)]
pub(super) enum Value<'n> {
    /// What has no quotes, as it is written: numbers, dates, `true` and `false`, or what is none of them.
    Plain(&'n str),
    Text(String),
    List(Vec<Node<'n>>),
    /// Tables of one `[[header]]`.
    Tables(Vec<Node<'n>>),
    Table(Entries<'n>),
}

/// A key, and where it stands.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) at: usize,
    pub(super) name: String,
}

/// What made a table, which decides what may be added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    /// Its own header.
    Header,
    /// Headers of tables inside it.
    Inside,
    /// Keys with dots.
    Dots,
    /// Braces.
    Braces,
}

/// The entries of a table, in the order of the file.
#[derive(Debug)]
pub(super) struct Entries<'n> {
    pub(super) entries: Vec<(Key, Node<'n>)>,
    made: Made,
}

impl<'n> Entries<'n> {
    const fn new(made: Made) -> Self {
        Self { entries: Vec::new(), made }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node<'n>> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// The value of a key, which is put there if there is none: so there always is one.
    fn slot(&mut self, key: Key, value: impl FnOnce() -> Value<'n>) -> Option<&mut Node<'n>> {
        let place = self.entries.iter().position(|(other, _)| other.name == key.name);
        let place = place.unwrap_or_else(|| {
            let node = Node { at: key.at, value: value() };
            self.entries.push((key, node));
            self.entries.len().saturating_sub(1)
        });
        self.entries.get_mut(place).map(|(_, node)| node)
    }

    /// The table at a key; of several with one header, the last.
    fn inside(&mut self, key: Key, made: Made) -> Result<&mut Self, Problem> {
        let refused = Problem::new(key.at, &format!("`{}` is no table that can be added to", key.name));
        let mut value = self.slot(key, || Value::Table(Self::new(made))).map(|node| &mut node.value);
        if let Some(Value::Tables(tables)) = value {
            value = tables.last_mut().filter(|_| made == Made::Inside).map(|node| &mut node.value);
        }
        match value {
            // Headers may enter whatever is not closed, keys with dots only what such keys made.
            Some(Value::Table(entries))
                if entries.made == made || made == Made::Inside && entries.made != Made::Braces =>
            {
                Ok(entries)
            }
            _ => Err(refused),
        }
    }

    /// The table at the end of a path of keys.
    fn follow(&mut self, path: Vec<Key>, made: Made) -> Result<&mut Self, Problem> {
        path.into_iter().try_fold(self, |entries, key| entries.inside(key, made))
    }

    /// Puts a value at a key that may have dots.
    fn put(&mut self, mut path: Vec<Key>, node: Node<'n>) -> Result<(), Problem> {
        let Some(last) = path.pop() else { return Ok(()) };
        let table = self.follow(path, Made::Dots)?;
        if table.get(&last.name).is_some() {
            return Err(twice(&last));
        }
        table.entries.push((last, node));
        Ok(())
    }
}

#[inline(never)]
fn twice(key: &Key) -> Problem {
    Problem::new(key.at, &format!("`{}` is there already", key.name))
}

/// Reads a document: its root, a table.
///
/// # Errors
///
/// What is wrong, and where.
pub(super) fn parse(source: &str) -> Result<Entries<'_>, Problem> {
    let mut reader = Reader { source, at: 0 };
    reader.skip("\u{feff}");
    let mut root = Entries::new(Made::Header);
    let mut header: Vec<Key> = Vec::new();
    loop {
        reader.blank_lines()?;
        let at = reader.at;
        if reader.rest().is_empty() {
            return Ok(root);
        } else if reader.skip("[") {
            let many = reader.skip("[");
            header = reader.path()?;
            reader.need(if many { "]]" } else { "]" })?;
            open(&mut root, &header, at, many)?;
        } else {
            let path = reader.path()?;
            reader.need("=")?;
            reader.spaces();
            let node = reader.value(0)?;
            // What headers made can be entered by its header, whatever else made it.
            root.follow(copied(&header), Made::Inside)?.put(path, node)?;
        }
        reader.end_of_line()?;
    }
}

fn copied(path: &[Key]) -> Vec<Key> {
    path.iter().map(|key| Key { at: key.at, name: key.name.clone() }).collect()
}

/// Opens the table of a header, or one more of its tables.
fn open(root: &mut Entries<'_>, header: &[Key], at: usize, many: bool) -> Result<(), Problem> {
    let mut path = copied(header);
    let Some(last) = path.pop() else { return Ok(()) };
    let refused = twice(&last);
    let table = root.follow(path, Made::Inside)?;
    if many {
        let value = table.slot(last, || Value::Tables(Vec::new())).map(|node| &mut node.value);
        let Some(Value::Tables(tables)) = value else { return Err(refused) };
        tables.push(Node { at, value: Value::Table(Entries::new(Made::Header)) });
    } else {
        let node = table.slot(last, || Value::Table(Entries::new(Made::Inside)));
        let Some(Node { at: place, value: Value::Table(entries) }) = node else { return Err(refused) };
        if entries.made != Made::Inside {
            return Err(refused);
        }
        entries.made = Made::Header;
        *place = at;
    }
    Ok(())
}

/// The source, read up to `at`, which is always between two characters.
struct Reader<'n> {
    source: &'n str,
    at: usize,
}

impl<'n> Reader<'n> {
    fn rest(&self) -> &'n str {
        self.source.get(self.at..).unwrap_or_default()
    }

    #[inline(never)]
    fn wrong(&self, message: &str) -> Problem {
        Problem::new(self.at, message)
    }

    /// Passes over a text if it is next.
    #[inline(never)]
    fn skip(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        if is_next {
            self.at = self.at.saturating_add(text.len());
        }
        is_next
    }

    /// Takes what consists of such characters, and may be empty.
    #[inline(never)]
    fn take(&mut self, fits: fn(u8) -> bool) -> &'n str {
        let rest = self.rest();
        let len = rest.bytes().position(|c| !fits(c)).unwrap_or(rest.len());
        self.at = self.at.saturating_add(len);
        rest.get(..len).unwrap_or_default()
    }

    /// The next character, which may not be a control.
    #[inline(never)]
    fn character(&mut self) -> Result<char, Problem> {
        match self.rest().chars().next() {
            Some(c) if !c.is_ascii_control() || c == '\t' => {
                self.at = self.at.saturating_add(c.len_utf8());
                Ok(c)
            }
            _ => Err(self.wrong("here the line ends too early, or there is a control character")),
        }
    }

    fn spaces(&mut self) {
        self.take(|c| c == b' ' || c == b'\t');
    }

    /// Something that must come, with or without spaces in front.
    #[inline(never)]
    fn need(&mut self, text: &str) -> Result<(), Problem> {
        self.spaces();
        if self.skip(text) { Ok(()) } else { Err(self.wrong(&format!("`{text}` is wanted here"))) }
    }

    fn new_line(&mut self) -> bool {
        self.skip("\n") || self.skip("\r\n")
    }

    fn comment(&mut self) -> Result<(), Problem> {
        self.spaces();
        if self.skip("#") {
            while !self.rest().is_empty() && !self.rest().starts_with('\n') && !self.rest().starts_with("\r\n") {
                self.character()?;
            }
        }
        Ok(())
    }

    fn end_of_line(&mut self) -> Result<(), Problem> {
        self.comment()?;
        if self.new_line() || self.rest().is_empty() { Ok(()) } else { Err(self.wrong("the line should end here")) }
    }

    #[inline(never)]
    fn blank_lines(&mut self) -> Result<(), Problem> {
        self.comment()?;
        while self.new_line() {
            self.comment()?;
        }
        Ok(())
    }

    /// Keys with dots between.
    fn path(&mut self) -> Result<Vec<Key>, Problem> {
        let mut path = Vec::new();
        loop {
            self.spaces();
            let at = self.at;
            let name = match self.quoted(false)? {
                Some(name) => name,
                None => self.take(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_').to_owned(),
            };
            if name.is_empty() && self.at == at {
                return Err(self.wrong("a key is wanted here"));
            }
            path.push(Key { at, name });
            if path.len() > DEPTH {
                return Err(self.wrong("too deep"));
            }
            self.spaces();
            if !self.skip(".") {
                return Ok(path);
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node<'n>, Problem> {
        let at = self.at;
        let deeper = depth.saturating_add(1);
        if deeper > DEPTH {
            return Err(self.wrong("too deep"));
        }
        let value = if let Some(text) = self.quoted(true)? {
            Value::Text(text)
        } else if self.skip("[") {
            let mut list = Vec::new();
            self.entries("]", &mut |reader| {
                list.push(reader.value(deeper)?);
                Ok(())
            })?;
            Value::List(list)
        } else if self.skip("{") {
            let mut table = Entries::new(Made::Dots);
            self.entries("}", &mut |reader| {
                let path = reader.path()?;
                reader.blank_lines()?;
                reader.need("=")?;
                reader.blank_lines()?;
                table.put(path, reader.value(deeper)?)
            })?;
            table.made = Made::Braces;
            Value::Table(table)
        } else {
            Value::Plain(self.plain()?)
        };
        Ok(Node { at, value })
    }

    /// What stands between brackets or braces, with commas between and perhaps behind it.
    #[inline(never)]
    fn entries(&mut self, end: &str, each: &mut dyn FnMut(&mut Self) -> Result<(), Problem>) -> Result<(), Problem> {
        loop {
            self.blank_lines()?;
            if self.skip(end) {
                return Ok(());
            }
            each(self)?;
            self.blank_lines()?;
            if !self.skip(",") {
                return self.need(end);
            }
        }
    }

    /// What has no quotes.
    fn plain(&mut self) -> Result<&'n str, Problem> {
        let rest = self.rest();
        let is_part = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'-' | b'_' | b'.' | b':');
        let mut len = self.take(is_part).len();
        // A space may stand between date and time.
        let time = self.rest().as_bytes();
        if let ([_, _, _, _, b'-', _, _, b'-', _, _], [b' ', b'0'..=b'9', ..]) =
            (rest.as_bytes().get(..len).unwrap_or_default(), time)
        {
            self.at = self.at.saturating_add(1);
            len = len.saturating_add(1).saturating_add(self.take(is_part).len());
        }
        match rest.get(..len) {
            Some(plain) if !plain.is_empty() => Ok(plain),
            _ => Err(self.wrong("a value is wanted here")),
        }
    }

    /// A text in quotes of either kind, if it is next; three of them only where there may be lines.
    fn quoted(&mut self, lines: bool) -> Result<Option<String>, Problem> {
        let quote = match self.rest().chars().next() {
            Some('"') => "\"\"\"",
            Some('\'') => "'''",
            _ => return Ok(None),
        };
        let one = quote.get(..1).unwrap_or_default();
        let escapes = one == "\"";
        let many = lines && self.skip(quote);
        if many {
            self.new_line();
        } else {
            self.skip(one);
        }
        let end = if many { quote } else { one };
        let mut text = String::new();
        loop {
            if self.skip(end) {
                // Two more quotes may stand in front of the end.
                for _ in 0..2 {
                    if many && self.skip(one) {
                        text.push_str(one);
                    }
                }
                return Ok(Some(text));
            }
            let rest = self.rest();
            if many && self.new_line() {
                text.push_str(if rest.starts_with('\n') { "\n" } else { "\r\n" });
            } else if escapes && self.skip("\\") {
                self.escape(many, &mut text)?;
            } else {
                text.push(self.character()?);
            }
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self, lines: bool, text: &mut String) -> Result<(), Problem> {
        let at = self.at;
        self.spaces();
        if lines && self.new_line() {
            // It takes all lines with it that are empty, and the spaces in front of what comes next.
            self.spaces();
            while self.new_line() {
                self.spaces();
            }
            return Ok(());
        }
        self.at = at;
        let digits = match self.character()? {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            sign => {
                let meaning = match sign {
                    'b' => '\u{8}',
                    't' => '\t',
                    'n' => '\n',
                    'f' => '\u{c}',
                    'r' => '\r',
                    'e' => '\u{1b}',
                    '"' | '\\' => sign,
                    _ => return Err(self.wrong("a backslash means nothing here")),
                };
                text.push(meaning);
                return Ok(());
            }
        };
        let said = self.rest().get(..digits).filter(|said| said.bytes().all(|c| c.is_ascii_hexdigit()));
        let found = said.and_then(|said| u32::from_str_radix(said, 16).ok()).and_then(char::from_u32);
        text.push(found.ok_or_else(|| self.wrong("hexadecimal digits of a character are wanted here"))?);
        self.at = self.at.saturating_add(digits);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::scenario::BUILT_IN;
    use ::toml::de::{DeTable, DeValue};

    /// The same value as another reader sees it.
    fn same(ours: &Node<'_>, theirs: &DeValue<'_>) -> bool {
        match (&ours.value, theirs) {
            (Value::Text(ours), DeValue::String(theirs)) => ours == theirs,
            (Value::List(ours) | Value::Tables(ours), DeValue::Array(theirs)) => {
                ours.len() == theirs.len()
                    && ours.iter().zip(theirs.iter()).all(|(ours, theirs)| same(ours, theirs.get_ref()))
            }
            (Value::Table(ours), DeValue::Table(theirs)) => same_tables(ours, theirs),
            (Value::Plain(ours), theirs) => looked_at(ours).is_some_and(|ours| ours == format!("{theirs:?}")),
            _ => false,
        }
    }

    fn same_tables(ours: &Entries<'_>, theirs: &DeTable<'_>) -> bool {
        let found = |(key, node): &(Key, Node<'_>)| {
            let theirs = theirs.iter().find(|(theirs, _)| *theirs.get_ref() == key.name);
            theirs.is_some_and(|(_, theirs)| same(node, theirs.get_ref()))
        };
        ours.entries.len() == theirs.len() && ours.entries.iter().all(found)
    }

    /// What the other reader understands by a value that is left as it was written.
    fn looked_at(plain: &str) -> Option<String> {
        let document = format!("x = {plain}");
        let table = DeTable::parse(&document).ok()?;
        let value = table.get_ref().iter().next().map(|(_, value)| format!("{:?}", value.get_ref()));
        value
    }

    /// Whether the other reader understands all such values.
    fn looks_right(entries: &Entries<'_>) -> bool {
        fn value(node: &Node<'_>) -> bool {
            match &node.value {
                Value::Plain(plain) => looked_at(plain).is_some(),
                Value::Text(_) => true,
                Value::List(list) | Value::Tables(list) => list.iter().all(value),
                Value::Table(entries) => looks_right(entries),
            }
        }
        entries.entries.iter().all(|(_, node)| value(node))
    }

    /// Whether there are numbers that the other reader has not looked at either.
    fn has_odd_numbers(table: &DeTable<'_>) -> bool {
        fn is_odd(value: &DeValue<'_>) -> bool {
            let is_odd_text = |text: &str| !text.bytes().all(|c| c.is_ascii_alphanumeric() || b"+-._:".contains(&c));
            match value {
                DeValue::Integer(number) => is_odd_text(number.as_str()),
                DeValue::Float(number) => is_odd_text(number.as_str()),
                DeValue::Array(list) => list.iter().any(|value| is_odd(value.get_ref())),
                DeValue::Table(table) => has_odd_numbers(table),
                _ => false,
            }
        }
        table.iter().any(|(_, value)| is_odd(value.get_ref()))
    }

    /// Whether both readers take a document, which they must agree upon, and upon what is in it.
    #[track_caller]
    fn is_good(source: &str) -> bool {
        let theirs = DeTable::parse(source).map_err(|error| error.to_string());
        let theirs =
            theirs.and_then(|table| if has_odd_numbers(table.get_ref()) { Err("a number".into()) } else { Ok(table) });
        match (parse(source), theirs) {
            (Ok(ours), Ok(theirs)) => {
                assert!(same_tables(&ours, theirs.get_ref()), "{source:?}\n{ours:?}\n{theirs:?}");
                true
            }
            (Ok(ours), Err(error)) => {
                assert!(!looks_right(&ours), "{source:?}\n{error}");
                false
            }
            (Err(problem), Ok(_)) => panic!("{source:?}\n{} at {}", problem.message(), problem.at()),
            (Err(_), Err(_)) => false,
        }
    }

    const GOOD: &[&str] = &[
        "",
        "\u{feff}# nothing",
        "a = 1\r\nb = -2 # two\r\n\r\n",
        "a.b.c = 'x'\na.d = \"y\"\n'e f'.\"g\" = true\n\"\" = 1",
        "[a.b.c]\nx = 1\n[a]\ny = 2\n[a.b]\nz = 3\n[ d . 'e' ]",
        "[[a]]\nx = 1\n[a.b]\ny = 1\n[[a.c]]\n[[a.c]]\nz = 1\n[[a]]\n[a.b]\n",
        "[a]\nb.c = 1\n[a.b.d]\ne = 1",
        "a = [1, 2,\n # three\n 3,\n]\nb = [[], ['x', [\"y\"]],]\nc = []",
        "a = { b = 1, c.d = 'x', e = { f = [] } }\ng = {}",
        "a = {\n b = 1,\n # c\n d = 2,\n}",
        "a = \"\\b\\t\\n\\f\\r\\e\\\"\\\\\\x41\\u00e4\\U0001F600\"",
        "a = 'C:\\x'\nb = '''\nI'm\n \\ here\n'''\nc = '''''x''''\nd = \"\"\"\"\"x\"\"\"\"\"",
        "a = \"\"\"\\\n   one \\  \n\n  two\n three\\u0041\"\"\"\nb = \"\"\"\"\"\"",
        "a = \"\"\"x\r\ny\"\"\"\nb = 'tab\there'",
        "a = +1_000\nb = 0xDEAD_beef\nc = 0o17\nd = 0b101\ne = 1.5e-3\nf = inf\ng = -nan",
        "a = 2026-01-31T12:00:00+01:00\nb = 2026-01-31 12:00:00.5Z\nc = 2026-01-31\nd = 12:00:00\ne = [2026-01-31 , 1]",
        "1 = 1\n-_ = 2\n3.2 = 3",
        "a = [ { b = 1 }, { b = 2 } ]",
    ];

    const BAD: &[&str] = &[
        "a",
        "a =",
        "a = 1 b = 2",
        "= 1",
        "a = 'x",
        "a = \"x\ny\"",
        "a = \"\\q\"",
        "a = \"\\u12\"",
        "a = \"\\ud800\"",
        "a = \"\\x4\u{e4}\"",
        "a = 'x\u{1}'",
        "a = 1 # \u{7f}",
        "a = 1\rb = 2",
        "a = '''x",
        "a = 'x' 'y'",
        "a = [1 2]",
        "a = [1,, 2]",
        "a = [,]",
        "a = [1",
        "a = {b = 1",
        "a = {,}",
        "a = {b = 1 c = 2}",
        "a = {b = 1, b = 2}",
        "a = 1\na = 2",
        "a = 1\na.b = 2",
        "a.b = 1\na.b.c = 2",
        "a.b = 1\n[a]",
        "[a]\nb.c = 1\n[a.b]",
        "[a.b]\n[a]\nb.c = 1",
        "[a]\n[a]",
        "[a\n",
        "[a] b = 1",
        "[]",
        "[a.]",
        "[[a]\n",
        "[[a] ]\n",
        "[ [a]]\n",
        "[a]\n[[a]]",
        "[[a]]\n[a]",
        "[a.b]\n[[a]]",
        "a = []\n[[a]]",
        "a = [{}]\n[a.b]",
        "a = {}\n[a.b]",
        "a = {b = {}}\n[a.b.c]",
        "a = {b.c = 1, b = {}}",
        "a = {b = {}, b.c = 1}",
        "\"\"\"a\"\"\" = 1",
    ];

    fn sources() -> impl Iterator<Item = &'static str> {
        GOOD.iter().copied().chain(BUILT_IN.iter().map(|built_in| built_in.source))
    }

    #[test]
    fn documents_are_read_as_another_reader_does() {
        for source in sources() {
            assert!(is_good(source), "{source:?}");
        }
        for source in BAD {
            assert!(parse(source).is_err() && !is_good(source), "{source:?}");
        }
    }

    #[test]
    fn what_is_nearly_a_document_is_judged_as_another_reader_does() {
        let sources: Vec<&str> = sources().collect();
        let mut state = 1_u64;
        let mut draw = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let signs: Vec<char> = "\"\"''[[]]{}..,,==##\\\n\r\t  ab1-_+:".chars().collect();
        let mut good = 0;
        for _ in 0..20_000 {
            let mut text: Vec<char> = sources[draw(sources.len())].chars().collect();
            for _ in 0..=draw(3) {
                let at = draw(text.len() + 1);
                match draw(3) {
                    0 => text.insert(at, signs[draw(signs.len())]),
                    1 if at < text.len() => drop(text.remove(at)),
                    2 if at < text.len() => text[at] = signs[draw(signs.len())],
                    _ => {}
                }
            }
            good += usize::from(is_good(&text.into_iter().collect::<String>()));
        }
        assert!((2_000..18_000).contains(&good), "{good}");
    }

    #[test]
    fn depth_has_an_end() {
        for open in ["[", "{a="] {
            assert!(parse(&format!("a = {}", open.repeat(10_000))).is_err());
        }
        assert!(parse(&"a.".repeat(10_000)).is_err());
    }
}
