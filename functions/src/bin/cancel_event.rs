fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::CANCEL_EVENT)
}
