-- +goose Up

-- Client programs, each as it registered itself. What proves them, their codes
-- and their tokens is kept as its SHA-256 only: it is random and long.
CREATE TABLE apps (
	id            BIGINT PRIMARY KEY,
	name          TEXT NOT NULL,
	website       TEXT NOT NULL DEFAULT '',
	redirect_uris TEXT NOT NULL, -- JSON
	scopes        TEXT NOT NULL,
	client_id     TEXT NOT NULL UNIQUE,
	secret_hash   BYTEA NOT NULL
);

-- What a program may do as a person, or as itself where there is none. A token
-- that ended is a row that is gone.
CREATE TABLE access_tokens (
	id         BIGINT PRIMARY KEY,
	hash       BYTEA NOT NULL UNIQUE,
	app_id     BIGINT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
	person_id  BIGINT REFERENCES people (actor_id) ON DELETE CASCADE,
	scopes     TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	used_at    BIGINT NOT NULL
);
CREATE INDEX access_tokens_person ON access_tokens (person_id, id);
CREATE INDEX access_tokens_app ON access_tokens (app_id);

-- What a program trades for a token, once. A code that was used stays a while,
-- so that its second use ends what the first one gave.
CREATE TABLE authorization_codes (
	hash         BYTEA PRIMARY KEY,
	app_id       BIGINT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
	person_id    BIGINT NOT NULL REFERENCES people (actor_id) ON DELETE CASCADE,
	scopes       TEXT NOT NULL,
	redirect_uri TEXT NOT NULL,
	challenge    TEXT NOT NULL DEFAULT '',
	created_at   BIGINT NOT NULL,
	used_at      BIGINT,
	token_id     BIGINT
);
CREATE INDEX authorization_codes_person ON authorization_codes (person_id);
CREATE INDEX authorization_codes_app ON authorization_codes (app_id);
CREATE INDEX authorization_codes_age ON authorization_codes (created_at);
