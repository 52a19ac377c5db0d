use crate::harness::{PASSWORD, World};

const TOKEN: &str = "/v1/auth/token";

#[tokio::test]
async fn the_token_endpoint_speaks_oauth() {
    let world = World::new().await;
    let person = world.person().await;
    let call = || world.call(reqwest::Method::POST, TOKEN);
    let grant =
        [("grant_type", "password"), ("username", &person.name), ("password", PASSWORD), ("scope", "")];
    let reply = call().form(&grant).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"));
    assert_eq!(reply.body["token_type"], "Bearer");
    world.get("/v1/users/me").bearer(reply.body["access_token"].as_str().unwrap()).await.ok();
    let refresh = reply.body["refresh_token"].as_str().unwrap();
    let reply = call().form(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    assert_eq!(reply.status, 200);

    for (form, error) in [
        (
            vec![("grant_type", "password"), ("username", &*person.name), ("password", "wrong")],
            "invalid_grant",
        ),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "forged")], "invalid_grant"),
        (vec![("grant_type", "password"), ("username", &*person.name)], "invalid_request"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("username", "x")], "invalid_request"),
        (vec![("grant_type", "password"), ("grant_type", "password")], "invalid_request"),
        (vec![("grant_type", "client_credentials")], "unsupported_grant_type"),
    ] {
        let reply = call().form(&form).await;
        assert_eq!((reply.status, &reply.body["error"]), (400, &error.into()), "{form:?}");
    }
    let reply = call().json(serde_json::json!({ "grant_type": "password" })).await;
    assert_eq!((reply.status, &reply.body["error"]), (400, &"invalid_request".into()));
}

#[tokio::test]
async fn a_refresh_token_that_comes_back_ends_the_session_here_too() {
    let world = World::new().await;
    let person = world.person().await;
    let refresh = async |token: &str| {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        world.call(reqwest::Method::POST, TOKEN).form(&form).await
    };
    let mut token = person.refresh_token.clone();
    for _ in 0..2 {
        let reply = refresh(&token).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body["refresh_token"].as_str().unwrap().clone_into(&mut token);
    }
    for token in [&person.refresh_token, &token] {
        let reply = refresh(token).await;
        assert_eq!((reply.status, &reply.body["error"]), (400, &"invalid_grant".into()));
    }
    person.get("/v1/users/me").await.refused(401, "session_ended");
}
