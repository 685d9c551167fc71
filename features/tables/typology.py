"""Typologies of trafficking, T1 to T12; their labels are in the language files."""

from enum import StrEnum

from features.languages import Text, text


class Typology(StrEnum):
    """Way in which people are trafficked, by the code that outcomes carry."""

    SHAM_MARRIAGE = "T1"
    BORROWED_IDENTITY = "T2"
    MOTHER_OF_JAPANESE_CHILD = "T3"
    FALSE_ACKNOWLEDGEMENT = "T4"
    ENTERTAINER = "T5"
    CHILD = "T6"
    TRAINEE = "T7"
    TRANSIT = "T8"
    FORGED_DOCUMENTS = "T9"
    SPOUSE_IN_ADULT_ENTERTAINMENT = "T10"
    LABOUR_OF_MEN = "T11"
    BROKER = "T12"

    @property
    def label(self) -> Text:
        """Label by language."""
        return text("typologies", self.value)
