-- +goose Up

-- One more way to show that a line of the registers is theirs: by the web site
-- that the register names.
CREATE TABLE claims_by_domain (
	id         BIGINT PRIMARY KEY,
	entry_id   BIGINT NOT NULL REFERENCES register_entries (id) ON DELETE CASCADE,
	person_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	way        TEXT NOT NULL CHECK (way IN ('letter', 'council', 'domain')),
	username   TEXT NOT NULL,
	code       TEXT NOT NULL DEFAULT '',
	tries      INTEGER NOT NULL DEFAULT 0,
	expires_at BIGINT NOT NULL,
	printed_at BIGINT,
	state      TEXT NOT NULL CHECK (state IN ('open', 'done', 'refused')),
	UNIQUE (entry_id, person_id)
);
INSERT INTO claims_by_domain (id, entry_id, person_id, place_id, way, username, code, tries, expires_at, printed_at, state)
SELECT id, entry_id, person_id, place_id, way, username, code, tries, expires_at, printed_at, state
  FROM claims;
DROP TABLE claims;
ALTER TABLE claims_by_domain RENAME TO claims;
CREATE INDEX claims_open ON claims (id) WHERE state = 'open';

-- Small deeds that neighbours say they did, as counts of a place and a month:
-- who did which stands nowhere.
CREATE TABLE small_deeds (
	place_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	month    INTEGER NOT NULL,
	kind     TEXT NOT NULL,
	times    INTEGER NOT NULL,
	PRIMARY KEY (place_id, month, kind)
);

-- That somebody told of one today, so that one day counts once; kept until the
-- next.
CREATE TABLE small_deeds_told (
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	day       INTEGER NOT NULL,
	PRIMARY KEY (person_id, day)
);
