"""T4: false acknowledgement of children, which gives them Japanese nationality."""

from __future__ import annotations

from synthetic_data.people.children import bring_child
from synthetic_data.typologies.brokers import control, vouch
from synthetic_data.typologies.groups import Members


def acknowledged(m: Members) -> None:
    """T4: one man acknowledges children of several mothers; his and their travels never crossed."""
    bring_child(m.d, m.rng, m.plan)
    father = m.of("guarantors") + m.turn // 3
    m.swap(0.55, parent=father)
    vouch(m, guarantor=0.25, phone=0.4, introducer=0.6, statement=0.45, agency=0.8)
    m.swap(0.35, guarantor=father, guarantor_home=father)
    control(m, moves=0.5, gone=0.12, seen=0.3, files=0.4)
