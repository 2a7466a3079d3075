-- +goose Up

-- What neighbours of a place recommend to one another: a book, a game, a lesson, a
-- page somewhere. Nothing is fetched of it, nobody rates it, and it stays here.
CREATE TABLE recommendations (
	id         BIGINT PRIMARY KEY,
	place_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	author_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	sort       TEXT NOT NULL CHECK (sort IN ('book', 'game', 'lesson', 'link')),
	title      TEXT NOT NULL,
	maker      TEXT NOT NULL DEFAULT '',
	place      TEXT NOT NULL DEFAULT '',
	why        TEXT NOT NULL DEFAULT '',
	once       TEXT,
	UNIQUE (author_id, once)
);
CREATE INDEX recommendations_place ON recommendations (place_id, id);
