"""Proofs, entries and signed head over HTTP, checked by the stand-alone verifier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from features.tables.json_rows import row_as_json
from serving.log import verifier
from serving.log.checkpoints import log_key
from serving.log.signed_note import open_checkpoint
from serving.log.tree import verify_consistency
from tests.serving.conftest import Service


@pytest.fixture
def signed(service: Service, tmp_path: Path) -> Iterator[Service]:
    """The service with a key of the log."""
    models = service.backend.models
    settings = models.settings
    models.settings = replace(settings, log_key_path=tmp_path / "log.pem")
    yield service
    models.settings = settings


def post(service: Service, name: str) -> str:
    table = service.world["visa_applications"]
    record = {**row_as_json(table.slice(table.num_rows - 1, 1).to_pylist()[0]), "application_id": name}
    answer = service.client.post("/v1/visa-applications", json=record, headers=service.headers("feed"))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["decision_id"])


def test_a_proof_leads_from_the_decision_to_the_signed_root(signed: Service) -> None:
    decision_id = post(signed, "A-PROOF-1")
    key = log_key(signed.backend.models.settings).public_key()
    for role in ("officer", "auditor"):
        document = signed.client.get(f"/v1/decisions/{decision_id}/proof", headers=signed.headers(role)).json()
        assert document["leaf"]["id"] == decision_id
        verifier.verify_proof(document, key)
    for role, status in (("elsewhere", 404), ("feed", 403)):
        answer = signed.client.get(f"/v1/decisions/{decision_id}/proof", headers=signed.headers(role))
        assert answer.status_code == status


def test_a_later_head_extends_the_former(signed: Service) -> None:
    key = log_key(signed.backend.models.settings).public_key()
    url, headers = "/v1/audit/checkpoint", signed.headers("auditor")
    former = open_checkpoint(signed.client.get(url, headers=headers).json()["checkpoint"], key)
    post(signed, "A-PROOF-2")
    answer = signed.client.get(url, params={"since": former.size}, headers=headers).json()
    later = open_checkpoint(answer["checkpoint"], key)
    assert later.size == former.size + 3, "the decision, who sent its record, and the reading of the answer"
    proof = [bytes.fromhex(node) for node in answer["consistency"]]
    verify_consistency(former.size, former.root, later.size, later.root, proof)
    for since in (0, later.size + 1):
        assert signed.client.get(url, params={"since": since}, headers=headers).status_code == 422
    assert signed.client.get(url, headers=signed.headers("officer")).status_code == 403


def test_entries_are_listed_in_order_and_without_a_key_nothing_is_signed(service: Service) -> None:
    post(service, "A-PROOF-3")
    headers = service.headers("auditor")
    answer = service.client.get("/v1/audit/log", params={"first": 1, "limit": 2}, headers=headers).json()
    assert [leaf["position"] for leaf in answer["leaves"]] == list(range(1, min(3, answer["size"])))
    assert service.client.get("/v1/audit/log", params={"first": 10**18}, headers=headers).json()["leaves"] == []
    assert service.client.get("/v1/audit/log", headers=service.headers("officer")).status_code == 403
    assert service.client.get("/v1/audit/checkpoint", headers=headers).json()["checkpoint"] is None
