//! What an operation gives back, and what the document says of it.

use std::{borrow::Cow, convert::Infallible};

use lambda_http::http::header;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    error::Result,
    geojson::{self, Feature, FeatureCollection},
    http::{Asset, Content, ETag, PageInfo, Reply},
    openapi::Description,
    text::Language,
};

/// An outcome that knows its status, its headers and its documentation.
pub trait Output: Send + 'static {
    fn into_reply(self) -> Result<Reply>;
    fn describe(doc: &mut Description<'_>);
}

/// 200 with data that is an answer to this call alone.
pub struct Answer<T>(pub T);

/// 201 with the new resource and where it is from now on.
pub struct Created<T> {
    pub location: String,
    pub data: T,
}

/// 201 with the new resource, or 200 with the one that was there already.
pub struct Ensured<T> {
    pub created: Created<T>,
    pub is_new: bool,
}

/// 200 with a resource and its `ETag`.
pub struct Resource<T> {
    data: T,
    etag: ETag,
    cache: &'static str,
}

/// 200 with one page of a list.
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
    partial: bool,
    unread: Option<u32>,
    cache: &'static str,
}

/// 200 without data: it is done.
pub struct Done;

/// 200 with a web page instead of an envelope.
pub struct Html(pub Asset);

/// 200 with an iCalendar object (RFC 5545) instead of an envelope.
pub struct Calendar {
    pub text: String,
    /// What a browser calls it when it is saved, in ASCII.
    pub file_name: String,
}

/// 200 with a JSON document instead of an envelope.
pub struct Document(pub Asset);

const CALENDAR: &str = "text/calendar; charset=utf-8";
/// Whoever holds a copy asks whether it is still good.
const REVALIDATE: &str = "private, no-cache";
/// Anyone may keep this for five minutes.
const PUBLIC: &str = "public, max-age=300";

impl<T> Resource<T> {
    /// The tag is taken from the content.
    pub const fn of(data: T) -> Self {
        Self { data, etag: ETag::Content, cache: REVALIDATE }
    }

    /// The tag names a version, which `If-Match` can ask for.
    pub const fn versioned(data: T, version: u64) -> Self {
        Self { data, etag: ETag::Version(version), cache: REVALIDATE }
    }

    /// The same where the reply says more than the version counts.
    pub const fn revised(data: T, version: u64) -> Self {
        Self { data, etag: ETag::Revision(version), cache: REVALIDATE }
    }

    #[must_use]
    pub fn public(self) -> Self {
        Self { cache: PUBLIC, ..self }
    }
}

