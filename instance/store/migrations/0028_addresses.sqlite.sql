-- +goose Up

-- Where people live, from files that anybody may have: a street in a commune,
-- and its numbers. Nobody is named here. The key of a street is made of where it
-- is and of its folded name, that of an address is what the files call it by.
CREATE TABLE streets (
	id          INTEGER PRIMARY KEY,
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
	id          INTEGER PRIMARY KEY,
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
CREATE VIRTUAL TABLE street_words USING fts5 (
	words, content = '', contentless_delete = 1, tokenize = "ascii", prefix = '1 2 3'
);
CREATE TABLE street_spellings (
	spelling TEXT NOT NULL,
	word     TEXT NOT NULL,
	PRIMARY KEY (spelling, word)
) WITHOUT ROWID;

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
