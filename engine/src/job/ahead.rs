use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, sync_channel};

use crate::error::Result;

/// Does work on rayon's threads, on so many items at once, and takes the results in order.
///
/// `take` gets each result as a channel, from which it comes when it is there: what can be done
/// before, is done before. A channel that breaks off is of work that panicked; the panic goes on here.
pub(super) fn in_order<T: Send, R: Send>(
    items: impl Iterator<Item = T>,
    at_once: usize,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(Receiver<R>) -> Result<()>,
) -> Result<()> {
    let work = &work;
    rayon::in_place_scope(|scope| {
        let mut under_way = VecDeque::with_capacity(at_once);
        for item in items {
            if under_way.len() >= at_once
                && let Some(first) = under_way.pop_front()
            {
                take(first)?;
            }
            let (sender, receiver) = sync_channel(1);
            // Nobody receives where an earlier item has failed.
            scope.spawn(move |_| drop(sender.send(work(item))));
            under_way.push_back(receiver);
        }
        under_way.into_iter().try_for_each(take)
    })
}
