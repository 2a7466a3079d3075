-- +goose Up

-- Which other servers say that they are for a commune, from a list that anybody may
-- have and pass on.
CREATE TABLE commune_servers (
	insee       TEXT NOT NULL,
	server      TEXT NOT NULL,
	name        TEXT NOT NULL DEFAULT '',
	imported_at BIGINT NOT NULL,
	PRIMARY KEY (insee, server)
);
