-- +goose Up

-- Associations and shops as the public registers list them: RNA and SIRENE.
-- Only active ones, and no address that may be somebody's home. kind says what
-- an entry is (association, establishment), activity is the register's own code,
-- folded the name in plain letters, as it is looked for.
CREATE TABLE register_entries (
	id          BIGINT PRIMARY KEY,
	register    TEXT NOT NULL CHECK (register IN ('rna', 'sirene')),
	key         TEXT NOT NULL,
	kind        TEXT NOT NULL DEFAULT '',
	name        TEXT NOT NULL,
	short       TEXT NOT NULL DEFAULT '',
	folded      TEXT NOT NULL DEFAULT '',
	activity    TEXT NOT NULL DEFAULT '',
	purpose     TEXT NOT NULL DEFAULT '',
	street      TEXT NOT NULL DEFAULT '',
	postal_code TEXT NOT NULL DEFAULT '',
	insee       TEXT NOT NULL DEFAULT '',
	commune     TEXT NOT NULL DEFAULT '',
	website     TEXT NOT NULL DEFAULT '',
	lat         DOUBLE PRECISION,
	lon         DOUBLE PRECISION,
	active      BOOLEAN NOT NULL DEFAULT TRUE,
	imported_at BIGINT NOT NULL,
	UNIQUE (register, key)
);
CREATE INDEX register_entries_commune ON register_entries (insee, folded);
CREATE INDEX register_entries_postal_code ON register_entries (postal_code, folded);
