"""Tables of the caregiver file."""

from caregivers.models.badge import BadgeIssue, BadgeScan
from caregivers.models.caregiver import Absence, Availability, Caregiver, SupervisionAcknowledgement
from caregivers.models.credentials import Credential, CredentialWarning, RuleSetting, StaffFile
from caregivers.models.evaluation import Evaluation, EvaluationReply, QualityRecord, ServiceDay
from caregivers.models.levels import LevelAppeal, LevelApplication, LevelApproval, LevelGrant, LevelStanding
from caregivers.models.onboarding import OnboardingStep, PostingCertificate
from caregivers.models.skills import SkillCheck
from caregivers.models.training import (
    Attendance,
    Course,
    EffectEvaluation,
    ExamResult,
    TrainingPlanLine,
    TrainingSession,
)
from caregivers.models.welfare import Grievance, GrievanceEntry, SupplyIssue

__all__ = [
    "Absence",
    "Attendance",
    "Availability",
    "BadgeIssue",
    "BadgeScan",
    "Caregiver",
    "Course",
    "Credential",
    "CredentialWarning",
    "EffectEvaluation",
    "Evaluation",
    "EvaluationReply",
    "ExamResult",
    "Grievance",
    "GrievanceEntry",
    "LevelAppeal",
    "LevelApplication",
    "LevelApproval",
    "LevelGrant",
    "LevelStanding",
    "OnboardingStep",
    "PostingCertificate",
    "QualityRecord",
    "RuleSetting",
    "ServiceDay",
    "SkillCheck",
    "StaffFile",
    "SupervisionAcknowledgement",
    "SupplyIssue",
    "TrainingPlanLine",
    "TrainingSession",
]
