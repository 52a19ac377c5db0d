use serde_json::json;

use crate::harness::{PASSWORD, World, account, unique};

#[tokio::test]
async fn a_newcomer_gets_an_account_and_tokens_that_work() {
    let world = World::new().await;
    let name = unique("ella");
    let mut request = account(&name);
    request["display_name"] = json!("Ella");
    request["home"] = json!({ "lat": 48.8867, "lng": 2.3431, "city": "Paris" });
    request["language"] = json!("fr");
    let reply = world.post("/v1/auth/register", request).await;
    let location = reply.header("location").to_owned();
    let data = reply.created();
    assert_eq!(location, format!("/v1/users/{}", data["account"]["user_id"].as_str().unwrap()));
    let token = data["tokens"]["access_token"].as_str().unwrap();
    let me = world.get("/v1/users/me").bearer(token).await.ok();
    assert_eq!(me, data["account"]);
    assert_eq!(
        (&me["username"], &me["display_name"], &me["language"]),
        (&json!(name), &json!("Ella"), &json!("fr"))
    );
}

#[tokio::test]
async fn what_is_taken_is_all_reported_and_nothing_is_written() {
    let Some(world) = World::local().await else { return };
    let name = unique("ella");
    world.post("/v1/auth/register", account(&name)).await.created();
    let before = world.own_items().await;
    let both = world.post("/v1/auth/register", account(&name)).await;
    assert_eq!(both.errors(), (409, vec![("username_taken", "username"), ("email_taken", "email")]));
    let mut other_mail = account(&name.to_uppercase());
    other_mail["email"] = json!(format!("other-{name}@example.org"));
    let reply = world.post("/v1/auth/register", other_mail).await;
    assert_eq!(reply.errors(), (409, vec![("username_taken", "username")]));
    let mut other_name = account(&unique("bob"));
    other_name["email"] = json!(format!("{}@EXAMPLE.org", name.to_uppercase()));
    let reply = world.post("/v1/auth/register", other_name).french().await;
    assert_eq!(reply.errors(), (409, vec![("email_taken", "email")]));
    assert_eq!(reply.body["message"], "Un compte existe avec cette adresse e-mail");
    assert_eq!(world.own_items().await, before);
}

#[tokio::test]
async fn every_field_at_fault_is_named_at_once() {
    let Some(world) = World::local().await else { return };
    let request = json!({
        "username": "a\u{fe0f}b", "email": "nobody", "password": "password12", "display_name": " ",
        "home": { "lat": 90.1, "lng": 0, "city": "" },
    });
    let reply = world.post("/v1/auth/register", request).await;
    let (status, mut errors) = reply.errors();
    errors.sort_unstable();
    let expected = vec![
        ("invalid_characters", "username"),
        ("invalid_email", "email"),
        ("invalid_format", "display_name"),
        ("password_too_common", "password"),
        ("too_large", "home.lat"),
        ("too_short", "home.city"),
    ];
    assert_eq!((status, errors), (422, expected));
    let reply = world.post("/v1/auth/register", json!({ "username": 5, "colour": "blue" })).await;
    let (status, mut errors) = reply.errors();
    errors.sort_unstable();
    let expected = vec![
        ("missing", "email"),
        ("missing", "password"),
        ("unknown_field", "colour"),
        ("wrong_type", "username"),
    ];
    assert_eq!((status, errors), (422, expected));
    assert_eq!(world.own_items().await, []);
}

#[tokio::test]
async fn a_password_that_everybody_can_see_is_refused() {
    let world = World::new().await;
    let name = unique("longname");
    for password in [name.to_uppercase(), format!("{name}@example.org")] {
        let mut request = account(&name);
        request["password"] = json!(password);
        let reply = world.post("/v1/auth/register", request).await;
        assert_eq!(reply.errors(), (422, vec![("password_is_identity", "password")]));
    }
    for (password, code) in
        [("short", "too_short"), ("1234567890", "password_too_common"), (&*"x".repeat(129), "too_long")]
    {
        let mut request = account(&name);
        request["password"] = json!(password);
        world.post("/v1/auth/register", request).await.refused(422, code);
    }
}

#[tokio::test]
async fn of_fifty_who_want_one_name_one_gets_it_and_the_others_leave_nothing() {
    let Some(world) = World::local().await else { return };
    let name = unique("django");
    let calls = (0..50).map(|n| {
        let mut request = account(&name);
        request["email"] = json!(format!("{name}{n}@example.org"));
        tokio::spawn(std::future::IntoFuture::into_future(world.post("/v1/auth/register", request)))
    });
    let mut won = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        let reply = call.await.unwrap();
        if reply.status == 201 {
            won.push(reply.created());
        } else {
            assert_eq!(reply.errors(), (409, vec![("username_taken", "username")]));
        }
    }
    assert_eq!(won.len(), 1);
    let user = format!("U#{}", won[0]["account"]["user_id"].as_str().unwrap());
    let session = format!("SESSION#{}", won[0]["tokens"]["session_id"].as_str().unwrap());
    let email = format!("EMAIL#{}", won[0]["account"]["email"].as_str().unwrap());
    let credential = user.replace("U#", "CREDENTIAL#");
    let mut expected = vec![
        (email.clone(), email),
        (credential.clone(), credential),
        (user.clone(), "PROFILE".to_owned()),
        (user, session),
        (format!("USERNAME#{name}"), format!("USERNAME#{name}")),
    ];
    expected.sort();
    assert_eq!(world.own_items().await, expected);
}

#[tokio::test]
async fn registering_goes_through_when_transactions_conflict() {
    let Some(world) = World::local().await else { return };
    let mut left = 3;
    world.faults.conflict_when(move |operation, _| {
        let conflict = operation == "TransactWriteItems" && left > 0;
        left -= i32::from(conflict);
        conflict
    });
    let name = unique("ella");
    world.post("/v1/auth/register", account(&name)).await.created();
    world.faults.stop();
    world.post("/v1/auth/login", json!({ "identifier": name, "password": PASSWORD })).await.ok();
}
