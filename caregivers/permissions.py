"""Who may see and change caregiver files."""

import rules

from agencies.permissions import is_coordinator, is_manager, is_office, is_quality_officer

rules.add_perm("caregivers.view", is_office)
rules.add_perm("caregivers.edit", is_manager | is_coordinator)
rules.add_perm("caregivers.grant", is_manager)
rules.add_perm("caregivers.approve", is_manager | is_quality_officer)
rules.add_perm("caregivers.assess", is_manager | is_quality_officer)
rules.add_perm("caregivers.train", is_manager | is_coordinator | is_quality_officer)
rules.add_perm("caregivers.listen", is_manager | is_quality_officer)
