//! Searching by location: points, the grid they are filed in, and the searches over it.
//!
//! Rows are filed under *cells*, at several sizes of cell at once. A search covers its circle with a few cells of the
//! size that suits it, reads on where it has to, and goes down to smaller cells where a big one holds too much that
//! lies outside.

mod cover;
mod grid;
mod point;
pub mod search;

pub use cover::{Circle, cover};
pub use grid::Cell;
pub use point::Point;
