fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::CHANGE_PASSWORD)
}
