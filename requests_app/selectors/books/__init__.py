"""The five books of the SOP (Pencatatan dan Pendataan), read from the rows of the work itself."""

from __future__ import annotations

from requests_app.selectors.books.criteria import Criteria

__all__ = ["Criteria"]
