"""The request's rules, refused by the database itself, whatever code asks.

A request begins as DRAFT (an oral one too: it is submitted in the same transaction), moves only
along the pairs of requests_app/lifecycle.py, and each move needs its papers. What was asked never
changes once it was sent; what was decided never changes at all. History rows are append-only: only
the columns named as arguments of requests_set_once may be filled, once.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION requests_refuse(sentence text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION requests_check_submission(r requests_app_accessrequest) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM requests_app_requestcamera WHERE request_id = r.id)
       NOT BETWEEN 1 AND 8 THEN
        PERFORM requests_refuse('a request names 1 to 8 cameras');
    END IF;
    IF (SELECT count(*) FROM requests_app_accessrequest
        WHERE applicant_id = r.applicant_id AND id <> r.id
          AND state IN ('SUBMITTED', 'APPROVED', 'ISSUED', 'EXPORTED')) >= 3 THEN
        PERFORM requests_refuse('a person has at most 3 open requests');
    END IF;
    IF r.ends_at > r.submitted_at
       AND (r.purpose <> 'ASSESSMENT' OR r.ends_at > r.submitted_at + interval '72 hours') THEN
        PERFORM requests_refuse('only an assessment lies ahead, at most 72 hours');
    END IF;
END $$;

CREATE FUNCTION requests_check_papers(r requests_app_accessrequest, source text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    has_papers boolean := true;
BEGIN
    IF r.state = 'SUBMITTED' THEN
        PERFORM requests_check_submission(r);
    ELSIF r.state IN ('APPROVED', 'REFUSED') THEN
        has_papers := EXISTS (
            SELECT FROM requests_app_decision d WHERE d.request_id = r.id
              AND d.verdict = r.state AND d.decided_by_id = r.decided_by_id
        ) AND (r.state = 'REFUSED' OR EXISTS (
            SELECT FROM requests_app_requestcamera c WHERE c.request_id = r.id AND c.approved
        ));
    ELSIF r.state = 'ISSUED' THEN
        has_papers := EXISTS (
            SELECT FROM requests_app_decision d
            WHERE d.request_id = r.id AND d.confirmed_at IS NOT NULL
        );
    ELSIF r.state = 'EXPORTED' THEN
        has_papers := EXISTS (
            SELECT FROM requests_app_fulfilment f JOIN recordings_export e ON e.id = f.export_id
            WHERE f.request_id = r.id AND e.state = 'VERIFIED'
        );
    ELSIF r.state = 'HANDED_OVER' THEN
        has_papers := EXISTS (
            SELECT FROM requests_app_handover h
            WHERE h.request_id = r.id AND h.received_at IS NOT NULL
        );
    ELSIF r.state = 'ERASED' THEN
        has_papers := r.purpose = 'ASSESSMENT' AND EXISTS (
            SELECT FROM requests_app_sourceerasure s JOIN recordings_erasure e ON e.id = s.erasure_id
            WHERE s.request_id = r.id AND e.state = 'DONE'
        );
    ELSIF r.state = 'CLOSED' AND source = 'HANDED_OVER' THEN
        has_papers := r.purpose = 'SECURITY';
    END IF;
    IF NOT has_papers THEN
        PERFORM requests_refuse(format('%s lacks what it stands on', r.state));
    END IF;
END $$;

CREATE FUNCTION requests_guard_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'DRAFT' THEN
            PERFORM requests_refuse('a request that was sent stays on record');
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'DRAFT' THEN
            PERFORM requests_refuse(format('a request does not begin as %s', NEW.state));
        END IF;
    END IF;
    IF (TG_OP = 'INSERT' OR OLD.state = 'DRAFT') AND NOT EXISTS (
        SELECT FROM accounts_user u WHERE u.id = NEW.applicant_id
          AND (u.applicant_kind, NEW.purpose) IN
              (('ASSESSMENT', 'ASSESSMENT'), ('GENERAL_AFFAIRS', 'SECURITY'))
    ) THEN
        PERFORM requests_refuse('this person may not ask for this purpose');
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF OLD.state <> NEW.state THEN
        IF NOT (OLD.state, NEW.state) IN (
            ('DRAFT', 'SUBMITTED'),
            ('SUBMITTED', 'APPROVED'), ('SUBMITTED', 'REFUSED'), ('SUBMITTED', 'WITHDRAWN'),
            ('APPROVED', 'ISSUED'), ('APPROVED', 'REVOKED'), ('APPROVED', 'LAPSED'),
            ('ISSUED', 'EXPORTED'), ('ISSUED', 'CLOSED'), ('ISSUED', 'REVOKED'),
            ('ISSUED', 'LAPSED'),
            ('EXPORTED', 'HANDED_OVER'),
            ('HANDED_OVER', 'ERASED'), ('HANDED_OVER', 'CLOSED'),
            ('ERASED', 'CLOSED')
        ) THEN
            PERFORM requests_refuse(
                format('a request does not go from %s to %s', OLD.state, NEW.state));
        END IF;
        PERFORM requests_check_papers(NEW, OLD.state);
    END IF;
    IF OLD.state <> 'DRAFT' AND (
        (OLD.number, OLD.created_at, OLD.submitted_at, OLD.form, OLD.purpose, OLD.applicant_id,
         OLD.entered_by_id, OLD.activity, OLD.legal_basis, OLD.starts_at, OLD.ends_at,
         OLD.wants_room, OLD.validator_name, OLD.validator_position, OLD.validator_phone,
         OLD.letter, OLD.letter_name, OLD.happened_at, OLD.outage_note, OLD.outage_scan)
        IS DISTINCT FROM
        (NEW.number, NEW.created_at, NEW.submitted_at, NEW.form, NEW.purpose, NEW.applicant_id,
         NEW.entered_by_id, NEW.activity, NEW.legal_basis, NEW.starts_at, NEW.ends_at,
         NEW.wants_room, NEW.validator_name, NEW.validator_position, NEW.validator_phone,
         NEW.letter, NEW.letter_name, NEW.happened_at, NEW.outage_note, NEW.outage_scan)
    ) THEN
        PERFORM requests_refuse('what was asked does not change once it was sent');
    END IF;
    IF OLD.state <> 'SUBMITTED' AND (OLD.decided_by_id, OLD.approved_start, OLD.approved_end)
       IS DISTINCT FROM (NEW.decided_by_id, NEW.approved_start, NEW.approved_end) THEN
        PERFORM requests_refuse('what was decided does not change');
    END IF;
    IF (OLD.state <> 'ISSUED' AND OLD.exported_by_id IS DISTINCT FROM NEW.exported_by_id)
       OR (OLD.state <> 'HANDED_OVER' AND OLD.second_person_id IS DISTINCT FROM NEW.second_person_id)
       OR (OLD.applicant_confirmed_at IS NOT NULL
           AND OLD.applicant_confirmed_at IS DISTINCT FROM NEW.applicant_confirmed_at) THEN
        PERFORM requests_refuse('who did a step does not change afterwards');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER requests_request_guard
    BEFORE INSERT OR UPDATE OR DELETE ON requests_app_accessrequest
    FOR EACH ROW EXECUTE FUNCTION requests_guard_request();

CREATE FUNCTION requests_guard_camera() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
BEGIN
    SELECT state INTO standing FROM requests_app_accessrequest
    WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.request_id ELSE OLD.request_id END;
    IF TG_OP = 'UPDATE' THEN
        IF standing <> 'SUBMITTED' OR (OLD.request_id, OLD.camera_id)
           IS DISTINCT FROM (NEW.request_id, NEW.camera_id) THEN
            PERFORM requests_refuse('a camera is approved only by the decision');
        END IF;
        RETURN NEW;
    END IF;
    IF standing <> 'DRAFT' OR (TG_OP = 'INSERT' AND NEW.approved) THEN
        PERFORM requests_refuse('the cameras of a request do not change once it was sent');
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER requests_camera_guard
    BEFORE INSERT OR UPDATE OR DELETE ON requests_app_requestcamera
    FOR EACH ROW EXECUTE FUNCTION requests_guard_camera();

CREATE FUNCTION requests_guard_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM requests_app_accessrequest
                   WHERE id = NEW.request_id AND state = 'SUBMITTED') THEN
        PERFORM requests_refuse('only a submitted request is decided');
    END IF;
    IF NOT EXISTS (SELECT FROM requests_app_validation WHERE request_id = NEW.request_id) THEN
        PERFORM requests_refuse('a decision needs a validation first');
    END IF;
    IF NOT EXISTS (SELECT FROM accounts_user
                   WHERE id = NEW.decided_by_id AND role = 'APPROVER' AND NEW.delegation_id IS NULL)
       AND NOT EXISTS (
           SELECT FROM accounts_delegation d JOIN requests_app_accessrequest r
             ON r.id = NEW.request_id AND r.applicant_id <> d.principal_id
           WHERE d.id = NEW.delegation_id AND d.delegate_id = NEW.decided_by_id
             AND NEW.decided_at >= d.starts_at AND NEW.decided_at < d.ends_at
             AND (d.revoked_at IS NULL OR d.revoked_at > NEW.decided_at)
       ) THEN
        PERFORM requests_refuse('an approver decides, or a delegate within the dates');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER requests_decision_guard BEFORE INSERT ON requests_app_decision
    FOR EACH ROW EXECUTE FUNCTION requests_guard_decision();

CREATE FUNCTION requests_guard_issuance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM requests_app_accessrequest r JOIN requests_app_decision d ON d.request_id = r.id
        WHERE r.id = NEW.request_id AND r.state IN ('APPROVED', 'ISSUED')
          AND d.verdict = 'APPROVED' AND d.confirmed_at IS NOT NULL
    ) THEN
        PERFORM requests_refuse('a passphrase needs an approval that is confirmed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER requests_issuance_guard BEFORE INSERT ON requests_app_issuance
    FOR EACH ROW EXECUTE FUNCTION requests_guard_issuance();

CREATE FUNCTION requests_guard_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM requests_app_accessrequest
                   WHERE id = NEW.request_id AND state = TG_ARGV[0]) THEN
        PERFORM requests_refuse(format('%s needs a request that is %s', TG_TABLE_NAME, TG_ARGV[0]));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER requests_handout_guard BEFORE INSERT ON requests_app_keyhandout
    FOR EACH ROW EXECUTE FUNCTION requests_guard_state('ISSUED');
CREATE TRIGGER requests_fulfilment_guard BEFORE INSERT ON requests_app_fulfilment
    FOR EACH ROW EXECUTE FUNCTION requests_guard_state('ISSUED');
CREATE TRIGGER requests_handover_guard BEFORE INSERT ON requests_app_handover
    FOR EACH ROW EXECUTE FUNCTION requests_guard_state('EXPORTED');
CREATE TRIGGER requests_erasure_guard BEFORE INSERT ON requests_app_sourceerasure
    FOR EACH ROW EXECUTE FUNCTION requests_guard_state('HANDED_OVER');

CREATE FUNCTION requests_set_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    field text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM requests_refuse(format('%s stays on record', TG_TABLE_NAME));
    END IF;
    IF before - TG_ARGV IS DISTINCT FROM to_jsonb(NEW) - TG_ARGV THEN
        PERFORM requests_refuse(format('%s does not change', TG_TABLE_NAME));
    END IF;
    FOREACH field IN ARRAY TG_ARGV LOOP
        IF before -> field <> 'null' AND before -> field <> to_jsonb(NEW) -> field THEN
            PERFORM requests_refuse(format('%s is filled in once', field));
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER requests_transition_once BEFORE UPDATE OR DELETE ON requests_app_transition
    FOR EACH ROW EXECUTE FUNCTION requests_set_once();
CREATE TRIGGER requests_validation_once BEFORE UPDATE OR DELETE ON requests_app_validation
    FOR EACH ROW EXECUTE FUNCTION requests_set_once();
CREATE TRIGGER requests_fulfilment_once BEFORE UPDATE OR DELETE ON requests_app_fulfilment
    FOR EACH ROW EXECUTE FUNCTION requests_set_once();
CREATE TRIGGER requests_erasure_once BEFORE UPDATE OR DELETE ON requests_app_sourceerasure
    FOR EACH ROW EXECUTE FUNCTION requests_set_once();
CREATE TRIGGER requests_decision_once BEFORE UPDATE OR DELETE ON requests_app_decision
    FOR EACH ROW EXECUTE FUNCTION requests_set_once('confirmed_at');
CREATE TRIGGER requests_handover_once BEFORE UPDATE OR DELETE ON requests_app_handover
    FOR EACH ROW EXECUTE FUNCTION requests_set_once('received_at');
CREATE TRIGGER requests_issuance_once BEFORE UPDATE OR DELETE ON requests_app_issuance
    FOR EACH ROW EXECUTE FUNCTION requests_set_once('first_used_at', 'revoked_at', 'revoked_by_id');
CREATE TRIGGER requests_handout_once BEFORE UPDATE OR DELETE ON requests_app_keyhandout
    FOR EACH ROW EXECUTE FUNCTION requests_set_once(
        'received_confirmed_at', 'returned_at', 'returned_to_id', 'return_confirmed_at');

CREATE FUNCTION requests_count_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.year <> OLD.year OR NEW.last <> OLD.last + 1 THEN
        PERFORM requests_refuse('numbers go up by one');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER requests_counter_steps BEFORE UPDATE OR DELETE ON requests_app_numbercounter
    FOR EACH ROW EXECUTE FUNCTION requests_count_on();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN
        REVOKE UPDATE, DELETE ON requests_app_transition, requests_app_validation,
            requests_app_fulfilment, requests_app_sourceerasure FROM portal_app;
        REVOKE DELETE ON requests_app_decision, requests_app_handover, requests_app_issuance,
            requests_app_keyhandout, requests_app_numbercounter FROM portal_app;
    END IF;
END $$;
"""

