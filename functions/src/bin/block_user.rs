fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::BLOCK_USER)
}
