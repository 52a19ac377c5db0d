fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve_reaction(&functions::REACT)
}
