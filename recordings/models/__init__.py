from __future__ import annotations

from recordings.models.erasure import Erasure, PurgeRun
from recordings.models.export import Export, ExportCamera, Medium
from recordings.models.gap import Gap
from recordings.models.hold import Hold
from recordings.models.segment import Segment
from recordings.models.volume import RecordingPlan, Volume

__all__ = [
    "Erasure",
    "Export",
    "ExportCamera",
    "Gap",
    "Hold",
    "Medium",
    "PurgeRun",
    "RecordingPlan",
    "Segment",
    "Volume",
]
