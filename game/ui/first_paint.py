"""What the page shows before Gradio's frontend is there: a style, scripts and markup of its own.

The frontend weighs three times as much as the game. So it waits for the first picture, and then
takes the game, as it stands, into its component (``static/first_paint.js``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_FRONTEND = re.compile(r'<script type="module"[^>]* src="([^"]+)"></script>')
_CONTAINER = "<gradio-app"


@dataclass(frozen=True)
class FirstPaint:
    """What a page shows at once.

    Args:
        style: CSS.
        script: defines ``GeoDuel``, whose ``mount()`` brings the markup to life.
        markup: HTML.
    """

    style: str = ""
    script: str = ""
    markup: str = ""

    def into(self, page: str) -> str:
        """Gradio's page with all of it, and with the frontend left to ``GeoDuel``.

        Where a page is made in another way, its frontend comes with it as it did.
        """
        head = f"<script>{self.script}</script>\n"
        if found := _FRONTEND.search(page):
            page = page.replace(found[0], "", 1)
            head += f"<script>GeoDuel.frontend = {json.dumps(found[1])};</script>\n"
        page = page.replace("</head>", f"{head}</head>", 1)
        # The style behind the head: there the frontend puts each rule once more as it is, but for
        # those that depend on the screen, shortly before it takes the game in.
        game = f"<main><style>{self.style}</style>{self.markup}</main>"
        start = f"{game}<script>GeoDuel.mount();</script>\n"
        return page.replace(_CONTAINER, f"{start}{_CONTAINER}", 1)
