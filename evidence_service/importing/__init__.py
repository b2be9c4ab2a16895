"""Files into events: NDJSON, CSV and XES, through mapping profiles. Spec: docs/guide/importing.md."""

from __future__ import annotations

from evidence_service.importing.profile import Profile, load_profile, shipped_profiles
from evidence_service.importing.reading import read_events
from evidence_service.importing.records import Accepted, ImportFileError, ProfileError, Record, Rejected

__all__ = [
    "Accepted",
    "ImportFileError",
    "Profile",
    "ProfileError",
    "Record",
    "Rejected",
    "load_profile",
    "read_events",
    "shipped_profiles",
]
