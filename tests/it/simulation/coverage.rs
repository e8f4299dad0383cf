//! Which situations the schedules reached: a simulation that never gets into trouble proves
//! nothing.

use std::sync::atomic::{AtomicU64, Ordering};

/// A situation that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Situation {
    CreatedByAnswer,
    CreatedByLookUp,
    CreatedAfterTheClientLeft,
    FoundWhileApplying,
    ConflictWhilePlanning,
    ConflictWhileApplying,
    Invisible,
    MayExist,
    CallerRefused,
    Failed,
    Interrupted,
    Killed,
    PlanFailed,
    SavedPlanStale,
    SavedPlanApplied,
    TwoClientsMadeLetters,
    NameTaken,
}

impl Situation {
    pub(crate) const ALL: [Self; 17] = [
        Self::CreatedByAnswer,
        Self::CreatedByLookUp,
        Self::CreatedAfterTheClientLeft,
        Self::FoundWhileApplying,
        Self::ConflictWhilePlanning,
        Self::ConflictWhileApplying,
        Self::Invisible,
        Self::MayExist,
        Self::CallerRefused,
        Self::Failed,
        Self::Interrupted,
        Self::Killed,
        Self::PlanFailed,
        Self::SavedPlanStale,
        Self::SavedPlanApplied,
        Self::TwoClientsMadeLetters,
        Self::NameTaken,
    ];
}

/// How often each situation was reached.
#[derive(Debug, Default)]
pub(crate) struct Coverage([AtomicU64; Situation::ALL.len()]);

impl Coverage {
    pub(crate) fn saw(&self, situation: Situation) {
        self.0[situation as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count(&self, situation: Situation) -> u64 {
        self.0[situation as usize].load(Ordering::Relaxed)
    }
}
