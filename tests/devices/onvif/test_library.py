"""What onvif-zeep does to a process, seen in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def run(code: str, home: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "http_proxy": "http://proxy.example:1"},
    )
    return done.stdout


def test_importing_and_building_does_not_load_zeep(tmp_path: Path) -> None:
    code = (
        "import sys; from devices.onvif import Adapter; Adapter('192.0.2.1', 80, 'a', 'b');"
        "print([m for m in ('zeep', 'onvif', 'lxml', 'requests', 'django') if m in sys.modules])"
    )
    assert run(code, tmp_path) == "[]\n"


def test_loading_leaves_logging_proxies_and_home_alone(tmp_path: Path) -> None:
    code = """
import logging, os
from devices.onvif import library
service = library.service('media', 'http://192.0.2.1/', None, None)
root = logging.getLogger()
print(root.handlers, root.level == logging.WARNING, os.environ['http_proxy'])
"""
    assert run(code, tmp_path) == "[] True http://proxy.example:1\n"
    assert list(tmp_path.iterdir()) == []


def test_password_does_not_outlive_its_adapter(tmp_path: Path) -> None:
    code = """
import gc, weakref
from devices.onvif import Adapter, OnvifError, library
cam = Adapter('127.0.0.1', 1, 'a', 'Kunci-Kenari')
try:
    cam.identity()
except OnvifError as error:
    print(error.kind)
gone = weakref.ref(cam)
del cam
gc.collect()
print(gone(), [o for o in gc.get_objects() if isinstance(o, library.Login)])
"""
    assert run(code, tmp_path) == "UNREACHABLE\nNone []\n"


def test_wsdl_is_parsed_once_for_all_cameras(tmp_path: Path) -> None:
    code = """
import time
from devices.onvif import library
first = library.service('media', 'http://192.0.2.1/', None, None)
began = time.process_time()
for number in range(64):
    library.service('media', f'http://192.0.2.{number}/', None, None)
print(time.process_time() - began < 0.2)
"""
    assert run(code, tmp_path) == "True\n"
