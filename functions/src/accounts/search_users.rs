use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use tunelink::{
    Code, Result,
    app::App,
    auth::Member,
    domain::{Level, NearbyUser, Slug},
    geo::{
        Circle, Point,
        search::{Budget, Wanted},
    },
    input::Query,
    operation::{Operation, Route},
    output::Page,
    paging::{CursorText, Limit, Paging},
    rules::broken,
    store::{
        catalogue,
        nearby::{self, Search},
    },
    text::Text,
};

pub struct SearchUsers;

/// Whom to look for, and where.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UserSearch {
    /// Degrees north of the centre (WGS 84)
    #[garde(range(min = -90.0, max = 90.0))]
    #[schemars(extend("example" = 48.8867))]
    lat: f64,
    /// Degrees east of the centre (WGS 84)
    #[garde(range(min = -180.0, max = 180.0))]
    #[schemars(extend("example" = 2.3431))]
    lng: f64,
    /// How far from the centre at most
    #[garde(range(min = 0.5, max = 200.0))]
    #[schemars(extend("example" = 25.0))]
    radius_km: f64,
    /// Only those who play it; an id of the catalogue
    #[garde(dive, custom(there_for(self.level)))]
    instrument: Option<Slug>,
    /// Only those who play the instrument so well
    #[garde(dive)]
    level: Option<Level>,
    /// Only those who like it; an id of the catalogue
    #[garde(dive)]
    genre: Option<Slug>,
    /// How many entries the page has at most; it may have fewer, or none, and still not be the last
    #[garde(dive)]
    limit: Option<Limit>,
    /// Where the page begins: `page.next` of the one before
    #[garde(dive)]
    cursor: Option<CursorText>,
}

impl Operation for SearchUsers {
    const ROUTE: Route = Route::get("/v1/users", "Musicians near a place, nearest first");
    const DONE: Text = Text::new("Musicians nearby", "Musiciens à proximité");
    const ERRORS: &'static [Code] = &[Code::InvalidCursor, Code::UnknownInstrument, Code::UnknownGenre];
    type Caller = Member;
    type Input = Query<UserSearch>;
    type Output = Page<NearbyUser>;

    async fn run(app: &App, member: Member, Query(asked): Self::Input) -> Result<Self::Output> {
        let UserSearch { lat, lng, radius_km, instrument, level, genre, limit, cursor } = asked;
        let scope = (member.user_id, lat, lng, radius_km, &instrument, level, &genre);
        let cursors = app.cursors("search_users", &scope)?;
        let paging = Paging { limit, cursor };
        let wanted = Wanted {
            after: cursors.open(paging.cursor())?,
            limit: paging.limit(),
            budget: Budget::default(),
        };
        let circle = Circle::new(Point::new(lat, lng), radius_km);
        let search = Search { seeker: member.user_id, circle, instrument, level, genre };
        // Before anything else is read.
        catalogue::must_be_known(app.store(), search.instrument.as_ref(), search.genre.as_ref()).await?;
        let found = nearby::search(app.store(), &search, &wanted).await?;
        let next = found.next.map(|last| cursors.mint(&last)).transpose()?;
        let (distances, neighbours): (Vec<_>, Vec<_>) =
            found.rows.into_iter().map(|((distance, _), neighbour)| (distance, neighbour)).unzip();
        let mut profiles = nearby::present(app.store(), member.user_id, &neighbours).await?;
        let show = |(distance, neighbour): (u64, nearby::Neighbour)| {
            let profile = profiles.remove(&neighbour.user_id)?;
            Some(NearbyUser {
                user_id: profile.user_id,
                username: profile.username,
                display_name: profile.display_name,
                photo_url: profile.photo_url,
                city: profile.home.map(|home| home.city),
                level: neighbour.level,
                distance_km: kilometres(distance),
            })
        };
        let people = distances.into_iter().zip(neighbours).filter_map(show).collect();
        Ok(Page::new(people, next).partial(found.partial))
    }
}

/// A level is one of an instrument.
fn there_for(level: Option<Level>) -> impl FnOnce(&Option<Slug>, &()) -> garde::Result {
    move |instrument, ()| {
        if level.is_some() && instrument.is_none() { Err(broken(Code::Missing)) } else { Ok(()) }
    }
}

fn kilometres(mm: u64) -> u32 {
    u32::try_from((mm + 500_000) / 1_000_000).unwrap_or(u32::MAX)
}
