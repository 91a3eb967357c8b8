//! Numbers that look random and are the same for the same seed, on every machine.

/// `SplitMix64`: small, and good enough for a demo.
#[derive(Clone, Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// Returns the numbers of one subject: whatever is drawn for others does not change them.
    pub(super) fn of(seed: u64, subject: u64, part: i64) -> Self {
        let mut random = Self { state: seed };
        for piece in [subject, part.cast_unsigned()] {
            random.state = random.next() ^ piece;
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number in `[0, 1)`.
    pub(super) fn share(&mut self) -> f64 {
        // The upper half will do: 32 bits are exact in an f64.
        let upper = u32::try_from(self.next() >> 32).unwrap_or(u32::MAX);
        f64::from(upper) / (f64::from(u32::MAX) + 1.0)
    }

    /// Returns a number in `[low, high)`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// Returns a number in `0..count`; 0 when `count` is 0.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
        // The remainder favours small numbers by less than one in 2^50 here.
        usize::try_from(self.next() % count).unwrap_or(0)
    }

    /// Returns whether something of this chance happens.
    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// Returns one of a pool; the default of its type when the pool is empty.
    pub(super) fn pick<T: Copy + Default>(&mut self, pool: &[T]) -> T {
        pool.get(self.below(pool.len())).copied().unwrap_or_default()
    }

    /// Returns the place of one item, chosen by weight; 0 when nothing weighs anything.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let total: f64 = weights.clone().sum();
        let mut left = self.share() * total;
        for (place, weight) in weights.enumerate() {
            left -= weight;
            if left < 0.0 {
                return place;
            }
        }
        0
    }

    /// Returns how often something happens that happens `mean` times on average.
    pub(super) fn count(&mut self, mean: f64) -> u32 {
        // Knuth's way; means are small here.
        let limit = (-mean).exp();
        let mut product = self.share();
        let mut count = 0;
        while product > limit && count < 100 {
            count += 1;
            product *= self.share();
        }
        count
    }
}
