"""The papers of a request as PDFs: what stands on them (facts) and how it is set (typst)."""
