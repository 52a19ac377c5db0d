mod leaving;
mod opening;
mod talking;
