use aws_sdk_dynamodb::types::AttributeValue;

use super::expression::Expression;

/// What has to hold of an item for its write to happen.
#[derive(Clone, Debug)]
pub enum Condition {
    Exists(&'static str),
    Lacks(&'static str),
    OneOf(&'static str, Vec<AttributeValue>),
    Other(&'static str, AttributeValue),
    Below(&'static str, AttributeValue),
    Above(&'static str, AttributeValue),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

impl Condition {
    /// There is no such item.
    pub const fn absent() -> Self {
        Self::Lacks("pk")
    }

    /// There is such an item.
    pub const fn exists() -> Self {
        Self::Exists("pk")
    }

    pub fn equals(attribute: &'static str, number: u64) -> Self {
        Self::one_of(attribute, [number])
    }

    pub fn is(attribute: &'static str, text: impl Into<String>) -> Self {
        Self::OneOf(attribute, vec![AttributeValue::S(text.into())])
    }

    /// There is such an attribute, and it says something else.
    pub fn is_other(attribute: &'static str, text: impl Into<String>) -> Self {
        Self::Exists(attribute).and(Self::Other(attribute, AttributeValue::S(text.into())))
    }

    pub fn is_bool(attribute: &'static str, truth: bool) -> Self {
        Self::OneOf(attribute, vec![AttributeValue::Bool(truth)])
    }

    /// Never holds for an empty list.
    pub fn one_of(attribute: &'static str, numbers: impl IntoIterator<Item = u64>) -> Self {
        Self::OneOf(attribute, numbers.into_iter().map(|n| AttributeValue::N(n.to_string())).collect())
    }

    pub fn below(attribute: &'static str, number: i64) -> Self {
        Self::Below(attribute, AttributeValue::N(number.to_string()))
    }

    pub fn above(attribute: &'static str, number: i64) -> Self {
        Self::Above(attribute, AttributeValue::N(number.to_string()))
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }

    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }

    pub(super) fn render(&self, expression: &mut Expression) -> String {
        match self {
            Self::Exists(name) => format!("attribute_exists({})", expression.name(name)),
            Self::Lacks(name) => format!("attribute_not_exists({})", expression.name(name)),
            // IN () is no expression; an attribute that is there and is not there says the same.
            Self::OneOf(name, values) if values.is_empty() => {
                let name = expression.name(name);
                format!("(attribute_exists({name}) AND attribute_not_exists({name}))")
            }
            Self::OneOf(name, values) => {
                let values: Vec<_> = values.iter().map(|value| expression.value(value.clone())).collect();
                format!("{} IN ({})", expression.name(name), values.join(", "))
            }
            Self::Other(name, value) => {
                format!("{} <> {}", expression.name(name), expression.value(value.clone()))
            }
            Self::Below(name, value) => {
                format!("{} < {}", expression.name(name), expression.value(value.clone()))
            }
            Self::Above(name, value) => {
                format!("{} > {}", expression.name(name), expression.value(value.clone()))
            }
            Self::And(a, b) => format!("({} AND {})", a.render(expression), b.render(expression)),
            Self::Or(a, b) => format!("({} OR {})", a.render(expression), b.render(expression)),
        }
    }
}
