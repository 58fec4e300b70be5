"""Programs run by hand and by CI that are no tests: `python -m tools.bench`, from the root of the checkout.

They use the tests' doubles (`fakes`), which are no part of any package: their folder is put on the path here, once.
"""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
_TESTS: Final = str(ROOT / "tests")

if _TESTS not in sys.path:
    sys.path.append(_TESTS)
