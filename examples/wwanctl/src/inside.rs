//! A virtual modem inside this program. Without the feature `virtual` there is none, and the program is smaller: for
//! machines that have a modem and little room.

#[cfg(feature = "virtual")]
mod there {
    use std::thread;

    use virtual_modem::{InProcess, Room, Scenario};
    use wwan::time::Millis;

    pub(crate) use virtual_modem::Time;

    use crate::device::Speaks;
    use crate::error::Fail;

    /// The modem, as a channel.
    pub(crate) type Inside = InProcess<'static>;

    /// How long it has been on when a command meets it: time to find its SIM and to register, but not for the slow events of
    /// a scenario. In virtual time this takes no time.
    const WARM_UP: Millis = Millis::from_secs(2);

    /// Starts one.
    pub(crate) fn start(speaks: Speaks, scenario: &str, time: Time) -> Result<Inside, Fail> {
        let scenario = Scenario::load(scenario).map_err(|error| {
            let text = format!("scenario {error}");
            // Without a line there is no such scenario at all.
            if error.line().is_some() { Fail::Data(text) } else { Fail::Usage(text) }
        })?;
        // There is one modem, and it lives as long as the program.
        let (scenario, room) = (Box::leak(scenario), Box::leak(Box::new(Room::new())));
        // To build one takes 400 kB of stack, which a thread gives back at its end.
        let built = thread::spawn(move || match speaks {
            Speaks::Mbim | Speaks::QmiInMbim => InProcess::mbim(scenario, time, room),
            Speaks::Qmi => InProcess::qmi(scenario, time, room),
            Speaks::At => InProcess::at(scenario, time, room),
        });
        let mut modem = built.join().map_err(|_| Fail::Unreachable("the virtual modem has failed".to_owned()))?;
        if time == Time::Virtual {
            modem.pass(WARM_UP);
        }
        Ok(modem)
    }
}

#[cfg(not(feature = "virtual"))]
mod there {
    use core::convert::Infallible;

    use wwan::channel::blocking::MessageChannel;
    use wwan::time::Instant;

    use crate::device::Speaks;
    use crate::error::Fail;

    /// Which time a modem inside the program would live in.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Time {
        /// That of the clock.
        Real,
        /// Its own.
        Virtual,
    }

    /// No modem.
    #[derive(Debug)]
    pub(crate) enum Inside {}

    impl MessageChannel for Inside {
        type Error = Infallible;

        fn send(&mut self, _: &[u8]) -> Result<(), Infallible> {
            match *self {}
        }

        fn receive(&mut self, _: &mut [u8], _: Instant) -> Result<Option<usize>, Infallible> {
            match *self {}
        }

        fn max_message(&self) -> usize {
            match *self {}
        }

        fn now(&self) -> Instant {
            match *self {}
        }
    }

    /// There is none to start.
    pub(crate) fn start(_: Speaks, _: &str, _: Time) -> Result<Inside, Fail> {
        Err(Fail::Usage("this program was built without virtual modems".to_owned()))
    }
}

pub(crate) use there::{Inside, Time, start};
