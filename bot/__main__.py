"""`python -m bot`: what serving.py does, begun without looking for garbage."""

import gc
import sys

# Of all that is imported and read at the start nothing is garbage, and looking through it takes a sixth of the time.
gc.disable()

from bot.serving import main  # noqa: E402
from config import load_settings  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(load_settings))
