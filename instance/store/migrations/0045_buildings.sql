-- +goose Up

-- What people share a house for, which decides the words used of it.
ALTER TABLE neighbourhoods ADD COLUMN house TEXT NOT NULL DEFAULT '';

-- Who manages a house besides the syndics that are at home in it: they read what
-- is addressed to them and nothing else.
CREATE TABLE building_managers (
	place_id        BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	organisation_id BIGINT NOT NULL REFERENCES organisations (actor_id) ON DELETE CASCADE,
	since           BIGINT NOT NULL,
	PRIMARY KEY (place_id, organisation_id)
);
CREATE INDEX building_managers_organisation ON building_managers (organisation_id);

-- The calendar of works. author_id is a resident or who manages the house, by_id
-- the person who wrote, to_id the organisation that reads it besides residents.
CREATE TABLE building_works (
	id        BIGINT PRIMARY KEY,
	place_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	author_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	by_id     BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	to_id     BIGINT REFERENCES actors (id) ON DELETE CASCADE,
	hall      BOOLEAN NOT NULL,
	what      TEXT NOT NULL,
	concerns  TEXT NOT NULL,
	cut       TEXT NOT NULL,
	starts_at BIGINT NOT NULL,
	ends_at   BIGINT NOT NULL
);
CREATE INDEX building_works_place ON building_works (place_id, ends_at);

CREATE TABLE building_meetings (
	id        BIGINT PRIMARY KEY,
	place_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	author_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	by_id     BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	to_id     BIGINT REFERENCES actors (id) ON DELETE CASCADE,
	hall      BOOLEAN NOT NULL,
	starts_at BIGINT NOT NULL,
	venue     TEXT NOT NULL,
	agenda    TEXT NOT NULL
);
CREATE INDEX building_meetings_place ON building_meetings (place_id, starts_at);

-- Papers, each kept under a name with the key it is sealed with.
CREATE TABLE building_documents (
	id         BIGINT PRIMARY KEY,
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	author_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	by_id      BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	to_id      BIGINT REFERENCES actors (id) ON DELETE CASCADE,
	meeting_id BIGINT REFERENCES building_meetings (id) ON DELETE SET NULL,
	title      TEXT NOT NULL,
	file       TEXT NOT NULL UNIQUE,
	kind       TEXT NOT NULL,
	size       BIGINT NOT NULL,
	key        BYTEA NOT NULL
);
CREATE INDEX building_documents_place ON building_documents (place_id, id);
CREATE INDEX building_documents_meeting ON building_documents (meeting_id) WHERE meeting_id IS NOT NULL;

CREATE TABLE building_incidents (
	id         BIGINT PRIMARY KEY,
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	author_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	by_id      BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	to_id      BIGINT REFERENCES actors (id) ON DELETE CASCADE,
	hall       BOOLEAN NOT NULL,
	what       TEXT NOT NULL,
	spot       TEXT NOT NULL,
	state      TEXT NOT NULL CHECK (state IN ('reported', 'taken', 'settled')),
	note       TEXT NOT NULL DEFAULT '',
	moved_by   BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	moved_at   BIGINT,
	settled_at BIGINT
);
CREATE INDEX building_incidents_place ON building_incidents (place_id, id);
