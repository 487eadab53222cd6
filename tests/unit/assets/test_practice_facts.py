"""Facts of the practice world: right where they were wrong, and never against each other."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from assets.practice import country_table
from assets.practice.country_table import Country, TableError, load_titles, parse_country
from assets.practice.scene import boards, presets, sign_presets
from assets.practice.scene.bollard_presets import BOLLARDS, Bollard
from assets.practice.scene.bollards import bollard_shape
from assets.practice.scene.chance import Chance, PanoramaKey
from assets.practice.scene.facts import DRAWN, load_countries
from assets.practice.scene.lettering import HAN, script_of
from assets.practice.scene.plate_presets import PLATES, Plate
from assets.practice.scene.plates import plate_board, plate_number
from assets.practice.scene.pole_presets import POLES, Pole
from assets.practice.scene.poles import pole_shape
from assets.practice.scene.regions import load_regions, within
from assets.practice.scene.sign_presets import (
    CHEVRONS,
    DIRECTION_SIGNS,
    GIVE_WAY_SIGNS,
    STOP_SIGNS,
    YELLOW,
)
from game import guide
from game.country_names import LANGUAGES
from model.types import COUNTRY_CODES
from tests.unit.assets.looks import COLOURS, LOOKS, colour_name, named

COUNTRIES = load_countries()


def main(code: str, column: str) -> str:
    """The commonest thing in a column that is not none."""
    weights = dict(getattr(COUNTRIES[code], column))
    seen = {name: weight for name, weight in weights.items() if name != "none"} or weights
    return max(seen, key=lambda name: seen[name])


def bollard(code: str) -> Bollard:
    found = BOLLARDS[main(code, "bollard")]
    assert found is not None
    return found


def pole(code: str) -> Pole:
    found = POLES[main(code, "pole")]
    assert found is not None
    return found


def plates(code: str, end: str) -> list[Plate]:
    """The plates at one end, the commonest first."""
    weights = getattr(COUNTRIES[code], f"plate_{end}")
    found = (PLATES[name] for name in sorted(weights, key=lambda name: -weights[name]))
    return [plate for plate in found if plate is not None]


@pytest.mark.parametrize(
    "code", "HU PL CZ SK HR SI IT LT EE LV FI ES FR NL DE BE DK NO BG GR AU".split()
)
def test_a_bollard_shows_colour_in_front_and_white_behind(code: str) -> None:
    post = bollard(code)
    if code == "FR":
        assert (post.front, post.back) == ((), ())  # its red ring runs round
        return
    assert {colour_name(each.colour) for each in post.back} == {"white"}
    if code in ("DE", "EE", "LV", "FI"):
        assert post.back != post.front, "white on both sides, but of another shape"
    else:
        assert {colour_name(each.colour) for each in post.front}.isdisjoint({"white"})


@pytest.mark.parametrize("code", ["DE", "LV", "FI", "EE", "ES"])
def test_two_dots_are_behind(code: str) -> None:
    assert [each.dots for each in bollard(code).front] == [0]
    assert [each.dots for each in bollard(code).back] == [2]


@pytest.mark.parametrize(
    ("code", "band"),
    [("SE", "black"), ("IT", "black"), ("SI", "black"), ("PL", "red"), ("GR", "black"),
     ("PT", "black"), ("FI", "black"), ("EE", "black"), ("LV", "black")],
)  # fmt: skip
def test_the_reflector_lies_inside_its_band(code: str, band: str) -> None:
    post = bollard(code)
    (field,) = post.bands
    assert colour_name(field.colour) == band
    for reflector in (*post.front, *post.back):
        assert field.low < reflector.low < reflector.high < field.high


def test_forms_of_bollards() -> None:
    for code in ("EE", "FI", "FR", "TH", "TW", "MX"):
        assert bollard(code).form == "round", code
    assert (bollard("LV").form, bollard("LT").form, bollard("HU").form) == (
        "curved", "wedge", "wedge",
    )  # fmt: skip
    for code in ("EE", "FI", "LV", "ES", "DE"):
        assert all(band.slant > 0 for band in bollard(code).bands), code
    assert colour_name(bollard("NL").body) == "white"
    assert "be_brown_red" in COUNTRIES["BE"].bollard
    assert "be_brown_red" not in COUNTRIES["NL"].bollard
    assert colour_name(bollard("MX").bands[0].colour) == "black"
    assert (bollard("MX").bands[0].low, bollard("MX").height_m < 0.9) == (0.0, True)
    height = {code: bollard(code).bands[0] for code in ("PT", "GR")}
    assert height["PT"].high - height["PT"].low > 1.3 * (height["GR"].high - height["GR"].low)


def test_the_two_faces_of_a_bollard_are_drawn() -> None:
    shape, colours = bollard_shape(bollard("PL"))
    reflector = [number for number, _ in enumerate(colours)][-2:]
    sides = []
    for slot in reflector:
        corners: set[int] = set()
        start = 0
        for size, own in zip(shape.sizes, shape.slots, strict=True):
            if own == slot:
                corners |= set(shape.loops[start : start + size].tolist())
            start += size
        sides.append(shape.points[sorted(corners), 1])
    assert [colour_name(colours[slot]) for slot in reflector] == ["red", "white"]
    assert sides[0].min() < -0.05
    assert sides[1].max() > 0.05


def test_poles_are_told_apart() -> None:
    looks = {code: (pole(code).body, pole(code).extras) for code in ("KR", "TW", "JP")}
    assert len(set(looks.values())) == 3
    assert "sleeve" in pole("KR").extras
    assert "sleeve_to_ground" in pole("TW").extras
    assert "steps" in pole("JP").extras
    assert (pole("LT").body, pole("LT").extras) == ("concrete_square", ("brace",))
    assert pole("ZA").arms >= 3
    assert "birds" in pole("ZA").extras
    for code in ("TH", "KH"):
        assert pole(code).body == "holed_square"
    for code in ("IS", "NO", "ZA"):
        assert "wood_a_frame" in COUNTRIES[code].pole
    found = POLES["wood_a_frame"]
    assert found is not None
    shape, _ = pole_shape(found)
    feet = shape.points[shape.points[:, 2] < 0][:, 0]
    assert feet.min() < -0.9
    assert feet.max() > 0.9


def _lowest_stripe_m(code: str) -> float:
    """Where the yellow of a sleeve begins above the ground."""
    shape, _ = pole_shape(pole(code))
    corners = np.split(shape.loops, np.cumsum(shape.sizes)[:-1])
    return float(
        min(shape.points[c, 2].min() for c, s in zip(corners, shape.slots, strict=True) if s == 4)
    )


def test_koreas_stripes_end_above_the_ground_and_taiwans_reach_it() -> None:
    assert _lowest_stripe_m("KR") > 0.5
    assert _lowest_stripe_m("TW") < 0.1


def test_plates_front_and_rear() -> None:
    both = {code: (plates(code, "front"), plates(code, "rear")) for code in COUNTRY_CODES}
    white = {
        code for code, (front, _) in both.items() if colour_name(front[0].background) == "white"
    }
    yellow = {
        code for code, (_, rear) in both.items() if colour_name(rear[0].background) == "yellow"
    }
    assert yellow & white == {"GB", "HK", "BW"}, "white in front, yellow at the rear"
    assert both["SZ"][0] == both["SZ"][1]
    assert all(row.text.startswith("ASD ") for row in COUNTRIES["SZ"].plates)
    front, rear = both["CH"][0][0], both["CH"][1][0]
    assert (front.width_m, front.height_m) == (0.30, 0.08)
    assert rear.height_m > 1.8 * front.height_m
    for code, (front_plates, rear_plates) in both.items():
        if code not in ("GB", "HK", "BW", "CH"):
            assert front_plates == rear_plates, code


@pytest.mark.parametrize(
    ("code", "letters", "frame"),
    [("BE", "red", "red"), ("NZ", "black", ""), ("IS", "blue", "blue"), ("DK", "black", "red"),
     ("SI", "black", "green"), ("AR", "black", ""), ("ZA", "blue", "")],
)  # fmt: skip
def test_letters_and_rims_of_plates(code: str, letters: str, frame: str) -> None:
    plate = plates(code, "rear")[0]
    assert colour_name(plate.letters) == letters
    assert (colour_name(plate.frame) if plate.frame else "") == frame


@pytest.mark.parametrize(
    ("code", "background"),
    [("JP", "yellow"), ("AR", "black"), ("BR", "grey"), ("BR", "red"), ("NO", "green"),
     ("DK", "yellow"), ("KR", "green"), ("ID", "white")],
)  # fmt: skip
def test_variants_of_plates(code: str, background: str) -> None:
    assert background in {colour_name(plate.background) for plate in plates(code, "rear")}


def test_more_plates() -> None:
    assert any(colour_name(p.right) == "yellow" for p in plates("PT", "rear") if p.right)
    assert any(p.right_half for p in plates("DK", "rear"))
    lengths = {code: plates(code, "rear")[0].width_m for code in ("FI", "SE")}
    assert lengths["FI"] < lengths["SE"]
    assert COUNTRIES["BW"].plates[0].text.startswith("B ")
    assert COUNTRIES["BT"].plates[0].text.startswith("BP-")


@pytest.mark.parametrize("code", COUNTRY_CODES)
def test_numbers_vary_and_leave_no_placeholder(code: str) -> None:
    country = COUNTRIES[code]
    letters = country.plate_letters or country_table.PLATE_LETTERS
    digits = country.plate_digits or country_table.PLATE_DIGITS
    assert len(set(letters)) == len(letters) >= 8
    chance = Chance(PanoramaKey(code, "test", 0), "plates")
    for row in country.plates:
        kinds = {"A": f"[{letters}]", "0": f"[{digits}]"}
        pattern = "".join(kinds.get(sign, re.escape(sign)) for sign in row.text)
        drawn = {plate_number(row.text, country, chance) for _ in range(40)}
        assert len(drawn) > 30, row.text
        assert all(re.fullmatch(pattern, number) for number in drawn)
        for name in (row.front, row.rear):
            plate = PLATES[name]
            if plate is not None:
                pixels = plate_board(next(iter(drawn)), country.scripts[0], plate)
                assert pixels.std() > 5
    written = {script_of(sign) for sign in letters}
    own = {*HAN.get(country.scripts[0], (country.scripts[0],)), "latin"}
    assert written <= own


def test_eswatini_and_south_africa_are_told_apart_by_their_plates() -> None:
    patterns = {code: {row.text for row in COUNTRIES[code].plates} for code in ("SZ", "ZA")}
    # The last letter is the region: Hhohho, Lubombo, Manzini, Shiselweni.
    assert {text[-1] for text in patterns["SZ"]} == set("HLMS")
    assert all(text.startswith("ASD 000 A") for text in patterns["SZ"])
    assert {text.split()[-1] for text in patterns["ZA"]} == {"GP", "EC", "FS", "MP"}


def test_lines_kerbs_and_rails() -> None:
    assert max(COUNTRIES["NO"].edge_line, key=COUNTRIES["NO"].edge_line.__getitem__) == "white_long"
    assert "white_solid" in COUNTRIES["NO"].edge_line
    assert "white_double" in COUNTRIES["DK"].centre_line
    assert "white_squares" in COUNTRIES["DK"].edge_line
    assert {"yellow_dashed", "yellow_solid"} & set(COUNTRIES["ID"].centre_line)
    assert "white_triple" in COUNTRIES["ZA"].centre_line
    assert {"red_white", "blue_white", "grey"} == set(COUNTRIES["IL"].kerb)
    assert {"black_yellow", "red_white", "black_white"} < set(COUNTRIES["BW"].kerb)
    assert {"red", "yellow"} < set(COUNTRIES["TW"].kerb)
    assert "red_white" not in COUNTRIES["TW"].kerb
    assert "w_beam_striped" in COUNTRIES["BW"].rail
    across = {code: main(code, "across_line") for code in ("CH", "KR", "MY", "HU")}
    assert across == {
        "CH": "yellow_zebra", "KR": "yellow_white_zebra", "MY": "yellow_bars", "HU": "white_zebra",
    }  # fmt: skip


def test_signs() -> None:
    assert main("KH", "warning_sign") == "diamond_yellow"
    speed = {
        code: sign_presets.SPEED_SIGNS[main(code, "speed_sign")] for code in ("JP", "AU", "MX")
    }
    assert colour_name(speed["JP"].letters) == "blue"
    assert speed["AU"].board
    assert speed["MX"].board
    place = sign_presets.PLACE_SIGNS[main("GR", "place_sign")]
    assert place is not None
    assert (colour_name(place.background), colour_name(place.bars)) == ("white", "blue")
    direction = sign_presets.DIRECTION_SIGNS[main("GR", "direction_sign")]
    assert (colour_name(direction.letters), colour_name(direction.second)) == ("yellow", "white")
    assert set(COUNTRIES["CH"].place_sign) == {"blue_white", "white_black"}
    assert COUNTRIES["NL"].direction_sign["white_red"] < 0.1 * sum(
        COUNTRIES["NL"].direction_sign.values()
    )
    assert "white_red" not in COUNTRIES["BE"].direction_sign
    rims = {code: sign_presets.WARNING_SIGNS[main(code, "warning_sign")] for code in ("LT", "LV")}
    assert (rims["LT"].rim, rims["LV"].rim) == ("thin", "broad")
    assert rims["LT"].outlined
    assert rims["LV"].outlined
    assert "triangle_blue" in COUNTRIES["BW"].warning_sign


def _colours(pixels: Any) -> set[str]:
    """The colours that fill more than a fiftieth of a picture."""
    small = [tuple(value / 255 for value in pixel) for pixel in pixels[::6, ::6].reshape(-1, 3)]
    found = [colour_name("#" + "".join(f"{round(v * 255):02x}" for v in pixel)) for pixel in small]
    return {name for name in set(found) if found.count(name) > len(found) / 50}


def test_japans_limits_are_drawn_in_blue() -> None:
    japan = boards.speed_board(sign_presets.SPEED_SIGNS["circle_white_blue"], 50)
    assert _colours(japan) == {"white", "red", "blue"}
    plain = boards.speed_board(sign_presets.SPEED_SIGNS["circle_white"], 50)
    assert "blue" not in _colours(plain)


def test_a_broad_rim_is_broader() -> None:
    symbol = boards.simple_symbol("triangle", 0)

    def red(name: str) -> float:
        pixels = boards.warning_board(sign_presets.WARNING_SIGNS[name], symbol).astype(int)
        rows = pixels[20:200]
        return float(((rows[..., 0] > 150) & (rows[..., 1] < 90)).mean())

    assert red("triangle_yellow_broad") > 1.1 * red("triangle_yellow")
    assert red("triangle_white_broad_outlined") > 1.3 * red("triangle_white_thin_outlined")


NOT_LATIN = [code for code in COUNTRY_CODES if COUNTRIES[code].scripts[0] != "latin"]


@pytest.mark.parametrize("code", NOT_LATIN)
def test_a_sign_in_two_scripts_names_one_town(code: str) -> None:
    country = COUNTRIES[code]
    for town in country.towns:
        if script_of(town) != "latin":
            assert script_of(country.second_names[town]) == "latin"
    assert set(country.second_names) <= set(country.towns)
    assert len(set(country.second_names.values())) == len(country.second_names)


def test_scripts_cameras_and_houses() -> None:
    assert "sc" in COUNTRIES["SG"].scripts
    assert "tc" not in COUNTRIES["SG"].scripts
    assert {"sc", "tc"} < set(COUNTRIES["MY"].scripts)
    form = COUNTRIES["KR"].form
    assert form["hanok"] / sum(form.values()) < 0.05
    assert [code for code in COUNTRY_CODES if COUNTRIES[code].blurred_bottom] == ["CH", "JP"]
    white = {code for code in COUNTRY_CODES if COUNTRIES[code].car_colour == "white"}
    assert white == {"BW", "SZ", "ZA"}


CHEVRON_COLOURS = {
    # code: (arrow, background)
    "IE": ("yellow", "black"), "GB": ("white", "black"), "GR": ("white", "black"),
    "ZA": ("red", "white"), "AR": ("red", "white"), "BR": ("yellow", "black"),
    "LT": ("red", "white"), "LV": ("red", "white"), "PL": ("red", "white"),
    "EE": ("white", "red"), "RU": ("white", "red"), "UA": ("white", "red"),
    "AU": ("black", "yellow"), "US": ("black", "yellow"), "SI": ("black", "white"),
    "HU": ("white", "red"),
}  # fmt: skip


@pytest.mark.parametrize("code", CHEVRON_COLOURS)
def test_colours_of_chevrons(code: str) -> None:
    sign = CHEVRONS[main(code, "chevron")]
    assert (colour_name(sign.arrow), colour_name(sign.background)) == CHEVRON_COLOURS[code]
    assert not COUNTRIES[code].is_guess("chevron")


GIVE_WAY_WORDS = {
    "KR": ("양보",), "TW": ("讓",), "HK": ("讓", "GIVE WAY"), "TH": ("ให้ทาง",),
    "MY": ("BERI", "LALUAN"), "BT": ("GIVE", "WAY"), "IE": ("YIELD",), "MX": ("CEDA", "EL PASO"),
}  # fmt: skip


@pytest.mark.parametrize("code", GIVE_WAY_WORDS)
def test_words_of_give_way_signs(code: str) -> None:
    sign = GIVE_WAY_SIGNS[main(code, "give_way_sign")]
    assert sign.words == GIVE_WAY_WORDS[code]
    others = [script_of(word) for word in sign.words if not word.isascii()]
    assert set(others) <= set(HAN.get(sign.script, (sign.script,)))


def test_no_direction_board_has_a_yellow_frame() -> None:
    assert all(sign.border != YELLOW for sign in DIRECTION_SIGNS.values())
    assert "green_white" in COUNTRIES["IE"].direction_sign


def test_climates_that_a_reader_corrected() -> None:
    climates = {code: COUNTRIES[code].climate for code in ("BW", "SZ", "TH")}
    assert climates == {"BW": "semi_arid", "SZ": "subtropical", "TH": "tropical_dry"}
    regions = load_regions()
    assert within(COUNTRIES["GB"], regions["GB"]["scotland"]).climate == "oceanic"
    assert within(COUNTRIES["TH"], regions["TH"]["peninsula"]).climate == "tropical_wet"


def test_inland_regions_have_no_sea() -> None:
    inland = (
        "US.midwest US.southwest CA.prairie AU.outback BR.centre MX.plateau RU.centre RU.urals "
        "ZA.karoo ZA.highveld IT.po DE.west PE.andes PE.valleys CO.andes TH.isan"
    )
    regions = load_regions()
    for code, name in (full.split(".") for full in inland.split()):
        assert within(COUNTRIES[code], regions[code][name]).coast == 0, (code, name)


def test_chevrons_point_the_way_that_the_bend_goes() -> None:
    right = boards.chevron_board(CHEVRONS["white_black"], right=True).mean(-1)
    left = boards.chevron_board(CHEVRONS["white_black"], right=False).mean(-1)
    middle = right.shape[0] // 2
    assert np.flatnonzero(right[middle] < 60).mean() > right.shape[1] / 2
    assert np.flatnonzero(left[middle] < 60).mean() < left.shape[1] / 2


def test_stop_words() -> None:
    says = {code: STOP_SIGNS[main(code, "stop_sign")] for code in COUNTRY_CODES}
    assert {code for code, sign in says.items() if sign.word == "PARE"} == set(
        "AR BR CL CO PE".split()
    )
    assert says["MX"].word == "ALTO"
    assert says["MY"].word == "BERHENTI"
    assert says["IL"].hand
    assert says["JP"].triangle
    assert {"arret", "arret_stop"} < set(COUNTRIES["CA"].stop_sign)
    assert main("IE", "give_way_sign") == "yield"
    posts = {code: main(code, "sign_post") for code in ("MY", "BD", "BT", "TH", "BW", "PE")}
    assert posts == {
        "MY": "black_white", "BD": "black_white", "BT": "black_white",
        "TH": "white_black_base", "BW": "black_yellow", "PE": "black_white_block",
    }  # fmt: skip
    yellow = {code for code in COUNTRY_CODES if main(code, "crossing_sign") == "blue_yellow"}
    assert yellow == {"IS", "SE", "FI"}
    assert COUNTRIES["CO"].sign_back == "cross"
    assert COUNTRIES["DK"].direction_stand == "low_pipe_frame"


@pytest.mark.parametrize("section", LOOKS)
def test_one_look_has_one_name_and_one_wording(section: str) -> None:
    presets_of, look_of = LOOKS[section]
    seen: dict[Any, str] = {}
    words: dict[str, str] = {}
    for name, preset in presets_of.items():
        if preset is None:
            continue
        look = look_of(preset)
        assert seen.setdefault(look, name) == name, f"{name} looks like {seen[look]}"
        text = guide.term(section, name, "en")
        assert words.setdefault(text, name) == name, f"{name} reads like {words[text]}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", COLOURS)
def test_words_name_the_colours_that_are_drawn(section: str, language: str) -> None:
    for name, preset in LOOKS[section][0].items():
        text = guide.term(section, name, language)  # type: ignore[arg-type]
        if preset is None or name == "granite":
            continue
        drawn, said = COLOURS[section](preset), named(text, language)
        if section == "pole":
            assert said <= drawn | {"brown"}, (name, said, drawn)
            assert drawn - {"brown"} <= said, (name, said, drawn)
        else:
            assert said == drawn, (name, said, drawn)


BOLLARD_WORDS = {
    "en": {"round": r"\bround\b", "wedge": r"\bwedge\b", "curved": r"\bcurved\b"},
    "hu": {"round": r"\b(kerek|hengeres)\b", "wedge": r"\bék\b", "curved": r"\bhajlított\b"},
}
SLANTED = {"en": r"\bslanted\b", "hu": r"\bferde\b"}
DOTS = {"en": r"\bdots?\b", "hu": r"\bpont\b"}
EXTRA_WORDS = {
    "transformer": "transformer", "steps": "step bolts", "brace": "diagonal leg", "hooks": "hooks",
    "harp": "harp", "birds": "like wings", "blue_label": "blue label", "bundle": "bundle",
    "yellow_sticker": "yellow sticker", "white_sticker": "white sticker",
    "white_foot": "whitewashed foot", "sleeve": "clear of the ground",
    "sleeve_to_ground": "from the ground",
}  # fmt: skip
BODY_WORDS = {
    "wood": "wooden", "wood_dark": "dark wooden", "wood_on_concrete": "on a concrete foot",
    "a_frame": "shape of an A", "concrete_octagonal": "octagonal", "concrete_square": "square",
    "holed": "holes down to the ground", "holed_upper": "closed near the ground",
    "holed_wide": "wide holes", "holed_square": "square concrete with holes",
    "lattice": "lattice", "steel": "steel tube", "concrete_round": "concrete",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_name_the_shapes_of_bollards(language: str) -> None:
    for name, preset in BOLLARDS.items():
        if preset is None:
            continue
        text = guide.term("bollard", name, language)  # type: ignore[arg-type]
        for form, pattern in BOLLARD_WORDS[language].items():
            said = re.search(pattern, text) is not None
            if form == "round" and any(each.dots for each in preset.front):
                continue  # "red dot" is round without its post being so
            assert said == (preset.form == form), (name, form)
        slanted = any(band.slant > 0 for band in preset.bands)
        assert (re.search(SLANTED[language], text) is not None) == slanted, name
        dots = any(each.dots for each in (*preset.front, *preset.back))
        assert (re.search(DOTS[language], text) is not None) == dots, name


def test_words_name_what_is_on_poles() -> None:
    for name, preset in POLES.items():
        if preset is None:
            continue
        text = guide.term("pole", name, "en")
        assert BODY_WORDS[preset.body] in text, name
        for extra, words in EXTRA_WORDS.items():
            if extra == "birds" and "birds" not in preset.extras:
                continue
            assert (words in text) == (extra in preset.extras), (name, extra)


def test_every_preset_of_the_roadside_is_used() -> None:
    for column, known in DRAWN.items():
        if column in ("centre_line", "edge_line", "plate_front", "plate_rear"):
            continue
        used: set[str] = set()
        for country in COUNTRIES.values():
            value = getattr(country, column)
            used |= {value} if isinstance(value, str) else set(value)
        assert set(known) - used <= {"none"}, column
    lines = {n for c in COUNTRIES.values() for n in (*c.centre_line, *c.edge_line)}
    assert set(presets.LINES) == lines
    ends = {n for c in COUNTRIES.values() for n in (*c.plate_front, *c.plate_rear)}
    assert set(PLATES) == ends


def test_every_fact_has_a_source_and_some_are_sure() -> None:
    titles = load_titles()
    for country in COUNTRIES.values():
        assert {source.key for source in country.sources.values()} <= set(titles)
        sure = [key for key, source in country.sources.items() if source.confidence == "high"]
        assert len(sure) >= 6, country.code
    used = {source.key for c in COUNTRIES.values() for source in c.sources.values()}
    assert used == set(titles)
    for country in COUNTRIES.values():
        for source in country.sources.values():
            if source.key == "estimate":
                assert source.confidence != "high", "an estimate is never sure"


def _row(code: str = "HU") -> dict[str, Any]:
    text = country_table.TABLE.read_text(encoding="utf-8")
    return dict(country_table.tomllib.loads(text)[code])


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("sources", {"plonkit": {"high": "pole"}}, "needs a source"),
        ("sources", {"plonkit": {"sure": "pole"}}, "unknown name 'sure'"),
        ("sources", {"plonkit": {"high": "pole pole"}}, "has a source already"),
        ("sources", {"plonkit": {"high": "colour"}}, "unknown column 'colour'"),
        ("sources", {}, "must be tables"),
        ("plates", [], "needs a plate"),
        ("plates", [{"front": "eu_white", "rear": "eu_white"}], "lacks the key 'text'"),
        ("plates", [{"front": "a", "rear": "b", "text": "A", "size": 3}], "unknown key 'size'"),
        ("plates", [{"front": "a", "rear": "b", "text": "A", "on": "ship"}], "unknown name 'ship'"),
        ("second_names", ["a"], "must be a table of names"),
    ],
)
def test_a_fact_without_a_source_or_a_whole_plate_is_refused(
    key: str, value: Any, said: str
) -> None:
    with pytest.raises(TableError) as caught:
        parse_country("HU", {**_row(), key: value})
    assert "countries.toml: [HU]" in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_a_guess_says_so_and_is_never_telling() -> None:
    guessed = [c for c in COUNTRIES.values() if c.is_guess("chevron")]
    assert guessed
    for country in guessed:
        signs = {fact.topic: fact.text for fact in guide.facts(country.code, "en")}["signs"]
        assert re.search(r"Chevrons at bends: [^.]*\(a guess\)\.", signs), country.code
        assert all(t.thing != "Chevrons" for t in guide.telling(country.code, "en"))
    camera = {fact.topic: fact.text for fact in guide.facts("AE", "en")}["camera"]
    assert camera == "The car shows a roof rack (a guess)."
    sure: Country = COUNTRIES["IE"]
    assert not sure.is_guess("chevron")
    assert "Chevrons" in {t.thing for t in guide.telling("IE", "en")} | {
        t.thing for t in guide.telling("BR", "en")
    }
