fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::GET_PREFERENCES)
}
