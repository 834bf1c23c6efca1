"""Who may see and change plans, agreements and visits."""

import rules

from agencies.permissions import is_coordinator, is_manager, is_office

rules.add_perm("contracts.view", is_office)
rules.add_perm("contracts.edit", is_manager | is_coordinator)
rules.add_perm("contracts.approve", is_manager)
rules.add_perm("contracts.sign_for_agency", is_manager)
rules.add_perm("contracts.view_visits", is_office)
