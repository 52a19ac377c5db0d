//! Runs the rules of an input type (`garde`) and gives each broken one its code.

use std::{borrow::Cow, fmt::Display};

use garde::{
    Validate,
    i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind, with_i18n},
};

use crate::error::{Code, FieldError};

/// Every rule of `value` that is broken.
pub(crate) fn faults<T: Validate<Context = ()>>(value: &T) -> Vec<FieldError> {
    match with_i18n(Codes, || value.validate()) {
        Ok(()) => Vec::new(),
        Err(report) => report.iter().map(|(path, broken)| read(path, broken)).collect(),
    }
}

/// A rule of our own is broken; for functions named in `#[garde(custom(…))]`.
pub fn broken(code: Code) -> garde::Error {
    garde::Error::new(code.as_str())
}

fn read(path: &garde::Path, broken: &garde::Error) -> FieldError {
    let (name, limit) = match broken.message().split_once(' ') {
        Some((name, limit)) => (name, Some(limit)),
        None => (broken.message(), None),
    };
    let code = Code::ALL.iter().find(|code| code.as_str() == name).copied().unwrap_or(Code::InvalidFormat);
    let fault = code.at(path.to_string());
    match limit {
        Some(limit) => fault.limit(limit),
        None => fault,
    }
}

/// garde knows a broken rule only by its message, so the message is made to be the code and its limit.
struct Codes;

fn coded(code: Code) -> Cow<'static, str> {
    code.as_str().into()
}

fn limited(code: Code, limit: &dyn Display) -> Cow<'static, str> {
    format!("{} {limit}", code.as_str()).into()
}

impl I18n for Codes {
    fn length_lower_than(&self, min: usize) -> Cow<'static, str> {
        limited(Code::TooShort, &min)
    }

    fn length_greater_than(&self, max: usize) -> Cow<'static, str> {
        limited(Code::TooLong, &max)
    }

    fn range_lower_than(&self, min: &dyn Display) -> Cow<'static, str> {
        limited(Code::TooSmall, min)
    }

    fn range_greater_than(&self, max: &dyn Display) -> Cow<'static, str> {
        limited(Code::TooLarge, max)
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Cow<'static, str> {
        coded(Code::InvalidFormat)
    }

    fn pattern_no_match(&self, _: &dyn Display) -> Cow<'static, str> {
        coded(Code::InvalidFormat)
    }

    fn contains_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        coded(Code::InvalidFormat)
    }

    fn url_invalid(&self, _: InvalidUrl) -> Cow<'static, str> {
        coded(Code::InvalidUrl)
    }

    fn prefix_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        coded(Code::InvalidUrl)
    }

    fn suffix_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        coded(Code::InvalidFormat)
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Cow<'static, str> {
        coded(Code::InvalidFormat)
    }

    fn ip_invalid(&self, _: IpKind) -> Cow<'static, str> {
        coded(Code::InvalidFormat)
    }

    fn matches_field_mismatch(&self, _: &dyn Display) -> Cow<'static, str> {
        coded(Code::InvalidFormat)
    }

    fn email_invalid(&self, _: InvalidEmail) -> Cow<'static, str> {
        coded(Code::InvalidEmail)
    }

    fn ascii_invalid(&self) -> Cow<'static, str> {
        coded(Code::InvalidCharacters)
    }

    fn alphanumeric_invalid(&self) -> Cow<'static, str> {
        coded(Code::InvalidCharacters)
    }

    fn required_not_set(&self) -> Cow<'static, str> {
        coded(Code::Missing)
    }
}
