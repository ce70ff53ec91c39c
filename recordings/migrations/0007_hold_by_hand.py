"""Holds by hand, an erasure that may be asked for again, and the copy that a lost disk keeps.

An order to hold begins as PROPOSED or IN_FORCE and moves only along its states; what was ordered
never changes, and its end only moves onward. Its holds go only after it has ended, whatever code
asks: so an order is neither shortened nor let go by one person alone. History rows and statements
are never changed.
"""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

FORWARD = """
CREATE FUNCTION recordings_guard_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an order to hold stays on record' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('PROPOSED', 'IN_FORCE') THEN
            RAISE EXCEPTION 'an order does not begin as %', NEW.state
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state NOT IN ('PROPOSED', 'IN_FORCE') THEN
        RAISE EXCEPTION 'an order that has ended does not change'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND NOT (OLD.state, NEW.state) IN (
        ('PROPOSED', 'IN_FORCE'), ('PROPOSED', 'DECLINED'),
        ('IN_FORCE', 'RELEASED'), ('IN_FORCE', 'LAPSED')
    ) THEN
        RAISE EXCEPTION 'an order does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.title, OLD.reason, OLD.starts_at, OLD.ends_at, OLD.asked_by_id, OLD.asked_at)
       IS DISTINCT FROM
       (NEW.title, NEW.reason, NEW.starts_at, NEW.ends_at, NEW.asked_by_id, NEW.asked_at)
       OR OLD.state = 'IN_FORCE' AND (OLD.ordered_by_id, OLD.ordered_at, OLD.over_quota)
       IS DISTINCT FROM (NEW.ordered_by_id, NEW.ordered_at, NEW.over_quota) THEN
        RAISE EXCEPTION 'what was ordered does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.until < OLD.until THEN
        RAISE EXCEPTION 'an order is prolonged, never shortened'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recordings_order_guard BEFORE INSERT OR UPDATE OR DELETE ON recordings_holdorder
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_order();

CREATE OR REPLACE FUNCTION recordings_guard_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.kind = 'MANUAL' AND NOT EXISTS (
            SELECT FROM recordings_holdorder o WHERE o.id = NEW.order_id AND o.state = 'IN_FORCE'
        ) THEN
            RAISE EXCEPTION 'a hold by hand needs an order in force'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.released_at IS NOT NULL OR NEW.released_at IS NULL OR
       (OLD.camera_id, OLD.starts_at, OLD.ends_at, OLD.kind, OLD.reference, OLD.order_id)
       IS DISTINCT FROM
       (NEW.camera_id, NEW.starts_at, NEW.ends_at, NEW.kind, NEW.reference, NEW.order_id) THEN
        RAISE EXCEPTION 'a hold is only ever released, once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.kind = 'MANUAL' AND EXISTS (
        SELECT FROM recordings_holdorder o WHERE o.id = OLD.order_id AND o.state = 'IN_FORCE'
    ) THEN
        RAISE EXCEPTION 'an order in force keeps its holds' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER recordings_hold_guard ON recordings_hold;
CREATE TRIGGER recordings_hold_guard BEFORE INSERT OR UPDATE OR DELETE ON recordings_hold
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_hold();

CREATE FUNCTION recordings_guard_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was written here stays as it is' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER recordings_step_guard BEFORE UPDATE OR DELETE ON recordings_orderstep
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_written();
CREATE TRIGGER recordings_lost_copy_guard BEFORE UPDATE OR DELETE ON recordings_lostcopy
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_written();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN
        REVOKE UPDATE, DELETE ON recordings_orderstep, recordings_lostcopy FROM portal_app;
        REVOKE DELETE ON recordings_holdorder FROM portal_app;
    END IF;
END $$;
"""

BACKWARD = """
DROP TRIGGER recordings_lost_copy_guard ON recordings_lostcopy;
DROP TRIGGER recordings_step_guard ON recordings_orderstep;
DROP FUNCTION recordings_guard_written();
DROP TRIGGER recordings_hold_guard ON recordings_hold;
CREATE OR REPLACE FUNCTION recordings_guard_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.released_at IS NOT NULL OR NEW.released_at IS NULL OR
       (OLD.camera_id, OLD.starts_at, OLD.ends_at, OLD.kind, OLD.reference)
       IS DISTINCT FROM (NEW.camera_id, NEW.starts_at, NEW.ends_at, NEW.kind, NEW.reference) THEN
        RAISE EXCEPTION 'a hold is only ever released, once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recordings_hold_guard BEFORE UPDATE OR DELETE ON recordings_hold
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_hold();
DROP TRIGGER recordings_order_guard ON recordings_holdorder;
DROP FUNCTION recordings_guard_order();
"""


