-- +goose Up

-- Devices that show a code, until somebody who may says in which hall they hang.
-- Of what the device holds and of the code only hashes are kept.
CREATE TABLE screen_pairings (
	secret_hash BYTEA PRIMARY KEY,
	code_hash   BYTEA NOT NULL UNIQUE,
	expires_at  BIGINT NOT NULL
);
CREATE INDEX screen_pairings_expiry ON screen_pairings (expires_at);

-- Screens in halls: what each shows, and what whoever looks after the place wants
-- of it from afar.
CREATE TABLE screens (
	id          BIGINT PRIMARY KEY,
	place_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	secret_hash BYTEA NOT NULL UNIQUE,
	name        TEXT NOT NULL,
	playlist    TEXT NOT NULL,
	tag         TEXT NOT NULL,
	language    TEXT NOT NULL,
	easy        BOOLEAN NOT NULL,
	bound_by    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	bound_at    BIGINT NOT NULL,
	seen_at     BIGINT,
	blank       BOOLEAN NOT NULL DEFAULT FALSE,
	restart     BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX screens_place ON screens (place_id, id);

-- Wrong codes of one person.
CREATE TABLE screen_tries (
	person_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
	since     BIGINT NOT NULL,
	tries     INTEGER NOT NULL
);

-- Who agreed that their first name stands on screens beside what they made public.
CREATE TABLE screen_names (
	person_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
	since     BIGINT NOT NULL
);
