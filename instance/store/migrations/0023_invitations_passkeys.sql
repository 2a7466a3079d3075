-- +goose Up

-- Invitations to live together here: a link that one neighbour hands to others,
-- good for so many, until it ends or is taken back.
CREATE TABLE invitations (
	id         BIGINT PRIMARY KEY,
	code       TEXT NOT NULL UNIQUE,
	person_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	remaining  INTEGER NOT NULL,
	joined     INTEGER NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	revoked_at BIGINT
);
CREATE INDEX invitations_person ON invitations (person_id, id);

-- Keys that people's own devices hold (WebAuthn); ours are public.
CREATE TABLE passkeys (
	id            BIGINT PRIMARY KEY,
	person_id     BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	credential_id TEXT NOT NULL UNIQUE,
	credential    TEXT NOT NULL,
	label         TEXT NOT NULL DEFAULT '',
	created_at    BIGINT NOT NULL,
	used_at       BIGINT
);
CREATE INDEX passkeys_person ON passkeys (person_id, id);
