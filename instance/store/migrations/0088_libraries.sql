-- +goose Up

-- The association in whose library something lies that is lent, and on which
-- shelf. Who lends it acts for the association.
ALTER TABLE asks ADD COLUMN library_id BIGINT REFERENCES actors (id) ON DELETE SET NULL;
ALTER TABLE asks ADD COLUMN shelf TEXT NOT NULL DEFAULT '';
CREATE INDEX asks_library ON asks (library_id, post_id) WHERE library_id IS NOT NULL;
