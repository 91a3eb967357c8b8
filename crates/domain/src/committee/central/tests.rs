use super::*;
use proptest::prelude::*;

fn both(edges: &[(usize, usize)], count: usize) -> Vec<Vec<usize>> {
    let mut ways = vec![Vec::new(); count];
    for (a, b) in edges {
        ways[*a].push(*b);
        ways[*b].push(*a);
    }
    ways
}

#[track_caller]
fn check(ways: &[Vec<usize>], expected: &[f64]) {
    let got = Betweenness::of(ways, WORK_MAX);
    assert!(!got.estimated);
    for (node, (got, expected)) in got.shares.iter().zip(expected).enumerate() {
        assert!(
            (got - expected).abs() < 1e-12,
            "node {node}: got {got}, expected {expected}"
        );
    }
}

#[test]
fn who_is_in_the_middle_of_a_line_is_on_most_ways() {
    // 0-1-2-3: through 1 go 0-2, 0-3 and back: 4 of 3 * 2.
    check(
        &both(&[(0, 1), (1, 2), (2, 3)], 4),
        &[0.0, 4.0 / 6.0, 4.0 / 6.0, 0.0],
    );
}

#[test]
fn two_equal_ways_share_a_pair() {
    // 0-1-3 and 0-2-3: each of 1 and 2 is on half of 0-3 and of 3-0; 0 and 3 on half of 1-2 and of 2-1.
    check(&both(&[(0, 1), (1, 3), (0, 2), (2, 3)], 4), &[1.0 / 6.0; 4]);
}

#[test]
fn one_way_streets_count_one_way() {
    check(&[vec![1], vec![2], vec![]], &[0.0, 0.5, 0.0]);
}

#[test]
fn nobody_and_few_stand_between_nobody() {
    check(&[], &[]);
    check(&both(&[(0, 1)], 2), &[0.0, 0.0]);
}

#[test]
fn beyond_the_bound_it_is_estimated_and_says_so() {
    let line: Vec<_> = (0..99).map(|a| (a, a + 1)).collect();
    let ways = both(&line, 100);
    // 298 = 100 nodes and 198 ways: 20 searches.
    let some = Betweenness::of(&ways, 298 * 20);
    assert!(some.estimated);
    let all = Betweenness::of(&ways, 298 * 100);
    assert!(!all.estimated);
    let (some, all) = (some.shares[50], all.shares[50]);
    assert!((some - all).abs() < 0.05, "estimated {some}, exact {all}");
}

/// Every shortest way between every pair, walked one after the other.
fn slow(ways: &[Vec<usize>]) -> Vec<f64> {
    let count = ways.len();
    let mut shares = vec![0.0; count];
    for start in 0..count {
        for end in (0..count).filter(|end| *end != start) {
            let mut shortest: Vec<Vec<usize>> = Vec::new();
            let mut open = vec![vec![start]];
            while shortest.is_empty() && !open.is_empty() {
                let longer = open.iter().flat_map(|walked| {
                    let here = *walked.last().unwrap();
                    let next = ways[here].iter().filter(|next| !walked.contains(next));
                    next.map(|next| walked.iter().copied().chain([*next]).collect::<Vec<_>>())
                });
                open = longer.collect();
                shortest.extend(open.iter().filter(|walked| walked.last() == Some(&end)).cloned());
            }
            for way in &shortest {
                for inner in &way[1..way.len() - 1] {
                    shares[*inner] += 1.0 / f64::from(u32::try_from(shortest.len()).unwrap());
                }
            }
        }
    }
    let others = f64::from(u32::try_from((count.max(2) - 1) * (count.max(3) - 2)).unwrap());
    shares.into_iter().map(|share| share / others).collect()
}

proptest! {
    #[test]
    fn it_is_what_walking_every_shortest_way_gives(
        count in 1_usize..7,
        edges in prop::collection::btree_set((0_usize..7, 0_usize..7), 0..20),
    ) {
        let mut ways = vec![Vec::new(); count];
        for (from, to) in edges.into_iter().filter(|(from, to)| from != to && *from < count && *to < count) {
            ways[from].push(to);
        }
        let expected = slow(&ways);
        for (got, expected) in Betweenness::of(&ways, WORK_MAX).shares.iter().zip(&expected) {
            prop_assert!((got - expected).abs() < 1e-9, "got {got}, expected {expected}");
        }
    }
}
