-- +goose Up

-- Where people live, from files that anybody may have: a street in a commune,
-- and its numbers. Nobody is named here. The key of a street is made of where it
-- is and of its folded name, that of an address is what the files call it by.
CREATE TABLE streets (
	id          BIGINT PRIMARY KEY,
	key         TEXT NOT NULL UNIQUE,
	name        TEXT NOT NULL,
	folded      TEXT NOT NULL,
	insee       TEXT NOT NULL,
	commune     TEXT NOT NULL,
	postal_code TEXT NOT NULL DEFAULT '',
	lat         DOUBLE PRECISION,
	lon         DOUBLE PRECISION
);
CREATE INDEX streets_commune ON streets (insee, folded);

CREATE TABLE addresses (
	id          BIGINT PRIMARY KEY,
	key         TEXT NOT NULL UNIQUE,
	street_id   BIGINT NOT NULL REFERENCES streets (id) ON DELETE CASCADE,
	number      INTEGER NOT NULL,
	suffix      TEXT NOT NULL DEFAULT '',
	lat         DOUBLE PRECISION,
	lon         DOUBLE PRECISION,
	source      TEXT NOT NULL,
	imported_at BIGINT NOT NULL
);
CREATE INDEX addresses_street ON addresses (street_id, number, suffix);

-- The words of streets with their commune, and how these words may be misspelt:
-- themselves, and with any one letter missing.
CREATE TABLE street_words (
	id    BIGINT PRIMARY KEY REFERENCES streets (id) ON DELETE CASCADE,
	words tsvector NOT NULL
);
CREATE INDEX street_words_words ON street_words USING gin (words) WITH (fastupdate = off);
CREATE TABLE street_spellings (
	spelling TEXT COLLATE "C" NOT NULL,
	word     TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (spelling, word)
);

-- Communes that are not in the list the program brings along, and those that
-- became part of another, from later official lists.
CREATE TABLE communes (
	insee        TEXT PRIMARY KEY,
	kind         TEXT NOT NULL,
	name         TEXT NOT NULL,
	departement  TEXT NOT NULL DEFAULT '',
	parent       TEXT NOT NULL DEFAULT '',
	postal_codes TEXT NOT NULL DEFAULT '',
	imported_at  BIGINT NOT NULL
);
