//! One schedule from its seed: clients that apply at once with faults, then the same declarations
//! without.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures::future::join_all;
use letterform::{letter::DesiredLetter, retry::Shutdown, run::Run, service::ObjectNames};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::simulation::{
    broken::Guard,
    client::{self, Job, SimConnection},
    coverage::{Coverage, Situation},
    declarations::{self, UPLOADED, key_of},
    faults::Faults,
    history::History,
    invariants::{Session, check_convergence, check_letters, check_session},
    service::SimService,
    world::{Maker, World},
};

/// By then every request has arrived that anything may still have been on its way.
const ALL_LANDED: Duration = Duration::from_secs(300);

/// How a schedule went.
pub(crate) struct Played {
    /// What should not have happened.
    pub(crate) violations: Vec<String>,
    /// What happened, when that was asked for.
    pub(crate) log: Vec<String>,
}

/// Plays a schedule with the engine as it is, or without one of its guards.
pub(crate) fn play(seed: u64, guard: Option<Guard>, coverage: &Arc<Coverage>, keep_log: bool) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime with a clock alone").block_on(async {
        let mut rng = StdRng::seed_from_u64(seed);
        let stage = Stage::set(&mut rng, guard, coverage, keep_log);
        let violations = stage.play(rng).await;
        Played { violations, log: stage.world.take_log() }
    })
}

struct Stage {
    world: Arc<World>,
    faults: Faults,
    guard: Option<Guard>,
    coverage: Arc<Coverage>,
    /// Whether the policy of uploads fixes one name for each client, until the faults end.
    fixed_names: bool,
}

impl Stage {
    fn set(rng: &mut StdRng, guard: Option<Guard>, coverage: &Arc<Coverage>, keep_log: bool) -> Self {
        let faults = Faults::draw(rng);
        let world = World::new(StdRng::seed_from_u64(rng.random()), faults.clone(), keep_log);
        world.put_object(UPLOADED, None);
        for letter in declarations::draw_earlier(rng) {
            let key = key_of(&letter.picture);
            world.put_object(key.as_str(), None);
            world.create(Maker::Earlier, &letter.with_picture(key)).expect("each name is drawn once");
        }
        let fixed_names = rng.random_bool(0.15);
        Self { world: Arc::new(world), faults, guard, coverage: Arc::clone(coverage), fixed_names }
    }

    async fn play(&self, mut rng: StdRng) -> Vec<String> {
        let clients = rng.random_range(1..=3);
        let declared = declarations::draw(&mut rng, clients);
        let jobs = declared.iter().map(|letters| Job::draw(&mut rng, letters.clone()));
        let running = jobs
            .collect::<Vec<_>>()
            .into_iter()
            .enumerate()
            .map(|(client, job)| self.run(client, job, &self.faults, self.fixed_names));
        let mut sessions = join_all(running).await;

        // Requests that were given up may still be on their way when the faults end.
        if rng.random_bool(0.5) {
            tokio::time::sleep(ALL_LANDED).await;
        }
        let none = Faults::none();
        self.world.set_faults(none.clone());
        let mut violations = Vec::new();
        for (index, letters) in declared.iter().enumerate() {
            let job = Job::undisturbed(letters.clone(), rng.random());
            let session = self.run(clients + index, job, &none, false).await;
            violations.extend(check_convergence(&session));
            sessions.push(session);
        }
        tokio::time::sleep(ALL_LANDED).await;
        for letters in &declared {
            violations.extend(self.plan_is_empty(letters).await);
        }

        violations.extend(self.world.take_violations());
        let letters = self.world.letters();
        violations.extend(check_letters(&letters, &sessions));
        violations.extend(sessions.iter().flat_map(|session| check_session(session, &letters, &self.coverage)));
        let makers: HashSet<usize> = letters
            .iter()
            .filter_map(|made| if let Maker::Client(client) = made.maker { Some(client) } else { None })
            .collect();
        if makers.iter().filter(|client| **client < clients).count() > 1 {
            self.coverage.saw(Situation::TwoClientsMadeLetters);
        }
        violations
    }

    async fn run(&self, client: usize, job: Job, faults: &Faults, fixed_name: bool) -> Session {
        let history = Arc::new(History::of(&job.declared));
        let service = self.service(client, &history, fixed_name);
        let ending = client::run(&service, self.guard, &job).await;
        self.world.note(|| format!("client {client} ends: {ending}"));
        Session { client, job, history, ending, faults: faults.clone() }
    }

    async fn plan_is_empty(&self, declared: &[DesiredLetter]) -> Option<String> {
        let stop = Shutdown::new();
        let service = self.service(usize::MAX, &Arc::new(History::of(declared)), false);
        let run = Run::new(1, 0, &stop);
        match client::plan(&run, SimConnection(&service, None), declared).await {
            Ok(plan) if plan.summary().create == 0 => None,
            Ok(plan) => Some(format!("the last plan is not empty: {:?}", plan.summary())),
            Err(error) => Some(format!("the last plan failed, though nothing goes wrong any more: {error}")),
        }
    }

    fn service(&self, client: usize, history: &Arc<History>, fixed_name: bool) -> SimService {
        let (world, coverage) = (Arc::clone(&self.world), Arc::clone(&self.coverage));
        SimService { world, history: Arc::clone(history), client, coverage, fixed_name, names: ObjectNames::default() }
    }
}
