-- +goose Up

-- Letters that no mail server has taken yet. What is sent is not kept.
CREATE TABLE letters (
	id        BIGINT PRIMARY KEY,
	recipient TEXT NOT NULL,
	subject   TEXT NOT NULL,
	body      TEXT NOT NULL,
	kind      TEXT NOT NULL,
	stop      TEXT NOT NULL DEFAULT '',
	attached  TEXT NOT NULL DEFAULT '[]',
	refused   TEXT NOT NULL DEFAULT ''
);

-- Where people live, work and have family. The address and the door never leave
-- this server, nor reach anyone but the person and who checks it.
CREATE TABLE homes (
	id         BIGINT PRIMARY KEY,
	person_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	kind       TEXT NOT NULL CHECK (kind IN ('home', 'work', 'parents', 'second')),
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	address_id BIGINT,
	label      TEXT NOT NULL DEFAULT '',
	door       TEXT NOT NULL DEFAULT '',
	since      BIGINT NOT NULL,
	former_at  BIGINT
);
CREATE INDEX homes_person ON homes (person_id, id);
CREATE INDEX homes_place ON homes (place_id, address_id) WHERE former_at IS NULL;
