"""Places on the earth: how far apart two are, and what Chinese maps show turned into what a phone says. Pure, no Django."""

from math import asin, cos, pi, radians, sin, sqrt

EARTH = 6_371_000  # mean radius in metres
AXIS, FLATNESS = 6_378_245.0, 0.00669342162296594323  # ellipsoid the Chinese maps are shifted by


def metres_between(one: tuple[float, float], two: tuple[float, float]) -> int:
    """Great-circle distance of two (latitude, longitude) in metres."""
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, map(float, place))) for place in (one, two))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH * asin(sqrt(half)))


def _waves(value, *pairs):
    """Sum of sines of a coordinate: (amplitude, divisor) each."""
    return sum(amplitude * sin(value * pi / divisor) for amplitude, divisor in pairs)


def _shift(latitude, longitude):
    """By how many degrees the maps of Amap and Tencent (GCJ-02) show a place aside, northward and eastward."""
    x, y = longitude - 105, latitude - 35
    common = _waves(x, (20, 1 / 6), (20, 1 / 2))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (common + _waves(y, (20, 1), (40, 3)) + _waves(y, (160, 12), (320, 30))) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (common + _waves(x, (20, 1), (40, 3)) + _waves(x, (150, 12), (300, 30))) * 2 / 3
    root = 1 - FLATNESS * sin(radians(latitude)) ** 2
    north *= 180 / (AXIS * (1 - FLATNESS) / (root * sqrt(root)) * pi)
    east *= 180 / (AXIS / sqrt(root) * cos(radians(latitude)) * pi)
    return north, east


def from_chinese_map(latitude: float, longitude: float) -> tuple[float, float]:
    """A place as Amap or Tencent shows it (GCJ-02), as a phone's receiver says it (WGS 84); right to a metre or two."""
    found = (latitude, longitude)
    for _step in range(3):
        north, east = _shift(*found)
        found = (latitude - north, longitude - east)
    return round(found[0], 6), round(found[1], 6)
