"""Named signs and sign posts that the table of countries refers to; colours are sRGB hex."""

from __future__ import annotations

from dataclasses import dataclass

WHITE, BLACK, RED, YELLOW = "#f2f2ee", "#111111", "#c01822", "#f2c600"
BLUE, GREEN, BROWN, ORANGE = "#1450a0", "#00693e", "#5a3a22", "#f07818"
PURE_WHITE = "#ffffff"


@dataclass(frozen=True, slots=True)
class DirectionSign:
    """A direction board.

    Attributes:
        second: Colour of the second script's letters; that of the first if empty.
    """

    background: str
    letters: str
    border: str
    second: str = ""


DIRECTION_SIGNS: dict[str, DirectionSign] = {
    "green_white": DirectionSign(GREEN, PURE_WHITE, PURE_WHITE),
    "blue_white": DirectionSign(BLUE, PURE_WHITE, PURE_WHITE),
    "blue_yellow_white": DirectionSign(BLUE, YELLOW, PURE_WHITE, PURE_WHITE),
    "white_black": DirectionSign(WHITE, BLACK, BLACK),
    "yellow_black": DirectionSign(YELLOW, BLACK, BLACK),
    "white_red": DirectionSign(WHITE, RED, RED),
    "brown_white": DirectionSign(BROWN, PURE_WHITE, PURE_WHITE),
}


@dataclass(frozen=True, slots=True)
class PlaceSign:
    """A town's name at its entrance.

    Attributes:
        frame_px: Width of the border, of a board 420 pixels wide.
        bars: Colour of thick bars above and below the name; none if empty.
        silhouette: The outline of a town stands above the name.
    """

    background: str
    letters: str
    border: str
    frame_px: int = 6
    bars: str = ""
    silhouette: bool = False


PLACE_SIGNS: dict[str, PlaceSign | None] = {
    "none": None,
    "white_black": PlaceSign(WHITE, BLACK, BLACK),
    "white_black_red_border": PlaceSign(WHITE, BLACK, RED, 14),
    "white_black_blue_bars": PlaceSign(WHITE, BLACK, WHITE, bars=BLUE),
    "white_silhouette": PlaceSign(WHITE, BLACK, BLACK, silhouette=True),
    "yellow_black": PlaceSign(YELLOW, BLACK, BLACK),
    "blue_white": PlaceSign(BLUE, PURE_WHITE, PURE_WHITE),
    "green_white": PlaceSign(GREEN, PURE_WHITE, PURE_WHITE),
}


@dataclass(frozen=True, slots=True)
class WarningSign:
    """A warning sign.

    Attributes:
        shape: triangle or diamond.
        rim: thin, usual or broad: how wide the coloured border is.
        outlined: A thin white line runs round the border.
    """

    shape: str
    background: str
    border: str
    symbol: str = BLACK
    rim: str = "usual"
    outlined: bool = False


WARNING_SIGNS: dict[str, WarningSign] = {
    "triangle_white": WarningSign("triangle", WHITE, RED),
    "triangle_white_thin_outlined": WarningSign("triangle", WHITE, RED, rim="thin", outlined=True),
    "triangle_white_broad_outlined": WarningSign(
        "triangle", WHITE, RED, rim="broad", outlined=True
    ),
    "triangle_yellow": WarningSign("triangle", YELLOW, RED),
    "triangle_yellow_broad": WarningSign("triangle", YELLOW, RED, rim="broad"),
    "triangle_blue": WarningSign("triangle", BLUE, RED, PURE_WHITE),
    "diamond_yellow": WarningSign("diamond", YELLOW, BLACK),
}


@dataclass(frozen=True, slots=True)
class SpeedSign:
    """A speed limit: a disc in a red ring or, with words, an upright board without one.

    Attributes:
        board: The disc stands on a white rectangle.
        words: What an upright board says above the number, line by line.
    """

    background: str = WHITE
    letters: str = BLACK
    board: bool = False
    words: tuple[str, ...] = ()


SPEED_SIGNS: dict[str, SpeedSign] = {
    "circle_white": SpeedSign(),
    "circle_yellow": SpeedSign(YELLOW),
    "circle_white_blue": SpeedSign(letters=BLUE),
    "circle_on_board": SpeedSign(board=True),
    "us_rectangle": SpeedSign(words=("SPEED", "LIMIT")),
    "ca_maximum": SpeedSign(words=("MAXIMUM",)),
}


@dataclass(frozen=True, slots=True)
class Chevron:
    """A board that shows which way a bend goes.

    Attributes:
        rim: Colour of a line along its edge; none if empty.
    """

    background: str
    arrow: str
    rim: str = ""


