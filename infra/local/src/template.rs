//! The table, and what its stream is connected to, as `template.yaml` defines them. What AWS gets and what runs here come
//! from the same lines.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
};
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;

const TEMPLATE: &str = include_str!("../../../template.yaml");
const TABLE: &str = "Table";
const MAPPING: &str = "ReactMapping";

/// What only matters where the table is operated. The name is the environment's choice.
const FOR_OPERATIONS: [&str; 10] = [
    "ContributorInsightsSpecification",
    "DeletionProtectionEnabled",
    "KinesisStreamSpecification",
    "OnDemandThroughput",
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "TableClass",
    "TableName",
    "Tags",
    "WarmThroughput",
];

/// A table to create, in the SDK's words.
#[derive(Clone, Debug, PartialEq)]
pub struct TableDefinition {
    pub billing: BillingMode,
    pub attributes: Vec<AttributeDefinition>,
    pub keys: Vec<KeySchemaElement>,
    pub indexes: Vec<GlobalSecondaryIndex>,
    pub stream: StreamSpecification,
    /// The attribute with the time after which an item may go.
    pub expiry: String,
}

impl TableDefinition {
    /// The table of the template that this program was built with.
    pub fn read() -> Result<Self, Error> {
        Self::parse(TEMPLATE)
    }

    /// The table of a template. Every property has to be understood, or be known to be of no matter here.
    pub fn parse(template: &str) -> Result<Self, Error> {
        parse(template).map_err(Error::Template)
    }
}

