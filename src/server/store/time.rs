//! Moments at the database's edge: a column of whole milliseconds.

use crate::floor::time::Time;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};

impl<C: Copy> From<Time<C>> for Value {
    fn from(at: Time<C>) -> Value {
        Value::Integer(at.as_millis())
    }
}

impl<C: Copy> ToSql for Time<C> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_millis()))
    }
}

impl<C: Copy> FromSql for Time<C> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Time::from_millis)
    }
}
