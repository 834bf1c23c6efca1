"""Who may see and work in supervision."""

import rules

from agencies.permissions import is_coordinator, is_manager, is_office, is_quality_officer

rules.add_perm("supervision.view", is_office)
rules.add_perm("supervision.call", is_manager | is_quality_officer | is_coordinator)
rules.add_perm("supervision.edit", is_manager | is_quality_officer | is_coordinator)
