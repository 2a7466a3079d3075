-- +goose Up

-- The full name is for those who share a neighbourhood; what leaves is the
-- actor's own. Of a protected person only the desk knows it.
ALTER TABLE people ADD COLUMN full_name TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN protected BOOLEAN NOT NULL DEFAULT FALSE;
-- Who asked them to join, and whether the first day's card is on their page.
ALTER TABLE people ADD COLUMN invited_by BIGINT;
ALTER TABLE people ADD COLUMN first_day BOOLEAN NOT NULL DEFAULT FALSE;

-- Links that letters carry, each good once: to join, to sign in, to choose a
-- new password. Of the link itself only a hash is kept.
CREATE TABLE links (
	id         BIGINT PRIMARY KEY,
	token_hash TEXT UNIQUE,
	purpose    TEXT NOT NULL CHECK (purpose IN ('join', 'signin', 'reset')),
	email      TEXT NOT NULL,
	email_key  TEXT NOT NULL,
	person_id  BIGINT REFERENCES actors (id) ON DELETE CASCADE,
	data       TEXT NOT NULL DEFAULT '{}',
	locale     TEXT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at    BIGINT
);
CREATE INDEX links_expiry ON links (expires_at);
