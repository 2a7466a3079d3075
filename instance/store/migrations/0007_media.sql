-- +goose Up

-- Pictures of other servers that somebody here looked at, one line an address:
-- kept for a while, or what became of the last try.
CREATE TABLE remote_pictures (
	url        TEXT PRIMARY KEY,
	host       TEXT NOT NULL,
	file       TEXT NOT NULL DEFAULT '',
	thumb      TEXT NOT NULL DEFAULT '',
	width      INTEGER NOT NULL DEFAULT 0,
	height     INTEGER NOT NULL DEFAULT 0,
	blurhash   TEXT NOT NULL DEFAULT '',
	bytes      BIGINT NOT NULL DEFAULT 0,
	fetched_at BIGINT NOT NULL,
	used_at    BIGINT NOT NULL,
	failures   INTEGER NOT NULL DEFAULT 0,
	retry_at   BIGINT NOT NULL DEFAULT 0,
	-- An administrator threw it out: it does not come back.
	barred     BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX remote_pictures_used ON remote_pictures (used_at, bytes);
CREATE INDEX remote_pictures_fetched ON remote_pictures (fetched_at);

-- By the address of a picture: what it is shown with.
CREATE INDEX media_remote ON media (remote_url) WHERE remote_url <> '';
CREATE INDEX actors_others_icon ON actors (icon) WHERE host <> '' AND icon <> '';
CREATE INDEX actors_others_image ON actors (image) WHERE host <> '' AND image <> '';

-- Wide pictures above profiles are files that everyone may see.
CREATE INDEX actors_image ON actors (image) WHERE host = '' AND image <> '';

-- What a public page that posts link to says of itself, once an address.
CREATE TABLE cards (
	id          BIGINT PRIMARY KEY,
	url         TEXT NOT NULL UNIQUE,
	host        TEXT NOT NULL,
	state       TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'shown', 'empty')),
	title       TEXT NOT NULL DEFAULT '',
	description TEXT NOT NULL DEFAULT '',
	provider    TEXT NOT NULL DEFAULT '',
	author      TEXT NOT NULL DEFAULT '',
	language    TEXT NOT NULL DEFAULT '',
	image       TEXT NOT NULL DEFAULT '',
	image_alt   TEXT NOT NULL DEFAULT '',
	failures    INTEGER NOT NULL DEFAULT 0,
	created_at  BIGINT NOT NULL,
	fetched_at  BIGINT NOT NULL DEFAULT 0,
	retry_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX cards_host ON cards (host, fetched_at);
CREATE INDEX cards_waiting ON cards (created_at) WHERE state = 'waiting';
CREATE INDEX cards_image ON cards (image) WHERE image <> '';

CREATE TABLE post_cards (
	post_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	card_id BIGINT NOT NULL REFERENCES cards (id) ON DELETE CASCADE
);
CREATE INDEX post_cards_card ON post_cards (card_id);
