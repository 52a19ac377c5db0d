fn main() -> Result<(), tunelink::lambda::Error> {
    tunelink::lambda::serve(&functions::ADD_MY_GENRE)
}
