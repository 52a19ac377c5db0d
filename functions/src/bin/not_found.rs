fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::NOT_FOUND)
}
