"""What a sandbox offers to test clients with; no other program has these pages. [SBX-3]"""

from . import pages

ROUTES = pages.ROUTES
