//! Opens the embedded database, and gives it what it lacks for daily use.

use std::path::PathBuf;

use dynoxide::Database;
use rusqlite::Connection;
use uuid::Uuid;

use crate::error::{Error, Result};

/// For each write the emulator looks up the last record of the table's stream, and for that it reads all there are:
/// after 20,000 writes one takes 5 ms and more. With this index it takes a fifth of a millisecond, however many
/// there were.
const ORDER: &str = "CREATE INDEX IF NOT EXISTS tunelink_stream_order \
                     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";
/// A stream goes back 24 hours; the emulator itself forgets nothing.
const TRIM: &str = "DELETE FROM _stream_records WHERE created_at < unixepoch() - 86400";

/// Opens the database in `file`, or one in memory.
pub(crate) fn open(file: Option<PathBuf>) -> Result<Database> {
    let place = match file {
        Some(file) => file
            .into_os_string()
            .into_string()
            .map_err(|name| Error::Store(format!("{} is no UTF-8", name.display())))?,
        // A name lets a second connection reach what is in memory.
        None => format!("file:{}?mode=memory&cache=shared", Uuid::now_v7()),
    };
    let failed = |error: &dyn std::error::Error| Error::Store(format!("{place}: {error}"));
    let database = Database::new(&place).map_err(|error| failed(&error))?;
    let connection = Connection::open(&place).map_err(|error| failed(&error))?;
    connection.execute_batch(&format!("{ORDER}; {TRIM}")).map_err(|error| failed(&error))?;
    Ok(database)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: &str = "EXPLAIN QUERY PLAN SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = 'T'";
    const OLD: &str = "INSERT INTO _stream_records (table_name, event_name, keys_json, sequence_number, shard_id, \
                       created_at) VALUES ('T', 'INSERT', '{}', '1', 'S', unixepoch() - 86401), \
                       ('T', 'INSERT', '{}', '2', 'S', unixepoch() - 86300)";

    #[test]
    fn streams_are_ordered_and_go_back_a_day() {
        let file = std::env::temp_dir().join(format!("tunelink-{}.sqlite", Uuid::now_v7()));
        drop(open(Some(file.clone())).unwrap());
        let connection = Connection::open(&file).unwrap();
        let plan: String = connection.query_row(LAST, [], |row| row.get("detail")).unwrap();
        assert!(plan.contains("tunelink_stream_order"), "{plan}");
        connection.execute_batch(OLD).unwrap();
        drop(open(Some(file.clone())).unwrap());
        let left: String = connection
            .query_row("SELECT group_concat(sequence_number) FROM _stream_records", [], |row| row.get(0))
            .unwrap();
        assert_eq!(left, "2");
        drop(connection);
        std::fs::remove_file(file).unwrap();
    }
}
