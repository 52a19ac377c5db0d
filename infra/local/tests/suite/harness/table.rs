//! What a test does with the table behind the API, and with what follows from its changes.

use std::{
    collections::{BTreeMap, HashMap},
    pin::pin,
    time::Duration,
};

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_sdk_dynamodb::types::AttributeValue;
use tunelink::store::audit::{self, Finding, Invariant, Pace};
use tunelink_local::{rights, stream::DeadLetter};

use super::{Fault, World};

impl World {
    /// From now on indexes are read as they are at this moment.
    pub async fn hold_indexes_back(&self) {
        self.faults.hold_indexes_back(self.backend().client(), self.backend().table()).await;
    }

    /// Does the one, and the other in the middle of it: once a call of the one is held for which there is a fault that
    /// holds it.
    pub async fn in_between<A, B>(
        &self,
        one: impl IntoFuture<Output = A>,
        mut when: impl FnMut(&str, &str) -> Option<Fault> + Send + 'static,
        other: impl IntoFuture<Output = B>,
    ) -> (A, B) {
        let mut is_held = false;
        self.faults.when(move |operation, body| {
            let fault = if is_held { None } else { when(operation, body) };
            is_held |= fault.is_some();
            fault
        });
        let mut one = pin!(one.into_future());
        tokio::select! {
            _ = &mut one => panic!("it is never held"),
            () = self.faults.held() => {}
        }
        let other = other.await;
        self.faults.release();
        let one = one.await;
        self.faults.stop();
        (one, other)
    }

    /// What reactions gave up.
    pub async fn dead_letters(&self) -> Vec<DeadLetter> {
        let pump = self.backend().pump().expect("it reacts");
        pump.dead_letters().await.expect("they can be read")
    }

    /// Every change of the table so far, in order.
    pub async fn changes(&self) -> Vec<EventRecord> {
        let stream = self.backend().stream().await.expect("the table has a stream");
        stream.records().await.expect("the stream can be read")
    }

    /// Gives these changes to the reaction, with the rights that it has.
    pub async fn react(&self, changes: &[EventRecord]) {
        for records in changes.chunks(100) {
            let mut batch = Event::default();
            batch.records = records.to_vec();
            let done = rights::of(functions::REACT.name, functions::REACT.call(self.app(), batch)).await;
            assert!(done.batch_item_failures.is_empty(), "it fails: {:?}", done.batch_item_failures);
        }
    }

    /// Has all changes so far come to the reaction once more, and waits for what follows.
    pub async fn repeat(&self) {
        self.react(&self.changes().await).await;
        self.settled().await;
    }

    /// What an audit finds amiss in the table, once all that follows from what was written has happened.
    pub async fn findings(&self) -> Vec<Finding> {
        self.settled().await;
        let mut findings = Vec::new();
        let pace = Pace { units: None, pause: Duration::ZERO };
        let app = self.app();
        let report =
            audit::run(app.store(), app.clock(), pace, |finding| findings.push(finding.clone())).await;
        assert_eq!(report.expect("the table can be read").unsettled, 0);
        findings
    }

    /// Panics unless all that always holds of the table holds; in a still world, all that follows from no reaction. Of a
    /// table that others write to it says nothing.
    pub async fn audit(&self) {
        const BY_REACTIONS: [Invariant; 5] = [
            Invariant::SocketsSessions,
            Invariant::DevicesAllowed,
            Invariant::EventsConversation,
            Invariant::SeatsConversation,
            Invariant::FollowUpsDone,
        ];
        if !self.is_local() {
            return;
        }
        let mut findings = self.findings().await;
        if self.backend().pump().is_none() {
            findings.retain(|finding| !BY_REACTIONS.contains(&finding.invariant));
        }
        assert_eq!(findings, []);
    }

    /// Everything in the table, by key.
    pub async fn items(&self) -> BTreeMap<(String, String), HashMap<String, AttributeValue>> {
        let backend = self.backend();
        let pages = backend.client().scan().table_name(backend.table()).into_paginator().items().send();
        let items: Vec<_> = pages.try_collect().await.expect("the table can be scanned");
        let text = |value: &AttributeValue| value.as_s().expect("keys are strings").clone();
        items.into_iter().map(|item| ((text(&item["pk"]), text(&item["sk"])), item)).collect()
    }

    /// The items that a person or a test made; the catalogue and the counting of attempts left aside.
    pub async fn own_items(&self) -> Vec<(String, String)> {
        let aside = ["CATALOGUE", "THROTTLE#"];
        let keys = self.items().await.into_keys();
        keys.filter(|(pk, _)| !aside.iter().any(|prefix| pk.starts_with(prefix))).collect()
    }
}
