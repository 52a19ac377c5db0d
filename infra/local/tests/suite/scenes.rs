//! There is a scene for every operation in which it succeeds.

use std::time::Duration;

use crate::harness::{
    World,
    stage::{self, Cast, MADE, Scene},
};

#[tokio::test]
async fn every_operation_succeeds_in_each_of_its_scenes() {
    let Some(world) = World::local().await else { return };
    let mut cast = Cast::new(&world).await;
    for function in stage::operations() {
        cast.renew(&world).await;
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
    world.audit().await;
}

#[tokio::test]
async fn people_stay_for_as_many_scenes_as_it_takes() {
    let Some(world) = World::local().await else { return };
    let mut cast = Cast::new(&world).await;
    for _ in 0..3 {
        world.pass(Duration::from_mins(9)).await;
        assert!(cast.is_old(&world));
        cast.renew(&world).await;
        assert!(!cast.is_old(&world));
        let scene = Scene::set(&world, &cast, &functions::ADD_CONVERSATION_PARTICIPANT).await;
        scene.play(&world).await.ok();
    }
}
