-- +goose Up

-- One more way to show that a line of the registers is theirs: by the web site
-- that the register names.
ALTER TABLE claims DROP CONSTRAINT claims_way_check;
ALTER TABLE claims ADD CONSTRAINT claims_way_check CHECK (way IN ('letter', 'council', 'domain'));

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