def _person(*, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


_STATES = [
    ("PROPOSED", "Diusulkan"),
    ("IN_FORCE", "Ditahan"),
    ("DECLINED", "Usulan ditolak"),
    ("RELEASED", "Dilepas lebih awal"),
    ("LAPSED", "Berakhir pada waktunya"),
]
_ACTS = [
    ("PROPOSED", "Penahanan diusulkan"),
    ("ORDERED", "Rekaman ditahan"),
    ("DECLINED", "Usulan ditolak"),
    ("PROLONGED", "Penahanan diperpanjang"),
    ("ASKED", "Pelepasan diminta"),
    ("KEPT", "Pelepasan tidak disetujui, tetap ditahan"),
    ("RELEASED", "Pelepasan disetujui, rekaman dilepas"),
    ("LAPSED", "Penahanan berakhir pada waktunya"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("recordings", "0006_retention"),
        ("devices", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="HoldOrder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("state", models.CharField(choices=_STATES, max_length=8)),
                ("title", models.CharField(max_length=120, verbose_name="perihal")),
                ("reason", models.CharField(max_length=500, verbose_name="alasan")),
                ("starts_at", models.DateTimeField(verbose_name="mulai")),
                ("ends_at", models.DateTimeField(verbose_name="selesai")),
                ("until", models.DateTimeField(verbose_name="ditahan sampai")),
                ("asked_at", models.DateTimeField()),
                ("ordered_at", models.DateTimeField(null=True)),
                ("over_quota", models.BooleanField(default=False)),
                ("ended_at", models.DateTimeField(null=True)),
                ("asked_by", _person()),
                ("cameras", models.ManyToManyField(related_name="+", to="devices.camera")),
                ("ordered_by", _person(null=True)),
                ("release_asked_by", _person(null=True)),
                ("released_by", _person(null=True)),
                ("reviewer", _person()),
            ],
            options={
                "verbose_name": "penahanan dengan tangan",
                "verbose_name_plural": "penahanan dengan tangan",
                "ordering": ("until",),
                "indexes": [
                    models.Index(
                        condition=Q(state="IN_FORCE"), fields=["until"], name="order_in_force"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        name="order_state_known",
                        condition=Q(state__in=[value for value, _word in _STATES]),
                    ),
                    models.CheckConstraint(
                        name="order_says_what_and_why", condition=~Q(title="") & ~Q(reason="")
                    ),
                    models.CheckConstraint(
                        name="order_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
                    ),
                    models.CheckConstraint(
                        name="order_until_lies_ahead", condition=Q(until__gt=F("asked_at"))
                    ),
                    models.CheckConstraint(
                        name="order_in_force_says_by_whom",
                        condition=Q(state__in=["PROPOSED", "DECLINED"])
                        | Q(ordered_by__isnull=False, ordered_at__isnull=False),
                    ),
                    models.CheckConstraint(
                        name="order_ended_says_when",
                        condition=Q(state__in=["PROPOSED", "IN_FORCE"], ended_at=None)
                        | Q(state__in=["DECLINED", "RELEASED", "LAPSED"], ended_at__isnull=False),
                    ),
                    models.CheckConstraint(
                        name="order_released_by_two_persons",
                        condition=~Q(state="RELEASED")
                        | Q(release_asked_by__isnull=False, released_by__isnull=False)
                        & ~Q(released_by=F("release_asked_by")),
                    ),
                    models.CheckConstraint(
                        name="order_lapsed_at_its_end",
                        condition=~Q(state="LAPSED") | Q(ended_at__gte=F("until")),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("act", models.CharField(choices=_ACTS, max_length=9)),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("by", _person(null=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="recordings.holdorder",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        name="step_act_known",
                        condition=Q(act__in=[value for value, _word in _ACTS]),
                    ),
                    models.CheckConstraint(
                        name="step_says_why",
                        condition=~Q(act__in=["DECLINED", "PROLONGED", "ASKED", "KEPT"])
                        | ~Q(reason=""),
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="hold",
            name="order",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="recordings.holdorder",
            ),
        ),
        migrations.AlterField(
            model_name="hold",
            name="kind",
            field=models.CharField(
                choices=[
                    ("REQUEST", "Permohonan"),
                    ("EXPORT", "Sedang diekspor"),
                    ("MANUAL", "Ditahan dengan tangan"),
                ],
                max_length=7,
                verbose_name="jenis",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                name="hold_by_hand_has_its_order",
                condition=Q(kind="MANUAL", order__isnull=False) | ~Q(kind="MANUAL") & Q(order=None),
            ),
        ),
        migrations.AlterField(
            model_name="erasure",
            name="export",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="erasures",
                to="recordings.export",
            ),
        ),
        migrations.AddField(model_name="erasure", name="cancelled_by", field=_person(null=True)),
        migrations.AddField(
            model_name="erasure", name="cancelled_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="erasure",
            name="cancel_reason",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                name="erasure_cancelled_says_why",
                condition=Q(cancelled_by=None, cancelled_at=None, cancel_reason="")
                & ~Q(state="CANCELLED")
                | Q(state="CANCELLED", cancelled_by__isnull=False, cancelled_at__isnull=False)
                & ~Q(cancel_reason=""),
            ),
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.UniqueConstraint(
                fields=["export"],
                name="erasure_one_live_an_export",
                condition=~Q(state="CANCELLED"),
            ),
        ),
        migrations.CreateModel(
            name="LostCopy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("statement", models.CharField(max_length=500, verbose_name="keterangan")),
                ("said_at", models.DateTimeField()),
                (
                    "export",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lost_copy",
                        to="recordings.export",
                    ),
                ),
                (
                    "incident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="devices.incident",
                    ),
                ),
                ("said_by", _person()),
            ],
            options={
                "verbose_name": "salinan pada hard disk yang hilang",
                "verbose_name_plural": "salinan pada hard disk yang hilang",
                "constraints": [
                    models.CheckConstraint(name="lost_copy_says_how", condition=~Q(statement=""))
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
