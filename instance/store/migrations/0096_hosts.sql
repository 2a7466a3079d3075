-- +goose Up

-- The steps that there are from one state of a host to the next; see 0097.
CREATE TABLE housing_host_steps (
	before TEXT NOT NULL,
	after  TEXT NOT NULL,
	PRIMARY KEY (before, after)
);
INSERT INTO housing_host_steps (before, after) VALUES
	('interested', 'invited'), ('invited', 'interested'), ('invited', 'informed'), ('interested', 'informed'), ('informed', 'vetting'),
	('vetting', 'proposed'), ('proposed', 'vetting'), ('proposed', 'approved'), ('approved', 'paused'), ('paused', 'approved'),
	('approved', 'resting'), ('paused', 'resting'), ('resting', 'vetting'), ('approved', 'vetting'), ('paused', 'vetting'),
	('interested', 'refused'), ('invited', 'refused'), ('informed', 'refused'), ('vetting', 'refused'), ('proposed', 'refused'),
	('interested', 'ended'), ('invited', 'ended'), ('informed', 'ended'), ('vetting', 'ended'), ('proposed', 'ended'), ('approved', 'ended'),
	('paused', 'ended'), ('resting', 'ended');

-- Information meetings of a programme: where is a room of the association, or that
-- it is by telephone.
CREATE TABLE housing_host_meetings (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	at           BIGINT NOT NULL,
	venue        TEXT NOT NULL,
	places       INTEGER NOT NULL CHECK (places BETWEEN 1 AND 500),
	created_by   BIGINT REFERENCES actors (id) ON DELETE SET NULL
);
CREATE INDEX housing_host_meetings_programme ON housing_host_meetings (programme_id, at);

-- People who want to lend a home. Who they are and where is in the file, which is
-- sealed to the keys of the programme; here are ids, dates and how far it is. Those
-- who proposed and approved stay named by their ids when their accounts go.
CREATE TABLE housing_hosts (
	id             BIGINT PRIMARY KEY,
	programme_id   BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	person_id      BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	state          TEXT NOT NULL DEFAULT 'interested'
		CHECK (state IN ('interested', 'invited', 'informed', 'vetting', 'proposed', 'approved', 'paused', 'resting', 'refused', 'ended')),
	language       TEXT NOT NULL,
	file           BYTEA NOT NULL,
	link_hash      TEXT UNIQUE,
	link_until     BIGINT,
	confirmed_at   BIGINT, -- that the mailbox is theirs
	places         INTEGER NOT NULL CHECK (places BETWEEN 1 AND 50),
	score          INTEGER NOT NULL,
	meeting_id     BIGINT REFERENCES housing_host_meetings (id) ON DELETE SET NULL,
	checked_at     BIGINT,
	identity_at    BIGINT,
	identity_by    BIGINT,
	visit_until    BIGINT,
	proposed_by    BIGINT,
	proposed_at    BIGINT,
	approved_by    BIGINT,
	approved_at    BIGINT,
	approved_until BIGINT,
	most_places    INTEGER,
	most_nights    INTEGER,
	children       BOOLEAN NOT NULL DEFAULT FALSE,
	rest_until     BIGINT,
	state_by       BIGINT,
	state_since    BIGINT NOT NULL,
	came_at        BIGINT NOT NULL,
	changed_at     BIGINT NOT NULL,
	erased_at      BIGINT,
	CHECK (state NOT IN ('proposed', 'approved', 'paused') OR (checked_at IS NOT NULL AND identity_at IS NOT NULL AND proposed_by IS NOT NULL)),
	CHECK (state NOT IN ('approved', 'paused')
		OR (approved_by IS NOT NULL AND approved_by <> proposed_by AND approved_until IS NOT NULL AND visit_until IS NOT NULL AND most_places IS NOT NULL))
);
CREATE INDEX housing_hosts_list ON housing_hosts (programme_id, state, id);
CREATE INDEX housing_hosts_queue ON housing_hosts (programme_id, score DESC, id) WHERE state = 'interested' AND confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX housing_hosts_once ON housing_hosts (programme_id, person_id) WHERE person_id IS NOT NULL AND state NOT IN ('refused', 'ended');
CREATE INDEX housing_hosts_person ON housing_hosts (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX housing_hosts_lapse ON housing_hosts (visit_until) WHERE state IN ('proposed', 'approved', 'paused');
CREATE INDEX housing_hosts_kept ON housing_hosts (state_since) WHERE erased_at IS NULL;

-- Every adult of a home, the host among them. Whether a record was looked at is
-- kept, never what stood in it.
CREATE TABLE housing_host_adults (
	id        BIGINT PRIMARY KEY,
	host_id   BIGINT NOT NULL REFERENCES housing_hosts (id) ON DELETE CASCADE,
	file      BYTEA NOT NULL,
	own       BOOLEAN NOT NULL,
	heard_at  BIGINT,
	heard_by  BIGINT,
	record_at BIGINT,
	record_by BIGINT
);
CREATE INDEX housing_host_adults_host ON housing_host_adults (host_id, id);

-- Those who say what they know of a host. The link in their letter is known as a
-- hash.
CREATE TABLE housing_host_references (
	id          BIGINT PRIMARY KEY,
	host_id     BIGINT NOT NULL REFERENCES housing_hosts (id) ON DELETE CASCADE,
	file        BYTEA NOT NULL,
	family      BOOLEAN NOT NULL,
	secret_hash TEXT UNIQUE,
	asked_at    BIGINT NOT NULL,
	reminded    INTEGER NOT NULL DEFAULT 0,
	next_at     BIGINT, -- when to remind them
	answered_at BIGINT
);
CREATE INDEX housing_host_references_host ON housing_host_references (host_id, id);
CREATE INDEX housing_host_references_next ON housing_host_references (next_at) WHERE next_at IS NOT NULL;

-- Visits to homes; the checklist is sealed.
CREATE TABLE housing_host_visits (
	id          BIGINT PRIMARY KEY,
	host_id     BIGINT NOT NULL REFERENCES housing_hosts (id) ON DELETE CASCADE,
	visitor_id  BIGINT NOT NULL,
	at          BIGINT NOT NULL,
	until       BIGINT NOT NULL,
	passed      BOOLEAN NOT NULL,
	ended_at    BIGINT,
	file        BYTEA NOT NULL
);
CREATE INDEX housing_host_visits_host ON housing_host_visits (host_id, id);

-- Who read which file, and when; without a host for a list of names.
CREATE TABLE housing_host_reads (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	host_id      BIGINT REFERENCES housing_hosts (id) ON DELETE CASCADE,
	person_id    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	what         TEXT NOT NULL,
	at           BIGINT NOT NULL
);
CREATE INDEX housing_host_reads_programme ON housing_host_reads (programme_id, id);

ALTER TABLE housing_listings ADD COLUMN host_id BIGINT REFERENCES housing_hosts (id);
CREATE INDEX housing_listings_host ON housing_listings (host_id) WHERE host_id IS NOT NULL;
