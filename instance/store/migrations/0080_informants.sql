-- +goose Up

-- Residents who volunteer to be an informant of their place: asked_at while it
-- waits to be accepted, or to go on; until while they are one. What they can be
-- reached at is for the verified residents of the place.
CREATE TABLE informants (
	place_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	person_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	hours       TEXT NOT NULL DEFAULT '',
	phone       TEXT NOT NULL DEFAULT '',
	asked_at    BIGINT,
	since       BIGINT,
	until       BIGINT,
	accepted_by BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	reminded    BOOLEAN NOT NULL DEFAULT FALSE,
	PRIMARY KEY (place_id, person_id)
);
CREATE INDEX informants_person ON informants (person_id);

-- What a resident writes to the informants of a place, for them and nobody else.
CREATE TABLE informant_requests (
	id        BIGINT PRIMARY KEY,
	place_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	asker_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	taken_by  BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	closed_at BIGINT,
	once      TEXT,
	UNIQUE (asker_id, once)
);
CREATE INDEX informant_requests_open ON informant_requests (place_id, id) WHERE closed_at IS NULL;
CREATE INDEX informant_requests_asker ON informant_requests (asker_id, id);
CREATE INDEX informant_requests_closed ON informant_requests (closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE informant_words (
	id         BIGINT PRIMARY KEY,
	request_id BIGINT NOT NULL REFERENCES informant_requests (id) ON DELETE CASCADE,
	by_id      BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	text       TEXT NOT NULL,
	once       TEXT,
	UNIQUE (by_id, once)
);
CREATE INDEX informant_words_request ON informant_words (request_id, id);

-- What an informant passed on, whose word it is, and until when it holds.
CREATE TABLE informant_relays (
	post_id  BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	place_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	source   TEXT NOT NULL,
	link     TEXT NOT NULL DEFAULT '',
	until    BIGINT NOT NULL
);
CREATE INDEX informant_relays_place ON informant_relays (place_id, post_id);

-- When informants were told of an ask that nobody answered.
ALTER TABLE asks ADD COLUMN informant_at BIGINT;
CREATE INDEX asks_alerted ON asks (alerted_at) WHERE alerted_at IS NOT NULL;
