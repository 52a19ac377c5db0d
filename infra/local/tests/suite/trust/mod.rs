//! That nobody gets in where they do not belong.

mod matrix;
