fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve_scheduled(&functions::ERASE_DUE)
}
