fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::ADD_CONVERSATION_PARTICIPANT)
}
