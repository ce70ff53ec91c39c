"""How long footage stays becomes a policy of a group of cameras instead of two columns of each.

Every distinct pair of term and ground becomes one policy with the purpose SECURITY: what stood in
these columns was the term after which the system lets footage go by itself, which is the fate of
security footage (SOP step 5). The source of an assessment goes by its erasure (step 4), and no
column ever said that a camera serves assessments only; the officer moves such a camera afterwards.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q
from django.utils.timezone import now

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_PURPOSES = [("ASSESSMENT", "Asesmen"), ("SECURITY", "Keamanan")]
_KINDS = [
    ("NEW", "Masa simpan baru"),
    ("TERM", "Perubahan masa simpan"),
    ("MOVE", "Kamera pindah masa simpan"),
]
_STATES = [
    ("REQUESTED", "Menunggu persetujuan"),
    ("CONFIRMED", "Dalam masa tunggu"),
    ("APPLYING", "Sedang diterapkan"),
    ("DONE", "Berlaku"),
    ("CANCELLED", "Dibatalkan"),
]
_OPEN = ["REQUESTED", "CONFIRMED", "APPLYING"]
_MINUTE = timedelta(minutes=1)

# A certificate is made once. A change keeps what was asked, and goes along its states only.
GUARDS = """
CREATE FUNCTION recordings_guard_purge_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the certificate of a day stays as it was made'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER recordings_purge_day_guard BEFORE UPDATE OR DELETE ON recordings_purgeday
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_purge_day();

CREATE FUNCTION recordings_guard_policy_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a change of retention stays on record'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'REQUESTED' THEN
            RAISE EXCEPTION 'a change of retention begins by being asked for'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> NEW.state AND NOT (OLD.state, NEW.state) IN (
        ('REQUESTED', 'CONFIRMED'), ('REQUESTED', 'CANCELLED'),
        ('CONFIRMED', 'APPLYING'), ('CONFIRMED', 'CANCELLED'), ('APPLYING', 'DONE')
    ) THEN
        RAISE EXCEPTION 'a change of retention does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.kind, OLD.camera_id, OLD.keep_for, OLD.legal_basis, OLD.reason, OLD.asked_by_id)
       IS DISTINCT FROM
       (NEW.kind, NEW.camera_id, NEW.keep_for, NEW.legal_basis, NEW.reason, NEW.asked_by_id)
       OR (OLD.kind <> 'NEW' AND OLD.policy_id <> NEW.policy_id) THEN
        RAISE EXCEPTION 'what was asked for does not change afterwards'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recordings_policy_change_guard
    BEFORE INSERT OR UPDATE OR DELETE ON recordings_policychange
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_policy_change();
"""
NO_GUARDS = """
DROP TRIGGER recordings_policy_change_guard ON recordings_policychange;
DROP FUNCTION recordings_guard_policy_change();
DROP TRIGGER recordings_purge_day_guard ON recordings_purgeday;
DROP FUNCTION recordings_guard_purge_day();
"""


def gather(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """One policy for each pair of term and ground."""
    plans: Any = apps.get_model("recordings", "RecordingPlan")
    policies: Any = apps.get_model("recordings", "RetentionPolicy")
    pairs = plans.objects.values_list("keep_for", "legal_basis").distinct()
    for keep_for, legal_basis in sorted(pairs, key=str):
        policy = policies.objects.create(
            name=_free_name(policies, f"Keamanan, {_words(keep_for)}"),
            purpose="SECURITY",
            keep_for=keep_for,
            legal_basis=legal_basis or "Belum diisi",
            in_force_since=now(),
        )
        same = plans.objects.filter(keep_for=keep_for, legal_basis=legal_basis)
        same.update(policy=policy)
    _settle(editor)


def scatter(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Each plan gets its policy's term and ground back."""
    plans: Any = apps.get_model("recordings", "RecordingPlan")
    for plan in plans.objects.select_related("policy"):
        plan.keep_for, plan.legal_basis = plan.policy.keep_for, plan.policy.legal_basis
        plan.save(update_fields=["keep_for", "legal_basis"])
    _settle(editor)


def _settle(editor: BaseDatabaseSchemaEditor) -> None:
    """Has the foreign keys checked now: the table is altered in the same transaction."""
    editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _free_name(policies: Any, wanted: str) -> str:
    taken = policies.objects.filter(name__startswith=wanted).count()
    return f"{wanted} ({taken + 1})" if taken else wanted


def _words(term: timedelta) -> str:
    for unit, word in ((timedelta(days=1), "hari"), (timedelta(hours=1), "jam")):
        if term >= unit and not term % unit:
            return f"{term // unit} {word}"
    return f"{term // _MINUTE} menit"


def _person(*, null: bool) -> Any:
    on_delete = django.db.models.deletion.PROTECT
    return models.ForeignKey(
        null=null, on_delete=on_delete, related_name="+", to=settings.AUTH_USER_MODEL
    )


