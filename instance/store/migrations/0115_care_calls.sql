-- +goose Up

-- At which hour of which days of the week a person wants to be called by their
-- circle, and whom to reach when nobody answers: only for whoever calls that day.
-- Days are a bit each from Monday on, the hour is in minutes. The serial is that of
-- the job that goes with them.
CREATE TABLE care_calls (
	circle_id     BIGINT PRIMARY KEY REFERENCES care_circles (id) ON DELETE CASCADE,
	days          INTEGER NOT NULL CHECK (days BETWEEN 1 AND 127),
	minute        INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 1439),
	phone         TEXT NOT NULL,
	contact       TEXT NOT NULL DEFAULT '',
	contact_phone TEXT NOT NULL DEFAULT '',
	serial        BIGINT NOT NULL,
	agreed_at     BIGINT NOT NULL
);

-- How far the call of one day has come: whose turn it is, how often nobody
-- answered, and until when they are waited for.
CREATE TABLE care_days (
	circle_id BIGINT NOT NULL REFERENCES care_circles (id) ON DELETE CASCADE,
	day       INTEGER NOT NULL,
	turn      INTEGER NOT NULL,
	absent    INTEGER NOT NULL DEFAULT 0,
	caller_id BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	state     TEXT NOT NULL CHECK (state IN ('open', 'done', 'alarm')),
	due_at    BIGINT NOT NULL,
	PRIMARY KEY (circle_id, day)
);
CREATE INDEX care_days_caller ON care_days (caller_id);
