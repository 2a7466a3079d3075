-- +goose Up

-- What files of hosts and households have in common is seen by tags: of a telephone, a
-- mailbox or an address under a key of the programme that is not in the database. Who
-- reads this table learns which files are alike, and nothing of what stands in them.
CREATE TABLE housing_marks (
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	kind         TEXT NOT NULL CHECK (kind IN ('phone', 'mailbox', 'address')),
	tag          TEXT NOT NULL,
	host_id      BIGINT REFERENCES housing_hosts (id) ON DELETE CASCADE,
	case_id      BIGINT REFERENCES housing_cases (id) ON DELETE CASCADE,
	CHECK ((host_id IS NULL) <> (case_id IS NULL))
);
CREATE INDEX housing_marks_tag ON housing_marks (programme_id, kind, tag);
CREATE INDEX housing_marks_host ON housing_marks (host_id) WHERE host_id IS NOT NULL;
CREATE INDEX housing_marks_case ON housing_marks (case_id) WHERE case_id IS NOT NULL;

-- What was noticed of a host, beside a case; and who decided before it was appealed:
-- they neither look again nor decide again.
ALTER TABLE housing_incidents ADD COLUMN host_id BIGINT REFERENCES housing_hosts (id) ON DELETE SET NULL;
ALTER TABLE housing_incidents ADD COLUMN appealed_from BIGINT REFERENCES actors (id) ON DELETE SET NULL
	CHECK (appealed_from IS NULL OR COALESCE(first_by, 0) <> appealed_from AND COALESCE(second_by, 0) <> appealed_from);
CREATE INDEX housing_incidents_host ON housing_incidents (host_id) WHERE host_id IS NOT NULL;
