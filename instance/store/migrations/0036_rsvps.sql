-- +goose Up

-- Who comes to which event: people of this server, people of others, and guests
-- whom nobody knows but by the mail they gave. Of events of other servers only
-- those of ours stand here. uri is what they asked with, as servers know it.
CREATE TABLE rsvps (
	id         BIGINT PRIMARY KEY,
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	actor_id   BIGINT REFERENCES actors (id) ON DELETE CASCADE,
	email      TEXT NOT NULL DEFAULT '',
	name       TEXT NOT NULL DEFAULT '',
	seats      INTEGER NOT NULL DEFAULT 1 CHECK (seats BETWEEN 1 AND 20),
	state      TEXT NOT NULL CHECK (state IN ('coming', 'waiting', 'pending', 'interested', 'declined', 'unconfirmed')),
	note       TEXT NOT NULL DEFAULT '',
	uri        TEXT NOT NULL DEFAULT '',
	secret     TEXT NOT NULL DEFAULT '',
	language   TEXT NOT NULL DEFAULT '',
	queue      BIGINT NOT NULL,
	reminded   BIGINT NOT NULL DEFAULT 0,
	changed_at BIGINT NOT NULL,
	CHECK ((actor_id IS NULL) <> (email = ''))
);
CREATE UNIQUE INDEX rsvps_actor ON rsvps (post_id, actor_id) WHERE actor_id IS NOT NULL;
CREATE UNIQUE INDEX rsvps_email ON rsvps (post_id, email) WHERE email <> '';
CREATE UNIQUE INDEX rsvps_secret ON rsvps (secret) WHERE secret <> '';
CREATE INDEX rsvps_of_actor ON rsvps (actor_id, post_id) WHERE actor_id IS NOT NULL;
CREATE INDEX rsvps_waiting ON rsvps (post_id, queue) WHERE state = 'waiting';
CREATE INDEX rsvps_uri ON rsvps (uri) WHERE uri <> '';

-- What its host decided of an event beyond what its readers may know.
CREATE TABLE event_plans (
	post_id     BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	sequence    INTEGER NOT NULL DEFAULT 0,
	likes_come  BOOLEAN NOT NULL DEFAULT FALSE,
	remind      INTEGER NOT NULL DEFAULT 24 CHECK (remind BETWEEN 0 AND 336),
	came        INTEGER NOT NULL DEFAULT 0,
	minutes     TEXT NOT NULL DEFAULT '',
	uid         TEXT NOT NULL DEFAULT ''
);

-- Single dates of a series that are off.
CREATE TABLE event_dates_off (
	post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	at      BIGINT NOT NULL,
	PRIMARY KEY (post_id, at)
);

-- What is needed, and who brings or does it: a dish, a table, the letter to the
-- town hall. due is in days from the beginning, negative before it.
CREATE TABLE event_needs (
	id       BIGINT PRIMARY KEY,
	post_id  BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	kind     TEXT NOT NULL CHECK (kind IN ('bring', 'do', 'agenda')),
	what     TEXT NOT NULL,
	due      INTEGER NOT NULL DEFAULT 0,
	taker_id BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	done_at  BIGINT
);
CREATE INDEX event_needs_post ON event_needs (post_id, id);

-- Secret addresses under which somebody's calendar can be read without signing in.
CREATE TABLE calendar_links (
	person_id  BIGINT PRIMARY KEY REFERENCES people (actor_id) ON DELETE CASCADE,
	secret     TEXT NOT NULL UNIQUE,
	created_at BIGINT NOT NULL
);
