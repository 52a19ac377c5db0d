fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::JOIN_EVENT)
}
