//! Loops compiled for the widest vectors that the processor has.

use pulp::{Arch, Simd, WithSimd};

/// A closure that is called as what it is, `FnMut`.
///
/// `pulp` calls closures as `FnOnce`. Of one that borrows, that is a function around it, which is
/// compiled for every processor alike, with the closure inlined there instead of where it matters.
struct Work<F>(F);

impl<F: FnMut() -> R, R> WithSimd for Work<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> R {
        (self.0)()
    }
}

/// Does the work of a closure, which must be `#[inline(always)]` with all that its loops call.
#[inline(always)]
pub(super) fn widest<R>(work: impl FnMut() -> R) -> R {
    Arch::new().dispatch(Work(work))
}
