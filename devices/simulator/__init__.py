"""A virtual camera: RTSP server and ONVIF responder for the demo, the tests and the benches.

Nothing here knows Django. What the camera shows carries its own proof of time: see `strip`.
"""

from __future__ import annotations

from devices.simulator.camera import VirtualCamera
from devices.simulator.footage import make_loop
from devices.simulator.loops import LoopServer

__all__ = ["LoopServer", "VirtualCamera", "make_loop"]
