//! What letters have in common: which of many have to be compared with each other at all.
//!
//! Each rule that compares letters is about those that have something in common, a name or a
//! signature, and differ in something else. A group is what has that in common. The rules
//! themselves are those of all declarations; here is only kept, for each group, in how much its
//! members differ, so that the rules are asked about the letters alone for which they have an
//! answer.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState},
};

use super::super::lint::across;
use crate::letter::Party;

/// One thing that a letter may have in common with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Tie {
    /// What is the same.
    group: u64,
    /// In what members of the group may differ.
    kind: u64,
}

impl Tie {
    /// The number of what is the same.
    pub(super) fn group(self) -> u64 {
        self.group
    }
}

/// How much the members of each group differ.
#[derive(Debug, Default)]
pub(super) struct Ties {
    state: RandomState,
    groups: Numbered<Group>,
    /// The groups with members of several kinds.
    differing: Numbers,
    /// The groups whose members are others since the last look, where that is asked for.
    touched: Option<Numbers>,
}

/// Things by numbers that are hashes already, of which nobody knows the key.
type Numbered<T> = HashMap<u64, T, BuildHasherDefault<AsItIs>>;
type Numbers = HashSet<u64, BuildHasherDefault<AsItIs>>;

#[derive(Debug, Default, Clone, Copy)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Names of companies without what differs in form only, as they were worked out before.
#[derive(Debug, Default)]
pub(super) struct Folded(HashMap<Party, String>);

impl Folded {
    /// The most names that are kept.
    const MAX: usize = 200_000;

    pub(super) fn of<const N: usize>(&mut self, parties: [&Party; N]) -> [&str; N] {
        if self.0.len() > Self::MAX {
            self.0.clear();
        }
        for party in parties {
            if !self.0.contains_key(party) {
                self.0.insert(party.clone(), across::folded_party(party).collect());
            }
        }
        parties.map(|party| &*self.0[party])
    }
}

/// How many members of each kind there are. Most groups have one kind.
#[derive(Debug)]
enum Group {
    Alike(u64, usize),
    Differing(HashMap<u64, usize>),
}

impl Group {
    fn add(&mut self, kind: u64) {
        match self {
            Self::Alike(known, count) if *known == kind => *count += 1,
            Self::Alike(known, count) => *self = Self::Differing(HashMap::from([(*known, *count), (kind, 1)])),
            Self::Differing(kinds) => *kinds.entry(kind).or_default() += 1,
        }
    }

    fn remove(&mut self, kind: u64) {
        match self {
            Self::Alike(known, count) => *count -= usize::from(*known == kind),
            Self::Differing(kinds) => {
                let Entry::Occupied(mut count) = kinds.entry(kind) else { return };
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
                if let (1, Some((kind, count))) = (kinds.len(), kinds.iter().next()) {
                    *self = Self::Alike(*kind, *count);
                }
            }
        }
    }
}

impl Ties {
    /// Ties of which it can be told where they changed.
    pub(super) fn watched() -> Self {
        Self { touched: Some(Numbers::default()), ..Self::default() }
    }

    /// The tie between all that have the same `group`, as long as all are of the same `kind`.
    pub(super) fn tie(&self, group: impl Hash, kind: impl Hash) -> Tie {
        Tie { group: self.state.hash_one(group), kind: self.state.hash_one(kind) }
    }

    pub(super) fn add(&mut self, tie: Tie) {
        let group = self.groups.entry(tie.group);
        let group = group.and_modify(|group| group.add(tie.kind)).or_insert(Group::Alike(tie.kind, 1));
        if matches!(group, Group::Differing(_)) {
            self.differing.insert(tie.group);
        }
        self.touch(tie);
    }

    pub(super) fn remove(&mut self, tie: Tie) {
        let Entry::Occupied(mut group) = self.groups.entry(tie.group) else { return };
        group.get_mut().remove(tie.kind);
        if let Group::Alike(_, count) = *group.get() {
            self.differing.remove(&tie.group);
            if count == 0 {
                group.remove();
            }
        }
        self.touch(tie);
    }

    /// Whether the members of the tie's group differ.
    pub(super) fn differ(&self, tie: Tie) -> bool {
        self.differing.contains(&tie.group)
    }

    /// Whether the members of no group differ.
    pub(super) fn all_agree(&self) -> bool {
        self.differing.is_empty()
    }

    /// Takes a group for one whose members are others now.
    pub(super) fn touch(&mut self, tie: Tie) {
        if let Some(touched) = &mut self.touched {
            touched.insert(tie.group);
        }
    }

    /// The groups that were touched since the last time.
    pub(super) fn take_touched(&mut self) -> Touched {
        Touched(self.touched.as_mut().map(std::mem::take).unwrap_or_default())
    }
}

/// Groups whose members were others at a look.
#[derive(Debug)]
pub(super) struct Touched(Numbers);

impl Touched {
    pub(super) fn holds(&self, tie: Tie) -> bool {
        self.0.contains(&tie.group)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
