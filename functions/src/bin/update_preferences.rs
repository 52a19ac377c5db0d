fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::UPDATE_PREFERENCES)
}
