use std::{collections::HashSet, fmt, sync::LazyLock};

use garde::Validate;
use icu_casemap::CaseMapper;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::text::is_invisible;
use crate::{error::Code, rules::broken};

/// The form in which names and addresses are compared: case-folded and NFKC, until nothing changes any more
/// (after `toNFKC_Casefold`, Unicode §3.13.3).
pub fn canonical(text: &str) -> String {
    let mut form: String = text.nfkc().collect();
    loop {
        let next: String = CaseMapper::new().fold_string(&form).nfkc().collect();
        if next == form {
            return form;
        }
        form = next;
    }
}

/// How a person is called: unique, 3–30 Unicode letters, digits and `_.-`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "django.reinhardt"))]
pub struct Username(#[garde(length(chars, min = 3, max = 30), custom(allowed_characters))] String);

impl Username {
    /// As it is shown: composed (NFC), otherwise as it was typed.
    pub fn text(&self) -> String {
        self.0.nfc().collect()
    }

    pub fn canonical(&self) -> String {
        canonical(&self.0)
    }
}

fn allowed_characters(name: &str, (): &()) -> garde::Result {
    let composed: String = name.nfc().collect();
    // Many scripts write vowels as marks on a letter. What is not seen would make two names out of one.
    let letter = |c: char| c.is_alphanumeric() && !is_invisible(c);
    let mark = |c: char| is_combining_mark(c) && !is_invisible(c);
    let allowed = |c: char| letter(c) || mark(c) || "_.-".contains(c);
    let well_formed = composed.chars().any(letter) && !composed.starts_with(is_combining_mark);
    // A compatibility form may hide what is not allowed: ½ is 1⁄2, ㏇ is Co.
    if well_formed && composed.chars().chain(canonical(name).chars()).all(allowed) {
        Ok(())
    } else {
        Err(broken(Code::InvalidCharacters))
    }
}

/// An e-mail address of at most 254 characters (RFC 5321 §4.5.3.1.3); unique.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "django@example.org"))]
pub struct Email(#[garde(length(chars, max = 254), email)] String);

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn canonical(&self) -> String {
        canonical(&self.0)
    }
}

/// A username or an e-mail address, whichever a person remembers. A username holds no `@`.
#[derive(Clone, Debug, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "django.reinhardt"))]
pub struct Identifier(#[garde(length(chars, min = 1, max = 254))] String);

impl Identifier {
    pub fn canonical(&self) -> String {
        canonical(&self.0)
    }
}

impl From<&str> for Identifier {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A password: 10–128 characters of any script, none of the 3,000 most common of that length. It is
/// normalised (NFKC, NIST SP 800-63B §3.1.1.2) so that every keyboard types the same one.
#[derive(Clone, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("format" = "password", "example" = "nuages-1940-minor-swing"))]
pub struct Password(#[garde(length(chars, min = 10, max = 128), custom(uncommon))] String);

impl Password {
    /// What was typed at a log-in, where the rules of a new password do not apply.
    pub fn unchecked(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn as_bytes(&self) -> Vec<u8> {
        self.0.nfkc().collect::<String>().into_bytes()
    }

    /// Whether it says no more than a name that everybody can see.
    pub fn is_identity(&self, username: &str, email: &str) -> bool {
        let password = canonical(&self.0);
        password == canonical(username) || password == canonical(email)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

fn uncommon(password: &str, (): &()) -> garde::Result {
    static COMMON: LazyLock<HashSet<&str>> =
        LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());
    if COMMON.contains(canonical(password).as_str()) { Err(broken(Code::PasswordTooCommon)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn username(text: &str) -> bool {
        Username(text.to_owned()).validate().is_ok()
    }

    #[test]
    fn usernames_are_letters_digits_and_three_signs() {
        for good in ["bob", "Ella_F.-1", "Zoé", "Zoe\u{301}", "浜崎あゆみ", "Ωmega", "हिन्दी", &"a".repeat(30)]
        {
            assert!(username(good), "{good}");
        }
        let bad = [
            "",
            "ab",
            "a b c",
            "a@b.c",
            "½½½",
            "bob\u{200b}",
            "a\u{202e}bc",
            "bob#1",
            "a/b",
            "\u{1f3b8}\u{1f3b8}\u{1f3b8}",
        ];
        for bad in bad.into_iter().chain([&*"a".repeat(31)]) {
            assert!(!username(bad), "{bad}");
        }
        for unseen in ["\u{fe0f}", "\u{34f}", "\u{3164}", "\u{17b4}", "\u{115f}", "\u{200d}", "\u{ad}"] {
            assert!(!username(&format!("alice{unseen}1")) && !username(&unseen.repeat(3)), "{unseen:?}");
        }
        assert!(!username("...") && !username("_-_"));
    }

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for (a, b) in [
            ("Bob", "bOB"),
            ("Zoé", "zoe\u{301}"),
            ("ＢＯＢ", "bob"),
            ("Straße", "STRASSE"),
            ("ﬁona", "fiona"),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ] {
            assert_eq!(canonical(a), canonical(b), "{a} {b}");
        }
        assert_ne!(canonical("zoe"), canonical("zoé"));
    }

    #[test]
    fn common_passwords_are_refused_in_any_case() {
        let is_good = |text: &str| Password::unchecked(text).validate().is_ok();
        let common: Vec<&str> = include_str!("common_passwords.txt").lines().collect();
        assert_eq!(common.len(), 3000);
        for password in common {
            assert!(password.chars().count() >= 10 && canonical(password) == password, "{password}");
            assert!(!is_good(password) && !is_good(&password.to_uppercase()), "{password}");
        }
        assert!(is_good("nuages-1940"));
        assert!(is_good("ключ от сцены"));
        assert!(!is_good("nuages"));
        assert!(!is_good(&"é".repeat(129)));
        assert!(is_good(&"é".repeat(128)));
    }

    #[test]
    fn a_password_is_not_ones_name() {
        let is = |text: &str| Password::unchecked(text).is_identity("Django.Reinhardt", "dj@example.org");
        assert!(is("django.reinhardt") && is("DJ@EXAMPLE.ORG"));
        assert!(!is("django.reinhardt1"));
    }

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(format!("{:?}", Password::unchecked("secret")), "Password(…)");
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_its_own_canonical_form(text in "\\PC{0,12}") {
            let once = canonical(&text);
            prop_assert_eq!(canonical(&once), once);
        }

        #[test]
        fn case_never_makes_another_name(text in "[\\p{L}\\p{N}]{1,12}") {
            prop_assert_eq!(canonical(&text.to_lowercase()), canonical(&canonical(&text).to_lowercase()));
        }

        #[test]
        fn a_good_username_stays_one_in_its_canonical_form_and_fits_a_key(text in "[\\p{L}\\p{Nd}_.-]{3,30}") {
            let name = Username(text);
            prop_assume!(name.validate().is_ok());
            let canonical = name.canonical();
            prop_assert!(!canonical.contains(['#', '@', ' ']));
            prop_assert!(canonical.len() <= 1024);
        }
    }
}
