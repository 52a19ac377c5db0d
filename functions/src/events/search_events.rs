use garde::Validate;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tunelink::{
    Code, Error, Result,
    app::App,
    auth::Anyone,
    domain::{EventSummary, EventType, FoundEvent, Instant, Selection, Slug},
    error::FieldError,
    geo::{
        Circle, Point,
        search::{Budget, Found, Wanted},
    },
    geojson::WantsMap,
    input::Query,
    operation::{Operation, Route},
    output::{Listing, Page},
    paging::{CursorText, Limit},
    store::{
        catalogue,
        search::{self, Window},
    },
    text::Text,
};

pub struct SearchEvents;

/// Which events.
#[derive(Clone, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EventQuery {
    /// Degrees north (WGS 84) of the place to search around, together with `lng`
    #[garde(range(min = -90.0, max = 90.0))]
    lat: Option<f64>,
    /// Degrees east (WGS 84)
    #[garde(range(min = -180.0, max = 180.0))]
    lng: Option<f64>,
    /// How far from there; 25 unless said otherwise
    #[garde(range(min = 0.5, max = 200.0))]
    radius_km: Option<f64>,
    /// Only those that begin at this time or later; unless it is given, those that are not over, among them those that began in the last 12 hours
    #[garde(dive)]
    from: Option<Instant>,
    /// Only those that begin before this time; without a place, within 12 months
    #[garde(dive)]
    to: Option<Instant>,
    #[garde(dive)]
    r#type: Option<EventType>,
    /// Only those of this genre
    #[garde(dive)]
    genre: Option<Slug>,
    /// Only those that look for this instrument and have an open slot and a seat for it
    #[garde(dive)]
    instrument: Option<Slug>,
    /// Only those that have a free seat
    #[garde(skip)]
    free_only: Option<bool>,
    /// By start unless said otherwise; by distance only around a place
    #[garde(skip)]
    sort: Option<Sort>,
    /// How many entries the page has at most; `page.partial` says that a search was cut short at what one call may cost, and that the next page goes on with it
    #[garde(dive)]
    limit: Option<Limit>,
    /// Where the page begins: `page.next` of the one before
    #[garde(dive)]
    cursor: Option<CursorText>,
}

/// What comes first.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Sort {
    #[default]
    Date,
    Distance,
}

/// Where nobody says how far, in kilometres.
const RADIUS: f64 = 25.0;
/// How long ago an event may have begun that a search without `from` finds.
const IN_PROGRESS: SignedDuration = SignedDuration::from_hours(12);

/// Where a search goes on; with the time of its first page, so that all pages are of the same window.
#[derive(Serialize, Deserialize)]
struct Position<K> {
    now: Timestamp,
    after: K,
}

impl Operation for SearchEvents {
    const ROUTE: Route = Route::get(
        "/v1/events",
        "Find events by place, time, type, genre and instrument; as JSON or as a map",
    );
    const DONE: Text = Text::new("Events", "Événements");
    const ERRORS: &'static [Code] =
        &[Code::InvalidCursor, Code::FromAfterTo, Code::RangeTooLong, Code::NeedsPlace];
    type Caller = Anyone;
    type Input = (Query<EventQuery>, WantsMap);
    type Output = Listing<EventSummary>;

    async fn run(app: &App, _: Anyone, (Query(query), WantsMap(map)): Self::Input) -> Result<Self::Output> {
        let page = match (query.circle()?, query.sort.unwrap_or_default()) {
            (None, Sort::Distance) => return Err(Code::NeedsPlace.at("sort").into()),
            (None, Sort::Date) => everywhere(app, &query).await?,
            (Some(circle), Sort::Date) => around_by_date(app, &query, &circle).await?,
            (Some(circle), Sort::Distance) => around_by_distance(app, &query, &circle).await?,
        };
        Ok(if map { Listing::Map(page) } else { Listing::Page(page) })
    }
}

async fn everywhere(app: &App, query: &EventQuery) -> Result<Page<EventSummary>> {
    let pages = Pages::open(app, query)?;
    let window = pages.window(query)?;
    let earliest = query.from.as_ref().map_or(pages.now, Instant::at);
    if window.to.is_some_and(|to| to > search::furthest(earliest)) {
        return Err(Code::RangeTooLong.at("to").limit(search::MOST_MONTHS).into());
    }
    let found =
        search::by_month(app.store(), window, &query.selection(pages.now), &pages.wanted(query)).await?;
    pages.page(found, |_, _| None)
}

