-- +goose Up

-- Who asks their neighbours to say that they know them.
CREATE TABLE vouch_requests (
	id         BIGINT PRIMARY KEY,
	person_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	shown      BOOLEAN NOT NULL,
	asked_at   BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	UNIQUE (person_id, place_id)
);
CREATE INDEX vouch_requests_place ON vouch_requests (place_id, id);

-- Who does not want to see a request again. Nobody learns of it.
CREATE TABLE vouch_declines (
	request_id BIGINT NOT NULL REFERENCES vouch_requests (id) ON DELETE CASCADE,
	person_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	PRIMARY KEY (request_id, person_id)
);
CREATE INDEX vouch_declines_person ON vouch_declines (person_id);

-- Screens that show the code of a hall. Another version ends the links before.
CREATE TABLE hall_screens (
	place_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
	version  INTEGER NOT NULL,
	made_by  BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	made_at  BIGINT NOT NULL
);
