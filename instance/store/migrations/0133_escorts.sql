-- +goose Up

-- Volunteers who go with people to the door: named by a lead, and theirs once they agreed.
CREATE TABLE housing_escorts (
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	person_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	named_by     BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	named_at     BIGINT NOT NULL,
	agreed_at    BIGINT,
	PRIMARY KEY (programme_id, person_id)
);
CREATE INDEX housing_escorts_person ON housing_escorts (person_id);

-- Who goes with the household of a case to its bed in one night, and what they said of
-- it. Where they meet, and what the household is called, is sealed and falls away in the
-- morning.
CREATE TABLE housing_walks (
	id        BIGINT PRIMARY KEY,
	case_id   BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	hold_id   BIGINT NOT NULL REFERENCES housing_holds (id) ON DELETE CASCADE,
	person_id BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	asked_by  BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	asked_at  BIGINT NOT NULL,
	night     BIGINT NOT NULL,
	meet_at   BIGINT NOT NULL,
	body      BYTEA,
	state     TEXT NOT NULL CHECK (state IN ('asked', 'coming', 'declined', 'off', 'there', 'not')),
	said_at   BIGINT,
	told_at   BIGINT
);
CREATE UNIQUE INDEX housing_walks_live ON housing_walks (case_id, night) WHERE state IN ('asked', 'coming', 'there');
CREATE INDEX housing_walks_case ON housing_walks (case_id, id);
CREATE INDEX housing_walks_person ON housing_walks (person_id, night);
CREATE INDEX housing_walks_due ON housing_walks (meet_at) WHERE state IN ('asked', 'coming') AND told_at IS NULL;
CREATE INDEX housing_walks_kept ON housing_walks (night);