CHEVRONS: dict[str, Chevron] = {
    "white_red": Chevron(WHITE, RED),
    "white_red_outlined": Chevron(WHITE, RED, RED),
    "red_white": Chevron(RED, WHITE),
    "black_white": Chevron(BLACK, WHITE),
    "white_black": Chevron(WHITE, BLACK),
    "black_yellow": Chevron(BLACK, YELLOW),
    "yellow_black": Chevron(YELLOW, BLACK),
    "blue_white": Chevron(BLUE, WHITE),
    "blue_yellow": Chevron(BLUE, YELLOW),
}


@dataclass(frozen=True, slots=True)
class StopSign:
    """A stop sign, white on red.

    Attributes:
        script, second: Of the first word, and a second word in Latin letters; none if empty.
        triangle: A triangle on its tip instead of an octagon.
        hand: A raised hand instead of words.
    """

    word: str = ""
    script: str = "latin"
    second: str = ""
    triangle: bool = False
    hand: bool = False


STOP_SIGNS: dict[str, StopSign] = {
    "stop": StopSign("STOP"),
    "alto": StopSign("ALTO"),
    "pare": StopSign("PARE"),
    "arret": StopSign("ARRÊT"),
    "arret_stop": StopSign("ARRÊT", second="STOP"),
    "berhenti": StopSign("BERHENTI"),
    "japanese": StopSign("止まれ", "jp", triangle=True),
    "korean": StopSign("정지", "kr", "STOP"),
    "taiwanese": StopSign("停", "tc"),
    "hong_kong": StopSign("停", "tc", "STOP"),
    "thai": StopSign("หยุด", "thai"),
    "khmer": StopSign("ឈប់", "khmer", "STOP"),
    "arabic": StopSign("قف", "arabic", "STOP"),
    "bengali": StopSign("থামুন", "bengali"),
    "hand": StopSign(hand=True),
}


@dataclass(frozen=True, slots=True)
class GiveWaySign:
    """A triangle on its tip with a red rim, and what it says, line by line.

    Attributes:
        script: of the lines that are not in Latin letters.
    """

    background: str = WHITE
    words: tuple[str, ...] = ()
    script: str = "latin"


GIVE_WAY_SIGNS: dict[str, GiveWaySign] = {
    "white": GiveWaySign(),
    "yellow": GiveWaySign(YELLOW),
    "yield": GiveWaySign(words=("YIELD",)),
    "give_way": GiveWaySign(words=("GIVE", "WAY")),
    "ceda_el_paso": GiveWaySign(words=("CEDA", "EL PASO")),
    "beri_laluan": GiveWaySign(words=("BERI", "LALUAN")),
    "korean": GiveWaySign(words=("양보",), script="kr"),
    "taiwanese": GiveWaySign(words=("讓",), script="tc"),
    "hong_kong": GiveWaySign(words=("讓", "GIVE WAY"), script="tc"),
    "thai": GiveWaySign(words=("ให้ทาง",), script="thai"),
}


@dataclass(frozen=True, slots=True)
class CrossingSign:
    """A blue square with a triangle in which a person walks."""

    background: str
    triangle: str


CROSSING_SIGNS: dict[str, CrossingSign | None] = {
    "none": None,
    "blue_white": CrossingSign(BLUE, PURE_WHITE),
    "blue_yellow": CrossingSign(BLUE, YELLOW),
}


@dataclass(frozen=True, slots=True)
class SignPost:
    """What a sign stands on.

    Attributes:
        colours: That follow each other from below, half a metre each.
        base: Colour of the lowest half metre; as the rest if empty.
        square: A wooden post instead of a round tube.
        block: A block of concrete at its foot.
    """

    colours: tuple[str, ...]
    base: str = ""
    square: bool = False
    block: bool = False


_STEEL = "#9a9c9e"
SIGN_POSTS: dict[str, SignPost] = {
    "steel": SignPost((_STEEL,)),
    "wood": SignPost(("#7d6244",), square=True),
    "black_white": SignPost((BLACK, WHITE)),
    "black_yellow": SignPost((BLACK, YELLOW)),
    "white_black_base": SignPost((WHITE,), base=BLACK),
    "black_white_block": SignPost((BLACK, WHITE), block=True),
}

SIGN_BACKS: dict[str, str] = {"grey": "", "cross": BLACK}
"""What is painted on the grey back of a sign: the colour of a cross, or nothing."""

DIRECTION_STANDS: dict[str, float | None] = {"posts": None, "low_pipe_frame": 0.55}
"""How direction boards stand: on posts at the usual height, or in a bent pipe, this low (m)."""
