-- +goose Up
-- What others wait for and hold at homes of ours, as their ledgers have it: how
-- much one association has at a time, and where, without reading every ledger.
CREATE TABLE housing_leases (
	listing_id   BIGINT NOT NULL REFERENCES housing_listings (id),
	hold         INTEGER NOT NULL,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	by_uri       TEXT NOT NULL,
	PRIMARY KEY (listing_id, hold)
);
CREATE INDEX housing_leases_by ON housing_leases (programme_id, by_uri, listing_id);
