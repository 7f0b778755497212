"""`python -m poly_match`: the same as the command `poly-match`."""

import sys

from poly_match.cli import main

sys.exit(main())
