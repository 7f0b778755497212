use super::SPLIT;
use super::grid::{SUB_BITS, SUB_MASK};

/// How fine the second level of a cell is: the binary logarithm of how many places its smaller
/// cells have along each axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finer(u32);

impl Finer {
    /// A smaller cell for each place.
    pub(super) const MOST: Self = Self(0);
    /// One for each two by two.
    pub(super) const LESS: Self = Self(1);
    /// The last place of `cells` at which smaller cells can start.
    pub(super) const MOST_START: u32 = (1 << Self::SHIFT) - 1;
    /// Bits of a word below.
    const SHIFT: u32 = 28;

    /// The word of a cell whose smaller cells start there.
    pub(super) fn word(self, start: u32) -> u32 {
        SPLIT | self.0 << Self::SHIFT | start
    }

    /// Of a word that is split: how, and where its smaller cells start.
    #[inline]
    pub(super) fn of_word(word: u32) -> (Self, u32) {
        (Self((word & !SPLIT) >> Self::SHIFT), word & Self::MOST_START)
    }

    /// Places of a smaller cell along an axis.
    pub(super) fn places(self) -> u32 {
        1 << self.0
    }

    /// Number of smaller cells.
    pub(super) fn cells(self) -> usize {
        1 << (2 * (SUB_BITS - self.0))
    }

    /// Which of the smaller cells has these places.
    #[inline]
    pub(super) fn cell_at(self, column: u32, row: u32) -> u32 {
        let [column, row] = [column, row].map(|place| (place & SUB_MASK) >> self.0);
        (row << (SUB_BITS - self.0)) | column
    }

    /// The first place of the smaller cell with this one.
    #[inline]
    pub(super) fn first_place(self, place: u32) -> u32 {
        place >> self.0 << self.0
    }
}
