"""The console in a real Chromium, against the whole system: `make test-console`."""
