"""Values that each category may take. A value's position is its stored code, so values are only appended."""

from features.tables.typology import Typology

STATUSES = (
    "temporary_visitor",
    "entertainer",
    "spouse_or_child_of_japanese",
    "long_term_resident",
    "technical_intern",
    "trainee",
    "student",
    "dependent",
    "skilled_labor",
    "engineer_specialist",
    "designated_activities",
    "other",
)
PAYERS = ("self", "family", "sponsor", "agency", "employer", "unknown")
LODGERS = ("applicant", "accredited_agency", "sponsor", "other")
RELATIONSHIPS = (
    "spouse", "parent", "child", "relative", "employer", "friend", "agency", "organisation", "other",
)  # fmt: skip
INDUSTRIES = (
    "adult_entertainment", "bar_restaurant", "performing_arts", "manufacturing", "construction",
    "agriculture_fishing", "care", "education", "supervising_organisation", "npo_shelter", "other",
)  # fmt: skip
ACTIONS = ("inspection_clean", "violation_found", "trafficking_case", "licence_suspended")
EVENT_KINDS = (
    "address_change", "status_change", "extension", "missing_report", "overstay", "divorce", "spouse_death",
)  # fmt: skip
FINDINGS = ("no_indication", "inconclusive", "indications", "victim_identified")
TYPOLOGIES = tuple(typology.value for typology in Typology)
