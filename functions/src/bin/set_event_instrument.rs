fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::SET_EVENT_INSTRUMENT)
}