/// How Lambda reads the table's stream, in the template's words.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamMapping {
    pub batch_size: usize,
    pub parallelization_factor: usize,
    pub maximum_retry_attempts: u32,
    pub bisect_batch_on_function_error: bool,
    pub function_response_types: Vec<String>,
    filter_criteria: Criteria,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Criteria {
    filters: Vec<Pattern>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pattern {
    pattern: String,
}

impl StreamMapping {
    /// That of the template that this program was built with.
    pub fn read() -> Result<Self, Error> {
        let properties = properties(TEMPLATE, MAPPING).map_err(Error::Template)?;
        serde_json::from_value(properties).map_err(|error| Error::Template(error.to_string()))
    }

    /// The patterns of its filters.
    pub fn patterns(&self) -> Vec<String> {
        self.filter_criteria.filters.iter().map(|filter| filter.pattern.clone()).collect()
    }
}

/// The properties of a resource.
fn properties(template: &str, resource: &str) -> Result<Value, String> {
    let documents = Yaml::load_from_str(template).map_err(|error| error.to_string())?;
    let root = documents.first().ok_or("the file is empty")?;
    let found = root
        .as_mapping_get("Resources")
        .and_then(|resources| resources.as_mapping_get(resource))
        .ok_or_else(|| format!("there is no resource {resource}"))?;
    json(found.as_mapping_get("Properties").ok_or_else(|| format!("{resource} has no Properties"))?)
}

fn parse(template: &str) -> Result<TableDefinition, String> {
    let mut properties = properties(template, TABLE)?;
    if let Value::Object(properties) = &mut properties {
        properties.retain(|name, _| !FOR_OPERATIONS.contains(&name.as_str()));
    }
    let properties: Properties = serde_json::from_value(properties).map_err(|error| error.to_string())?;
    properties.into_definition()
}

/// The same in JSON; an intrinsic function such as `!Ref Topic` becomes `{"!Ref": "Topic"}`.
fn json(yaml: &Yaml<'_>) -> Result<Value, String> {
    Ok(match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => Value::from(*value),
        Yaml::Value(Scalar::Integer(value)) => Value::from(*value),
        Yaml::Value(Scalar::FloatingPoint(value)) => Value::from(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => Value::from(value.as_ref()),
        Yaml::Sequence(items) => items.iter().map(json).collect::<Result<_, _>>()?,
        Yaml::Mapping(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, value)| Ok((key.as_str().ok_or("a key is no text")?.to_owned(), json(value)?)))
                .collect::<Result<_, String>>()?,
        ),
        Yaml::Tagged(tag, inner) => serde_json::json!({ tag.to_string(): json(inner)? }),
        other => return Err(format!("{other:?} is not supported")),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    billing_mode: String,
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Key>,
    #[serde(default)]
    global_secondary_indexes: Vec<Index>,
    stream_specification: Stream,
    time_to_live_specification: Expiry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Key {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the template's words")]
struct Index {
    index_name: String,
    key_schema: Vec<Key>,
    projection: Projected,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Projected {
    projection_type: String,
    non_key_attributes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Stream {
    stream_view_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Expiry {
    attribute_name: String,
    enabled: bool,
}

impl Properties {
    fn into_definition(self) -> Result<TableDefinition, String> {
        if !self.time_to_live_specification.enabled {
            return Err("TimeToLiveSpecification has to be enabled".to_owned());
        }
        let view = StreamViewType::try_parse(&self.stream_specification.stream_view_type).map_err(text)?;
        let stream = StreamSpecification::builder().stream_enabled(true).stream_view_type(view);
        Ok(TableDefinition {
            billing: BillingMode::try_parse(&self.billing_mode).map_err(text)?,
            attributes: all(self.attribute_definitions, Attribute::into_definition)?,
            keys: all(self.key_schema, Key::into_element)?,
            indexes: all(self.global_secondary_indexes, Index::into_definition)?,
            stream: stream.build().map_err(text::<BuildError>)?,
            expiry: self.time_to_live_specification.attribute_name,
        })
    }
}

impl Attribute {
    fn into_definition(self) -> Result<AttributeDefinition, String> {
        let kind = ScalarAttributeType::try_parse(&self.attribute_type).map_err(text)?;
        AttributeDefinition::builder()
            .attribute_name(self.attribute_name)
            .attribute_type(kind)
            .build()
            .map_err(text)
    }
}

impl Key {
    fn into_element(self) -> Result<KeySchemaElement, String> {
        let kind = KeyType::try_parse(&self.key_type).map_err(text)?;
        KeySchemaElement::builder().attribute_name(self.attribute_name).key_type(kind).build().map_err(text)
    }
}

impl Index {
    fn into_definition(self) -> Result<GlobalSecondaryIndex, String> {
        let projection = Projection::builder()
            .projection_type(ProjectionType::try_parse(&self.projection.projection_type).map_err(text)?)
            .set_non_key_attributes(self.projection.non_key_attributes)
            .build();
        GlobalSecondaryIndex::builder()
            .index_name(self.index_name)
            .set_key_schema(Some(all(self.key_schema, Key::into_element)?))
            .projection(projection)
            .build()
            .map_err(text)
    }
}

fn all<T, U>(items: Vec<T>, convert: impl Fn(T) -> Result<U, String>) -> Result<Vec<U>, String> {
    items.into_iter().map(convert).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn text<E: ToString>(error: E) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(change: (&str, &str)) -> String {
        assert!(TEMPLATE.contains(change.0), "{} is not in the template", change.0);
        TableDefinition::parse(&TEMPLATE.replacen(change.0, change.1, 1)).unwrap_err().to_string()
    }

    #[test]
    fn the_template_defines_the_table() {
        let table = TableDefinition::read().unwrap();
        let names: Vec<&str> = table.indexes.iter().map(GlobalSecondaryIndex::index_name).collect();
        assert_eq!(names, ["geo3", "geo4", "geo5", "geo6", "calendar", "related", "near"]);
        assert_eq!(table.billing, BillingMode::PayPerRequest);
        assert_eq!(table.expiry, "expires");
        assert_eq!(table.attributes.len(), 13);
        assert_eq!(table.keys[1].attribute_name(), "sk");
        assert_eq!(table.stream.stream_view_type(), Some(&StreamViewType::NewAndOldImages));
        let near = &table.indexes[6];
        assert_eq!(near.key_schema()[1].attribute_name(), "near_sk");
        assert_eq!(near.projection().unwrap().non_key_attributes(), ["card"]);
    }

    #[test]
    fn a_property_that_is_not_understood_is_refused() {
        let problem = problem(("      BillingMode:", "      Sharding: 3\n      BillingMode:"));
        assert!(problem.contains("unknown field `Sharding`"), "{problem}");
    }

    #[test]
    fn a_property_of_an_index_that_is_not_understood_is_refused() {
        let index = "        - IndexName: geo3\n";
        let problem = problem((index, &format!("{index}          Compression: true\n")));
        assert!(problem.contains("unknown field `Compression`"), "{problem}");
    }

    #[test]
    fn a_value_that_the_sdk_does_not_know_is_refused() {
        let problem = problem(("ProjectionType: INCLUDE", "ProjectionType: SOME"));
        assert!(problem.contains("SOME"), "{problem}");
    }

    #[test]
    fn an_intrinsic_function_where_text_is_needed_is_refused() {
        let problem = problem(("AttributeName: expires", "AttributeName: !Ref Expiry"));
        assert!(problem.contains("expected a string"), "{problem}");
    }

    #[test]
    fn intrinsic_functions_elsewhere_are_no_obstacle() {
        let functions = "Resources:\n  Other:\n    Type: !Sub '${A}-x'\n    List: [!GetAtt A.B, !If [a, b, !Ref c]]\n    \
                         Include: !Transform { Name: AWS::Include }\n";
        let tags = "      Tags: [{ Key: stage, Value: !Ref Stage }]\n      BillingMode:";
        let template =
            TEMPLATE.replacen("Resources:\n", functions, 1).replacen("      BillingMode:", tags, 1);
        assert_eq!(TableDefinition::parse(&template).unwrap(), TableDefinition::read().unwrap());
    }
}
