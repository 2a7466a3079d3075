-- +goose Up

-- Whom somebody may call when they need help: neighbours who said yes to that. A
-- number is what the neighbour gave to this one person.
CREATE TABLE help_neighbours (
	person_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	neighbour_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	phone        TEXT NOT NULL DEFAULT '',
	asked_at     BIGINT NOT NULL,
	agreed_at    BIGINT,
	PRIMARY KEY (person_id, neighbour_id)
);
CREATE INDEX help_neighbours_neighbour ON help_neighbours (neighbour_id);

-- Calls for help. What was called is forgotten after a week.
CREATE TABLE help_calls (
	id        BIGINT PRIMARY KEY,
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	called_at BIGINT NOT NULL,
	ended_at  BIGINT
);
CREATE INDEX help_calls_person ON help_calls (person_id, called_at);
CREATE INDEX help_calls_age ON help_calls (called_at);

CREATE TABLE help_answers (
	call_id      BIGINT NOT NULL REFERENCES help_calls (id) ON DELETE CASCADE,
	neighbour_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	coming       BOOLEAN NOT NULL,
	answered_at  BIGINT NOT NULL,
	PRIMARY KEY (call_id, neighbour_id)
);
CREATE INDEX help_answers_neighbour ON help_answers (neighbour_id);

-- Larger, one thing at a time, and fewer of them.
ALTER TABLE people ADD COLUMN easy BOOLEAN NOT NULL DEFAULT FALSE;
