fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::ISSUE_TOKEN)
}
