//! The threads that large work is shared between.
//!
//! Rayon's global pool cannot be used after a fork: the child has the pool, but none of its threads,
//! and whoever hands work to it waits for ever. So the engine has a pool for each process. A child
//! makes its own with the first large work; the inherited one is neither used nor dropped, as dropping
//! would wait for its threads.

use rayon::{Scope, ThreadPool, ThreadPoolBuilder};

use crate::fork::PerProcess;

static POOL: PerProcess<ThreadPool> = PerProcess::new();

/// Does work so that rayon's functions in it share it between the threads of this process.
///
/// On a thread of a pool it is done there, and shared within that pool: so a caller may bring a
/// pool of their own. Small work is better done without: handing it over takes microseconds.
pub(crate) fn install<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if is_in_pool() {
        return work();
    }
    match pool() {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// A scope whose tasks run on the threads of this process, while the calling thread does `work`.
pub(crate) fn in_place_scope<'scope, T>(work: impl FnOnce(&Scope<'scope>) -> T) -> T {
    match pool() {
        Some(pool) if !is_in_pool() => pool.in_place_scope(work),
        _ => rayon::in_place_scope(work),
    }
}

/// How many threads large work is shared between: `RAYON_NUM_THREADS`, or as many as there are
/// processors.
pub(crate) fn count() -> usize {
    if is_in_pool() { rayon::current_num_threads() } else { wanted() }
}

fn is_in_pool() -> bool {
    rayon::current_thread_index().is_some()
}

fn wanted() -> usize {
    let asked = std::env::var("RAYON_NUM_THREADS").ok().and_then(|count| count.parse().ok());
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.filter(|&count| count > 0).unwrap_or_else(processors)
}

/// The pool of this process; `None` where no thread can be made.
fn pool() -> Option<&'static ThreadPool> {
    POOL.get_or_make(|_inherited| build(wanted()).or_else(|| build(1)))
}

fn build(threads: usize) -> Option<ThreadPool> {
    let name = |at| format!("poly-match-{at}");
    ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build().ok()
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;

    #[test]
    fn work_is_shared_between_the_threads_of_one_pool() {
        let count = count();
        let pools: Vec<_> = (0..8)
            .map(|_| std::thread::spawn(|| install(rayon::current_num_threads)))
            .map(|handle| handle.join().unwrap_or(0))
            .collect();
        assert_eq!(pools, [count; 8]);
        let sum = install(|| (0..1_000_u64).into_par_iter().map(|_| 1).sum::<u64>());
        assert_eq!(sum, 1_000);
    }

    #[test]
    fn a_pool_of_the_caller_is_used() {
        let pool = ThreadPoolBuilder::new().num_threads(3).build();
        let counts =
            pool.map(|pool| pool.install(|| (count(), install(rayon::current_num_threads))));
        assert!(matches!(counts, Ok((3, 3))));
    }
}
