-- +goose Up

-- What somebody asks of a follow: to be told of each post, and only of some
-- languages, as ',fr,en,'; empty for all.
ALTER TABLE follows ADD COLUMN notify BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE follows ADD COLUMN languages TEXT NOT NULL DEFAULT '';

-- A mute can leave notices alone. Mutes and blocks are read as lists.
ALTER TABLE mutes ADD COLUMN notices BOOLEAN NOT NULL DEFAULT TRUE;
CREATE INDEX mutes_actor ON mutes (actor_id, id);
CREATE INDEX mutes_ending ON mutes (until) WHERE until IS NOT NULL;
CREATE INDEX blocks_actor ON blocks (actor_id, id);

-- Servers of which a person wants to hear nothing.
CREATE TABLE blocked_domains (
	id       BIGINT PRIMARY KEY,
	actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	domain   TEXT NOT NULL,
	UNIQUE (actor_id, domain)
);
CREATE INDEX blocked_domains_actor ON blocked_domains (actor_id, id);
CREATE INDEX actors_host ON actors (host) WHERE host <> '';

-- What a person writes down of somebody, for themself alone.
CREATE TABLE private_notes (
	actor_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	target_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	text      TEXT NOT NULL,
	PRIMARY KEY (actor_id, target_id)
);

-- Whom a person does not want to have suggested again.
CREATE TABLE dismissed_suggestions (
	actor_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	target_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	PRIMARY KEY (actor_id, target_id)
);

-- Whom somebody follows, and who follows them, is theirs to show. People who
-- follow the place they live in have not told the world where that is, so it
-- begins hidden.
ALTER TABLE actors ADD COLUMN hide_collections BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE actors SET hide_collections = TRUE WHERE host = '' AND kind = 'Person';

-- How what somebody posts from an app begins.
ALTER TABLE people ADD COLUMN app_audience TEXT NOT NULL DEFAULT ''
	CHECK (app_audience IN ('', 'public', 'unlisted', 'followers', 'direct'));
ALTER TABLE people ADD COLUMN app_sensitive BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE people ADD COLUMN app_language TEXT NOT NULL DEFAULT '';

-- What a person keeps to find it again.
CREATE TABLE bookmarks (
	id       BIGINT PRIMARY KEY,
	actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	post_id  BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	UNIQUE (actor_id, post_id)
);
CREATE INDEX bookmarks_actor ON bookmarks (actor_id, id);
CREATE INDEX bookmarks_post ON bookmarks (post_id);
CREATE INDEX likes_actor ON likes (actor_id, id);

-- Threads of which a person wants no more notices.
CREATE TABLE muted_threads (
	actor_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	thread_id BIGINT NOT NULL,
	PRIMARY KEY (actor_id, thread_id)
);
CREATE INDEX muted_threads_thread ON muted_threads (thread_id);

-- What an edit changed of it besides the words.
ALTER TABLE post_edits ADD COLUMN sensitive BOOLEAN NOT NULL DEFAULT FALSE;
