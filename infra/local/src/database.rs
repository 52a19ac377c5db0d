//! Opens the embedded database, and gives it what it lacks for daily use.

use std::path::{Path, PathBuf};

use dynoxide::Database;
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::error::{Error, Result};

/// For each write the emulator looks up the last record of the table's stream, and for that it reads all there are:
/// after 20,000 writes one takes 5 ms and more. With this index it takes a fifth of a millisecond, however many
/// there were. Those who read the stream find their place by it as well.
const ORDER: &str = "CREATE INDEX IF NOT EXISTS tunelink_stream_order \
                     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";
/// The last record that is too old: a stream goes back 24 hours; the emulator itself forgets nothing.
const OLD: &str = "SELECT CAST(sequence_number AS INTEGER) FROM _stream_records \
                   WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2 \
                   AND created_at < unixepoch() - 86400 \
                   ORDER BY CAST(sequence_number AS INTEGER) DESC LIMIT 1";
/// A few at a time, so that the emulator's own writes need not wait long.
const TRIM: &str = "DELETE FROM _stream_records WHERE id IN (SELECT id FROM _stream_records \
                    WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) <= ?2 \
                    ORDER BY CAST(sequence_number AS INTEGER) LIMIT 500)";
/// What the emulator adds to the sequence numbers that it stores when it shows them.
const SHOWN: i128 = 100_000_000_000_000_000_000;

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
    connection.execute_batch(ORDER).map_err(|error| failed(&error))?;
    Ok(database)
}

/// Removes from the stream of `table` what is older than 24 hours, up to the record `passed` and no further. Returns
/// how many records that were. It blocks.
pub(crate) fn trim(file: &Path, table: &str, passed: &str) -> Result<usize> {
    let passed: Option<i128> = passed.parse().ok();
    let passed = passed.and_then(|shown| i64::try_from(shown - SHOWN).ok());
    let Some(passed) = passed else { return Ok(0) };
    let trimmed = || {
        let connection = Connection::open(file)?;
        let old: Option<i64> = connection.query_row(OLD, (table, passed), |row| row.get(0)).optional()?;
        let Some(old) = old else { return Ok(0) };
        let mut trimmed = 0;
        loop {
            match connection.execute(TRIM, (table, old))? {
                0 => return Ok(trimmed),
                some => trimmed += some,
            }
        }
    };
    trimmed().map_err(|error: rusqlite::Error| Error::Store(format!("{}: {error}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: &str = "EXPLAIN QUERY PLAN SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = 'T'";
    const NEXT: &str = "EXPLAIN QUERY PLAN SELECT event_name FROM _stream_records WHERE table_name = 'T' AND shard_id = 'S' AND CAST(sequence_number AS INTEGER) > 5 ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT 9";
    const RECORDS: &str = "INSERT INTO _stream_records (table_name, event_name, keys_json, sequence_number, shard_id, \
                           created_at) VALUES ('T', 'INSERT', '{}', '1', 'S', unixepoch() - 86401), \
                           ('T', 'INSERT', '{}', '2', 'S', unixepoch() - 86401), \
                           ('T', 'INSERT', '{}', '3', 'S', unixepoch() - 86401), \
                           ('U', 'INSERT', '{}', '1', 'S', unixepoch() - 86401), \
                           ('T', 'INSERT', '{}', '4', 'S', unixepoch() - 86300)";

    struct Scratch(PathBuf);

    impl Scratch {
        fn open() -> (Self, Connection) {
            let file = std::env::temp_dir().join(format!("tunelink-{}.sqlite", Uuid::now_v7()));
            drop(open(Some(file.clone())).unwrap());
            let connection = Connection::open(&file).unwrap();
            (Self(file), connection)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn streams_are_written_and_read_by_their_order() {
        let (_scratch, connection) = Scratch::open();
        for query in [LAST, NEXT] {
            let plan: String = connection.query_row(query, [], |row| row.get("detail")).unwrap();
            assert!(plan.contains("tunelink_stream_order"), "{plan}");
        }
    }

    #[test]
    fn what_is_older_than_a_day_is_trimmed_once_it_was_passed() {
        let (scratch, connection) = Scratch::open();
        connection.execute_batch(RECORDS).unwrap();
        let trim = |passed: &str| trim(&scratch.0, "T", passed).unwrap();
        let left = || -> String {
            let all = "SELECT group_concat(table_name || sequence_number, ' ') FROM _stream_records";
            connection.query_row(all, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(trim("no number"), 0);
        assert_eq!(trim("100000000000000000002"), 2);
        assert_eq!(left(), "T3 U1 T4");
        assert_eq!(trim("100000000000000000004"), 1);
        assert_eq!(left(), "U1 T4");
    }
}
