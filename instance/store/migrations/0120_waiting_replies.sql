-- +goose Up

-- Since when a reply from another server waits in a thread of one of our places
-- until somebody lets it through; NULL for what does not wait.
ALTER TABLE posts ADD COLUMN waits_at BIGINT;

-- Who of other servers is heard in a place from the reply on that somebody let
-- through.
CREATE TABLE let_through (
	group_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	author_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	post_id   BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	by_id     BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at        BIGINT NOT NULL,
	PRIMARY KEY (group_id, author_id)
);
