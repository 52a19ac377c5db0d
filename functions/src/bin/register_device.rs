fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::REGISTER_DEVICE)
}
