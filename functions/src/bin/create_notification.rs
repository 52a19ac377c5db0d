fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::CREATE_NOTIFICATION)
}
