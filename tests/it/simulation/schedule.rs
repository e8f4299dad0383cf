//! One schedule from its seed: clients that apply at once in bad weather, then the same declarations once it has cleared.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures::future::join_all;
use letterform::{letter::DesiredLetter, retry::Shutdown, run::Run, service::ObjectNames};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::simulation::{
    broken::Guard,
    client::{self, Job, Line},
    coverage::{Coverage, Situation},
    declarations::{self, UPLOADED, key_of},
    service::SimService,
    verdict::{Session, judge_convergence, judge_letters, judge_session},
    weather::Weather,
    witness::Witness,
    world::{Maker, World},
};

/// By then every request has arrived that anything may still have been on its way.
const ALL_LANDED: Duration = Duration::from_secs(300);

/// How a schedule went.
pub(crate) struct Played {
    /// What should not have happened.
    pub(crate) faults: Vec<String>,
    /// What happened, when that was asked for.
    pub(crate) log: Vec<String>,
}

/// Plays a schedule with the engine as it is, or without one of its guards.
pub(crate) fn play(seed: u64, guard: Option<Guard>, coverage: &Arc<Coverage>, keep_log: bool) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime with a clock alone").block_on(async {
        let mut rng = StdRng::seed_from_u64(seed);
        let stage = Stage::set(&mut rng, guard, coverage, keep_log);
        let faults = stage.play(rng).await;
        Played { faults, log: stage.world.take_log() }
    })
}

struct Stage {
    world: Arc<World>,
    weather: Weather,
    guard: Option<Guard>,
    coverage: Arc<Coverage>,
    /// Whether the policy of uploads fixes one name for each client, until the weather clears.
    fixed_names: bool,
}

impl Stage {
    fn set(rng: &mut StdRng, guard: Option<Guard>, coverage: &Arc<Coverage>, keep_log: bool) -> Self {
        let weather = Weather::draw(rng);
        let world = World::new(StdRng::seed_from_u64(rng.random()), weather.clone(), keep_log);
        world.put_object(UPLOADED, None);
        for letter in declarations::draw_earlier(rng) {
            let key = key_of(&letter.picture);
            world.put_object(key.as_str(), None);
            world.create(Maker::Earlier, &letter.with_picture(key)).expect("each name is drawn once");
        }
        let fixed_names = rng.random_bool(0.15);
        Self { world: Arc::new(world), weather, guard, coverage: Arc::clone(coverage), fixed_names }
    }

    async fn play(&self, mut rng: StdRng) -> Vec<String> {
        let clients = rng.random_range(1..=3);
        let declared = declarations::draw(&mut rng, clients);
        let jobs = declared.iter().map(|letters| Job::draw(&mut rng, letters.clone()));
        let running = jobs
            .collect::<Vec<_>>()
            .into_iter()
            .enumerate()
            .map(|(client, job)| self.run(client, job, &self.weather, self.fixed_names));
        let mut sessions = join_all(running).await;

        // Requests that were given up may still be on their way when the weather clears.
        if rng.random_bool(0.5) {
            tokio::time::sleep(ALL_LANDED).await;
        }
        let clear = Weather::clear();
        self.world.set_weather(clear.clone());
        let mut faults = Vec::new();
        for (index, letters) in declared.iter().enumerate() {
            let job = Job::undisturbed(letters.clone(), rng.random());
            let session = self.run(clients + index, job, &clear, false).await;
            faults.extend(judge_convergence(&session));
            sessions.push(session);
        }
        tokio::time::sleep(ALL_LANDED).await;
        for letters in &declared {
            faults.extend(self.plan_is_empty(letters).await);
        }

        faults.extend(self.world.take_faults());
        let letters = self.world.letters();
        faults.extend(judge_letters(&letters, &sessions));
        faults.extend(sessions.iter().flat_map(|session| judge_session(session, &letters, &self.coverage)));
        let makers: HashSet<usize> = letters
            .iter()
            .filter_map(|made| if let Maker::Client(client) = made.maker { Some(client) } else { None })
            .collect();
        if makers.iter().filter(|client| **client < clients).count() > 1 {
            self.coverage.saw(Situation::TwoClientsMadeLetters);
        }
        faults
    }

    async fn run(&self, client: usize, job: Job, weather: &Weather, fixed_name: bool) -> Session {
        let witness = Arc::new(Witness::of(&job.declared));
        let service = self.service(client, &witness, fixed_name);
        let ending = client::run(&service, self.guard, &job).await;
        self.world.note(|| format!("client {client} ends: {ending}"));
        Session { client, job, witness, ending, weather: weather.clone() }
    }

    async fn plan_is_empty(&self, declared: &[DesiredLetter]) -> Option<String> {
        let stop = Shutdown::new();
        let service = self.service(usize::MAX, &Arc::new(Witness::of(declared)), false);
        let run = Run::new(1, 0, &stop);
        match client::plan(&run, Line(&service, None), declared).await {
            Ok(plan) if plan.summary().create == 0 => None,
            Ok(plan) => Some(format!("the last plan is not empty: {:?}", plan.summary())),
            Err(error) => Some(format!("the last plan failed, though nothing goes wrong any more: {error}")),
        }
    }

    fn service(&self, client: usize, witness: &Arc<Witness>, fixed_name: bool) -> SimService {
        let (world, coverage) = (Arc::clone(&self.world), Arc::clone(&self.coverage));
        SimService { world, witness: Arc::clone(witness), client, coverage, fixed_name, names: ObjectNames::default() }
    }
}
