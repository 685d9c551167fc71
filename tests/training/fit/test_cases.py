from __future__ import annotations

import numpy as np
import pytest

from features.tables import Records
from training.evaluation.frame import evaluation_frame
from training.evaluation.label_estimates import labels_of
from training.fit.cases import Cases
from training.labels.labels import UNFLAGGED_FILES
from training.labels.splits import final_labels
from training.sampling.weights import inverse_propensity


@pytest.mark.parametrize(("subject", "table"), [("visa", "visa_applications"), ("entry", "landings")])
def test_a_route_is_the_status_requested_and_for_a_landing_whether_there_was_a_visa(
    world: Records, subject: str, table: str
) -> None:
    cases = Cases.of(world, subject, None)
    rows = world[table].to_pandas().set_index("application_id" if subject == "visa" else "landing_id")
    rows = rows.loc[cases.matrix.subject_ids]
    result = rows.status_of_residence + ("" if subject == "visa" else rows.application_id.notna().astype(str))
    assert cases.outcomes.route is not None
    pairs = set(zip(result, cases.outcomes.route.tolist(), strict=True))
    assert len(pairs) == result.nunique() == len(np.unique(cases.outcomes.route))
    labels = cases.outcomes.known_before()
    some = np.arange(0, len(result), 3)
    assert np.array_equal(labels.of(some).route, cases.outcomes.of(some).route)


def test_the_declared_sample_frame_is_passed_on(world: Records) -> None:
    cases = Cases.of(world, "visa", None, sample_frame=UNFLAGGED_FILES)
    assert cases.outcomes.sample_frame == UNFLAGGED_FILES
    assert cases.outcomes.of(np.arange(3)).sample_frame == UNFLAGGED_FILES
    assert cases.outcomes.only(cases.outcomes.value == 1.0).sample_frame == UNFLAGGED_FILES
    labels = final_labels(cases.outcomes)
    assert labels.of(np.arange(3)).sample_frame == UNFLAGGED_FILES
    frame = evaluation_frame(cases.audit, cases.matrix.as_of, labels, inverse_propensity(labels))
    assert labels_of(frame).sample_frame == UNFLAGGED_FILES
