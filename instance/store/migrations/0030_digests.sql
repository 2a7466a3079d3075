-- +goose Up

-- What people want by mail. Who has no row wants what is usual.
CREATE TABLE digest_wishes (
	person_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
	often     TEXT NOT NULL CHECK (often IN ('daily', 'weekly', 'none')),
	hour      INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),
	weekday   INTEGER NOT NULL CHECK (weekday BETWEEN 0 AND 6),
	at_once   TEXT NOT NULL,
	most      INTEGER NOT NULL CHECK (most BETWEEN 0 AND 20)
);

-- The days for which somebody's digest is settled, whether there was anything
-- to tell or not, and up to where in their home feed it went.
CREATE TABLE digests (
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	day       INTEGER NOT NULL,
	upto      BIGINT NOT NULL,
	items     INTEGER NOT NULL,
	PRIMARY KEY (person_id, day)
);

-- How many letters somebody got at once on a day.
CREATE TABLE letters_at_once (
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	day       INTEGER NOT NULL,
	sent      INTEGER NOT NULL,
	PRIMARY KEY (person_id, day)
);

ALTER TABLE letters ADD COLUMN html TEXT NOT NULL DEFAULT '';
