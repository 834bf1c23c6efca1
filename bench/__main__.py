"""`python -m bench [--full]`, called by bin/bench inside running services."""

import django

django.setup()

from bench.figures import main  # noqa: E402 -- the apps come first

main()
