-- +goose Up

-- Lists of who lives in a house, as keyed hashes of names with doors.
CREATE TABLE resident_lists (
	id         BIGINT PRIMARY KEY,
	place_id   BIGINT NOT NULL UNIQUE REFERENCES actors (id) ON DELETE CASCADE,
	made_by    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	made_at    BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE TABLE resident_list_lines (
	list_id    BIGINT NOT NULL REFERENCES resident_lists (id) ON DELETE CASCADE,
	hash       TEXT NOT NULL,
	claimed_by BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	PRIMARY KEY (list_id, hash)
);
CREATE INDEX resident_list_lines_claimed ON resident_list_lines (claimed_by) WHERE claimed_by IS NOT NULL;
