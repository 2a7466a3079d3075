-- +goose Up

-- Feeds (RSS, Atom) of sites nearby that a place or an organisation shows. Who
-- added one could speak for its owner. etag and modified are what the other
-- server said of it last, so that it sends nothing that did not change; trouble
-- says why it could not be read.
CREATE TABLE feeds (
	id       BIGINT PRIMARY KEY,
	owner_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	place_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	added_by BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	url      TEXT NOT NULL,
	name     TEXT NOT NULL,
	etag     TEXT NOT NULL DEFAULT '',
	modified TEXT NOT NULL DEFAULT '',
	added_at BIGINT NOT NULL,
	read_at  BIGINT,
	due_at   BIGINT,
	failures INTEGER NOT NULL DEFAULT 0,
	trouble  TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX feeds_url ON feeds (owner_id, url);
CREATE INDEX feeds_place ON feeds (place_id);
CREATE INDEX feeds_due ON feeds (due_at) WHERE due_at IS NOT NULL;

-- What was taken of them, each once for its owner by the name the feed knows it
-- by and by its address. Ids follow the order in which they are shown. What is
-- hidden stays, so that it does not come back.
CREATE TABLE feed_entries (
	id        BIGINT PRIMARY KEY,
	feed_id   BIGINT NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
	owner_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	guid      TEXT NOT NULL,
	link      TEXT NOT NULL,
	title     TEXT NOT NULL,
	summary   TEXT NOT NULL DEFAULT '',
	language  TEXT NOT NULL DEFAULT '',
	written_at BIGINT NOT NULL,
	shown_at  BIGINT NOT NULL,
	seen_at   BIGINT NOT NULL,
	hidden    BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX feed_entries_guid ON feed_entries (owner_id, guid);
CREATE UNIQUE INDEX feed_entries_link ON feed_entries (owner_id, link);
CREATE INDEX feed_entries_feed ON feed_entries (feed_id, id);
