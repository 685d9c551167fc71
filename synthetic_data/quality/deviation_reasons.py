"""Reasons for deviations from public figures of more than a fifth."""

from __future__ import annotations

from synthetic_data.quality.public_figures import Figure

# beginning of a figure's name: reason
_REASONS = {
    "entries of": "visas follow two published years, entries six; years between are read off a line",
    "entertainers of 2003": "people come again in the years after; who began before 2003 and re-enters is not in here",
    "Filipino entertainers": "a few hundred people; stays of half a year and re-entries carry the share of one year into the next",
    "new entries of 2008": "a few hundred people of one year; the mix of those who come to live or work is a rounded reading",
    "re-entries": "residents of before 2003 are drawn as a number of journeys, not as a population that grows",
    "visas of": "nationalities by route are the same in all years but on stage; the public figure is one year's",
    "entries per visa": "visa-exempt landings are a set number per application",
    "trainees": "reports of rings and of look-alikes come on top of the usual share",
    "forged": "a rare event: about four in ten thousand landings",
    "identified": "the public figure is one year's, or a few dozen people's; the world's is the decade's, of few people",
    "median couples": "few rings of this kind in a world of this size",
    "clients": "an agency's size follows one fitted curve",
}


def reason(figure: Figure, *, flat: bool = False) -> str:
    """Return why a figure may be off, with what was counted where that is little."""
    if figure.name.startswith("Filipino") and flat:
        return "nationality does not follow the route in this scenario"
    sentence = next((why for start, why in _REASONS.items() if figure.name.startswith(start)), "not looked into")
    return f"{sentence}; here {figure.why}" if figure.why else sentence
