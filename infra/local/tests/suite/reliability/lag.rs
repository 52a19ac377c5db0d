use super::{Play, for_each};
use crate::harness::stage;

/// Indexes that are as old as the people in them, and know nothing of what they did, keep no operation from doing what
/// it is asked to.
#[tokio::test(flavor = "multi_thread")]
async fn no_decision_rests_on_an_index() {
    for_each(stage::operations(), |world, cast, function| async move {
        world.hold_indexes_back().await;
        for _ in 0..2 {
            let play = Play::new(&world, &cast, function).await;
            let reply = play.call(&world).await;
            assert!(matches!(reply.status, 200 | 201), "{}: {}", function.name, reply.text);
        }
        world.faults.let_indexes_catch_up();
    })
    .await;
}
