use std::net::{IpAddr, Ipv6Addr};

use lambda_http::{Request, RequestExt, request::RequestContext};

use crate::{
    app::App,
    domain::{SessionId, UserId},
    error::{Code, Result},
    input::{Input, header},
    openapi::Description,
    operation::Route,
};

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody; a token is not even looked at.
    Anyone,
    /// Everybody; a token that is presented has to be good.
    Visitor,
    Member,
    Admin,
}

/// What a verified access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    pub user_id: UserId,
    pub session_id: SessionId,
}

/// The caller as an operation sees them.
pub trait Caller: Sized + Send + 'static {
    const ACCESS: Access;
    fn admit(claims: Option<Claims>) -> Result<Self>;
}

/// Nobody in particular.
pub struct Anyone;

/// A member, or nobody in particular.
pub struct Visitor(pub Option<Member>);

/// Someone with a session.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub user_id: UserId,
    pub session_id: SessionId,
}

/// A member whose session carries the role.
#[derive(Clone, Copy, Debug)]
pub struct Admin(pub Member);

impl Access {
    /// Reads and verifies the bearer token (RFC 6750 §2.1); whether its session still stands is for the
    /// [`Gate`](super::Gate) to find out.
    pub(crate) fn claims(self, app: &App, request: &Request) -> Result<Option<Claims>> {
        if self == Self::Anyone {
            return Ok(None);
        }
        // Whatever cannot be read is no token, either.
        let given = header(request, "Authorization").map_err(|_| Code::InvalidToken)?;
        match given.map(|value| value.split_once(' ').unwrap_or((value, ""))) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                app.config().verifying_keys.verify(token, app.now()).map(Some)
            }
            None if self == Self::Visitor => Ok(None),
            _ => Err(Code::Unauthenticated.into()),
        }
    }

    pub(crate) fn describe(self, doc: &mut Description<'_>) {
        const SESSION: [Code; 4] =
            [Code::Unauthenticated, Code::InvalidToken, Code::TokenExpired, Code::SessionEnded];
        match self {
            Self::Anyone => doc.security(&[false]),
            Self::Visitor => doc.security(&[false, true]),
            Self::Member | Self::Admin => doc.security(&[true]),
        }
        if self != Self::Anyone {
            doc.codes(&SESSION);
        }
        if self == Self::Admin {
            doc.codes(&[Code::Forbidden]);
        }
    }
}

impl From<Claims> for Member {
    fn from(Claims { user_id, session_id }: Claims) -> Self {
        Self { user_id, session_id }
    }
}

impl Caller for Anyone {
    const ACCESS: Access = Access::Anyone;

    fn admit(_: Option<Claims>) -> Result<Self> {
        Ok(Self)
    }
}

impl Caller for Visitor {
    const ACCESS: Access = Access::Visitor;

    fn admit(claims: Option<Claims>) -> Result<Self> {
        Ok(Self(claims.map(Member::from)))
    }
}

impl Caller for Member {
    const ACCESS: Access = Access::Member;

    fn admit(claims: Option<Claims>) -> Result<Self> {
        claims.map(Self::from).ok_or_else(|| Code::Unauthenticated.into())
    }
}

impl Caller for Admin {
    const ACCESS: Access = Access::Admin;

    fn admit(claims: Option<Claims>) -> Result<Self> {
        Member::admit(claims).map(Self)
    }
}

/// Where a request comes from, for the limits on guessing.
pub struct Origin {
    /// The client's network address; of an IPv6 address its /64, which one client has whole.
    pub network: IpAddr,
}

impl Input for Origin {
    fn extract(_: &Route, request: &Request) -> Result<Self> {
        let address = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            _ => None,
        };
        // An address that cannot be read shares one bucket with all such: throttled sooner, never not at all.
        let address =
            address.and_then(|address| address.parse().ok()).unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
        Ok(Self { network: network(address) })
    }

    fn describe(doc: &mut Description<'_>) {
        doc.codes(&[Code::TooManyRequests]);
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn an_ipv6_client_is_its_64() {
        let of = |address: &str| network(address.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}
