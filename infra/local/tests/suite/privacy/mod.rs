//! What is left of somebody who was erased, looked for by words that nobody else has written.

mod canaries;
mod erasing;
mod life;
