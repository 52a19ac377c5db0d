use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tunelink::{
    Code, Error, Result,
    app::App,
    auth::{Anyone, Origin},
    domain::{Identifier, Password, Session, Tokens},
    http::Reply,
    input::Form,
    openapi::Description,
    operation::{Operation, Route},
    output::Output,
    text::{Language, Text},
};

use super::{
    password::{self, Attempt},
    refresh_session, session,
};

pub struct IssueToken;

/// A token request of RFC 6749 §4.3.2 or §6. Parameters it does not name are ignored, as §3.2 demands.
#[derive(Deserialize, JsonSchema, Validate)]
#[schemars(extend("example" = {
    "grant_type": "password", "username": "django.reinhardt", "password": "nuages-1940-minor-swing"
}))]
pub struct TokenRequest {
    /// `password` or `refresh_token`
    #[garde(length(chars, max = 100))]
    grant_type: String,
    /// Username or e-mail address
    #[garde(length(chars, max = 254))]
    username: Option<String>,
    #[garde(length(chars, max = 128))]
    #[schemars(extend("format" = "password"))]
    password: Option<String>,
    #[garde(length(chars, max = 200))]
    refresh_token: Option<String>,
}

/// A reply in the shape of RFC 6749 §5, for clients that speak OAuth and nothing else.
pub enum TokenReply {
    Issued(Tokens),
    Refused(&'static str, Error),
}

#[derive(Serialize, JsonSchema)]
struct Issued {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    refresh_token: String,
}

#[derive(Serialize, JsonSchema)]
struct Refused {
    /// `invalid_request`, `invalid_grant` or `unsupported_grant_type`
    error: &'static str,
    error_description: String,
}

impl Operation for IssueToken {
    const ROUTE: Route =
        Route::post("/v1/auth/token", "OAuth 2.0 token endpoint (password and refresh_token grants)");
    const DONE: Text = Text::new("Token issued", "Jeton délivré");
    type Caller = Anyone;
    type Input = (Origin, Result<Form<TokenRequest>>);
    type Output = TokenReply;

    async fn run(app: &App, _: Anyone, (origin, form): Self::Input) -> Result<TokenReply> {
        let issued = match form {
            Ok(Form(request)) => issue(app, &origin, request).await,
            Err(malformed) => Err(malformed),
        };
        match issued.and_then(|session| session::tokens(app, &session)) {
            Ok(tokens) => Ok(TokenReply::Issued(tokens)),
            Err(error) => match error.code {
                Code::WrongCredentials | Code::InvalidRefreshToken => {
                    Ok(TokenReply::Refused("invalid_grant", error))
                }
                Code::InvalidValue => Ok(TokenReply::Refused("unsupported_grant_type", error)),
                code if code.status() == 429 || code.status() >= 500 => Err(error),
                _ => Ok(TokenReply::Refused("invalid_request", error)),
            },
        }
    }
}

async fn issue(app: &App, origin: &Origin, request: TokenRequest) -> Result<Session> {
    let missing = |name: &str| Error::from(Code::Missing.at(name));
    match request.grant_type.as_str() {
        "password" => {
            let attempt = Attempt {
                identifier: Identifier::from(request.username.ok_or_else(|| missing("username"))?.as_str()),
                password: Password::unchecked(&request.password.ok_or_else(|| missing("password"))?),
                device_name: None,
                device_proof: None,
            };
            password::log_in(app, origin, attempt).await
        }
        "refresh_token" => {
            let token = request.refresh_token.ok_or_else(|| missing("refresh_token"))?;
            refresh_session::refresh(app, &token).await
        }
        _ => Err(Error::from(Code::InvalidValue).limit("password, refresh_token")),
    }
}

impl Output for TokenReply {
    fn into_reply(self) -> Result<Reply> {
        match self {
            Self::Issued(Tokens { access_token, token_type, expires_in, refresh_token, .. }) => {
                Reply::plain(200, &Issued { access_token, token_type, expires_in, refresh_token })
            }
            Self::Refused(error, cause) => {
                // RFC 6749 §5.2 allows few characters here, so names that the client made up are left out.
                let plain = |name: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                let named = cause.fields.iter().filter(|fault| plain(&fault.field));
                let named: Vec<_> =
                    named.map(|fault| format!("{}: {}", fault.field, fault.code.as_str())).collect();
                let error_description =
                    if named.is_empty() { cause.message(Language::En) } else { named.join(", ") };
                Reply::plain(400, &Refused { error, error_description })
            }
        }
    }

    fn describe(doc: &mut Description<'_>) {
        doc.plain::<Issued>(200, "Tokens (RFC 6749 §5.1)");
        doc.plain::<Refused>(400, "Refused (RFC 6749 §5.2)");
    }
}
