-- +goose Up
-- A hold may be taken back by who keeps the ledger. SQLite changes no constraint
-- of a table that is there.
CREATE TABLE housing_holds_anew (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	home         TEXT NOT NULL,
	from_night   BIGINT NOT NULL,
	until_night  BIGINT NOT NULL,
	places       INTEGER NOT NULL,
	state        TEXT NOT NULL
		CHECK (state IN ('sending', 'unanswered', 'refused', 'waiting', 'held', 'agreed', 'placed', 'lapsed', 'withdrawn', 'dropped', 'ended')),
	statement    TEXT NOT NULL UNIQUE,
	number       INTEGER NOT NULL DEFAULT 0,
	lease_until  BIGINT,
	why          TEXT NOT NULL DEFAULT '',
	free_at      BIGINT,
	asked_by     BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	asked_at     BIGINT NOT NULL
);
INSERT INTO housing_holds_anew (id, programme_id, home, from_night, until_night, places, state, statement, number, lease_until, why, free_at, asked_by, asked_at)
SELECT id, programme_id, home, from_night, until_night, places, state, statement, number, lease_until, why, free_at, asked_by, asked_at FROM housing_holds;
CREATE TABLE housing_statements_anew (
	id         TEXT PRIMARY KEY,
	hold_id    BIGINT NOT NULL REFERENCES housing_holds_anew (id) ON DELETE CASCADE,
	body       TEXT NOT NULL,
	said_at    BIGINT NOT NULL,
	outcome    TEXT NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'answered', 'refused', 'unanswered')),
	why        TEXT NOT NULL DEFAULT ''
);
INSERT INTO housing_statements_anew (id, hold_id, body, said_at, outcome, why)
SELECT id, hold_id, body, said_at, outcome, why FROM housing_statements;
DROP TABLE housing_statements;
DROP TABLE housing_holds;
ALTER TABLE housing_holds_anew RENAME TO housing_holds;
ALTER TABLE housing_statements_anew RENAME TO housing_statements;
CREATE INDEX housing_holds_programme ON housing_holds (programme_id, id);
CREATE INDEX housing_holds_home ON housing_holds (home);
CREATE INDEX housing_statements_open ON housing_statements (hold_id) WHERE outcome = 'open';
