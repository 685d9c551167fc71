"""Fidelity of a world: its figures beside public ones."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats
from synthetic_data.quality import public_figures as public
from synthetic_data.quality.public_figures import ANYWHERE, HUBS, REALISTIC, Figure
from synthetic_data.quality.world_frames import Frame, WorldFrames

_MOJ, _MOFA, _NPA, _HUBS = "MOJ entries", "MOFA visas 2010", "NPA/MOJ victims", "measured filings"


def fidelity(world: WorldFrames) -> list[Figure]:
    """Return every figure, in the order of the table."""
    return [*_volumes(world), *_visas(world), *_hubs(world), *_stays(world), *_victims(world)]


def reentries(landed: Frame) -> Frame:
    """Return which landings are re-entries: on the visa of an earlier landing, or as a resident admitted before the records.

    Visas of late 2002 are not on record either; landings on them, early in 2003, are no re-entries.
    """
    used = landed["application_id"].notna() & landed["application_id"].duplicated()
    resident = ~landed["status_of_residence"].isin(["temporary_visitor", "transit"])
    return used | (landed["application_id"].isna() & resident & (landed["landed_at"].dt.year > 2003))


def clients(filed: Frame) -> list[Floats]:
    """Return, for each year and district, the sorted clients of its agencies: a district is as large as a measured year."""
    known = filed[filed["agency_id"].notna()]
    year = known["submitted_at"].dt.year
    district = known.index // 60_000
    return [np.sort(part.value_counts().to_numpy()) for _, part in known["agency_id"].groupby([district, year])]


def hub_measures(counts: list[Floats]) -> dict[str, float]:
    """Return the usual year's median, 90th and 99th percentile, largest, and share of the ten largest agencies."""
    rows = [(np.median(c), *np.quantile(c, (0.9, 0.99)), c[-1], c[-10:].sum() / c.sum()) for c in counts if len(c)]
    middle = np.median(np.array(rows), axis=0) if rows else np.full(5, np.nan)
    return dict(zip(HUBS, middle.tolist(), strict=True))


def _figure(name: str, public: float, measured: float, source: str, compared: str = ANYWHERE) -> Figure:
    return Figure(name, public, public, float(measured), source, compared)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _to_2008(years: Frame, year: int) -> float:
    counts = years.value_counts()
    return _ratio(counts.get(year, 0), counts.get(2008, 0))


def _volumes(world: WorldFrames) -> list[Figure]:
    landed, year = world.landed, world.landed["landed_at"].dt.year
    stage = landed["status_of_residence"] == "entertainer"
    filipino = stage & (landed["nationality"] == "PHL")
    again = reentries(landed)
    new = landed.loc[~again & (year == 2008), "status_of_residence"]
    return [
        *(_figure(f"entries of {y} against 2008", n / public.ENTRIES_2008, _to_2008(year, y), _MOJ) for y, n in public.ENTRIES.items()),
        _figure("entertainers of 2003 against 2008", public.STAGE_2003 / public.STAGE_2008, _to_2008(year[stage], 2003), _MOJ),
        *(_figure(f"Filipino entertainers of {y} against 2008", n / public.FILIPINO_STAGE_2008, _to_2008(year[filipino], y), _MOJ)
          for y, n in public.FILIPINO_STAGE.items()),
        *(_figure(f"new entries of 2008: {status}", share, (new == status).mean(), _MOJ, REALISTIC) for status, share in public.NEW_2008.items()),
        _figure("re-entries among entries, 2005", 1 - 6_120_709 / 7_450_103, again[year == 2005].mean(), _MOJ, REALISTIC),
    ]  # fmt: skip


def _visas(world: WorldFrames) -> list[Figure]:
    year = world.filed["submitted_at"].dt.year
    counts, of_2010 = year.value_counts(), world.filed[year == 2010]
    entries = (world.landed["landed_at"].dt.year == 2009).sum()

    def share(column: str, code: str) -> float:
        return _ratio((of_2010[column] == code).sum(), len(of_2010))

    return [
        _figure("visas of 2009 against 2010", public.VISAS_2009 / public.VISAS_2010, _ratio(counts.get(2009, 0), counts.get(2010, 0)), _MOFA, REALISTIC),
        *(_figure(f"visas of 2010: {code}", n / public.VISAS_2010, share("nationality", code), _MOFA, REALISTIC)
          for code, n in public.VISAS_BY_NATIONALITY.items()),
        *(_figure(f"visas of 2010 at {code}", n / public.VISAS_2010, share("post", code), _MOFA, REALISTIC) for code, n in public.VISAS_BY_POST.items()),
        _figure("entries per visa, 2009", 7_581_330 / public.VISAS_2009, _ratio(entries, counts.get(2009, 0)), f"{_MOJ}, {_MOFA}", REALISTIC),
    ]  # fmt: skip