async fn around_by_date(app: &App, query: &EventQuery, circle: &Circle) -> Result<Page<EventSummary>> {
    let pages = Pages::open(app, query)?;
    let (window, selection) = (pages.window(query)?, query.selection(pages.now));
    filters_are_known(app, query).await?;
    let found = search::by_date(app.store(), circle, window, &selection, &pages.wanted(query)).await?;
    let from = |event: &FoundEvent| circle.centre.distance(Point::new(event.card.lat, event.card.lng));
    pages.page(found, |_, event| Some(from(event)))
}

async fn around_by_distance(app: &App, query: &EventQuery, circle: &Circle) -> Result<Page<EventSummary>> {
    let pages = Pages::open(app, query)?;
    let (window, selection) = (pages.window(query)?, query.selection(pages.now));
    filters_are_known(app, query).await?;
    let found = search::by_distance(app.store(), circle, window, &selection, &pages.wanted(query)).await?;
    pages.page(found, |(distance, _), _| Some(*distance))
}

/// A filter that names what the catalogue does not have is refused before anything else is read.
async fn filters_are_known(app: &App, query: &EventQuery) -> Result<()> {
    catalogue::must_be_known(app.store(), query.instrument.as_ref(), query.genre.as_ref()).await
}

/// The pages of one search, from wherever it goes on.
struct Pages<'a, K> {
    cursors: tunelink::cursor::Cursors<'a>,
    now: Timestamp,
    after: Option<K>,
}

impl<'a, K: Serialize + for<'de> Deserialize<'de> + Clone> Pages<'a, K> {
    fn open(app: &'a App, query: &EventQuery) -> Result<Self> {
        let cursors = app.cursors("search_events", &query.scope())?;
        let cursor = query.cursor.as_ref().map(CursorText::as_str);
        let (now, after) = match cursors.open::<Position<K>>(cursor)? {
            Some(Position { now, after }) => (now, Some(after)),
            None => (app.now(), None),
        };
        Ok(Self { cursors, now, after })
    }

    fn window(&self, query: &EventQuery) -> Result<Window> {
        let from = query.from.as_ref().map_or(self.now - IN_PROGRESS, Instant::at);
        let to = query.to.as_ref().map(Instant::at);
        if to.is_some_and(|to| to <= from) {
            return Err(Code::FromAfterTo.at("to").into());
        }
        Ok(Window { from, to })
    }

    fn wanted(&self, query: &EventQuery) -> Wanted<K> {
        let limit = Limit::or_default(query.limit);
        Wanted { after: self.after.clone(), limit, budget: Budget::default() }
    }

    fn page(
        &self,
        found: Found<K, FoundEvent>,
        distance: impl Fn(&K, &FoundEvent) -> Option<u64>,
    ) -> Result<Page<EventSummary>> {
        let next =
            found.next.map(|after| self.cursors.mint(&Position { now: self.now, after })).transpose()?;
        let show = |(key, event): (K, FoundEvent)| {
            let distance = distance(&key, &event);
            EventSummary::new(event, distance)
        };
        Ok(Page::new(found.rows.into_iter().map(show).collect(), next).partial(found.partial))
    }
}

impl EventQuery {
    /// A place is two numbers; how far is a matter of a place.
    fn circle(&self) -> Result<Option<Circle>> {
        match (self.lat, self.lng) {
            (Some(lat), Some(lng)) => {
                Ok(Some(Circle::new(Point::new(lat, lng), self.radius_km.unwrap_or(RADIUS))))
            }
            (None, None) if self.radius_km.is_none() => Ok(None),
            (lat, lng) => {
                let missing = [(lat, "lat"), (lng, "lng")].into_iter().filter(|(given, _)| given.is_none());
                let faults: Vec<FieldError> = missing.map(|(_, field)| Code::Missing.at(field)).collect();
                Err(Error::invalid(faults))
            }
        }
    }

    fn selection(&self, now: Timestamp) -> Selection {
        Selection {
            not_over_at: self.from.is_none().then_some(now),
            r#type: self.r#type,
            genre: self.genre.clone(),
            instrument: self.instrument.clone(),
            free_only: self.free_only.unwrap_or_default(),
        }
    }

    /// All that selects and orders; numbers by their bits.
    fn scope(&self) -> impl Serialize + use<> {
        let bits = |number: Option<f64>| number.map(f64::to_bits);
        (
            (bits(self.lat), bits(self.lng), bits(self.radius_km), self.sort.unwrap_or_default()),
            (self.from.clone(), self.to.clone()),
            (self.r#type, self.genre.clone(), self.instrument.clone(), self.free_only),
        )
    }
}
