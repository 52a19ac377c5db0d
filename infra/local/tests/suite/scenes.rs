//! There is a scene for every operation in which it succeeds.

use crate::harness::{
    World,
    stage::{self, Cast, Scene},
};

/// What is made anew for each scene, by the names of paths' parameters.
const MADE: [&str; 5] = ["conversation_id", "device_id", "event_id", "notification_id", "session_id"];

#[tokio::test]
async fn every_operation_succeeds_in_each_of_its_scenes() {
    let Some(world) = World::local().await else { return };
    let cast = Cast::new(&world).await;
    for function in stage::operations() {
        let mut before: Option<Scene> = None;
        for _ in 0..2 {
            let scene = Scene::set(&world, &cast, function).await;
            let reply = scene.play(&world).await;
            assert_eq!(reply.status, scene.success(), "{}: {}", function.name, reply.text);
            for name in MADE {
                let former = before.as_ref().and_then(|before| before.things.get(name));
                assert!(former.is_none_or(|former| *former != scene.things[name]), "{}", function.name);
            }
            before = Some(scene);
        }
    }
}
