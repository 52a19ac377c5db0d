//! Lists as maps (RFC 7946), for those who ask for `application/geo+json`.

use lambda_http::Request;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    accept::ranges,
    error::Result,
    geo::Point,
    http::PageInfo,
    input::{Input, header},
    openapi::Description,
    operation::Route,
};

pub(crate) const MEDIA_TYPE: &str = "application/geo+json";

/// What can stand on a map.
pub trait Feature: Serialize + JsonSchema + Send + 'static {
    fn id(&self) -> String;
    fn place(&self) -> Point;
}

/// Whether the caller would rather have a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantsMap(pub bool);

/// A map. Where the list goes on stands in `page`, a foreign member (RFC 7946 §6.1).
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct FeatureCollection<T> {
    r#type: CollectionType,
    features: Vec<FeatureObject<T>>,
    page: PageInfo,
}

/// One thing on a map.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct FeatureObject<T> {
    r#type: FeatureType,
    id: String,
    geometry: Geometry,
    properties: T,
}

/// A position: longitude, then latitude.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Geometry {
    r#type: GeometryType,
    coordinates: [f64; 2],
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
enum CollectionType {
    FeatureCollection,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
enum FeatureType {
    Feature,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
enum GeometryType {
    Point,
}

impl<T: Feature> FeatureCollection<T> {
    pub(crate) fn new(items: Vec<T>, page: PageInfo) -> Self {
        let feature = |item: T| {
            let place = item.place();
            FeatureObject {
                r#type: FeatureType::Feature,
                id: item.id(),
                geometry: Geometry { r#type: GeometryType::Point, coordinates: [place.lng(), place.lat()] },
                properties: item,
            }
        };
        let features = items.into_iter().map(feature).collect();
        Self { r#type: CollectionType::FeatureCollection, features, page }
    }
}

impl Input for WantsMap {
    fn extract(_: &Route, request: &Request) -> Result<Self> {
        Ok(Self(header(request, "Accept")?.is_some_and(prefers_map)))
    }

    fn describe(_: &mut Description<'_>) {}
}

/// Whether `Accept` (RFC 9110 §12.5.1) names the map, and no other JSON with a higher quality.
fn prefers_map(accept: &str) -> bool {
    let quality = |wanted: &str| {
        let named = ranges(accept).filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        named.map(|(_, quality)| quality).fold(0.0, f32::max)
    };
    let map = quality(MEDIA_TYPE);
    map > 0.0 && map >= quality("application/json")
}

#[cfg(test)]
mod tests {
    use super::prefers_map;

    #[test]
    fn a_map_is_for_those_who_name_it() {
        for yes in [
            "application/geo+json",
            "application/geo+json, */*",
            "Application/Geo+JSON;q=0.5",
            "application/json;q=0.8, application/geo+json",
        ] {
            assert!(prefers_map(yes), "{yes}");
        }
        for no in [
            "*/*",
            "application/json",
            "application/geo+json;q=0",
            "application/json, application/geo+json;q=0.9",
        ] {
            assert!(!prefers_map(no), "{no}");
        }
    }
}
