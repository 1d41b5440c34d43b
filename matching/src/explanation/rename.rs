//! Names that probably mean the same: one is missing, the other is there.

/// Names longer than this are only compared as a whole.
const LONGEST: usize = 64;
/// So many candidates are looked at.
const MOST: usize = 1000;

/// The candidates whose names are like `name`, the nearest first.
pub(super) fn like<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let wanted = normal(name);
    let mut found: Vec<(usize, &str)> = candidates
        .take(MOST)
        .filter_map(|candidate| Some((distance(&wanted, &normal(candidate))?, candidate)))
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().map(|(_, candidate)| candidate).take(3).collect()
}

/// Without what conventions of writing differ in: case, and the marks between words.
fn normal(name: &str) -> Vec<char> {
    // Of a name with a namespace the local part counts.
    let name = name.rsplit_once(':').map_or(name, |(_, local)| local);
    let name = name.trim_start_matches(['@', '$']);
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | '.' | ' ' | '[' | ']'));
    letters.flat_map(char::to_lowercase).take(LONGEST + 1).collect()
}

/// In how many letters two names differ (a swap of neighbours counts once); `None` if that is too many for one to be meant
/// for the other.
fn distance(one: &[char], other: &[char]) -> Option<usize> {
    if one == other {
        return Some(0);
    }
    let (shorter, longer) = (one.len().min(other.len()), one.len().max(other.len()));
    let most = match shorter {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    if longer > LONGEST || longer - shorter > most {
        // A plural, or a word more: `id` and `orderId` are too different, `customer` and `customerName` are not.
        let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
        let is_part = shorter >= 4 && longer <= LONGEST && (long.starts_with(short) || long.ends_with(short));
        return is_part.then_some(longer - shorter + most);
    }
    let width = other.len() + 1;
    let mut rows = vec![vec![0; width]; one.len() + 1];
    for (at, row) in rows.iter_mut().enumerate() {
        row[0] = at;
    }
    rows[0] = (0..width).collect();
    for i in 1..=one.len() {
        for j in 1..=other.len() {
            let substituted = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut best = substituted.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    Some(rows[one.len()][other.len()]).filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_whatever_their_convention_and_with_a_slip() {
        let names = ["order_id", "ORDER-ID", "oderId", "total", "id", "ordersId"];
        assert_eq!(like("orderId", names.into_iter()), ["order_id", "ORDER-ID", "oderId"]);
        assert_eq!(like("id", ["di", "x"].into_iter()), Vec::<&str>::new(), "too short for a slip");
        assert_eq!(like("customer", ["customerName", "cost"].into_iter()), ["customerName"]);
        assert_eq!(like("urn:x:sku", ["urn:y:sku"].into_iter()), ["urn:y:sku"]);
        assert_eq!(like(&"x".repeat(10_000), [&*"x".repeat(9_999)].into_iter()).len(), 1);
    }
}
