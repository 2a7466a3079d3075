-- +goose Up

-- To which keys the case files of a programme are sealed, the newest first. The
-- keys themselves are files apart from this database: whoever has it alone reads
-- nothing that is sealed.
CREATE TABLE vault_keys (
	programme_id BIGINT NOT NULL REFERENCES actors (id),
	recipient    TEXT NOT NULL,
	made_at      BIGINT NOT NULL,
	PRIMARY KEY (programme_id, recipient)
);
