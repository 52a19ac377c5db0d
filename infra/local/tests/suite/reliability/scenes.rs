use super::routed;
use crate::harness::{Cast, Scene, World};

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_has_a_scene_in_which_it_succeeds_again_and_again() {
    let Some(world) = World::with_admins().await else { return };
    let cast = Cast::new(&world).await;
    for function in routed() {
        for _ in 0..2 {
            let scene = Scene::set(&world, &cast, function).await;
            let reply = scene.request().await;
            assert!(matches!(reply.status, 200 | 201), "{}: {}", function.name, reply.text);
        }
    }
}
