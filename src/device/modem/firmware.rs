//! Firmware images that are stored in the device, which of them run, and which shall.
//!
//! The firmware of a modem has two parts: the program, and the settings for an operator (PRI). Several of each may be
//! stored; hosts choose by their names which ones shall run after the next restart. What is chosen and not stored must be
//! brought first; this model has no way to bring images, so such a choice waits.

use heapless::Vec;

use super::{Failure, Modem, Reason, Text, text};

/// Images that are stored, and names that are chosen.
pub const IMAGES: usize = 8;
/// Bytes of the name of a build.
pub const BUILD: usize = 32;

/// What an image holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ImageKind {
    /// The program.
    Modem,
    /// The settings for an operator.
    Pri,
}

/// The name of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageName {
    /// What it holds.
    pub kind: ImageKind,
    /// Number that tells images apart.
    pub unique_id: [u8; 16],
    /// Name of the build; the version of the firmware, if it is a program.
    pub build: Text<BUILD>,
}

/// An image that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its name.
    pub name: ImageName,
    /// Where it is stored, from 1.
    pub slot: u8,
    /// How often it could not be started.
    pub failures: u8,
    /// Version of the loader.
    pub boot: (u16, u16),
    /// Version of the settings and what else is said about them.
    pub pri: Option<(u32, Text<32>)>,
    /// Number of the maker's lock.
    pub lock: Option<u32>,
}

impl Image {
    /// An image from its name.
    #[must_use]
    pub fn new(kind: ImageKind, slot: u8, unique_id: [u8; 16], build: &str) -> Self {
        let name = ImageName { kind, unique_id, build: text(build) };
        let pri = (kind == ImageKind::Pri).then(|| (u32::from(slot), text(build)));
        Self { name, slot, failures: 0, boot: (1, 0), pri, lock: None }
    }
}

/// How the next start brings images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DownloadMode {
    /// As ever.
    #[default]
    Normal,
    /// Loader and rescue system as well.
    BootAndRecovery,
}

/// Whether the firmware follows the card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FollowsCard {
    /// No.
    #[default]
    No,
    /// Always.
    Always,
    /// The next card decides, then no more.
    Once,
}

/// The images of a device at power-on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FirmwareSetup {
    /// All of them; the first one of each kind runs.
    pub images: Vec<Image, IMAGES>,
    /// How many of a kind can be stored.
    pub room: u8,
    /// Version of the loader.
    pub boot: Text<32>,
    /// Number of the package.
    pub package: Text<32>,
    /// The operator for whom the settings are.
    pub carrier: Text<32>,
    /// Number of that operator.
    pub carrier_id: Text<8>,
}

impl Default for FirmwareSetup {
    fn default() -> Self {
        let mut images = Vec::new();
        let of = |kind, slot, build: &str| Image::new(kind, slot, unique(build), build);
        for image in [
            of(ImageKind::Modem, 1, "1.0.0"),
            of(ImageKind::Modem, 2, "1.1.0"),
            of(ImageKind::Pri, 1, "1.0.0_GENERIC"),
            of(ImageKind::Pri, 2, "1.1.0_TEST"),
        ] {
            let _ = images.push(image);
        }
        Self {
            images,
            room: 4,
            boot: text("1.0.0"),
            package: text("1.0.0_WWAN_001"),
            carrier: text("GENERIC"),
            carrier_id: text("1"),
        }
    }
}

/// The number of an image as text, as makers fill it: the beginning of the name of the build.
fn unique(build: &str) -> [u8; 16] {
    let mut id = [0; 16];
    for (place, byte) in id.iter_mut().zip(build.bytes()) {
        *place = byte;
    }
    id
}

#[derive(Debug)]
pub(super) struct Firmware {
    setup: FirmwareSetup,
    images: Vec<Image, IMAGES>,
    running: [Option<ImageName>; 2],
    preferred: Vec<ImageName, IMAGES>,
    download: DownloadMode,
    follows: (FollowsCard, Option<u8>),
    test: (u8, Option<u8>),
}

const fn place(kind: ImageKind) -> usize {
    match kind {
        ImageKind::Modem => 0,
        ImageKind::Pri => 1,
    }
}