TRIGGERS = {
    "requests_app_accessrequest": ["requests_request_guard"],
    "requests_app_requestcamera": ["requests_camera_guard"],
    "requests_app_decision": ["requests_decision_guard", "requests_decision_once"],
    "requests_app_issuance": ["requests_issuance_guard", "requests_issuance_once"],
    "requests_app_keyhandout": ["requests_handout_guard", "requests_handout_once"],
    "requests_app_fulfilment": ["requests_fulfilment_guard", "requests_fulfilment_once"],
    "requests_app_handover": ["requests_handover_guard", "requests_handover_once"],
    "requests_app_sourceerasure": ["requests_erasure_guard", "requests_erasure_once"],
    "requests_app_transition": ["requests_transition_once"],
    "requests_app_validation": ["requests_validation_once"],
    "requests_app_numbercounter": ["requests_counter_steps"],
}
FUNCTIONS = [
    "requests_count_on()",
    "requests_set_once()",
    "requests_guard_state()",
    "requests_guard_issuance()",
    "requests_guard_decision()",
    "requests_guard_camera()",
    "requests_guard_request()",
    "requests_check_papers(requests_app_accessrequest, text)",
    "requests_check_submission(requests_app_accessrequest)",
    "requests_refuse(text)",
]
BACKWARD = "".join(
    [
        *(
            f"DROP TRIGGER {trigger} ON {table};\n"
            for table, names in TRIGGERS.items()
            for trigger in names
        ),
        *(f"DROP FUNCTION {function};\n" for function in FUNCTIONS),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("requests_app", "0001_initial"),
        ("accounts", "0002_delegation_roles"),
        ("recordings", "0002_guards"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
