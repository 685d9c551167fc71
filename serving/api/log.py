"""Routes of the sealed log: the proof of a decision, the entries, and the signed head."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request

from serving.api.decisions import LIMIT, DecisionInScope
from serving.auth.api_keys import ApiCaller, api_caller
from serving.decisions.own_views import require_own_view
from serving.log.bundle import leaf_as_json
from serving.log.log_tree import LogTree
from serving.log.proofs import proof_of, signed_head
from serving.log.readings import log_readings
from serving.log.tree import consistency_proof
from serving.refusals import Refusal
from serving.store import log_leaves
from serving.store.readings import Reading
from serving.store.transactions import transaction

router = APIRouter()


@router.get("/v1/decisions/{decision_id}/proof")
def get_proof(request: Request, caller: ApiCaller, decision: DecisionInScope) -> dict[str, object]:
    """Return the leaf of a decision and the hashes that lead from it to the signed root; `verifier.py` checks them."""
    service = request.app.state.service
    with transaction(service.engine, caller.reach) as connection:
        require_own_view(connection, service, caller, decision)
    with service.engine.connect() as connection:
        proof = proof_of(connection, _tree(request), service.models.settings, decision.decision_id)
    log_readings(request, caller, [Reading("proof", decision.decision_id)])
    return proof


@router.get("/v1/audit/log")
def audit_log(request: Request, caller: ApiCaller, first: int = 0, limit: int = 50) -> dict[str, object]:
    """Return entries of the log in order, from a position on."""
    with request.app.state.service.engine.connect() as connection:
        size = log_leaves.size(connection)
        start, count = min(max(first, 0), size), min(max(limit, 1), LIMIT)
        leaves = list(log_leaves.leaves(connection, start, count))
    shown = [Reading("log", leaf.subject_id) for leaf in leaves if leaf.kind == "decision"]
    if leaves:
        # one reading for all entries: a reading for each would let the log grow as fast as it is read
        shown.append(Reading("log", None, "log_leaf", f"{leaves[0].position}-{leaves[-1].position}"))
    log_readings(request, caller, shown)
    return {"size": size, "first": start, "leaves": [leaf_as_json(leaf) for leaf in leaves]}


@router.get("/v1/audit/checkpoint", dependencies=[Depends(api_caller)])
def audit_checkpoint(request: Request, since: int | None = None) -> dict[str, object]:
    """Return the signed head of the log, and the proof that it extends the log of the size ``since``."""
    with request.app.state.service.engine.connect() as connection:
        head, hashes = _tree(request).refresh(connection)
    answer = signed_head(request.app.state.service.models.settings, head)
    if since is None:
        return answer
    if not 1 <= since <= head.size:
        raise Refusal(422, "since", "since is out of range", expected=f"1 to {head.size}, the size of the log")
    return {**answer, "since": since, "consistency": [node.hex() for node in consistency_proof(hashes, since)]}


def _tree(request: Request) -> LogTree:
    tree: LogTree = request.app.state.log_tree
    return tree
