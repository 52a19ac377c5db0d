fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve_live(&functions::RECEIVE)
}
