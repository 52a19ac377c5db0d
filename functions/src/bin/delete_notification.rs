fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::DELETE_NOTIFICATION)
}