impl<T> Page<T> {
    pub const fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next, partial: false, unread: None, cache: REVALIDATE }
    }

    /// A page that a budget may have cut short of what was asked.
    #[must_use]
    pub fn partial(self, partial: bool) -> Self {
        Self { partial, ..self }
    }

    /// Says how many are unread in the whole list.
    #[must_use]
    pub fn unread(self, number: u32) -> Self {
        Self { unread: Some(number), ..self }
    }

    #[must_use]
    pub fn public(self) -> Self {
        Self { cache: PUBLIC, ..self }
    }

    fn info(&self) -> PageInfo {
        PageInfo { next: self.next.clone(), partial: self.partial, unread: self.unread }
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for Answer<T> {
    fn into_reply(self) -> Result<Reply> {
        Reply::json(200, &self.0)
    }

    fn describe(doc: &mut Description<'_>) {
        doc.success::<T>(200, &[]);
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for Created<T> {
    fn into_reply(self) -> Result<Reply> {
        Ok(Reply::json(201, &self.data)?.header(header::LOCATION, self.location))
    }

    fn describe(doc: &mut Description<'_>) {
        doc.success::<T>(201, &["Location"]);
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for Ensured<T> {
    fn into_reply(self) -> Result<Reply> {
        let Created { location, data } = self.created;
        let status = if self.is_new { 201 } else { 200 };
        Ok(Reply::json(status, &data)?.header(header::LOCATION, location))
    }

    fn describe(doc: &mut Description<'_>) {
        doc.success::<T>(201, &["Location"]);
        doc.success::<T>(200, &["Location"]);
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for Resource<T> {
    fn into_reply(self) -> Result<Reply> {
        let reply = Reply::json(200, &self.data)?.header(header::CACHE_CONTROL, self.cache);
        Ok(Reply { etag: Some(self.etag), ..reply })
    }

    fn describe(doc: &mut Description<'_>) {
        doc.success::<T>(200, &["ETag"]);
        doc.conditional();
    }
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for Page<T> {
    fn into_reply(self) -> Result<Reply> {
        let page = self.info();
        let reply = Reply::list(200, &self.items, Some(page))?.header(header::CACHE_CONTROL, self.cache);
        Ok(Reply { etag: Some(ETag::Content), ..reply })
    }

    fn describe(doc: &mut Description<'_>) {
        doc.page::<T>();
        doc.conditional();
    }
}

/// A page, or the same as a map where the caller asked for one.
pub enum Listing<T> {
    Page(Page<T>),
    Map(Page<T>),
}

impl<T: Feature> Output for Listing<T> {
    fn into_reply(self) -> Result<Reply> {
        let reply = match self {
            Self::Page(page) => page.into_reply()?,
            Self::Map(page) => {
                let cache = page.cache;
                let info = page.info();
                let map = FeatureCollection::new(page.items, info);
                let reply =
                    Reply::plain_as(geojson::MEDIA_TYPE, 200, &map)?.header(header::CACHE_CONTROL, cache);
                Reply { etag: Some(ETag::Content), ..reply }
            }
        };
        Ok(reply.header(header::VARY, "Accept, Accept-Language"))
    }

    fn describe(doc: &mut Description<'_>) {
        Page::<T>::describe(doc);
        doc.also_as::<FeatureCollection<T>>(geojson::MEDIA_TYPE);
    }
}

impl Output for Done {
    fn into_reply(self) -> Result<Reply> {
        Reply::json(200, &())
    }

    fn describe(doc: &mut Description<'_>) {
        doc.success::<()>(200, &[]);
    }
}

impl Output for Html {
    fn into_reply(self) -> Result<Reply> {
        Ok(made("text/html; charset=utf-8", self.0))
    }

    fn describe(doc: &mut Description<'_>) {
        doc.media("text/html; charset=utf-8");
        doc.conditional();
    }
}

impl Output for Document {
    fn into_reply(self) -> Result<Reply> {
        Ok(made("application/json", self.0))
    }

    fn describe(doc: &mut Description<'_>) {
        doc.media("application/json");
        doc.conditional();
    }
}

impl Output for Calendar {
    fn into_reply(self) -> Result<Reply> {
        let content = Content::Media { content_type: CALENDAR, body: Cow::Owned(self.text.into_bytes()) };
        let headers = vec![
            (header::CACHE_CONTROL, REVALIDATE.to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", self.file_name)),
        ];
        Ok(Reply { status: 200, content, headers, etag: Some(ETag::Content) })
    }

    fn describe(doc: &mut Description<'_>) {
        doc.media(CALENDAR);
        doc.conditional();
    }
}

/// Of an operation that can only fail.
impl Output for Infallible {
    fn into_reply(self) -> Result<Reply> {
        match self {}
    }

    fn describe(_: &mut Description<'_>) {}
}

fn made(content_type: &'static str, asset: Asset) -> Reply {
    let headers = vec![
        (header::CACHE_CONTROL, PUBLIC.to_owned()),
        (header::CONTENT_LANGUAGE, Language::En.tag().to_owned()),
        (header::VARY, "Accept-Encoding, Accept-Language".to_owned()),
        // Nobody else's page may show ours, in which people enter their passwords.
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'".to_owned()),
    ];
    Reply { status: 200, content: Content::Asset { content_type, asset }, headers, etag: Some(ETag::Content) }
}
