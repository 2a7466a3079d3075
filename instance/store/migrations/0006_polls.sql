-- +goose Up

-- What a post asks. An end that is NULL never comes; ended_at is when its end
-- was told.
CREATE TABLE polls (
	post_id      BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	multiple     BOOLEAN NOT NULL DEFAULT FALSE,
	hide_totals  BOOLEAN NOT NULL DEFAULT FALSE,
	ends_at      BIGINT,
	ended_at     BIGINT,
	voters_count INTEGER NOT NULL DEFAULT 0
);

-- What can be chosen. name is what the poll's own server calls it, title how we
-- show it.
CREATE TABLE poll_options (
	post_id     BIGINT NOT NULL REFERENCES polls (post_id) ON DELETE CASCADE,
	position    INTEGER NOT NULL,
	title       TEXT NOT NULL,
	name        TEXT NOT NULL,
	votes_count INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (post_id, position)
);

-- Who has voted, once a poll, and for what. Nobody is shown either.
CREATE TABLE poll_voters (
	post_id  BIGINT NOT NULL REFERENCES polls (post_id) ON DELETE CASCADE,
	actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	PRIMARY KEY (post_id, actor_id)
);
CREATE INDEX poll_voters_actor ON poll_voters (actor_id);

CREATE TABLE poll_votes (
	post_id  BIGINT NOT NULL,
	actor_id BIGINT NOT NULL,
	position INTEGER NOT NULL,
	PRIMARY KEY (post_id, actor_id, position),
	FOREIGN KEY (post_id, actor_id) REFERENCES poll_voters (post_id, actor_id) ON DELETE CASCADE,
	FOREIGN KEY (post_id, position) REFERENCES poll_options (post_id, position) ON DELETE CASCADE
);
CREATE INDEX poll_votes_option ON poll_votes (post_id, position);

-- Drafts that are to be posted later. refused says why one was not, when its
-- time had come.
CREATE TABLE scheduled_posts (
	id        BIGINT PRIMARY KEY,
	person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	at        BIGINT NOT NULL,
	draft     TEXT NOT NULL,
	once      TEXT,
	refused   TEXT NOT NULL DEFAULT '',
	UNIQUE (person_id, once)
);
CREATE INDEX scheduled_posts_person ON scheduled_posts (person_id, id);
CREATE INDEX scheduled_posts_day ON scheduled_posts (person_id, at);

-- Pictures of such a draft wait with it.
ALTER TABLE media ADD COLUMN scheduled_id BIGINT REFERENCES scheduled_posts (id) ON DELETE SET NULL;
CREATE INDEX media_scheduled ON media (scheduled_id) WHERE scheduled_id IS NOT NULL;
