use super::{for_each, routed};
use crate::harness::Scene;

/// Indexes that are as old as the people in them, and know nothing of what they did, keep no operation from doing what
/// it is asked to.
#[tokio::test(flavor = "multi_thread")]
async fn no_decision_rests_on_an_index() {
    for_each(routed(), |world, cast, function| async move {
        world.hold_indexes_back().await;
        for _ in 0..2 {
            let scene = Scene::set(&world, &cast, function).await;
            let reply = scene.request().await;
            assert!(matches!(reply.status, 200 | 201), "{}: {}", function.name, reply.text);
        }
        world.faults.let_indexes_catch_up();
    })
    .await;
}
