"""Features renamed since decisions were stored: former name to present name."""

from __future__ import annotations

from collections.abc import Mapping

RENAMED_FEATURES: Mapping[str, str] = {}
