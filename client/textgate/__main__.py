"""`python -m textgate` is the same as `textgate`."""

import sys

from textgate.cli import main

sys.exit(main())
