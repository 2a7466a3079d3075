-- +goose Up

-- Of which place somebody is in a circle as an informant, by the word of the
-- person looked after: NULL for who is in it for themself. What an informant of a
-- place leaves is handed on to another of it.
ALTER TABLE care_members ADD COLUMN informs_in BIGINT REFERENCES actors (id) ON DELETE SET NULL;
CREATE INDEX care_members_informs ON care_members (informs_in) WHERE informs_in IS NOT NULL;

-- Who saw to a request to informants and is none any more, until another does.
ALTER TABLE informant_requests ADD COLUMN left_by BIGINT REFERENCES actors (id) ON DELETE SET NULL;

-- What was handed on, by counts alone.
CREATE TABLE informant_handovers (
	id       BIGINT PRIMARY KEY,
	place_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	from_id  BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	to_id    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	by_id    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	called   INTEGER NOT NULL,
	requests INTEGER NOT NULL
);
CREATE INDEX informant_handovers_place ON informant_handovers (place_id, id);
