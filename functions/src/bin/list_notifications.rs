fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::LIST_NOTIFICATIONS)
}
