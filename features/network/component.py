"""Connected component of a case: the records linked to it by shared identifiers, as of the moment.

Records are linked by a phone, address, sponsor, passport, person, fingerprint identity, booking or statement. An
identifier of more than `DEGREE_CAP` records is a hub (a hotel, an agency, a hall of residence) and links nothing; where
it is a contact, what became of others under it does not count in `features.kernel.view` either. Only records of the last
`LINK_DAYS` days count. The component grows by whole levels, so its content depends on no order, and stops after the level
that passes `SIZE_LIMIT`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.arrays import Bools, Ints
from features.cases import Cases
from features.events.history import History
from features.events.linked_facts import PHONES
from features.network.search import hubs, search
from features.network.shared_keys import SharedKeys, group_keys
from features.parallel import in_slices
from features.statements.statement_index import StatementIndex, statement_index
from features.tables.times import DAY_US

DEGREE_CAP = 25
LINK_DAYS = 1095
SIZE_LIMIT = 60
LEVELS = 3
LINKS_OF_APPLICATION = (
    *PHONES, "stay_address", "guarantor_address", "inviter_address", "guarantor", "inviter", "parent", "passport",
    "person", "id",
)  # fmt: skip
LINKS_OF_LANDING = (
    "stay_phone", "booking_phone", "stay_address", "passport", "person", "biometric", "booking", "application",
)  # fmt: skip
LINKS_OF_CASE = {
    "visa": LINKS_OF_APPLICATION, "entry": (*LINKS_OF_LANDING, *PHONES, "guarantor", "inviter"),
}  # fmt: skip
"""Keys from which the search starts, by subject."""
CONTACTS = {
    subject: tuple(name for name in columns if name.endswith(("_phone", "_address")))
    for subject, columns in LINKS_OF_CASE.items()
}
"""Keys that may be of a hub: many honest people share a contact, while a sponsor of many people is the sponsor of each."""
MEASURES = (
    "records", "persons", "guarantors", "phones", "spouse_applications", "missing_or_overstay", "findings",
    "adult_work", "levels",
)  # fmt: skip
_SINCE = ("spouse_applications", "missing_or_overstay", "findings", "adult_work")
"""Measures that count the records with a date in `Graph.since`, in its order."""
MEMBERS_LISTED = 512
"""Records of a component that are listed at most, the nearest first."""
_LATER: int = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Graph:
    """Records (r: applications, then landings) and the identifiers that link them.

    Attributes
    ----------
    people
        int64[r, 3]: person, guarantor and guarantor's phone.
    since
        int64[r, 4]: since when a record is a spouse application, a missing or overstaying person, a finding, adult
        work.
    statement
        int64[r]: number of the record's statement in the index, -1 for none.
    """

    shared: SharedKeys
    people: Ints
    since: Ints
    statement: Ints
    index: StatementIndex


class Network:
    """Graph of a history, built once, in which each case's component is measured."""

    def __init__(self, history: History) -> None:
        self._history = history

    @property
    def graph(self) -> Graph:
        """Graph over all records of the history."""
        return self._history.once(("graph",), self._build)

    def _build(self) -> Graph:
        facts, index = self._history.facts, statement_index(self._history)
        applications, landings = facts["visa_applications"], facts["landings"]
        n, m = len(applications), len(landings)
        keys = np.zeros((n + m, max(len(LINKS_OF_APPLICATION), len(LINKS_OF_LANDING))), dtype=np.int64)
        for column, name in enumerate(LINKS_OF_APPLICATION):
            keys[:n, column] = applications[name]
        for column, name in enumerate(LINKS_OF_LANDING):
            keys[n:, column] = landings[name]
        if len(self._history.hubs):
            keys[np.isin(keys, self._history.hubs)] = 0
        people = np.zeros((n + m, 3), dtype=np.int64)
        for column, name in enumerate(("person", "guarantor", "guarantor_phone")):
            people[:n, column] = applications[name]
        people[n:, 0] = landings["person"]
        known = np.concatenate([applications["known_at"], landings["known_at"]])
        statement = np.concatenate([index.number(applications["statement"]), np.full(m, -1)])
        return Graph(group_keys(keys, known), people, self._since(n, m), statement, index)

    def _since(self, n: int, m: int) -> Ints:
        history = self._history
        since = np.full((n + m, 4), _LATER, dtype=np.int64)
        applications = history.events("applications")
        since[:n, 0] = np.where(applications.flags["spouse"], applications.known_at, _LATER)
        missing = history.events("residence_events").with_flag("missing_or_overstay")
        for column, events in ((1, missing), (2, history.events("findings"))):
            for table, rows in events.sources[1:]:
                shift = n if table == "landings" else 0
                np.minimum.at(since[:, column], rows[rows >= 0] + shift, events.known_at[rows >= 0])
        work = history.events("employment_reports_of_sponsored").with_flag("adult")
        np.minimum.at(since[:, 3], work.sources[-1][1], work.known_at)
        return since

    def measure(self, cases: Cases) -> NDArray[np.int32]:
        """Return int32[n, 9]: `MEASURES` of each case's component, without the case's own record and person."""
        return self._search(cases, 0)[0]

    def is_hub(self, cases: Cases, column: str) -> Bools:
        """Return bool[n]: whether a case's contact has more records than the degree cap, as of the case.

        A hotel, an agency or a hall of residence: what is on record under it tells of nobody in particular.
        """
        shared, keys = self.graph.shared, cases.key(column)
        if column not in CONTACTS[cases.subject]:
            return np.zeros(len(cases), dtype=bool)
        marked = np.isin(keys, self._history.hubs)
        hubs(shared.number(keys), cases.as_of, shared.begin, shared.posted_at, DEGREE_CAP, LINK_DAYS * DAY_US, marked)
        return marked

    def records_of(self, cases: Cases, case: int, measure: str) -> tuple[Ints, Ints]:
        """Return the rows of the applications and of the landings in a case's component that a measure counts."""
        members = self._search(cases, MEMBERS_LISTED, slice(case, case + 1))[1][0]
        members = members[members >= 0]
        if measure in _SINCE:
            members = members[self.graph.since[members, _SINCE.index(measure)] < cases.as_of[case]]
        n = len(self._history.facts["visa_applications"])
        return members[members < n], members[members >= n] - n

    def _search(self, cases: Cases, listed: int, rows: slice = slice(None)) -> tuple[NDArray[np.int32], Ints]:
        graph, shared, index = self.graph, self.graph.shared, self.graph.index
        out = np.zeros((len(cases.as_of[rows]), len(MEASURES)), dtype=np.int32)
        members = np.full((len(out), listed), -1, dtype=np.int64)
        if not len(graph.statement):
            return out, members
        start = np.stack([shared.number(cases.key(name)[rows]) for name in LINKS_OF_CASE[cases.subject]], axis=1)
        statement, near_begin, near = index.neighbours(cases.key("statement")[rows])
        person, as_of = cases.key("person")[rows], cases.as_of[rows]

        def search_slice(some: slice) -> None:
            search(
                start[some], statement[some], person[some], as_of[some],
                shared.link_begin, shared.links, shared.begin, shared.posted, shared.posted_at,
                graph.people, graph.since, graph.statement,
                near_begin, near, index.begin, index.posted, index.posted_at,
                DEGREE_CAP, LINK_DAYS * DAY_US, SIZE_LIMIT, LEVELS, out[some], members[some],
            )  # fmt: skip

        in_slices(search_slice, len(out))
        return out, members
