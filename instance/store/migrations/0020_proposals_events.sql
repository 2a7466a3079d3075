-- +goose Up

-- What a post offers or asks for (FEP-0837), as its readers may know it.
-- Amounts are thousandths of the unit.
CREATE TABLE proposals (
	post_id         BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	purpose         TEXT NOT NULL CHECK (purpose IN ('offer', 'request')),
	category        TEXT NOT NULL DEFAULT '',
	status          TEXT NOT NULL CHECK (status IN ('open', 'agreed', 'done', 'closed')),
	starts_at       BIGINT,
	ends_at         BIGINT,
	repeats         TEXT NOT NULL DEFAULT '',
	action          TEXT NOT NULL DEFAULT '',
	resource        TEXT NOT NULL DEFAULT '',
	unit            TEXT NOT NULL DEFAULT 'one',
	quantity        BIGINT NOT NULL DEFAULT 0,
	available       BIGINT NOT NULL DEFAULT 0 CHECK (available >= 0),
	step            BIGINT NOT NULL DEFAULT 0,
	minimum         BIGINT NOT NULL DEFAULT 0,
	threshold       BIGINT NOT NULL DEFAULT 0,
	return_what     TEXT NOT NULL DEFAULT '',
	return_resource TEXT NOT NULL DEFAULT '',
	return_unit     TEXT NOT NULL DEFAULT '',
	return_quantity BIGINT NOT NULL DEFAULT 0,
	from_name       TEXT NOT NULL DEFAULT '',
	from_lat        DOUBLE PRECISION,
	from_lon        DOUBLE PRECISION,
	to_name         TEXT NOT NULL DEFAULT '',
	to_lat          DOUBLE PRECISION,
	to_lon          DOUBLE PRECISION,
	priority        BOOLEAN NOT NULL DEFAULT FALSE,
	closed_at       BIGINT
);
CREATE INDEX proposals_open ON proposals (purpose, post_id) WHERE status = 'open';
CREATE INDEX proposals_ending ON proposals (ends_at) WHERE status = 'open' AND ends_at IS NOT NULL;

-- When and where the people meet whom a post invites (FEP-8a8e).
CREATE TABLE events (
	post_id    BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	template   TEXT NOT NULL DEFAULT '',
	starts_at  BIGINT NOT NULL,
	ends_at    BIGINT,
	zone       TEXT NOT NULL DEFAULT 'Europe/Paris',
	repeats    TEXT NOT NULL DEFAULT '',
	status     TEXT NOT NULL CHECK (status IN ('confirmed', 'tentative', 'postponed', 'cancelled')),
	venue_name TEXT NOT NULL DEFAULT '',
	street     TEXT NOT NULL DEFAULT '',
	postal     TEXT NOT NULL DEFAULT '',
	locality   TEXT NOT NULL DEFAULT '',
	country    TEXT NOT NULL DEFAULT '',
	latitude   DOUBLE PRECISION,
	longitude  DOUBLE PRECISION,
	online     TEXT NOT NULL DEFAULT '',
	join_mode  TEXT NOT NULL DEFAULT 'free',
	join_url   TEXT NOT NULL DEFAULT '',
	capacity   INTEGER NOT NULL DEFAULT 0 CHECK (capacity >= 0),
	taken      INTEGER NOT NULL DEFAULT 0 CHECK (taken >= 0),
	waiting    INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0),
	category   TEXT NOT NULL DEFAULT '',
	access     TEXT NOT NULL DEFAULT '[]',
	organiser  TEXT NOT NULL DEFAULT '',
	CHECK (ends_at IS NULL OR ends_at >= starts_at)
);
CREATE INDEX events_start ON events (starts_at, post_id);