def _policy(related_name: str, **more: Any) -> Any:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to="recordings.retentionpolicy",
        **more,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("recordings", "0005_purge_resumed"),
        ("devices", "0001_initial"),
        ("jobs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="RetentionPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField("nama", max_length=80, unique=True)),
                ("purpose", models.CharField("tujuan", choices=_PURPOSES, max_length=10)),
                ("keep_for", models.DurationField("masa simpan")),
                ("legal_basis", models.CharField("dasar masa simpan", max_length=200)),
                ("version", models.PositiveIntegerField(default=1)),
                ("in_force_since", models.DateTimeField("berlaku sejak")),
            ],
            options={
                "verbose_name": "masa simpan",
                "verbose_name_plural": "masa simpan",
                "ordering": ("name",),
                "constraints": [
                    models.CheckConstraint(
                        name="policy_keeps_at_least_a_minute", condition=Q(keep_for__gte=_MINUTE)
                    ),
                    models.CheckConstraint(
                        name="policy_purpose_known",
                        condition=Q(purpose__in=["ASSESSMENT", "SECURITY"]),
                    ),
                    models.CheckConstraint(
                        name="policy_has_a_name_and_a_ground",
                        condition=~Q(name="") & ~Q(legal_basis=""),
                    ),
                    models.CheckConstraint(
                        name="policy_version_counts", condition=Q(version__gte=1)
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(choices=_KINDS, max_length=4)),
                ("state", models.CharField(choices=_STATES, default="REQUESTED", max_length=9)),
                ("policy", _policy("changes", null=True)),
                (
                    "camera",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="devices.camera",
                    ),
                ),
                ("from_policy", _policy("+", null=True)),
                ("name", models.CharField("nama", blank=True, max_length=80)),
                (
                    "purpose",
                    models.CharField("tujuan", blank=True, choices=_PURPOSES, max_length=10),
                ),
                ("keep_before", models.DurationField(null=True)),
                ("keep_for", models.DurationField("masa simpan")),
                ("legal_basis", models.CharField("dasar masa simpan", max_length=200)),
                ("reason", models.CharField("alasan", max_length=300)),
                ("asked_by", _person(null=False)),
                ("asked_at", models.DateTimeField()),
                ("asked_impact", models.JSONField(default=dict)),
                ("confirmed_by", _person(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("agreed_impact", models.JSONField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("cancelled_by", _person(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("applied_at", models.DateTimeField(null=True)),
                ("moved", models.BigIntegerField(default=0)),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
            ],
            options={
                "verbose_name": "perubahan masa simpan",
                "verbose_name_plural": "perubahan masa simpan",
                "ordering": ("-asked_at",),
                "constraints": [
                    models.CheckConstraint(
                        name="change_kind_known", condition=Q(kind__in=["NEW", "TERM", "MOVE"])
                    ),
                    models.CheckConstraint(
                        name="change_state_known",
                        condition=Q(state__in=[*_OPEN, "DONE", "CANCELLED"]),
                    ),
                    models.CheckConstraint(
                        name="change_by_two_persons",
                        condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")),
                    ),
                    models.CheckConstraint(
                        name="change_agreed_before_it_runs",
                        condition=Q(state__in=["REQUESTED", "CANCELLED"])
                        | Q(
                            confirmed_by__isnull=False,
                            confirmed_at__isnull=False,
                            agreed_impact__isnull=False,
                            due_at__isnull=False,
                        ),
                    ),
                    models.CheckConstraint(
                        name="change_says_what_it_is_about",
                        condition=Q(kind="NEW", camera=None) & ~Q(name="") & ~Q(purpose="")
                        | Q(kind="TERM", camera=None, policy__isnull=False)
                        | Q(kind="MOVE", camera__isnull=False, policy__isnull=False),
                    ),
                    models.CheckConstraint(
                        name="change_keeps_at_least_a_minute", condition=Q(keep_for__gte=_MINUTE)
                    ),
                    models.CheckConstraint(
                        name="change_has_a_ground_and_a_reason",
                        condition=~Q(legal_basis="") & ~Q(reason=""),
                    ),
                    models.UniqueConstraint(
                        name="change_one_open_a_policy",
                        fields=["policy"],
                        condition=Q(kind="TERM", state__in=_OPEN),
                    ),
                    models.UniqueConstraint(
                        name="change_one_open_a_camera",
                        fields=["camera"],
                        condition=Q(kind="MOVE", state__in=_OPEN),
                    ),
                    models.UniqueConstraint(
                        name="change_one_open_a_new_name",
                        fields=["name"],
                        condition=Q(kind="NEW", state__in=_OPEN),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurgeDay",
            fields=[
                ("day", models.DateField("hari", primary_key=True, serialize=False)),
                ("segments", models.PositiveIntegerField()),
                ("bytes", models.BigIntegerField()),
                ("cameras", models.JSONField()),
                ("runs", models.PositiveIntegerField()),
                ("remains", models.PositiveIntegerField(default=0)),
                ("held_back", models.PositiveIntegerField()),
                ("epoch_before", models.BigIntegerField(null=True)),
                ("epoch_after", models.BigIntegerField(null=True)),
                ("fingerprint", models.CharField(max_length=64)),
                ("slowest_s", models.FloatField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "keterangan penghapusan harian",
                "verbose_name_plural": "keterangan penghapusan harian",
                "ordering": ("-day",),
                "constraints": [
                    models.CheckConstraint(
                        name="purge_day_tells_of_something",
                        condition=Q(segments__gt=0) | Q(remains__gt=0),
                    ),
                    models.CheckConstraint(
                        name="purge_day_has_its_fingerprint",
                        condition=Q(fingerprint__regex="^[0-9a-f]{64}$"),
                    ),
                ],
            },
        ),
        migrations.AddField("recordingplan", "policy", _policy("plans", null=True)),
        # Backwards it must stand empty until it is filled.
        migrations.AlterField(
            "recordingplan", "legal_basis", models.CharField(max_length=200, null=True)
        ),
        migrations.RunPython(gather, scatter),
        migrations.AlterField(
            "recordingplan", "policy", _policy("plans", verbose_name="masa simpan")
        ),
        migrations.RemoveConstraint("recordingplan", "plan_keeps_at_least_a_minute"),
        migrations.RemoveField("recordingplan", "keep_for"),
        migrations.RemoveField("recordingplan", "legal_basis"),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
