"""How long what is kept (7.5.3)."""

import datetime as dt


def retain_until(archive_class: str, clock_started_on: dt.date, years: int) -> dt.date | None:
    """Last day a record must be kept; None is for ever.

    Standards are permanent. Contracts and other records are kept for whole years after the day the clock
    started, that day itself not counted (Civil Code 201), and at least three (DB37/T 1111-2008, 7.5.3).
    """
    if archive_class == "standards":
        return None
    if years < 3:
        raise ValueError("the standard asks for three years at least")
    try:
        return clock_started_on.replace(year=clock_started_on.year + years)
    except ValueError:  # 29 February
        return dt.date(clock_started_on.year + years, 2, 28)
