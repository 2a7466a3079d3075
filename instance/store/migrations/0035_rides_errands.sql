-- +goose Up

-- A way that somebody shares, beyond what its post proposes: ends no finer than a
-- commune, by its official code; the minute of the day it begins at, where it
-- begins; on which days of the week, a bit for each from Monday on.
CREATE TABLE rides (
	post_id    BIGINT PRIMARY KEY REFERENCES proposals (post_id) ON DELETE CASCADE,
	mode       TEXT NOT NULL CHECK (mode IN ('car', 'bike', 'foot')),
	from_insee TEXT NOT NULL,
	to_insee   TEXT NOT NULL,
	minute     INTEGER NOT NULL CHECK (minute >= 0 AND minute < 1440),
	days       INTEGER NOT NULL CHECK (days > 0 AND days < 128)
);
CREATE INDEX rides_way ON rides (from_insee, to_insee, minute);

CREATE TABLE ride_seats (
	id       BIGINT PRIMARY KEY,
	post_id  BIGINT NOT NULL REFERENCES rides (post_id) ON DELETE CASCADE,
	actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	state    TEXT NOT NULL CHECK (state IN ('asked', 'agreed', 'declined')),
	UNIQUE (post_id, actor_id)
);
CREATE INDEX ride_seats_actor ON ride_seats (actor_id, post_id);

-- A way that one of those who go shows somebody they trust, by an address whose
-- secret is kept as a hash.
CREATE TABLE ride_trips (
	hash       BYTEA PRIMARY KEY,
	post_id    BIGINT NOT NULL REFERENCES rides (post_id) ON DELETE CASCADE,
	actor_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	leaves_at  BIGINT NOT NULL,
	arrives_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX ride_trips_expiry ON ride_trips (expires_at);

-- What somebody fetches or does for others. What is to be fetched, list and
-- budget, is for the one helper only.
CREATE TABLE errands (
	post_id   BIGINT PRIMARY KEY REFERENCES proposals (post_id) ON DELETE CASCADE,
	mode      TEXT NOT NULL CHECK (mode IN ('run', 'list', 'parcel', 'walk', 'print')),
	place     TEXT NOT NULL DEFAULT '',
	list      TEXT NOT NULL DEFAULT '',
	budget    TEXT NOT NULL DEFAULT '',
	code_hash BYTEA,
	tries     INTEGER NOT NULL DEFAULT 0
);

-- Who asks to have something brought along, or offers to help: with their own
-- list on a shared run.
CREATE TABLE errand_parts (
	id         BIGINT PRIMARY KEY,
	post_id    BIGINT NOT NULL REFERENCES errands (post_id) ON DELETE CASCADE,
	actor_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	state      TEXT NOT NULL CHECK (state IN ('asked', 'agreed', 'declined')),
	list       TEXT NOT NULL DEFAULT '',
	budget     TEXT NOT NULL DEFAULT '',
	receipt_at BIGINT,
	handed_at  BIGINT,
	UNIQUE (post_id, actor_id)
);
CREATE INDEX errand_parts_actor ON errand_parts (actor_id, post_id);

-- The walks of a week that neighbours sign up for: the day from Monday, 0, on.
CREATE TABLE errand_walks (
	post_id  BIGINT NOT NULL REFERENCES errands (post_id) ON DELETE CASCADE,
	day      INTEGER NOT NULL CHECK (day >= 0 AND day < 7),
	minute   INTEGER NOT NULL CHECK (minute >= 0 AND minute < 1440),
	actor_id BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	PRIMARY KEY (post_id, day, minute)
);

-- The file that a helper prints, kept under a name with the key it is sealed
-- with, until it is handed over or its time has come.
CREATE TABLE errand_files (
	post_id    BIGINT PRIMARY KEY REFERENCES errands (post_id) ON DELETE CASCADE,
	file       TEXT NOT NULL UNIQUE,
	kind       TEXT NOT NULL,
	name       TEXT NOT NULL,
	key        BYTEA NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX errand_files_expiry ON errand_files (expires_at);
