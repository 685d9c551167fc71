"""Countries of nationality: posts, and shares of each route."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Floats, Ints
from synthetic_data.filing.volumes import Status, day


@dataclass(frozen=True, slots=True)
class Country:
    """A country of nationality: code, posts with weights, and the shares it has of visitors and of other routes.

    Attributes
    ----------
    dial
        Country code, and how a mobile number begins before its last eight digits.
    """

    code: str
    posts: tuple[str, ...]
    weights: tuple[float, ...]
    dial: str
    airport: str
    visitor: float
    resident: float
    stage: float
    spouse: float


# shares of visitors follow the visas issued in 2010, those of stage and spouse the entries of 2003-2009; a rounded reading
COUNTRIES = (
    Country(
        "CHN",
        ("CN-SHA", "CN-BEI", "CN-CAN", "CN-SHE"),
        (0.38, 0.31, 0.13, 0.18),
        "+86 138",
        "PVG",
        0.615,
        0.50,
        0.06,
        0.33,
    ),
    Country("THA", ("TH-BKK",), (1.0,), "+66 8", "BKK", 0.110, 0.06, 0.04, 0.10),
    Country("PHL", ("PH-MNL", "PH-CEB"), (0.88, 0.12), "+63 91", "MNL", 0.016, 0.10, 0.50, 0.27),
    Country("IDN", ("ID-JKT", "ID-SUB"), (0.74, 0.26), "+62 81", "CGK", 0.032, 0.06, 0.07, 0.04),
    Country("VNM", ("VN-HAN", "VN-SGN"), (0.6, 0.4), "+84 9", "HAN", 0.008, 0.05, 0.01, 0.04),
    Country("MYS", ("MY-KUL",), (1.0,), "+60 11", "KUL", 0.062, 0.01, 0.00, 0.01),
    Country("IND", ("IN-DEL",), (1.0,), "+91 98", "DEL", 0.026, 0.03, 0.00, 0.01),
    Country("RUS", ("RU-MOW", "RU-VVO"), (0.6, 0.4), "+7 91", "SVO", 0.026, 0.01, 0.12, 0.03),
    Country("KOR", ("KR-SEL",), (1.0,), "+82 10", "ICN", 0.002, 0.05, 0.05, 0.07),
    Country("BRA", ("BR-SAO",), (1.0,), "+55 119", "GRU", 0.010, 0.02, 0.03, 0.04),
    Country("MMR", ("MM-RGN",), (1.0,), "+95 9", "RGN", 0.019, 0.01, 0.00, 0.01),
    Country("NPL", ("NP-KTM",), (1.0,), "+977 98", "KTM", 0.018, 0.02, 0.00, 0.01),
    Country("KHM", ("KH-PNH",), (1.0,), "+855 9", "PNH", 0.012, 0.01, 0.00, 0.01),
    Country("COL", ("CO-BOG",), (1.0,), "+57 31", "BOG", 0.014, 0.00, 0.05, 0.01),
    Country("UKR", ("UA-IEV",), (1.0,), "+380 9", "KBP", 0.016, 0.00, 0.07, 0.02),
    # these need no visa for a visit, nor does the Republic of Korea since 2006
    Country("TWN", ("TW-TPE",), (1.0,), "+886 9", "TPE", 0.0, 0.02, 0.0, 0.02),
    Country("USA", ("US-LAX",), (1.0,), "+1 21", "LAX", 0.0, 0.02, 0.02, 0.02),
    Country("GBR", ("GB-LON",), (1.0,), "+44 77", "LHR", 0.0, 0.01, 0.01, 0.01),
    Country("AUS", ("AU-SYD",), (1.0,), "+61 4", "SYD", 0.0, 0.01, 0.01, 0.01),
)
INDEX = {country.code: number for number, country in enumerate(COUNTRIES)}
EXEMPT = {"KOR": 0.48, "TWN": 0.27, "USA": 0.13, "GBR": 0.07, "AUS": 0.05}
CODES = np.array([country.code for country in COUNTRIES], dtype=object)
AIRPORTS = np.array([country.airport for country in COUNTRIES], dtype=object)
_FIELDS: dict[int, str] = {
    Status.VISITOR: "visitor",
    Status.ENTERTAINER: "stage",
    Status.SPOUSE: "spouse",
    Status.LONG_TERM: "spouse",
}
_FEMALE: dict[int, float] = {Status.VISITOR: 0.52, Status.ENTERTAINER: 0.78, Status.SPOUSE: 0.78, Status.LONG_TERM: 0.58, Status.INTERN: 0.50, Status.TRAINEE: 0.48, Status.STUDENT: 0.50,
           Status.COOK: 0.06, Status.DESIGNATED: 0.45}  # fmt: skip
_POST_NAMES = tuple(post for country in COUNTRIES for post in country.posts)
POSTS = np.array(_POST_NAMES, dtype=object)
_FIRST_POST = np.cumsum([0] + [len(country.posts) for country in COUNTRIES])[:-1]
# share of entertainers who are Filipino: from MOJ's counts of both a year, with the fall that the criteria of March 2005 began
_FILIPINO_STAGE = {day(2003): 0.60, day(2005, 3, 15): 0.60, day(2005, 6): 0.36, day(2005, 9): 0.20, day(2005, 12): 0.11,
                   day(2006, 7): 0.105, day(2007): 0.20, day(2007, 6): 0.29, day(2008, 7): 0.26, day(2009, 7): 0.22}  # fmt: skip


def _shares(status: int) -> Floats:
    field = _FIELDS.get(status, "resident")
    weights = np.array([getattr(country, field) for country in COUNTRIES])
    return weights / weights.sum()


def _mixed_shares() -> Floats:
    """Return what visitors' and residents' countries are on average, so that no group is too small to be compared."""
    return (_shares(Status.VISITOR) + _shares(Status.STUDENT)) / 2.0


def draw_country(rng: np.random.Generator, statuses: Ints, days: Ints, *, flat: bool) -> Ints:
    """Return int64[n]: nationalities by route, on stage by year too; in a flat world the route says nothing."""
    out = np.empty(len(statuses), dtype=np.int64)
    for status in np.unique(statuses).tolist():
        rows = np.flatnonzero(statuses == status)
        if status == Status.ENTERTAINER and not flat:
            out[rows] = _performers(rng, days[rows])
        else:
            out[rows] = rng.choice(len(COUNTRIES), len(rows), p=_mixed_shares() if flat else _shares(status))
    return out


def filipino_share(days: Ints) -> Floats:
    """Return float64[n]: the share of entertainers who are Filipino around each day."""
    return np.interp(days, list(_FILIPINO_STAGE), list(_FILIPINO_STAGE.values()))


def _performers(rng: np.random.Generator, days: Ints) -> Ints:
    others = _shares(Status.ENTERTAINER)
    others[INDEX["PHL"]] = 0.0
    elsewhere = rng.choice(len(COUNTRIES), len(days), p=others / others.sum())
    return np.where(rng.random(len(days)) < filipino_share(days), INDEX["PHL"], elsewhere)


def draw_female(rng: np.random.Generator, statuses: Ints, *, flat: bool) -> Bools:
    """Return bool[n]: sex by route; in a flat world the route says nothing."""
    share = np.array([0.5 if flat else _FEMALE.get(status, 0.5) for status in range(12)])
    return rng.random(len(statuses)) < share[statuses]


def draw_post(rng: np.random.Generator, countries: Ints) -> Ints:
    """Return int64[n]: the post at which people of these countries usually apply."""
    bounds = np.ones((len(COUNTRIES), max(len(country.posts) for country in COUNTRIES)))
    for number, country in enumerate(COUNTRIES):
        bounds[number, : len(country.posts) - 1] = np.cumsum(country.weights)[:-1]
    return _FIRST_POST[countries] + (rng.random(len(countries))[:, None] >= bounds[countries]).sum(axis=1)
