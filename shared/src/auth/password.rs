use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::threads::Threads;
use crate::{
    domain::Password,
    error::{Error, Result},
    random,
};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordVerifier, phc::PasswordHash},
};

/// Argon2id with 19 MiB, two passes, one lane: the OWASP Password Storage Cheat Sheet's first choice.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes and checks passwords, on no more threads than there are cores.
#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    threads: Threads,
    /// What is compared against when there is no account, so that it costs the same.
    nobody: Arc<str>,
    computed: Arc<AtomicU64>,
}

impl Hasher {
    pub fn new() -> Result<Self> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
            .map_err(|error| Error::internal(error.to_string()))?;
        // The hash of no password: its output was drawn at random, for these very parameters.
        let nobody = format!(
            "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$c29tZXNhbHRmb3Jub2JvZHk$\
             7P9vR1bS2cXq0mJx5hYkTnWzL8dAeFgUo3iBvCpQ6rE"
        );
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            threads: Threads::default(),
            nobody: nobody.into(),
            computed: Arc::default(),
        })
    }

    /// How many hashes were computed since it was made, be it to keep or to compare them.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// The PHC string of a password under a fresh salt.
    pub async fn hash(&self, password: Password) -> Result<String> {
        let argon2 = self.argon2.clone();
        let salt: [u8; 16] = random::bytes()?;
        self.run(move || {
            use argon2::password_hash::PasswordHasher;
            argon2
                .hash_password_with_salt(&password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|error| Error::internal(error.to_string()))
        })
        .await?
    }

    /// Whether a password is the one that was hashed; of nobody's hash it never is, at the same cost.
    pub async fn verify(&self, password: Password, hash: Option<String>) -> Result<bool> {
        let argon2 = self.argon2.clone();
        let (known, hash) = (hash.is_some(), hash.unwrap_or_else(|| self.nobody.to_string()));
        self.run(move || {
            let hash = PasswordHash::new(&hash).map_err(|error| Error::internal(error.to_string()))?;
            let same = argon2.verify_password(&password.as_bytes(), &hash).is_ok();
            Ok(known && same)
        })
        .await?
    }

    /// Whether a hash was made with other parameters than today's and should be made anew.
    pub fn outdated(&self, hash: &str) -> bool {
        let current = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$");
        !hash.starts_with(&current)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let computed = Arc::clone(&self.computed);
        let counted = move || {
            computed.fetch_add(1, Ordering::Relaxed);
            work()
        };
        self.threads.run(counted).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_alone() {
        let hasher = Hasher::new().unwrap();
        let hash = hasher.hash(Password::unchecked("correct horse")).await.unwrap();
        assert!(hasher.verify(Password::unchecked("correct horse"), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify(Password::unchecked("correct hors"), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify(Password::unchecked("correct horse"), None).await.unwrap());
        assert_ne!(hasher.hash(Password::unchecked("correct horse")).await.unwrap(), hash);
        assert_eq!(hasher.computed(), 5);
        assert!(!hasher.outdated(&hash));
        assert!(hasher.outdated("$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA"));
    }
}
