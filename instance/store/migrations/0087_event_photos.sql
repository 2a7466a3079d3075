-- +goose Up

-- Photographs of an event, sealed. people is how many were named on one, so that
-- one whose people are no longer all here is shown to nobody. nobody says that
-- nobody can be recognised on it, others that people can who did not come as
-- neighbours, or children. Without its adder or its event it is thrown out.
CREATE TABLE event_photos (
	id       BIGINT PRIMARY KEY,
	post_id  BIGINT REFERENCES posts (id) ON DELETE SET NULL,
	adder_id BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	alt      TEXT NOT NULL,
	language TEXT NOT NULL DEFAULT '',
	people   INTEGER NOT NULL,
	nobody   BOOLEAN NOT NULL,
	others   BOOLEAN NOT NULL,
	kind     TEXT NOT NULL,
	size     INTEGER NOT NULL,
	file     TEXT NOT NULL,
	key      BYTEA NOT NULL
);
CREATE INDEX event_photos_post ON event_photos (post_id, id);

-- Who is on them, and whether they agree. Who does not takes it down.
CREATE TABLE event_photo_people (
	photo_id  BIGINT NOT NULL REFERENCES event_photos (id) ON DELETE CASCADE,
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	agreed    BOOLEAN NOT NULL DEFAULT FALSE,
	PRIMARY KEY (photo_id, person_id)
);
CREATE INDEX event_photo_people_person ON event_photo_people (person_id);
