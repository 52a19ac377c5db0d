fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::REMOVE_DEVICE)
}
