from __future__ import annotations

from recordings.models.alarm import Alarm, VolumeReading, WatchRound
from recordings.models.custody import CameraDay, Checkup, CustodyRoot
from recordings.models.erasure import Erasure, LostCopy, PurgeRun
from recordings.models.export import Export, ExportCamera, Medium
from recordings.models.gap import Gap
from recordings.models.hold import Hold, HoldOrder, OrderStep
from recordings.models.retention import PolicyChange, PurgeDay, RetentionPolicy
from recordings.models.segment import Segment
from recordings.models.store import ReconcileRun, RecorderNode
from recordings.models.volume import RecordingPlan, Volume

__all__ = [
    "Alarm",
    "CameraDay",
    "Checkup",
    "CustodyRoot",
    "Erasure",
    "Export",
    "ExportCamera",
    "Gap",
    "Hold",
    "HoldOrder",
    "LostCopy",
    "Medium",
    "OrderStep",
    "PolicyChange",
    "PurgeDay",
    "PurgeRun",
    "ReconcileRun",
    "RecorderNode",
    "RecordingPlan",
    "RetentionPolicy",
    "Segment",
    "Volume",
    "VolumeReading",
    "WatchRound",
]
