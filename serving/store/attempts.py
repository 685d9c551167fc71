"""SQL of attempts to sign in: counted by bucket over a time, in the database that all workers share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from serving.store.transactions import lock_until_commit


def add_attempts(connection: Connection, buckets: Sequence[bytes], minutes: int) -> dict[bytes, int]:
    """Store an attempt in each bucket and return how many each holds in the last minutes, this attempt included.

    Others who count in these buckets wait until this transaction ends.
    """
    for bucket in sorted(buckets):
        lock_until_commit(connection, "attempt", bucket.hex())
    since = "clock_timestamp() - make_interval(mins => :minutes)"
    connection.execute(
        text(f"delete from serving.attempt where bucket = any(:buckets) and attempted_at < {since}"),
        {"buckets": list(buckets), "minutes": minutes},
    )
    connection.execute(text("insert into serving.attempt (bucket) values (:bucket)"), [{"bucket": b} for b in buckets])
    rows = connection.execute(
        text("select bucket, count(*) from serving.attempt where bucket = any(:buckets) group by bucket"),
        {"buckets": list(buckets)},
    )
    return {bytes(row[0]): row[1] for row in rows}


def clear_attempts(connection: Connection, buckets: Sequence[bytes]) -> None:
    """Delete the attempts in some buckets."""
    connection.execute(text("delete from serving.attempt where bucket = any(:buckets)"), {"buckets": list(buckets)})


def take_back(connection: Connection, bucket: bytes) -> None:
    """Delete the latest attempt in a bucket."""
    query = text(
        "delete from serving.attempt where ctid = (select ctid from serving.attempt where bucket = :bucket "
        "order by attempted_at desc limit 1)"
    )
    connection.execute(query, {"bucket": bucket})


def delete_old(connection: Connection, minutes: int) -> None:
    """Delete attempts that no limit counts any more."""
    query = text("delete from serving.attempt where attempted_at < clock_timestamp() - make_interval(mins => :minutes)")
    connection.execute(query, {"minutes": minutes})
