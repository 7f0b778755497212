use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, sync_channel};

use crate::error::Result;
use crate::file::quiet;
use crate::stop::Current;
use crate::threads;

/// Does work on all threads, on so many items at once, and takes the results in order.
///
/// `take` gets each result as a channel, from which it comes when it is there: what can be done
/// before, is done before. A channel that breaks off is of work that panicked; the panic goes on here.
pub(super) fn in_order<T: Send, R: Send>(
    items: impl Iterator<Item = T>,
    at_once: usize,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(Receiver<R>) -> Result<()>,
) -> Result<()> {
    let (work, current) = (&work, Current::get());
    threads::in_place_scope(|scope| {
        let mut under_way = VecDeque::with_capacity(at_once);
        for item in items {
            if under_way.len() >= at_once
                && let Some(first) = under_way.pop_front()
            {
                take(first)?;
            }
            let (sender, receiver) = sync_channel(1);
            // Nobody receives where an earlier item has failed.
            let current = current.clone();
            let work = move || current.during(|| quiet(|| work(item)));
            scope.spawn(move |_| drop(sender.send(work())));
            under_way.push_back(receiver);
        }
        under_way.into_iter().try_for_each(take)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::time::Duration;

    use super::*;
    use crate::error::Error;

    #[test]
    fn takes_in_order_and_works_on_few() {
        for at_once in [1, 2, 5] {
            let (under_way, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let mut taken = Vec::new();
            let work = |item: u64| {
                most.fetch_max(under_way.fetch_add(1, SeqCst) + 1, SeqCst);
                std::thread::sleep(Duration::from_millis(item * 7 % 5));
                under_way.fetch_sub(1, SeqCst);
                item
            };
            in_order(0..50, at_once, work, |item| {
                taken.push(item.recv().unwrap());
                Ok(())
            })
            .unwrap();
            assert!(taken.iter().copied().eq(0..50));
            assert!(most.into_inner() <= at_once);
        }
    }

    #[test]
    fn begins_nothing_after_an_error() {
        let begun = AtomicUsize::new(0);
        let work = |item: usize| {
            begun.fetch_add(1, SeqCst);
            item
        };
        let failed = in_order(0..50, 2, work, |item| match item.recv().unwrap() {
            3 => Err(Error::Interrupted),
            _ => Ok(()),
        });
        assert!(matches!(failed, Err(Error::Interrupted)));
        assert!(begun.into_inner() <= 6);
    }
}
