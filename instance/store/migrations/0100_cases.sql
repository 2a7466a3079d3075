-- +goose Up

-- The steps that there are from one stage of a case to the next; see 0101.
CREATE TABLE housing_case_steps (
	before TEXT NOT NULL,
	after  TEXT NOT NULL,
	PRIMARY KEY (before, after)
);
INSERT INTO housing_case_steps (before, after) VALUES
	('intake', 'vetting'), ('vetting', 'proposal'), ('proposal', 'meeting'), ('meeting', 'proposal'), ('agreement', 'proposal'),
	('meeting', 'agreement'), ('agreement', 'active'), ('active', 'ending'), ('ending', 'active'), ('active', 'proposal'), ('ending', 'proposal'),
	('proposal', 'vetting'), ('meeting', 'vetting'), ('agreement', 'vetting'),
	('intake', 'closed'), ('vetting', 'closed'), ('proposal', 'closed'), ('meeting', 'closed'), ('agreement', 'closed'), ('ending', 'closed'),
	('intake', 'referred'), ('vetting', 'referred');

-- Households that homes are looked for. Whatever is known of the people is in the
-- file, which is sealed to the keys of the programme; here are ids, dates and how
-- far it is.
CREATE TABLE housing_cases (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	stage        TEXT NOT NULL DEFAULT 'intake'
		CHECK (stage IN ('intake', 'vetting', 'proposal', 'meeting', 'agreement', 'active', 'ending', 'closed', 'referred')),
	came         TEXT NOT NULL CHECK (came IN ('referrer', 'caseworker', 'self')),
	keeper_id    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	person_id    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	file         BYTEA NOT NULL,
	vetted_by    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	vetted_at    BIGINT,
	second_by    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	second_at    BIGINT,
	frozen_at    BIGINT,
	code_hash    TEXT UNIQUE, -- by which the household's account is joined to it
	code_until   BIGINT,
	reference    TEXT UNIQUE, -- what an authority may be told, once the household agreed
	tonight      BOOLEAN NOT NULL DEFAULT FALSE,
	opened_at    BIGINT NOT NULL,
	stage_since  BIGINT NOT NULL,
	changed_at   BIGINT NOT NULL,
	why          TEXT NOT NULL DEFAULT '',
	erased_at    BIGINT,
	CHECK (stage IN ('intake', 'vetting', 'closed', 'referred') OR (vetted_at IS NOT NULL AND second_at IS NOT NULL)),
	CHECK (vetted_by IS NULL OR second_by IS NULL OR vetted_by <> second_by)
);
CREATE INDEX housing_cases_board ON housing_cases (programme_id, stage, stage_since, id);
CREATE INDEX housing_cases_person ON housing_cases (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX housing_cases_kept ON housing_cases (stage_since) WHERE erased_at IS NULL;

-- Who read which file, and when: nothing is opened without a line here.
CREATE TABLE housing_case_reads (
	id        BIGINT PRIMARY KEY,
	case_id   BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	person_id BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	what      TEXT NOT NULL,
	at        BIGINT NOT NULL
);
CREATE INDEX housing_case_reads_case ON housing_case_reads (case_id, id);

-- What a household agreed that may be told, to whom of four, and until when.
CREATE TABLE housing_case_consents (
	id         BIGINT PRIMARY KEY,
	case_id    BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	what       TEXT NOT NULL CHECK (what IN ('partner', 'host', 'authority', 'interpreter')),
	given_at   BIGINT NOT NULL,
	heard_by   BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	ended_at   BIGINT
);
CREATE UNIQUE INDEX housing_case_consents_live ON housing_case_consents (case_id, what) WHERE ended_at IS NULL;

-- Homes that a household was told of, and what it answered. Who lives there and
-- what the household chose otherwise is sealed.
CREATE TABLE housing_case_homes (
	id          BIGINT PRIMARY KEY,
	case_id     BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	home        TEXT NOT NULL,
	state       TEXT NOT NULL DEFAULT 'looked' CHECK (state IN ('looked', 'shown', 'interested', 'declined', 'withdrawn')),
	body        BYTEA NOT NULL,
	by_id       BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at          BIGINT NOT NULL,
	answered_at BIGINT,
	UNIQUE (case_id, home)
);

-- For which case beds were asked. This never leaves: the ledger knows a number of
-- places and nothing else. Two sign before it is agreed to.
CREATE TABLE housing_case_holds (
	hold_id   BIGINT PRIMARY KEY REFERENCES housing_holds (id) ON DELETE CASCADE,
	case_id   BIGINT NOT NULL REFERENCES housing_cases (id),
	home      TEXT NOT NULL,
	asked_at  BIGINT NOT NULL,
	signed_by BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	signed_at BIGINT,
	second_by BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	second_at BIGINT,
	guest_at  BIGINT, -- when the three agreed to go on: guest, host, association
	host_at   BIGINT,
	until     BIGINT,
	CHECK (second_at IS NULL OR signed_at IS NOT NULL),
	CHECK (signed_by IS NULL OR second_by IS NULL OR signed_by <> second_by)
);
CREATE INDEX housing_case_holds_case ON housing_case_holds (case_id, hold_id);

-- Notes, calls, tasks and what is said between household, host and team, sealed.
CREATE TABLE housing_case_entries (
	id        BIGINT PRIMARY KEY,
	case_id   BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	kind      TEXT NOT NULL CHECK (kind IN ('note', 'call', 'visit', 'task', 'household', 'host', 'team', 'closing')),
	body      BYTEA NOT NULL,
	by_id     BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at        BIGINT NOT NULL,
	due_at    BIGINT,
	doer_id   BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	done_at   BIGINT,
	done_by   BIGINT REFERENCES actors (id) ON DELETE SET NULL
);
CREATE INDEX housing_case_entries_case ON housing_case_entries (case_id, id);
CREATE INDEX housing_case_entries_due ON housing_case_entries (due_at) WHERE due_at IS NOT NULL AND done_at IS NULL;

-- When people are asked how they are, and whether they were. How they are is
-- sealed.
CREATE TABLE housing_case_followups (
	id      BIGINT PRIMARY KEY,
	case_id BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	hold_id BIGINT REFERENCES housing_holds (id) ON DELETE SET NULL,
	kind    TEXT NOT NULL,
	due     BIGINT NOT NULL, -- a night
	tries   INTEGER NOT NULL DEFAULT 0,
	told_at BIGINT, -- when a lead was told that it is overdue
	done_at BIGINT,
	done_by BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	body    BYTEA,
	UNIQUE (hold_id, kind, due)
);
CREATE INDEX housing_case_followups_case ON housing_case_followups (case_id, due);
CREATE INDEX housing_case_followups_due ON housing_case_followups (due) WHERE done_at IS NULL;

-- What went wrong, what was complained of, and signs that somebody has to look at.
-- What happened is sealed, and only ever added to.
CREATE TABLE housing_incidents (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	case_id      BIGINT REFERENCES housing_cases (id) ON DELETE SET NULL,
	home         TEXT NOT NULL DEFAULT '',
	kind         TEXT NOT NULL CHECK (kind IN ('incident', 'complaint', 'sign')),
	side         TEXT NOT NULL CHECK (side IN ('household', 'host', 'team')),
	severity     INTEGER NOT NULL CHECK (severity BETWEEN 1 AND 4),
	state        TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'looked', 'decided', 'appealed', 'closed')),
	outcome      TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'nothing', 'talk', 'watch', 'move', 'stop', 'authority')),
	moved_at     BIGINT, -- the household left at once
	by_id        BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	opened_at    BIGINT NOT NULL,
	first_by     BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	first_at     BIGINT,
	second_by    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	second_at    BIGINT,
	appealed_at  BIGINT,
	told_at      BIGINT, -- who complained was told what came of it
	CHECK (first_by IS NULL OR second_by IS NULL OR first_by <> second_by),
	CHECK (state NOT IN ('decided') OR second_at IS NOT NULL)
);
CREATE INDEX housing_incidents_open ON housing_incidents (programme_id, state, severity, id);
CREATE INDEX housing_incidents_case ON housing_incidents (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE housing_incident_entries (
	id          BIGINT PRIMARY KEY,
	incident_id BIGINT NOT NULL REFERENCES housing_incidents (id) ON DELETE CASCADE,
	deed        TEXT NOT NULL,
	body        BYTEA NOT NULL,
	by_id       BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at          BIGINT NOT NULL
);
CREATE INDEX housing_incident_entries_incident ON housing_incident_entries (incident_id, id);

-- Homes into which nobody is asked until it is lifted, at once and by anybody who
-- keeps homes; two lift it.
CREATE TABLE housing_frozen_homes (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	home         TEXT NOT NULL,
	incident_id  BIGINT REFERENCES housing_incidents (id) ON DELETE SET NULL,
	by_id        BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at           BIGINT NOT NULL,
	lift_by      BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	lifted_at    BIGINT
);
CREATE UNIQUE INDEX housing_frozen_homes_live ON housing_frozen_homes (programme_id, home) WHERE lifted_at IS NULL;
