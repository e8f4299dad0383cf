use super::{Event, Observer};
use crate::service::Operation;

/// A request that is being made, until this is dropped: also when nobody waits for its answer any
/// more.
pub(super) struct UnderWay<'a> {
    observer: &'a dyn Observer,
    operation: Operation,
    letter: Option<&'a str>,
}

impl<'a> UnderWay<'a> {
    pub(super) fn new(observer: &'a dyn Observer, operation: Operation, letter: Option<&'a str>) -> Self {
        observer.event(&Event::Sent { operation, letter });
        Self { observer, operation, letter }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let Self { observer, operation, letter } = *self;
        observer.event(&Event::Returned { operation, letter });
    }
}
