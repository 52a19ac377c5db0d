//! What may become of accounts.

use uuid::Uuid;

use super::{
    breaks,
    scene::{Rows, nobody, text},
};

fn of(rows: &Rows, person: &str, sk: &str) -> (String, String) {
    rows.key(&format!("U#{person}"), sk)
}

breaks! {
    "preferences of nobody" PersonExists: |rows| {
        let (preferences, ghost) = (rows.key("U#", "PREFERENCES"), nobody());
        rows.copy(&preferences, &format!("U#{ghost}"), "PREFERENCES", &[("user_id", text(ghost.clone()))]);
    };
    "a username that is gone" UsernameOwned: |rows| {
        let name = rows.get(&of(rows, &rows.cast.ann, "PROFILE"), "username");
        rows.remove(&rows.alone(&format!("USERNAME#{name}")));
    };
    "a username of somebody else" UsernameOwned: |rows| {
        let name = rows.get(&of(rows, &rows.cast.ann, "PROFILE"), "username");
        rows.set(&rows.alone(&format!("USERNAME#{name}")), "user_id", text(rows.cast.bob.clone()));
    };
    "a username that is left over" UsernameOwned: |rows| {
        let name = rows.alone("USERNAME#");
        rows.copy(&name, "USERNAME#ghost", "USERNAME#ghost", &[]);
    };
    "an address that is gone" EmailOwned: |rows| {
        let address = rows.alone("EMAIL#");
        rows.remove(&address);
    };
    "an address that is left over" EmailOwned: |rows| {
        let address = rows.alone("EMAIL#");
        rows.copy(&address, "EMAIL#g@h.org", "EMAIL#g@h.org", &[("user_id", text(nobody()))]);
    };
    "a credential that is gone" CredentialOwned: |rows| {
        let credential = rows.alone("CREDENTIAL#");
        rows.remove(&credential);
    };
    "a credential with another role" CredentialOwned: |rows| {
        let credential = rows.alone(&format!("CREDENTIAL#{}", rows.cast.bob));
        rows.set(&credential, "role", text("admin"));
    };
    "a credential of somebody who left that does not say so" CredentialOwned: |rows| {
        let credential = rows.alone(&format!("CREDENTIAL#{}", rows.cast.eve));
        rows.unset(&credential, "deactivated_at");
    };
    "a credential that is left over" CredentialOwned: |rows| {
        let (credential, ghost) = (rows.alone("CREDENTIAL#"), nobody());
        let key = format!("CREDENTIAL#{ghost}");
        rows.copy(&credential, &key, &key, &[("user_id", text(ghost))]);
    };
    "somebody who left and is never erased" ErasureListed: |rows| {
        rows.remove(&rows.key("ERASURE", &format!("U#{}", rows.cast.eve)));
    };
    "somebody who stays and is to be erased" ErasureListed: |rows| {
        let (entry, ann) = (rows.key("ERASURE", "U#"), rows.cast.ann.clone());
        rows.copy(&entry, "ERASURE", &format!("U#{ann}"), &[("user_id", text(ann.clone()))]);
    };
    "a session with another role" SessionsAllowed: |rows| {
        let session = of(rows, &rows.cast.bob, "SESSION#");
        rows.set(&session, "role", text("admin"));
    };
    "a session of somebody who left" SessionsAllowed: |rows| {
        let (session, eve, id) = (of(rows, &rows.cast.bob, "SESSION#"), rows.cast.eve.clone(), nobody());
        let changes = [("user_id", text(eve.clone())), ("session_id", text(id.clone()))];
        rows.copy(&session, &format!("U#{eve}"), &format!("SESSION#{id}"), &changes);
    };
    "more than fifty sessions" SessionsAllowed: |rows| {
        let session = of(rows, &rows.cast.bob, "SESSION#");
        for _ in 0..50 {
            let id = nobody();
            rows.copy(&session, &session.0, &format!("SESSION#{id}"), &[("session_id", text(id.clone()))]);
        }
    };
    "a socket that its person does not know of" SocketsTwice: |rows| {
        rows.remove(&of(rows, &rows.cast.ann, "CONNECTION#"));
    };
    "a socket that is its person's alone" SocketsTwice: |rows| {
        rows.remove(&rows.alone("CONNECTION#"));
    };
    "a socket without a session" SocketsSessions: |rows| {
        rows.remove(&of(rows, &rows.cast.ann, "SESSION#"));
    };
    "a device without a token" TokensOwned: |rows| {
        rows.remove(&rows.alone("DEVICE_TOKEN#"));
    };
    "a token of another registration" TokensOwned: |rows| {
        let token = rows.alone("DEVICE_TOKEN#");
        rows.set(&token, "revision", text(Uuid::new_v4().to_string()));
    };
    "a token without a device" TokensOwned: |rows| {
        let token = rows.alone("DEVICE_TOKEN#");
        rows.copy(&token, "DEVICE_TOKEN#x", "DEVICE_TOKEN#x", &[("device_id", text(nobody()))]);
    };
    "a device without a session" DevicesAllowed: |rows| {
        rows.remove(&of(rows, &rows.cast.carol, "SESSION#"));
    };
    "devices that nobody counts" DevicesAllowed: |rows| {
        rows.remove(&of(rows, &rows.cast.carol, "DEVICES"));
    };
    "more than twenty instruments" TastesLimited: |rows| {
        let taste = of(rows, &rows.cast.bob, "INSTRUMENT#");
        for at in 0..20 {
            let id = format!("kazoo-{at:02}");
            let related = format!("INSTRUMENT#{id}");
            let changes = [("id", text(id)), ("related", text(related.clone()))];
            rows.copy(&taste, &taste.0, &related, &changes);
        }
    };
}
