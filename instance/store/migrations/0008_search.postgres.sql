-- +goose Up

-- What can be searched, as words the program has taken apart and folded
-- itself: PostgreSQL needs no extension and no dictionary for them.
CREATE TABLE post_words (
	id    BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	words tsvector NOT NULL
);
CREATE INDEX post_words_words ON post_words USING gin (words) WITH (fastupdate = off);

CREATE TABLE actor_words (
	id    BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
	words tsvector NOT NULL
);
CREATE INDEX actor_words_words ON actor_words USING gin (words) WITH (fastupdate = off);

-- What was here before the indexes and is not in them yet: that with an id
-- below.
CREATE TABLE word_backlog (
	noun  TEXT PRIMARY KEY,
	below BIGINT NOT NULL
);
INSERT INTO word_backlog (noun, below) SELECT 'posts', MAX(id) + 1 FROM posts HAVING COUNT(*) > 0;
INSERT INTO word_backlog (noun, below) SELECT 'actors', MAX(id) + 1 FROM actors HAVING COUNT(*) > 0;

-- Every hashtag that was used, with what people type to find it. used_at is
-- when somebody last used it in public, 0 for never.
CREATE TABLE tags (
	name    TEXT PRIMARY KEY,
	folded  TEXT COLLATE "C" NOT NULL,
	used_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX tags_folded ON tags (folded);

-- Hashtags whose posts come to somebody's home feed.
CREATE TABLE followed_tags (
	id        BIGINT PRIMARY KEY,
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	tag       TEXT NOT NULL,
	UNIQUE (person_id, tag)
);
CREATE INDEX followed_tags_tag ON followed_tags (tag, person_id);

-- Hashtags somebody shows on their profile, as they write them.
CREATE TABLE featured_tags (
	id        BIGINT PRIMARY KEY,
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	tag       TEXT NOT NULL,
	shown     TEXT NOT NULL,
	UNIQUE (person_id, tag)
);
