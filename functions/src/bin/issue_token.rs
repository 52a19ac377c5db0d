fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve_issuing(&functions::ISSUE_TOKEN)
}
