fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::SEND_MESSAGE)
}
