-- +goose Up

-- What neighbours of some places do together for a while. Somebody drafts it,
-- somebody else checks it, and it begins and ends by itself. The counts are those
-- of its end: how many posts, never whose.
CREATE TABLE campaigns (
	id         BIGINT PRIMARY KEY,
	template   TEXT NOT NULL,
	name       TEXT NOT NULL,
	text       TEXT NOT NULL DEFAULT '',
	language   TEXT NOT NULL DEFAULT '',
	tag        TEXT NOT NULL,
	tag_key    TEXT NOT NULL,
	starts_at  BIGINT NOT NULL,
	ends_at    BIGINT NOT NULL,
	tables     BOOLEAN NOT NULL DEFAULT FALSE,
	discreet   BOOLEAN NOT NULL DEFAULT FALSE,
	rules      TEXT NOT NULL DEFAULT '[]',
	own_rule   TEXT NOT NULL DEFAULT '',
	contacts   TEXT NOT NULL DEFAULT '[]',
	state      TEXT NOT NULL CHECK (state IN ('draft', 'waiting', 'ready', 'running', 'ended')),
	author_id  BIGINT NOT NULL REFERENCES actors (id),
	checker_id BIGINT REFERENCES actors (id),
	remark     TEXT NOT NULL DEFAULT '',
	once       TEXT,
	checked_at BIGINT,
	ended_at   BIGINT,
	asks       INTEGER NOT NULL DEFAULT 0,
	offers     INTEGER NOT NULL DEFAULT 0,
	gatherings INTEGER NOT NULL DEFAULT 0,
	done       INTEGER NOT NULL DEFAULT 0,
	UNIQUE (author_id, once),
	CHECK (ends_at > starts_at),
	CHECK (checker_id IS NULL OR checker_id <> author_id),
	CHECK (state NOT IN ('ready', 'running', 'ended') OR checker_id IS NOT NULL)
);
CREATE INDEX campaigns_going ON campaigns (state) WHERE state IN ('waiting', 'ready', 'running');

-- Where it is, and the post by which each place tells of it.
CREATE TABLE campaign_places (
	campaign_id BIGINT NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
	place_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	PRIMARY KEY (campaign_id, place_id)
);
CREATE INDEX campaign_places_place ON campaign_places (place_id, campaign_id);

-- What was posted for it: from which side, whether only those on the other side
-- read it, and the rules that went with it in words.
CREATE TABLE campaign_posts (
	post_id     BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	campaign_id BIGINT NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
	author_id   BIGINT NOT NULL REFERENCES actors (id),
	side        TEXT NOT NULL DEFAULT '' CHECK (side IN ('', 'invite', 'join', 'gather')),
	discreet    BOOLEAN NOT NULL DEFAULT FALSE,
	rules       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX campaign_posts_campaign ON campaign_posts (campaign_id, post_id);
CREATE INDEX campaign_posts_author ON campaign_posts (author_id, campaign_id);
