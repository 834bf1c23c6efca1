"""Who may see and change client files."""

import rules

from agencies.permissions import is_coordinator, is_manager, is_office, is_quality_officer

rules.add_perm("clients.view", is_office)
rules.add_perm("clients.edit", is_manager | is_coordinator)
rules.add_perm("clients.requests", is_manager)
rules.add_perm("clients.second", is_manager | is_quality_officer)
rules.add_perm("clients.health", is_manager | is_coordinator | is_quality_officer)
