"""Features of the application itself: status sought, stay, income, who pays and who lodges."""

from features.catalogue.builders import single
from features.catalogue.case_fields import Amount, Days, IsAnyOf
from features.catalogue.measures import OwnStays

SHARED = (
    single(name="days_in_japan_365d_days", family="application", measure=OwnStays("days_in_last_365")),
)  # fmt: skip

VISA = (
    single(name="is_spouse_flag", family="application", measure=IsAnyOf("status_of_residence", ("spouse_or_child_of_japanese",))),
    single(name="is_entertainer_flag", family="application", measure=IsAnyOf("status_of_residence", ("entertainer",))),
    single(name="is_trainee_flag", family="application", measure=IsAnyOf("status_of_residence", ("trainee", "technical_intern"))),
    single(name="is_student_flag", family="application", measure=IsAnyOf("status_of_residence", ("student",))),
    single(name="is_worker_flag", family="application", measure=IsAnyOf("status_of_residence", ("skilled_labor", "engineer_specialist", "designated_activities"))),
    single(name="intended_stay_days", family="application", measure=Amount("intended_stay_days")),
    single(name="monthly_income_yen", family="application", measure=Amount("monthly_income_jpy")),
    single(name="travel_paid_by_other_flag", family="application", measure=IsAnyOf("travel_paid_by", ("sponsor", "agency", "employer"))),
    single(name="lodged_by_other_flag", family="application", measure=IsAnyOf("lodged_by", ("sponsor", "other"))),
    single(name="lead_time_days", family="application", measure=Days(end="intended_arrival_on")),
)  # fmt: skip

ENTRY = (
    single(name="is_spouse_flag", family="application", measure=IsAnyOf("status_of_residence", ("spouse_or_child_of_japanese",)), meaning="landing_is_spouse_flag"),
    single(name="is_entertainer_flag", family="application", measure=IsAnyOf("status_of_residence", ("entertainer",)), meaning="landing_is_entertainer_flag"),
    single(name="is_trainee_flag", family="application", measure=IsAnyOf("status_of_residence", ("trainee", "technical_intern")), meaning="landing_is_trainee_flag"),
    single(name="is_visitor_flag", family="application", measure=IsAnyOf("status_of_residence", ("temporary_visitor",))),
    single(name="permitted_stay_days", family="application", measure=Amount("permitted_stay_days")),
    single(name="since_departure_days", family="application", measure=OwnStays("days_since_departure")),
)  # fmt: skip
