# What each command does is told in README.md; what needs more than a line is in cctvportal/embedded.
PYTHON ?= python3
PY := .venv/bin/python
ARGS ?= -n 4

# Set in many containers: each of a dozen processes would then compile all that it imports again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup dev run demo bench bench-full faults endure test check permissions lock clean forget

setup:
	@$(PYTHON) cctvportal/embedded/bootstrap.py run

dev:
	@$(PYTHON) cctvportal/embedded/bootstrap.py dev

run demo: setup
	@exec $(PY) -m cctvportal.embedded $@

bench bench-full check lock: dev
	@exec $(PY) -m cctvportal.embedded $@

test: check
	@$(PY) -m cctvportal.embedded browser
	@exec $(PY) -m pytest $(ARGS)

faults: ARGS =
faults: dev
	@exec $(PY) -m tests.faults $(ARGS)

endure: dev
	@exec $(PY) -m pytest -q -s tests/recordings/recorder/endurance.py

permissions: dev
	@WRITE_PERMISSIONS=1 $(PY) -m pytest -q tests/test_permissions.py

clean forget: setup
	@$(PY) -m cctvportal.embedded $@
