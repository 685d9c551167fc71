"""Public figures with their sources, and the kind of world that should show each."""

from __future__ import annotations

from dataclasses import dataclass

ANYWHERE, REALISTIC = "every world", "realistic"
TOLERANCE = 0.20


@dataclass(frozen=True, slots=True)
class Figure:
    """A public figure beside the world's.

    Attributes
    ----------
    low, high
        The public figure, or the range in which public ones lie.
    measured
        The world's; NaN where the world has nothing to count.
    compared
        `ANYWHERE` where ratios are free of a world's enrichment, `REALISTIC` where only rates as in life may be compared.
    why
        Why it may be off, for the list of limits.
    """

    name: str
    low: float
    high: float
    measured: float
    source: str
    compared: str
    why: str = ""

    @property
    def deviation(self) -> float:
        """The share by which the world lies off the public figure, or off the nearest end of its range; 0 inside."""
        if self.measured != self.measured:  # NaN
            return float("nan")
        nearest = min(max(self.measured, self.low), self.high)
        return self.measured / nearest - 1.0

    @property
    def far(self) -> bool:
        """Whether it misses by more than a fifth, or cannot be counted."""
        return not abs(self.deviation) <= TOLERANCE


# entries of all foreigners, and of Filipino entertainers (Ministry of Justice)
ENTRIES = {2003: 5_727_240, 2004: 6_756_830, 2005: 7_450_103, 2009: 7_581_330, 2010: 9_443_696, 2011: 7_135_407}
ENTRIES_2008 = 9_146_108
FILIPINO_STAGE = {2004: 82_741, 2005: 47_765, 2006: 8_607, 2007: 11_065, 2009: 7_465}
FILIPINO_STAGE_2008 = 9_199
STAGE_2003, STAGE_2008 = 133_103, 34_994
# visas issued in 2010 by nationality and by post (Ministry of Foreign Affairs)
VISAS_2009, VISAS_2010 = 1_398_800, 1_885_584
VISAS_BY_NATIONALITY = {"CHN": 1_128_542, "THA": 190_313, "MYS": 101_955, "IDN": 70_134, "PHL": 66_466, "IND": 48_433,
                        "RUS": 45_843, "VNM": 26_764, "KOR": 22_977, "BRA": 22_716}  # fmt: skip
VISAS_BY_POST = {
    "CN-SHA": 428_533,
    "CN-BEI": 350_601,
    "TH-BKK": 184_275,
    "CN-CAN": 142_042,
    "PH-MNL": 59_353,
    "ID-JKT": 51_660,
}
# identified people per 100,000: entertainers 18 of 48,249 in 2006 and 74 of 99,342 in 2005; visas of 2009
STAGE_IDENTIFIED, VISAS_IDENTIFIED = (18 / 0.48249, 74 / 0.99342), (17 / 13.988, 20 / 13.988)
FEWEST = 20
"""People of whom a share may be taken; of fewer it is chance."""
# new entries of 2008 by status
NEW_2008 = {"temporary_visitor": 0.955, "trainee": 0.013, "entertainer": 0.005}
# clients per agency and year in measured filings
HUBS = {"median": (1, 2), "p90": (8, 53), "p99": (33, 258), "largest": (105, 465), "top ten": (0.13, 0.34)}
