fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::LOG_OUT)
}
