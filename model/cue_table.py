"""The cues that a rendered panorama knows the pixels of: one table for renderer, net and game.

Torch-free. A new cue is one line here, and the thing that the renderer draws with its name.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.languages import Language


@dataclass(frozen=True, slots=True)
class Cue:
    """A kind of telling detail.

    Attributes:
        name: identity in data sets, documents and the page.
        english: what the page calls it in English, in lower case.
        hungarian: what the page calls it in Hungarian, in lower case.
        worth: how much one is worth seeing in a round or in the field guide, at least 0; small
            telling things count more than large common ones, and what is in every crop nothing.
        colour: of its outline, as hex; it must show on grass, asphalt, walls and sky.
        is_broad: whether it is nearly everywhere, so that an outline of it would say nothing.
    """

    name: str
    english: str
    hungarian: str
    worth: float = 1.0
    colour: str = "#ffffff"
    is_broad: bool = False

    def text(self, language: Language) -> str:
        """What the page calls it in a language."""
        return {"en": self.english, "hu": self.hungarian}[language]

    def definite(self, language: Language) -> str:
        """The same with its article, as in: the net went by the roof."""
        text = self.text(language)
        if language == "en":
            return text if text.startswith("the ") else f"the {text}"
        if text.startswith("a "):
            return text
        return f"{'az' if text[0] in 'aáeéiíoóöőuúüű' else 'a'} {text}"


CUES: dict[str, Cue] = {
    cue.name: cue
    for cue in (
        Cue("road_line", "road lines", "útburkolati jelek", worth=1.5, colour="#ff9f0a"),
        Cue("road_surface", "road surface", "útfelület", is_broad=True),
        Cue("bollard", "bollard", "vezetőoszlop", worth=3.0, colour="#ff3b30"),
        Cue("pole", "poles and wires", "oszlopok és vezetékek", worth=2.0, colour="#00e5ff"),
        Cue("guard_rail", "guard rail", "szalagkorlát", colour="#4dabf7"),
        Cue("sign", "road sign", "közúti tábla", worth=2.5, colour="#ffd60a"),
        Cue("shop_text", "shop signs", "cégtáblák", worth=2.0, colour="#ff4fd8"),
        Cue("plate", "number plate", "rendszám", worth=1.5, colour="#ffffff"),
        Cue("roof", "roof", "tető", worth=1.5, colour="#b388ff"),
        Cue("wall", "walls and windows", "falak és ablakok", colour="#8ce99a"),
        Cue("fence", "fence", "kerítés", colour="#e8a87c"),
        Cue("kerb", "kerb", "útszegély", worth=0.5, colour="#c0ca33"),
        Cue("vegetation", "plants", "növényzet", worth=0.0, is_broad=True),
        Cue("terrain", "the land", "a táj", worth=0.0, is_broad=True),
    )
}
"""All of them by name."""

CUE_LABELS: dict[str, int] = {name: label for label, name in enumerate(CUES, start=1)}
"""The value of each cue's pixels in a cue map, 1 to 14; 0 is no cue. Data on disk hold these."""

BROAD_CUES: frozenset[str] = frozenset(cue.name for cue in CUES.values() if cue.is_broad)
