"""Who wants to know at once that a caregiver may no longer be fit: upper apps register, nothing is imported upward."""

from collections.abc import Callable

from caregivers.models import Caregiver

_listeners: list[Callable[[Caregiver], None]] = []


def hears_of_fitness(function: Callable[[Caregiver], None]) -> Callable[[Caregiver], None]:
    """Register a function that is called when something has changed on which assignments rest."""
    _listeners.append(function)
    return function


def fitness_changed(caregiver: Caregiver) -> None:
    """Tell everybody who registered: a paper counts no more, a level was lowered, a caregiver was suspended or left."""
    for listener in _listeners:
        listener(caregiver)
