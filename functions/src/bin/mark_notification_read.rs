fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::MARK_NOTIFICATION_READ)
}
