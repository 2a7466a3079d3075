-- +goose Up

-- What a place covers that formed from its households: straight borders on a
-- coarse grid, as JSON. A place with an outline of its own has no row here.
CREATE TABLE place_regions (
	place_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
	region   TEXT NOT NULL
);

-- How many verified households a place has, and which others are near: counted
-- from time to time.
CREATE TABLE place_sizes (
	place_id   BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
	households INTEGER NOT NULL,
	counted_at BIGINT NOT NULL
);

-- The places that a feed takes in besides its own until it is a living one.
CREATE TABLE place_feeds (
	place_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	rank     INTEGER NOT NULL,
	near_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	PRIMARY KEY (place_id, rank)
);

-- What residents propose about the borders of a place, and what became of it:
-- the history of the place.
CREATE TABLE boundary_proposals (
	id          BIGINT PRIMARY KEY,
	kind        TEXT NOT NULL CHECK (kind IN ('split', 'merge')),
	place_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	other_id    BIGINT REFERENCES actors (id) ON DELETE CASCADE,
	name        TEXT NOT NULL DEFAULT '',
	username    TEXT NOT NULL DEFAULT '',
	line        TEXT NOT NULL DEFAULT '',
	beyond      BOOLEAN NOT NULL DEFAULT FALSE,
	staying     INTEGER NOT NULL,
	going       INTEGER NOT NULL,
	-- How far in metres the drawing of it reaches, coarsely.
	reach       INTEGER NOT NULL DEFAULT 0,
	proposed_by BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	opened_at   BIGINT NOT NULL,
	closes_at   BIGINT NOT NULL,
	state       TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'refused', 'accepted', 'done')),
	yes         INTEGER NOT NULL DEFAULT 0,
	no          INTEGER NOT NULL DEFAULT 0,
	decided_at  BIGINT
);
CREATE UNIQUE INDEX boundary_proposals_open ON boundary_proposals (place_id) WHERE state IN ('open', 'accepted');
CREATE INDEX boundary_proposals_place ON boundary_proposals (place_id, id);
CREATE INDEX boundary_proposals_other ON boundary_proposals (other_id, id);

-- One voice each; whose it was is nobody's business once it is counted.
CREATE TABLE boundary_votes (
	proposal_id BIGINT NOT NULL REFERENCES boundary_proposals (id) ON DELETE CASCADE,
	person_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	yes         BOOLEAN NOT NULL,
	PRIMARY KEY (proposal_id, person_id)
);
