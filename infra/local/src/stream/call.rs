use std::time::Duration;

use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;

use super::Function;

/// Calls a function as Lambda does: it fails when it says so, when it panics, and when it takes longer than `timeout`.
pub(super) async fn call(
    function: &Function,
    event: Event,
    timeout: Duration,
) -> Result<DynamoDbEventResponse, String> {
    let function = Function::clone(function);
    let mut running = tokio::spawn(async move { function(event).await });
    match tokio::time::timeout(timeout, &mut running).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panic)) => Err(panic.to_string()),
        Err(_) => {
            running.abort();
            Err(format!("it took longer than {timeout:?}"))
        }
    }
}
