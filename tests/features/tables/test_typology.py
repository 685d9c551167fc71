"""The twelve typologies, with a label in every language. Covers: features.tables.typology, features.tables.categories."""

from __future__ import annotations

from features.languages import LANGUAGES
from features.tables import TABLES
from features.tables.categories import TYPOLOGIES
from features.tables.typology import Typology


def test_outcomes_carry_the_codes_t1_to_t12() -> None:
    assert tuple(f"T{number}" for number in range(1, 13)) == TYPOLOGIES
    assert TABLES["outcomes"].column("typology").allowed == TYPOLOGIES


def test_every_typology_has_a_label_of_its_own_in_every_language() -> None:
    for language in LANGUAGES:
        assert len({typology.label[language] for typology in Typology}) == len(Typology) == 12
    assert Typology.LABOUR_OF_MEN.label["en"] == "labour exploitation of men"
