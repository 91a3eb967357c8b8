//! The demo: fictional companies with six months behind them and a clock that runs a day in 20 seconds.
//!
//! The same seed makes the same companies, people and signals. All of it enters through the engine's own front door,
//! as if it came over the API.

use std::collections::BTreeSet;

mod cast;
mod company;
mod control;
mod evidence;
mod folder;
mod lists;
mod live;
mod load;
mod names;
mod random;
mod story;
#[cfg(test)]
mod tests;

use company::Company;
use evidence::Known;
use random::Random;
use story::Happening;

pub(crate) use control::Control;
pub(crate) use folder::Temporary;
pub(crate) use live::Run;
pub(crate) use load::load;

/// How far back the history goes, in days.
pub(crate) const HISTORY_DAYS: i32 = 180;

/// How many days the demo goes on.
pub(crate) const LIVE_DAYS: i32 = 14;

/// How many companies there are unless somebody says otherwise.
pub(crate) const COMPANIES: usize = 248;

/// The seed unless somebody says otherwise.
pub(crate) const SEED: u64 = 7;

/// All companies of a seed.
#[derive(Clone, Debug)]
pub(crate) struct World {
    seed: u64,
    companies: Vec<Company>,
}

impl World {
    /// Makes the companies: those written by hand first, then as many drawn ones as are missing.
    pub(crate) fn make(seed: u64, count: usize) -> Self {
        let mut companies = cast::cast();
        companies.truncate(count);
        let mut taken: BTreeSet<String> = companies.iter().map(|company| company.id.clone()).collect();
        for subject in 0_u64.. {
            if companies.len() >= count {
                break;
            }
            let mut random = Random::of(seed, subject, i64::MIN);
            companies.push(Company::draw(&mut random, &mut taken));
        }
        Self { seed, companies }
    }

    /// Returns whether there is a company of an id.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.companies.iter().any(|company| company.id == id)
    }

    /// Returns what the sellers know of a company.
    fn known(&self, subject: usize, company: &Company) -> Known {
        let subject = u64::try_from(subject).unwrap_or(u64::MAX);
        evidence::known(company, &mut Random::of(self.seed, subject, i64::MIN + 1))
    }

    /// Returns what happens at a company on a day, in order, each with the id of its signal.
    fn day(&self, subject: usize, company: &Company, day: i32) -> Vec<(String, Happening)> {
        let subject = u64::try_from(subject).unwrap_or(u64::MAX);
        let mut random = Random::of(self.seed, subject, i64::from(day));
        story::day_at(company, day, &mut random)
            .into_iter()
            .zip(1_u32..)
            .map(|(happening, number)| (format!("demo:{day}:{number}"), happening))
            .collect()
    }
}
