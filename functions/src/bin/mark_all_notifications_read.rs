fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::MARK_ALL_NOTIFICATIONS_READ)
}
