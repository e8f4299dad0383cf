//! The emulator over loopback HTTP, as any client would use it.

mod client;
mod codes;
mod conformance;
mod damage;
mod fault;
mod hostile;
mod process;
mod scale;
mod signature;
mod upload;

/// The tests' vocabulary: an emulator whose clock stands still, and a client of it.
mod setup {
    use std::sync::Arc;

    use jiff::Timestamp;
    use letterform::{
        clock::Clock,
        emulator::{Emulator, EmulatorOptions, Limits, Running, StateLocation, faults::Faults},
    };

    use crate::emulator::client::Client;

    /// The time on every clock of these tests.
    pub(crate) const NOW: &str = "2026-11-24T04:00:00Z";

    pub(crate) struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            NOW.parse().expect("a time")
        }
    }

    pub(crate) async fn emulator(faults: &[&str]) -> (Running, Client) {
        emulator_with(faults, Limits::default()).await
    }

    pub(crate) async fn emulator_with(faults: &[&str], limits: Limits) -> (Running, Client) {
        let emulator = Emulator::open(EmulatorOptions {
            state: StateLocation::Memory,
            access_keys: ["shop:secret", "other:secret", "STS1:secret:token@shop"]
                .map(|key| key.parse().expect("an AccessKey"))
                .into(),
            faults: Faults(faults.iter().map(|rule| rule.parse().expect(rule)).collect()),
            // Clients of these tests choose their own names.
            upload_policy: "starts-with".parse().expect("a form"),
            clock: Arc::new(Still),
            metadata_role: Some("ecs-role".to_owned()),
            limits,
        })
        .expect("memory can be used");
        let running = emulator.listen(&["127.0.0.1:0".parse().expect("an address")]).await.expect("a port is free");
        let client = Client::new(&running.endpoint());
        (running, client)
    }
}
