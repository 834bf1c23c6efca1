"""Who may see and keep the archive."""

import rules

from agencies.permissions import is_archivist, is_manager, is_office

rules.add_perm("archive.view", is_office)
rules.add_perm("archive.keep", is_manager | is_archivist)
rules.add_perm("archive.approve", is_manager)
