"""Decisions on new cases: record stored, history read, scored, explained and kept, in one transaction."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from psycopg import Error as DriverError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from features.database import engine_as, open_engine
from features.error_origin import origin
from features.facts.table_facts import TableFacts, facts_of_table
from features.matrix import TABLE_OF_SUBJECT
from features.settings import Settings
from features.store.records import RecordExists, RecordStore
from features.store.schema_migration import migrate
from models.bundle import Bundle
from serving.auth.permissions import Caller
from serving.decisions.desk_clock import DeskClock
from serving.decisions.hand_entry_limits import count_hand_entry
from serving.decisions.recent_counts import RecentCounts
from serving.decisions.register_matches import register_view
from serving.decisions.scoring import decide_case, undecidable
from serving.decisions.search_words import index_cases_of_before, index_outcomes, words_of_record
from serving.decisions.sight import Sight
from serving.decisions.stored_records import on_stored
from serving.log.acts import seal_rows_of_before
from serving.log.configuration import ServedModels
from serving.refusals import Refusal, busy
from serving.registry.loaded_models import LoadedModels
from serving.store import case_words, decisions, scoring_stops
from serving.store.decisions import Decision, IdempotencyKey
from serving.store.submissions import insert_submission
from serving.store.touched_cases import keep_lookups
from serving.store.transactions import in_transaction

SERVICE_ROLE = "mimamori_service"
"""Role in the database that requests work as; the migrations make it."""
log = logging.getLogger("mimamori")
_MIGRATIONS = Path(__file__).parent.parent / "store" / "migrations"


@dataclass(frozen=True, slots=True)
class Computed:
    """A decision, and the keys that its case looked up; none where it could not be computed."""

    decision: Decision
    lookups: frozenset[tuple[int, int]] = frozenset()

    def store(
        self, connection: Connection, *, record_position: int, account_id: int, is_first: bool = True
    ) -> Decision:
        """Store the decision, and its look-ups so that later records find the case; return it as stored."""
        decision = replace(self.decision, record_position=record_position, account_id=account_id)
        self.keep_lookups(connection, is_first=is_first)
        decisions.insert(connection, decision)
        return decision

    def keep_lookups(self, connection: Connection, *, is_first: bool) -> None:
        """Store what the case looked up."""
        keep_lookups(connection, self.decision.subject, self.decision.subject_id, self.lookups, is_first=is_first)


@dataclass(frozen=True, slots=True)
class DecisionService:
    """Database, records and models that decisions need."""

    engine: Engine
    store: RecordStore
    models: LoadedModels
    clock: DeskClock = field(default_factory=DeskClock)
    served: ServedModels = field(default_factory=ServedModels)
    counts: RecentCounts = field(default_factory=RecentCounts)

    def refresh_models(self) -> None:
        """Load models that changed, and seal in the log which ones serve."""
        self.models.reload()
        self.served.seal(self.engine, self.models)

    def now(self, connection: Connection) -> dt.datetime:
        """Return the time of the desk's clock."""
        return self.clock.now(connection, self.models.settings)

    def readable_rows(
        self, connection: Connection, table: str, ids: Sequence[str], position: int | None = None
    ) -> pa.Table:
        """Return stored records by id, without those that cannot be decrypted: they cost no other case its place.

        ``position`` is that of the history; None for the present.
        """
        try:
            return self.store.rows(connection, table, ids, position)
        except InvalidTag:
            if len(ids) == 1:
                log.error("a record of %s cannot be decrypted, and is not shown", table)
                return self.store.rows(connection, table, [])
        half = len(ids) // 2
        parts = (self.readable_rows(connection, table, part, position) for part in (ids[:half], ids[half:]))
        return pa.concat_tables(parts)

    def bundle_for(self, connection: Connection, subject: str, post: str | None) -> Bundle | None:
        """Return the model that scores cases of a post; None without one, and while scoring is stopped there."""
        is_stopped = any(stop.applies_to(subject, post) for stop in scoring_stops.stops(connection))
        return None if is_stopped else self.models.bundles.get(subject)

    def for_requests(self) -> DecisionService:
        """Return the service as requests use it: in a database role that owns nothing and sees what its transactions name."""
        return replace(self, engine=engine_as(self.engine, SERVICE_ROLE))

    def decide(
        self, subject: str, row: pa.Table, post: str | None, *, caller: Caller, key: IdempotencyKey | None = None
    ) -> tuple[Decision, bool]:
        """Store a record and decide about it once, however often and in parallel the request is sent.

        Parameters
        ----------
        caller
            Account that sends the record.

        Returns
        -------
        Decision, bool
            And whether it is new.

        Raises `Refusal` 409 if the key was used for another request, or another record with this id exists.
        """
        own = facts_of_table(TABLE_OF_SUBJECT[subject], row)
        self.refresh_models()
        exists = False

        def work(connection: Connection) -> tuple[Decision, bool]:
            nonlocal exists
            repeated = None if key is None else _repeated(connection, key)
            if repeated is not None:
                return repeated, False
            decision = self._existing(connection, subject, own, row) if exists else None
            new = decision is None
            if decision is None:
                try:
                    decision = self._new(connection, subject, row, own, post, caller)
                except RecordExists:
                    exists = True
                    raise
            if key is not None:
                decisions.insert_key(connection, key, decision.decision_id)
            return decision, new

        try:
            return in_transaction(self.engine, work, caller.reach)
        except RecordExists:
            raise busy() from None

    def compute(
        self,
        connection: Connection,
        subject: str,
        row: pa.Table,
        own: TableFacts,
        post: str | None,
        sight: Sight,
    ) -> Computed:
        """Return a decision on what is seen; stores nothing.

        A case that cannot be computed is queued without a score, and the log says to the operator where it failed.
        """
        try:
            return self.score(connection, subject, row, own, post, sight)
        except (DBAPIError, DriverError, MemoryError):
            raise
        except Exception as error:
            log.error("a case is queued without a score: %s", origin(error))
            bundle = self.models.bundles.get(subject)
            return Computed(undecidable(subject, row, own, bundle, post, sight.position))

    def score(
        self, connection: Connection, subject: str, row: pa.Table, own: TableFacts, post: str | None, sight: Sight
    ) -> Computed:
        """Return a decision on what is seen; stores nothing, and raises what went wrong."""
        view = sight.case(connection, self.store, subject, row, own)
        bundle = self.bundle_for(connection, subject, post)
        decision = decide_case(view, bundle, post, sight.position, register=sight.register)
        return Computed(replace(decision, as_of=int(own["known_at"][0])), view.lookups)

    def append(self, connection: Connection, table: str, row: pa.Table, account_id: int) -> list[int]:
        """Store records of a table with the account that sent them; raises `RecordExists`."""
        positions = self.store.append(connection, table, row)
        insert_submission(connection, positions, account_id)
        if table == "outcomes":
            index_outcomes(connection, self.store.data_key, row)
        return positions

    def _new(
        self, connection: Connection, subject: str, row: pa.Table, own: TableFacts, post: str | None, caller: Caller
    ) -> Decision:
        head = self.store.head(connection)
        register = register_view(connection, self.store, caller.role, None, row)
        computed = self.compute(connection, subject, row, own, post, Sight(head, register=register))
        [position] = self.store.append(connection, TABLE_OF_SUBJECT[subject], row, own)
        count_hand_entry(connection, self.store, caller, subject, row, own, head)
        words = words_of_record(self.store.data_key, row.to_pylist()[0])
        case_words.insert(connection, post, subject, own.id_of(0), words)
        decision = computed.store(connection, record_position=position, account_id=caller.account_id)
        insert_submission(connection, [position], caller.account_id)
        return decision

    def _existing(self, connection: Connection, subject: str, own: TableFacts, row: pa.Table) -> Decision | None:
        """Return the decision about this very record, None if it is not stored."""
        subject_id = own.id_of(0)
        stored = self.store.rows(connection, TABLE_OF_SUBJECT[subject], [subject_id])
        if stored.num_rows == 0:
            return None
        decision = decisions.latest(connection, subject, subject_id)
        if decision is None or not stored.equals(row):
            expected = "a new id, or a correction at /v1/corrections"
            raise Refusal(409, "exists", "a record with this id is stored already", expected=expected)
        return decision


def _repeated(connection: Connection, key: IdempotencyKey) -> Decision | None:
    """Return the decision that this key was answered with, None for a new key."""
    stored = decisions.answer_of_key(connection, key.key_hash)
    if stored is None:
        return None
    request_hash, decision_id = stored
    decision = decisions.by_id(connection, decision_id) if request_hash == key.request_hash else None
    if decision is None:
        message = "this Idempotency-Key was used for another request"
        raise Refusal(409, "idempotency", message, expected="a new key")
    return decision


def open_service(settings: Settings, engine: Engine | None = None) -> DecisionService:
    """Open the database, migrate its tables and load the champions."""
    engine = engine or open_engine(settings)
    store = RecordStore.open(engine, settings.data_key_path, on_stored)
    migrate(engine, _MIGRATIONS, "serving")
    seal_rows_of_before(engine)
    models = LoadedModels(settings)
    models.reload()
    service = DecisionService(engine, store, models)
    with engine.begin() as connection:
        index_cases_of_before(connection, store.data_key, service.readable_rows)
    engine.dispose()  # requests use connections of another role
    return service
