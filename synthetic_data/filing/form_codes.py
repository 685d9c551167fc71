"""Which answers do the form's questions offer? The codes of payers, relationships and lodgers, as in the nine tables."""

SELF, FAMILY, SPONSOR, AGENCY, EMPLOYER, UNKNOWN = range(6)
(R_SPOUSE, R_PARENT, R_CHILD, R_RELATIVE, R_EMPLOYER, R_FRIEND, R_AGENCY, R_ORGANISATION, R_OTHER) = range(9)
APPLICANT_FILES, AGENCY_FILES, SPONSOR_FILES, OTHER_FILES = range(4)
