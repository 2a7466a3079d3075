-- +goose Up

-- Outlines as public offices give them away, to be laid on places: districts of
-- the census (iris), priority districts (qpv), communes, and one's own. shape is
-- a MultiPolygon in WKB, degrees, longitude first.
CREATE TABLE boundaries (
	id          BIGINT PRIMARY KEY,
	kind        TEXT NOT NULL,
	key         TEXT NOT NULL,
	name        TEXT NOT NULL,
	folded      TEXT NOT NULL,
	insee       TEXT NOT NULL DEFAULT '',
	source      TEXT NOT NULL,
	shape       BYTEA NOT NULL,
	imported_at BIGINT NOT NULL,
	UNIQUE (kind, key)
);
CREATE INDEX boundaries_commune ON boundaries (insee, kind, folded);
CREATE INDEX boundaries_name ON boundaries (folded);

-- Where our places lie: an outline, or all within some metres of a point.
CREATE TABLE outlines (
	group_id   BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
	shape      BYTEA,
	lat        DOUBLE PRECISION NOT NULL,
	lon        DOUBLE PRECISION NOT NULL,
	radius_m   DOUBLE PRECISION NOT NULL DEFAULT 0,
	min_lat    DOUBLE PRECISION NOT NULL,
	max_lat    DOUBLE PRECISION NOT NULL,
	min_lon    DOUBLE PRECISION NOT NULL,
	max_lon    DOUBLE PRECISION NOT NULL,
	source     TEXT NOT NULL DEFAULT '',
	changed_at BIGINT NOT NULL
);
CREATE INDEX outlines_box ON outlines (min_lat, max_lat);

-- Which doors lead into which building. This is of houses, not of people.
CREATE TABLE building_addresses (
	group_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	address_id BIGINT NOT NULL REFERENCES addresses (id) ON DELETE CASCADE,
	PRIMARY KEY (address_id, group_id)
);
CREATE INDEX building_addresses_group ON building_addresses (group_id);
