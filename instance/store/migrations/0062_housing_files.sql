-- +goose Up

-- What two caseworkers tell one another about one placement, encrypted for the
-- programme that is to read it. What was sent is forgotten once its receipt is
-- there; what was received when nobody waits for or lives in those beds any more.
CREATE TABLE housing_files (
	id           TEXT NOT NULL,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	partner_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	home         TEXT NOT NULL,
	hold         INTEGER NOT NULL,
	way          TEXT NOT NULL CHECK (way IN ('sent', 'received')),
	sealed       TEXT NOT NULL,
	digest       TEXT NOT NULL,
	receipt      TEXT NOT NULL DEFAULT '',
	at           BIGINT NOT NULL,
	gone_at      BIGINT,
	PRIMARY KEY (programme_id, id)
);
CREATE INDEX housing_files_kept ON housing_files (at) WHERE gone_at IS NULL;

-- Who read what was received, and when.
CREATE TABLE housing_file_reads (
	programme_id BIGINT NOT NULL,
	file_id      TEXT NOT NULL,
	person_id    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at           BIGINT NOT NULL,
	FOREIGN KEY (programme_id, file_id) REFERENCES housing_files (programme_id, id) ON DELETE CASCADE
);
CREATE INDEX housing_file_reads_file ON housing_file_reads (programme_id, file_id, at);
