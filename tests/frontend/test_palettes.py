"""The colours a centre may choose: readable by day and by night, each one that a screen can show."""

import math
import re
from pathlib import Path

import pytest

from tenants.site.models import Palette

STYLES = Path(__file__).parents[2] / "frontend" / "src" / "styles"
AA = 4.5  # WCAG 2.2, 1.4.3: text below 24 px
AA_CONTROL = 3  # 1.4.11: what one presses, against what is around it
_OKLCH = r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)"
Linear = tuple[float, float, float]


def _linear(lightness: float, chroma: float, hue: float) -> Linear:
    """OKLCH as linear sRGB (CSS Color 4, section 12); outside 0 to 1 where a screen cannot show it."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _colours(css: str) -> dict[str, Linear]:
    found = re.findall(rf"--([\w-]+): {_OKLCH};", css)
    return {name: _linear(float(light) / 100, float(chroma), float(hue)) for name, light, chroma, hue in found}


def _luminance(colour: Linear) -> float:
    red, green, blue = (min(max(part, 0), 1) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Linear, other: Linear) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _blocks(css: str, pattern: str) -> dict[str, dict[str, Linear]]:
    return {name: _colours(body) for name, body in re.findall(pattern + r"[^{}]*?\{([^{}]*)\}", css)}


PALETTES = _blocks((STYLES / "palettes.css").read_text(), r'\[data-palette="(\w+)"\] ')
THEMES = {
    name: _colours(body)
    for name, body in re.findall(r'name: "(\w+)";(.*?)\n\}', (STYLES / "tokens.css").read_text(), re.S)
}
KUNYIT = _colours((STYLES / "tokens.css").read_text())["color-kunyit"]
WHITE = (1.0, 1.0, 1.0)


def test_the_formula_knows_black_from_white():
    assert contrast(WHITE, (0, 0, 0)) == pytest.approx(21)
    assert contrast(_linear(1, 0, 0), _linear(0, 0, 0)) == pytest.approx(21, rel=1e-3)
    assert contrast(_linear(0.5999, 0, 0), WHITE) == pytest.approx(4, rel=0.05)  # #808080 has 3.95


def test_every_palette_that_can_be_chosen_has_its_colours():
    assert set(PALETTES) == {palette.value for palette in Palette}
    assert all(set(colours) == {"dyed-band", "dyed-soft", "dyed-day", "dyed-night"} for colours in PALETTES.values())


@pytest.mark.parametrize("palette", Palette.values)
def test_it_is_readable_on_every_ground(palette: str):
    colours, day, night = PALETTES[palette], THEMES["terang"], THEMES["gelap"]
    pairs = {
        "white on the band": (WHITE, colours["dyed-band"]),
        "soft on the band": (colours["dyed-soft"], colours["dyed-band"]),
        **{f"a link by day on {n}": (colours["dyed-day"], day[f"color-base-{n}"]) for n in (100, 200)},
        **{f"a link by night on {n}": (colours["dyed-night"], night[f"color-base-{n}"]) for n in (100, 200)},
        "a button by day": (day["color-primary-content"], colours["dyed-day"]),
        "a button by night": (night["color-primary-content"], colours["dyed-night"]),
    }
    assert {name: round(contrast(*pair), 2) for name, pair in pairs.items() if contrast(*pair) < AA} == {}
    assert contrast(KUNYIT, colours["dyed-band"]) >= AA_CONTROL


@pytest.mark.parametrize("palette", Palette.values)
def test_a_screen_can_show_it(palette: str):
    for name, colour in PALETTES[palette].items():
        assert all(-0.001 <= part <= 1.001 for part in colour), (name, colour)


def test_palettes_can_be_told_apart():
    bands = {name: colours["dyed-band"] for name, colours in PALETTES.items()}
    for one in bands:
        for other in bands:
            if one < other:
                far = math.dist(*([part ** (1 / 2.2) for part in bands[name]] for name in (one, other)))
                assert far > 0.08, (one, other, far)
