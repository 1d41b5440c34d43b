//! Tables for people, as the text forms of several resources hold them.

/// Where long names are cut.
const WIDEST_CELL: usize = 30;

/// A table with aligned columns, without a line break at its end; `No data.` without rows.
pub(crate) fn table<const N: usize>(header: &[&str; N], rows: &[[String; N]]) -> String {
    if rows.is_empty() {
        return "No data.".to_owned();
    }
    let rows: Vec<[String; N]> =
        rows.iter().map(|row| row.each_ref().map(|cell| cell.chars().take(WIDEST_CELL).collect())).collect();
    let mut widths = header.map(str::len);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let padded = |cells: [&str; N]| -> String {
        let cells = cells.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join(" | ")
    };
    let rule = widths.map(|width| "-".repeat(width)).join("-|-");
    let mut table = vec![padded(*header), rule];
    table.extend(rows.iter().map(|row| padded(row.each_ref().map(String::as_str))));
    table.join("\n")
}