def _hubs(world: WorldFrames) -> list[Figure]:
    measured = hub_measures(clients(world.filed))
    return [
        Figure(f"clients per agency and year: {name}", low, high, measured[name], _HUBS, ANYWHERE)
        for name, (low, high) in HUBS.items()
    ]


def _stays(world: WorldFrames) -> list[Figure]:
    landed, year = world.landed, world.landed["landed_at"].dt.year
    trained = landed["status_of_residence"].isin(["technical_intern", "trainee"])
    intern = landed[trained & ~landed["application_id"].duplicated()]
    missing = world.events.loc[world.events["kind"] == "missing_report", "landing_id"]
    forged = (landed["document_check"] == "forged")[year.between(2004, 2006)].mean() * 1e5
    return [
        _figure("trainees and interns reported missing, share a year", 0.019, intern["landing_id"].isin(missing).mean(), "TITP reports"),
        _figure("forged documents found per 100,000 entries", 2_688 / 6_756_830 * 1e5, forged, "MOJ 2004", REALISTIC),
    ]  # fmt: skip


def _victims(world: WorldFrames) -> list[Figure]:
    filed, filed_year = world.filed, world.filed["submitted_at"].dt.year
    victims = _identified(world)
    year, status = victims["submitted_at"].dt.year, victims["status_of_residence"]
    age = (victims["submitted_at"].dt.tz_localize(None) - victims["birth_date"]).dt.days / 365.25
    early, late = year <= 2007, year >= 2010
    nightly = status.isin(["entertainer", "spouse_or_child_of_japanese"]) & (victims["sex"] == "F")
    note = ""
    if len(victims) < public.FEWEST * 3:
        note = f"{len(victims)} identified applicants, {int(early.sum())} of them to 2007 and {int(late.sum())} from 2010: too few"

    def per_100_000(name: str, of_victims: Frame, of_filed: Frame) -> float:
        return (
            _ratio((status[of_victims] == name).sum(), (filed.loc[of_filed, "status_of_residence"] == name).sum()) * 1e5
        )

    since = _ratio((year >= 2009).sum(), (filed_year >= 2009).sum()) * 1e5
    stage = per_100_000("entertainer", year <= 2006, filed_year <= 2006)
    spouses = per_100_000("spouse_or_child_of_japanese", late, filed_year >= 2010)
    rows: list[tuple[str, tuple[float, float], float, str, str]] = [
        ("identified to 2007: share of entertainers", (24 / 42,) * 2, (status[early] == "entertainer").mean(), _NPA, REALISTIC),
        ("identified to 2007: share of short stays", (6 / 42,) * 2, (status[early] == "temporary_visitor").mean(), _NPA, REALISTIC),
        ("identified from 2010: share of spouses", (9 / 16,) * 2, (status[late] == "spouse_or_child_of_japanese").mean(), _NPA, REALISTIC),
        ("identified women of stage and marriage: mean age", (22.2,) * 2, age[nightly].mean(), "MOJ 2006", ANYWHERE),
        ("identified: share under eighteen", (9 / 47,) * 2, (age < 18).mean(), "MOJ 2006", REALISTIC),
        ("identified: share of women", (0.94,) * 2, (victims["sex"] == "F").mean(), "NPA 2015", REALISTIC),
        ("identified per 100,000 entertainers to 2006", public.STAGE_IDENTIFIED, stage, "MOJ 2005, 2006", REALISTIC),
        ("identified per 100,000 spouses from 2010", (90.0,) * 2, spouses, _NPA, REALISTIC),
        ("identified per 100,000 visas from 2009", public.VISAS_IDENTIFIED, since, "MOJ, NPA 2009", REALISTIC),
    ]  # fmt: skip
    sizes = filed[filed["typology"] == "T1"]["ring_id"].value_counts()
    couples = (
        "median couples placed by a marriage ring",
        6,
        10,
        float(sizes.median()),
        "Tokyo and Osaka cases",
        ANYWHERE,
    )
    return [
        *(Figure(name, low, high, float(value), source, compared, note) for name, (low, high), value, source, compared in rows),
        Figure(*couples, f"{len(sizes)} marriage rings"),
    ]  # fmt: skip


def _identified(world: WorldFrames) -> Frame:
    """Return the applications of people identified by referral or later."""
    outcomes = world.outcomes[world.outcomes["arm"].isin(["referral", "later_identification"])]
    ids = outcomes.loc[outcomes["subject"] == "visa_application", "subject_id"].unique()
    filed = world.filed.set_index("application_id", drop=False)
    return filed.loc[filed.index.intersection(ids)]
