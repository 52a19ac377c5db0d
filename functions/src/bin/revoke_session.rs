fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::REVOKE_SESSION)
}
