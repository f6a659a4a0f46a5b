//! The thermometers as AT commands, with a value type of the vendor's own.

use at_wire::DecodeErrorKind;
use at_wire::parameter::{Choice, Field, LineWriter, Rest, Str, Value};
use at_wire::{at_commands, at_urcs};

/// A temperature in hundredths of a degree Celsius, which the modem writes with a decimal point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Temperature(pub i32);

impl<'a> Value<'a> for Temperature {
    fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
        let text = core::str::from_utf8(field.unquoted()).map_err(|_| DecodeErrorKind::Value)?;
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let sign = if whole.starts_with('-') { -1 } else { 1 };
        let number = |text: &str| text.parse::<i32>().map_err(|_| DecodeErrorKind::Value);
        let (whole, part) = (number(whole)?.checked_mul(100), number(part)?.checked_mul(sign));
        let sum = whole.zip(part).and_then(|(whole, part)| whole.checked_add(part));
        sum.map(Self).ok_or(DecodeErrorKind::Value)
    }

    fn write(&self, line: &mut LineWriter<'_, '_>) {
        // Commands take it as it is counted.
        line.integer(self.0.into());
    }

    #[cfg(feature = "tables")]
    fn json(&self) -> at_wire::catalogue::Value {
        self.0.into()
    }
}

at_commands! {
    /// Commands of the thermometers.
    pub COMMANDS;

    /// All sensors.
    sensors = "^XTHERM" [timeout = 10] {
        read -> <'a>(place: u16, temperature: Temperature, serial_number: Option<Str<'a>>);
        test -> <'a>(places: Choice<'a>);
    }

    /// When to throttle.
    throttle = "^XTHROTTLE" {
        set(place: u16, limit: Temperature);
        read -> (place: u16, limit: Temperature);
        test;
    }

    /// Unlocks the calibration.
    calibrate = "^XCAL" [timeout = 60, abortable = true, personal = true] {
        set<'a>(password: Str<'a>, values: Rest<'a>) -> (result: u8);
    }
}

at_urcs! {
    /// What the thermometers tell of themselves.
    pub URCS;

    /// It is too hot.
    Hot<'a> = "^XHOT" (place: u16, temperature: Temperature, advice: Option<Str<'a>>);
    /// Somebody opened the case.
    Opened<'a> personal = "^XOPENED" (who: Str<'a>);
    /// It cooled down.
    Cool = "^XCOOL";
}
