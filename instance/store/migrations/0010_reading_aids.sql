-- +goose Up

-- Lists: whom a person reads together.
CREATE TABLE lists (
	id        BIGINT PRIMARY KEY,
	owner_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	title     TEXT NOT NULL,
	replies   TEXT NOT NULL DEFAULT 'list' CHECK (replies IN ('list', 'followed', 'none')),
	exclusive BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX lists_owner ON lists (owner_id, id);

-- owner_id is the list's own, for when a follow ends.
CREATE TABLE list_members (
	list_id  BIGINT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
	actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	owner_id BIGINT NOT NULL,
	PRIMARY KEY (list_id, actor_id)
);
CREATE INDEX list_members_actor ON list_members (actor_id, owner_id);

-- What stands in a list, written when it arrives, as home_entries are.
CREATE TABLE list_entries (
	list_id BIGINT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
	id      BIGINT NOT NULL,
	post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	via_id  BIGINT REFERENCES actors (id),
	PRIMARY KEY (list_id, id),
	UNIQUE (list_id, post_id)
);
CREATE INDEX list_entries_post ON list_entries (post_id);

-- Filters: what a person wants folded or left out, and where.
CREATE TABLE filters (
	id         BIGINT PRIMARY KEY,
	owner_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	title      TEXT NOT NULL,
	contexts   TEXT NOT NULL,
	action     TEXT NOT NULL CHECK (action IN ('warn', 'hide')),
	expires_at BIGINT
);
CREATE INDEX filters_owner ON filters (owner_id, id);

CREATE TABLE filter_keywords (
	id         BIGINT PRIMARY KEY,
	filter_id  BIGINT NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
	keyword    TEXT NOT NULL,
	whole_word BOOLEAN NOT NULL
);
CREATE INDEX filter_keywords_filter ON filter_keywords (filter_id, id);

CREATE TABLE filter_posts (
	id        BIGINT PRIMARY KEY,
	filter_id BIGINT NOT NULL REFERENCES filters (id) ON DELETE CASCADE,
	post_id   BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	UNIQUE (filter_id, post_id)
);

-- Conversations: private messages of one thread among the same people, one row
-- for each of them who lives here. others holds the ids of the rest, others_key
-- is a hash of it, since it can be longer than an index takes.
CREATE TABLE conversations (
	id           BIGINT PRIMARY KEY,
	owner_id     BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	thread_id    BIGINT NOT NULL,
	others       TEXT NOT NULL,
	others_key   TEXT NOT NULL,
	last_post_id BIGINT NOT NULL,
	unread       BOOLEAN NOT NULL,
	UNIQUE (owner_id, thread_id, others_key)
);
CREATE INDEX conversations_latest ON conversations (owner_id, last_post_id);
CREATE INDEX conversations_unread ON conversations (owner_id) WHERE unread;

CREATE TABLE conversation_posts (
	owner_id        BIGINT NOT NULL,
	post_id         BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	conversation_id BIGINT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
	PRIMARY KEY (owner_id, post_id)
);
CREATE INDEX conversation_posts_conversation ON conversation_posts (conversation_id, post_id);
CREATE INDEX conversation_posts_post ON conversation_posts (post_id);

-- How far a person has read a timeline in their apps.
CREATE TABLE markers (
	owner_id     BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	timeline     TEXT NOT NULL CHECK (timeline IN ('home', 'notifications')),
	last_read_id BIGINT NOT NULL,
	version      INTEGER NOT NULL,
	updated_at   BIGINT NOT NULL,
	PRIMARY KEY (owner_id, timeline)
);
