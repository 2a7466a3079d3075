-- +goose Up

-- Where and when producers, shops and associations are on a market: from starts_at
-- to ends_at, and again as repeats says (RFC 5545), by the clocks of zone.
CREATE TABLE stalls (
	id              BIGINT PRIMARY KEY,
	organisation_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	market          TEXT NOT NULL,
	goods           TEXT NOT NULL DEFAULT '',
	starts_at       BIGINT NOT NULL,
	ends_at         BIGINT NOT NULL,
	zone            TEXT NOT NULL,
	repeats         TEXT NOT NULL DEFAULT ''
);
CREATE INDEX stalls_organisation ON stalls (organisation_id, id);
