"""T3: mothers of children with Japanese nationality, exploited near the work."""

from __future__ import annotations

from synthetic_data.filing.form_codes import Payer, Relation
from synthetic_data.people.children import bring_child
from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def mothers(m: Members) -> None:
    """T3: pairs of mother and child in series, vouched for by neither father nor kin, housed near the work."""
    bring_child(m.d, m.rng, m.plan)
    vouch(m, guarantor=0.5, phone=0.42, introducer=0.65, statement=0.4, agency=0.7)
    m.swap(0.4, relation=m.rng.choice((Relation.ORGANISATION, Relation.OTHER, Relation.FRIEND), len(m)))
    m.show(0.35, stay=m.of("dormitory"))
    m.show(0.2, payer=Payer.SPONSOR)
    m.show(0.3, party=m.of("party") + m.plan["day"] // 30)
    control(m, moves=0.6, gone=0.12, seen=0.4, files=0.4)
