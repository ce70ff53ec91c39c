"""Bits and Exp-Golomb codes of a parameter set (H.264 section 9.1, H.265 section 9.2)."""

from __future__ import annotations

_SET_LIMIT = 4096


class BitReader:
    """Reads the payload of one NAL unit; raises ValueError behind its end."""

    def __init__(self, payload: bytes) -> None:
        if len(payload) > _SET_LIMIT:
            raise ValueError("parameter set too long")
        plain = payload.replace(b"\0\0\3", b"\0\0")
        self._bits = int.from_bytes(plain, "big")
        self._left = len(plain) * 8

    def take(self, count: int) -> int:
        if not 0 <= count <= self._left:
            raise ValueError("parameter set ends early")
        self._left -= count
        return (self._bits >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        return bool(self.take(1))

    def ue(self) -> int:
        """Unsigned Exp-Golomb code."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > 32:
                raise ValueError("no Exp-Golomb code")
        return (1 << zeros) - 1 + self.take(zeros)

    def se(self) -> int:
        """Signed Exp-Golomb code."""
        code = self.ue()
        return (code + 1) // 2 if code & 1 else -(code // 2)