impl Firmware {
    pub(super) fn new(setup: FirmwareSetup) -> Self {
        let first = |kind| setup.images.iter().map(|image| &image.name).find(|name| name.kind == kind).cloned();
        let running = [first(ImageKind::Modem), first(ImageKind::Pri)];
        let preferred = running.iter().flatten().cloned();
        Self {
            images: setup.images.clone(),
            preferred: super::super::collect(preferred),
            running,
            setup,
            download: DownloadMode::Normal,
            follows: (FollowsCard::No, None),
            test: (0, None),
        }
    }

    pub(super) fn restore(&mut self) {
        self.download = DownloadMode::Normal;
        self.follows = (FollowsCard::No, None);
    }

    /// What was chosen and is stored runs from now on. The version of the program, if it is another one.
    pub(super) fn restart(&mut self) -> Option<Text<30>> {
        let mut version = None;
        for name in &self.preferred {
            let stored = self.images.iter().any(|image| image.name == *name);
            let Some(running) = self.running.get_mut(place(name.kind)).filter(|_| stored) else {
                continue;
            };
            if running.as_ref() != Some(name) {
                *running = Some(name.clone());
                if name.kind == ImageKind::Modem {
                    version = Some(text(&name.build));
                }
            }
        }
        version
    }
}

impl Modem {
    /// The firmware as it was delivered.
    #[must_use]
    pub fn firmware(&self) -> &FirmwareSetup {
        &self.firmware.setup
    }

    /// The images that are stored.
    #[must_use]
    pub fn stored_images(&self) -> &[Image] {
        &self.firmware.images
    }

    /// The image of a kind that runs.
    #[must_use]
    pub fn running_image(&self, kind: ImageKind) -> Option<&ImageName> {
        self.firmware.running.get(place(kind))?.as_ref()
    }

    /// The images that shall run after the next restart.
    #[must_use]
    pub fn preferred_images(&self) -> &[ImageName] {
        &self.firmware.preferred
    }

    /// Whether an image is stored.
    #[must_use]
    pub fn stored_image(&self, name: &ImageName) -> Option<&Image> {
        self.firmware.images.iter().find(|image| image.name == *name)
    }

    /// Chooses the images that shall run after the next restart.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] if a kind is named twice, or none is.
    pub fn prefer_images(&mut self, names: Vec<ImageName, IMAGES>) -> Result<(), Failure> {
        let count = |kind| names.iter().filter(|name| name.kind == kind).count();
        if names.is_empty() || count(ImageKind::Modem) > 1 || count(ImageKind::Pri) > 1 {
            return Err(Reason::Invalid.into());
        }
        self.firmware.preferred = names;
        Ok(())
    }

    /// Deletes an image.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if it is not stored; [`Reason::NotAllowed`] if it runs.
    pub fn delete_image(&mut self, name: &ImageName) -> Result<(), Failure> {
        if self.stored_image(name).is_none() {
            return Err(Reason::InvalidIndex.into());
        }
        if self.running_image(name.kind) == Some(name) {
            return Err(Reason::NotAllowed.into());
        }
        self.firmware.images.retain(|image| image.name != *name);
        Ok(())
    }

    /// How the next start brings images.
    #[must_use]
    pub fn download_mode(&self) -> DownloadMode {
        self.firmware.download
    }

    /// Says how the next start brings images.
    pub fn set_download_mode(&mut self, mode: DownloadMode) {
        self.firmware.download = mode;
    }

    /// Whether the firmware follows the card, and the number of the configuration that it begins with.
    #[must_use]
    pub fn follows_card(&self) -> (FollowsCard, Option<u8>) {
        self.firmware.follows
    }

    /// Chooses whether the firmware follows the card.
    pub fn set_follows_card(&mut self, follows: FollowsCard, config: Option<u8>) {
        self.firmware.follows = (follows, config);
    }

    /// Two values without a meaning, to try an interface.
    #[must_use]
    pub fn test_values(&self) -> (u8, Option<u8>) {
        self.firmware.test
    }

    /// Sets these values.
    pub fn set_test_values(&mut self, values: (u8, Option<u8>)) {
        self.firmware.test = values;
    }
}
