-- +goose Up

-- What people tell of themselves, as typed, so that they find their own words
-- again when they edit it.
ALTER TABLE people ADD COLUMN summary TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN fields TEXT NOT NULL DEFAULT '[]';

-- Portraits are files that everyone may see.
CREATE INDEX actors_icon ON actors (icon) WHERE host = '' AND icon <> '';

-- What a draft became, so that pressing twice posts once.
CREATE TABLE sent_drafts (
	author_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	once      TEXT NOT NULL,
	post_id   BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	sent_at   BIGINT NOT NULL,
	PRIMARY KEY (author_id, once)
);
CREATE INDEX sent_drafts_age ON sent_drafts (sent_at);
