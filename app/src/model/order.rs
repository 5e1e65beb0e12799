//! Order: one sort for the whole application, as each sort compiled anew for its elements takes 4 KB.

use std::cmp::Ordering;

/// The positions `0..count` in order; equal ones stay as they are.
pub fn positions_by(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..count).collect();
    positions.sort_by(|a, b| compare(*a, *b));
    positions
}

/// The items in the order of a key; equal ones stay as they are.
pub fn sorted_by_key<T: Clone, K: Ord>(items: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let positions = positions_by(items.len(), &|a, b| key(&items[a]).cmp(&key(&items[b])));
    positions.into_iter().map(|position| items[position].clone()).collect()
}

/// Numbers in ascending order.
pub fn ascending(numbers: &[f64]) -> Vec<f64> {
    let positions = positions_by(numbers.len(), &|a, b| numbers[a].total_cmp(&numbers[b]));
    positions.into_iter().map(|position| numbers[position]).collect()
}
