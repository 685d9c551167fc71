from __future__ import annotations

import numpy as np
import pytest

from features.tables import Records
from training.data.judgement import evaluation_frame
from training.data.labels import UNFLAGGED_FILES
from training.data.selection import inverse_propensity
from training.data.splits import final_labels
from training.evaluation.by_labels import labels_of
from training.fitting.cases import Cases


@pytest.mark.parametrize(("subject", "table"), [("visa", "visa_applications"), ("entry", "landings")])
def test_a_route_is_the_status_asked_for_and_for_a_landing_whether_there_was_a_visa(
    world: Records, subject: str, table: str
) -> None:
    cases = Cases.of(world, subject, None)
    rows = world[table].to_pandas().set_index("application_id" if subject == "visa" else "landing_id")
    rows = rows.loc[cases.matrix.subject_ids]
    told = rows.status_of_residence + ("" if subject == "visa" else rows.application_id.notna().astype(str))
    assert cases.found.route is not None
    pairs = set(zip(told, cases.found.route.tolist(), strict=True))
    assert len(pairs) == told.nunique() == len(np.unique(cases.found.route))
    labels = cases.found.known_before()
    some = np.arange(0, len(told), 3)
    assert np.array_equal(labels.of(some).route, cases.found.of(some).route)


def test_the_declared_lot_reaches_whatever_weighs(world: Records) -> None:
    cases = Cases.of(world, "visa", None, lot=UNFLAGGED_FILES)
    assert cases.found.lot == UNFLAGGED_FILES
    assert cases.found.of(np.arange(3)).lot == UNFLAGGED_FILES
    assert cases.found.only(cases.found.value == 1.0).lot == UNFLAGGED_FILES
    labels = final_labels(cases.found)
    assert labels.of(np.arange(3)).lot == UNFLAGGED_FILES
    frame = evaluation_frame(cases.audit, cases.matrix.as_of, labels, inverse_propensity(labels))
    assert labels_of(frame).lot == UNFLAGGED_FILES
