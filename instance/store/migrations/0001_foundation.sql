-- Times are Unix milliseconds, ids time-ordered 64-bit numbers, JSON is TEXT.
-- An empty host means: one of ours.

-- +goose Up

-- Everyone and everything that can act: people and groups, ours and others'.
CREATE TABLE actors (
	id              BIGINT PRIMARY KEY,
	uri             TEXT NOT NULL UNIQUE,
	kind            TEXT NOT NULL CHECK (kind IN ('Person', 'Group', 'Organization', 'Application', 'Service')),
	username        TEXT NOT NULL,
	username_key    TEXT NOT NULL,
	host            TEXT NOT NULL DEFAULT '',
	name            TEXT NOT NULL DEFAULT '',
	summary         TEXT NOT NULL DEFAULT '',
	url             TEXT NOT NULL DEFAULT '',
	inbox           TEXT NOT NULL DEFAULT '',
	shared_inbox    TEXT NOT NULL DEFAULT '',
	outbox          TEXT NOT NULL DEFAULT '',
	followers       TEXT NOT NULL DEFAULT '',
	following       TEXT NOT NULL DEFAULT '',
	featured        TEXT NOT NULL DEFAULT '',
	moderators      TEXT NOT NULL DEFAULT '',
	icon            TEXT NOT NULL DEFAULT '',
	image           TEXT NOT NULL DEFAULT '',
	fields          TEXT NOT NULL DEFAULT '[]',
	locked          BOOLEAN NOT NULL DEFAULT FALSE,
	discoverable    BOOLEAN NOT NULL DEFAULT FALSE,
	indexable       BOOLEAN NOT NULL DEFAULT FALSE,
	level           TEXT NOT NULL DEFAULT '',
	territory       TEXT NOT NULL DEFAULT '',
	latitude        DOUBLE PRECISION,
	longitude       DOUBLE PRECISION,
	radius_km       DOUBLE PRECISION,
	also_known_as   TEXT NOT NULL DEFAULT '[]',
	moved_to        TEXT NOT NULL DEFAULT '',
	document        TEXT NOT NULL DEFAULT '',
	created_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL,
	fetched_at      BIGINT,
	limited_at      BIGINT,
	suspended_at    BIGINT,
	deleted_at      BIGINT,
	last_posted_at  BIGINT,
	posts_count     INTEGER NOT NULL DEFAULT 0,
	followers_count INTEGER NOT NULL DEFAULT 0,
	following_count INTEGER NOT NULL DEFAULT 0
);
-- One name space for people and groups here (protocol.md §1.2).
CREATE UNIQUE INDEX actors_local_name ON actors (username_key) WHERE host = '';
CREATE INDEX actors_name ON actors (username_key, host);

-- Private keys of our own actors; a key signs from active_from on, so that
-- peers have seen it before it is used.
CREATE TABLE actor_keys (
	id          TEXT PRIMARY KEY,
	actor_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	algorithm   TEXT NOT NULL CHECK (algorithm IN ('rsa', 'ed25519')),
	private_key BYTEA NOT NULL,
	created_at  BIGINT NOT NULL,
	active_from BIGINT NOT NULL,
	retired_at  BIGINT
);
CREATE INDEX actor_keys_actor ON actor_keys (actor_id, algorithm, active_from);

-- Public keys of others, as their owner's document last listed them.
CREATE TABLE remote_keys (
	id         TEXT PRIMARY KEY,
	owner      TEXT NOT NULL,
	algorithm  TEXT NOT NULL CHECK (algorithm IN ('rsa', 'ed25519')),
	public_key BYTEA NOT NULL,
	fetched_at BIGINT NOT NULL
);
CREATE INDEX remote_keys_owner ON remote_keys (owner);

-- Accounts: people who sign in here.
CREATE TABLE people (
	actor_id         BIGINT PRIMARY KEY REFERENCES actors (id),
	email            TEXT NOT NULL,
	email_key        TEXT NOT NULL UNIQUE,
	password_hash    TEXT NOT NULL,
	role             TEXT NOT NULL DEFAULT 'resident' CHECK (role IN ('resident', 'moderator', 'admin')),
	locale           TEXT NOT NULL DEFAULT 'fr',
	appearance       TEXT NOT NULL DEFAULT 'auto',
	text_size        TEXT NOT NULL DEFAULT 'normal',
	default_audience TEXT NOT NULL DEFAULT 'neighbourhood',
	-- The operator has seen that the person belongs to this server's area.
	verified_at      BIGINT,
	created_at       BIGINT NOT NULL,
	disabled_at      BIGINT,
	credentials_at   BIGINT NOT NULL
);

CREATE TABLE sessions (
	token      TEXT PRIMARY KEY,
	person_id  BIGINT,
	data       BYTEA NOT NULL,
	expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_person ON sessions (person_id);

-- Neighbourhoods of this server: a Group with a kind.
CREATE TABLE neighbourhoods (
	actor_id   BIGINT PRIMARY KEY REFERENCES actors (id),
	kind       TEXT NOT NULL CHECK (kind IN ('building', 'residence', 'neighbourhood', 'commune', 'wider')),
	hold_new   BOOLEAN NOT NULL DEFAULT FALSE,
	created_at BIGINT NOT NULL,
	closed_at  BIGINT
);

-- What lies within what: the child's own claim, by URI since the parent may
-- live elsewhere and be unknown yet.
CREATE TABLE nestings (
	child_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	parent_uri TEXT NOT NULL,
	PRIMARY KEY (child_id, parent_uri)
);
CREATE INDEX nestings_parent ON nestings (parent_uri, child_id);

-- Residents of a local neighbourhood. How residence was seen never stands here.
CREATE TABLE memberships (
	group_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	person_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	standing    TEXT NOT NULL CHECK (standing IN ('declared', 'verified')),
	joined_at   BIGINT NOT NULL,
	verified_at BIGINT,
	verified_by BIGINT REFERENCES actors (id),
	PRIMARY KEY (group_id, person_id)
);
CREATE INDEX memberships_person ON memberships (person_id, standing, group_id);

-- Moderators may live on another server.
CREATE TABLE moderators (
	group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	since    BIGINT NOT NULL,
	PRIMARY KEY (group_id, actor_id)
);
CREATE INDEX moderators_actor ON moderators (actor_id);

CREATE TABLE follows (
	id          BIGINT PRIMARY KEY,
	uri         TEXT NOT NULL UNIQUE,
	follower_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	followee_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	state       TEXT NOT NULL CHECK (state IN ('requested', 'accepted')),
	boosts      BOOLEAN NOT NULL DEFAULT TRUE,
	created_at  BIGINT NOT NULL,
	UNIQUE (follower_id, followee_id)
);
CREATE INDEX follows_followers ON follows (followee_id, state, id);
CREATE INDEX follows_following ON follows (follower_id, state, id);

-- What a group relays of another it follows (protocol.md §6).
CREATE TABLE relay_rules (
	group_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	source_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	mode        TEXT NOT NULL CHECK (mode IN ('auto', 'moderated')),
	min_reach   INTEGER NOT NULL DEFAULT 1,
	max_per_day INTEGER NOT NULL DEFAULT 50,
	PRIMARY KEY (group_id, source_id)
);

CREATE TABLE posts (
	id            BIGINT PRIMARY KEY,
	uri           TEXT NOT NULL UNIQUE,
	url           TEXT NOT NULL DEFAULT '',
	author_id     BIGINT NOT NULL REFERENCES actors (id),
	group_id      BIGINT REFERENCES actors (id),
	kind          TEXT NOT NULL DEFAULT 'post',
	title         TEXT NOT NULL DEFAULT '',
	content       TEXT NOT NULL,
	source        TEXT NOT NULL DEFAULT '',
	warning       TEXT NOT NULL DEFAULT '',
	sensitive     BOOLEAN NOT NULL DEFAULT FALSE,
	language      TEXT NOT NULL DEFAULT '',
	audience      TEXT NOT NULL CHECK (audience IN ('building', 'neighbourhood', 'around', 'public', 'unlisted', 'followers', 'direct')),
	reach         INTEGER NOT NULL DEFAULT 2,
	reply_to_id   BIGINT,
	reply_to_uri  TEXT NOT NULL DEFAULT '',
	thread_id     BIGINT NOT NULL,
	context       TEXT NOT NULL DEFAULT '',
	local         BOOLEAN NOT NULL,
	document      TEXT NOT NULL DEFAULT '',
	published_at  BIGINT NOT NULL,
	edited_at     BIGINT,
	deleted_at    BIGINT,
	removed_at    BIGINT,
	likes_count   INTEGER NOT NULL DEFAULT 0,
	boosts_count  INTEGER NOT NULL DEFAULT 0,
	replies_count INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX posts_author ON posts (author_id, id);
CREATE INDEX posts_group ON posts (group_id, id) WHERE group_id IS NOT NULL;
CREATE INDEX posts_thread ON posts (thread_id, id);
CREATE INDEX posts_replies ON posts (reply_to_id, id) WHERE reply_to_id IS NOT NULL;
CREATE INDEX posts_orphans ON posts (reply_to_uri) WHERE reply_to_id IS NULL AND reply_to_uri <> '';
CREATE INDEX posts_public ON posts (id) WHERE audience = 'public' AND deleted_at IS NULL;

CREATE TABLE post_edits (
	post_id   BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	at        BIGINT NOT NULL,
	title     TEXT NOT NULL,
	content   TEXT NOT NULL,
	warning   TEXT NOT NULL,
	PRIMARY KEY (post_id, at)
);

CREATE TABLE post_mentions (
	post_id  BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	actor_id BIGINT NOT NULL REFERENCES actors (id),
	PRIMARY KEY (post_id, actor_id)
);
CREATE INDEX post_mentions_actor ON post_mentions (actor_id, post_id);

CREATE TABLE post_tags (
	tag     TEXT NOT NULL,
	post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	PRIMARY KEY (tag, post_id)
);
CREATE INDEX post_tags_post ON post_tags (post_id);

CREATE TABLE media (
	id          BIGINT PRIMARY KEY,
	owner_id    BIGINT NOT NULL REFERENCES actors (id),
	post_id     BIGINT REFERENCES posts (id) ON DELETE CASCADE,
	position    INTEGER NOT NULL DEFAULT 0,
	media_type  TEXT NOT NULL,
	file        TEXT NOT NULL DEFAULT '',
	thumb       TEXT NOT NULL DEFAULT '',
	remote_url  TEXT NOT NULL DEFAULT '',
	width       INTEGER NOT NULL DEFAULT 0,
	height      INTEGER NOT NULL DEFAULT 0,
	blurhash    TEXT NOT NULL DEFAULT '',
	description TEXT NOT NULL DEFAULT '',
	focus_x     DOUBLE PRECISION NOT NULL DEFAULT 0,
	focus_y     DOUBLE PRECISION NOT NULL DEFAULT 0,
	bytes       BIGINT NOT NULL DEFAULT 0,
	created_at  BIGINT NOT NULL
);
CREATE INDEX media_post ON media (post_id, position);
CREATE INDEX media_file ON media (file);
CREATE INDEX media_thumb ON media (thumb);
CREATE INDEX media_loose ON media (created_at) WHERE post_id IS NULL;

CREATE TABLE likes (
	id         BIGINT PRIMARY KEY,
	uri        TEXT NOT NULL UNIQUE,
	actor_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	UNIQUE (actor_id, post_id)
);
CREATE INDEX likes_post ON likes (post_id, id);

-- A person's share and a group's relay are the same deed: Announce.
CREATE TABLE boosts (
	id         BIGINT PRIMARY KEY,
	uri        TEXT NOT NULL UNIQUE,
	actor_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	source_id  BIGINT REFERENCES actors (id),
	via        TEXT NOT NULL DEFAULT '[]',
	UNIQUE (actor_id, post_id)
);
CREATE INDEX boosts_actor ON boosts (actor_id, id);
CREATE INDEX boosts_post ON boosts (post_id, id);
CREATE INDEX boosts_source ON boosts (actor_id, source_id, id) WHERE source_id IS NOT NULL;

-- Posts that wait for a moderator before a group relays them.
CREATE TABLE held_relays (
	id        BIGINT PRIMARY KEY,
	group_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	post_id   BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	source_id BIGINT REFERENCES actors (id),
	via       TEXT NOT NULL DEFAULT '[]',
	UNIQUE (group_id, post_id)
);

-- What a group has once taken out again stays out.
CREATE TABLE removals (
	group_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	post_id    BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	removed_by BIGINT REFERENCES actors (id),
	reason     TEXT NOT NULL DEFAULT '',
	removed_at BIGINT NOT NULL,
	PRIMARY KEY (group_id, post_id)
);

CREATE TABLE pins (
	actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	post_id  BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	at       BIGINT NOT NULL,
	PRIMARY KEY (actor_id, post_id)
);

-- Home feeds, written when a post or boost arrives. One line a post, however
-- many ways it came.
CREATE TABLE home_entries (
	owner_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	id       BIGINT NOT NULL,
	post_id  BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	via_id   BIGINT REFERENCES actors (id),
	PRIMARY KEY (owner_id, id),
	UNIQUE (owner_id, post_id)
);
CREATE INDEX home_entries_post ON home_entries (post_id);

CREATE TABLE notifications (
	id       BIGINT PRIMARY KEY,
	owner_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	kind     TEXT NOT NULL,
	from_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	post_id  BIGINT REFERENCES posts (id) ON DELETE CASCADE,
	about_id BIGINT NOT NULL DEFAULT 0,
	read_at  BIGINT,
	UNIQUE (owner_id, kind, from_id, about_id)
);
CREATE INDEX notifications_owner ON notifications (owner_id, id);
CREATE INDEX notifications_unread ON notifications (owner_id) WHERE read_at IS NULL;

CREATE TABLE blocks (
	id         BIGINT PRIMARY KEY,
	uri        TEXT NOT NULL UNIQUE,
	actor_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	target_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	UNIQUE (actor_id, target_id)
);
CREATE INDEX blocks_target ON blocks (target_id, actor_id);

CREATE TABLE mutes (
	id         BIGINT PRIMARY KEY,
	actor_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	target_id  BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	until      BIGINT,
	UNIQUE (actor_id, target_id)
);

CREATE TABLE reports (
	id          BIGINT PRIMARY KEY,
	uri         TEXT NOT NULL UNIQUE,
	reporter_id BIGINT NOT NULL REFERENCES actors (id),
	target_id   BIGINT NOT NULL REFERENCES actors (id),
	comment     TEXT NOT NULL DEFAULT '',
	forwarded   BOOLEAN NOT NULL DEFAULT FALSE,
	state       TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved', 'dismissed')),
	decided_by  BIGINT REFERENCES actors (id),
	decided_at  BIGINT,
	reason      TEXT NOT NULL DEFAULT ''
);
CREATE INDEX reports_state ON reports (state, id);

CREATE TABLE report_posts (
	report_id BIGINT NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
	post_id   BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	PRIMARY KEY (report_id, post_id)
);

-- Other servers: what we learned of them, how they fare, what was decided.
CREATE TABLE hosts (
	name            TEXT PRIMARY KEY,
	first_seen_at   BIGINT NOT NULL,
	software        TEXT NOT NULL DEFAULT '',
	speaks_1b12     BOOLEAN NOT NULL DEFAULT FALSE,
	scheme          TEXT NOT NULL DEFAULT '',
	scheme_at       BIGINT,
	failures        INTEGER NOT NULL DEFAULT 0,
	failing_since   BIGINT,
	last_success_at BIGINT,
	last_failure_at BIGINT,
	last_error      TEXT NOT NULL DEFAULT '',
	resume_at       BIGINT,
	skew_ms         BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX hosts_failing ON hosts (failing_since) WHERE failing_since IS NOT NULL;

CREATE TABLE domain_rules (
	domain     TEXT PRIMARY KEY,
	severity   TEXT NOT NULL CHECK (severity IN ('limit', 'suspend')),
	reason     TEXT NOT NULL DEFAULT '',
	created_at BIGINT NOT NULL,
	created_by BIGINT REFERENCES actors (id)
);

-- What others sent, exactly as it came, until it is worked; then the line
-- stays a while so that a second copy is known.
CREATE TABLE inbox_items (
	id          BIGINT PRIMARY KEY,
	actor_uri   TEXT NOT NULL,
	activity_id TEXT NOT NULL,
	kind        TEXT NOT NULL,
	body        TEXT NOT NULL,
	state       TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'refused', 'failed')),
	attempts    INTEGER NOT NULL DEFAULT 0,
	error       TEXT NOT NULL DEFAULT '',
	received_at BIGINT NOT NULL,
	next_at     BIGINT NOT NULL DEFAULT 0,
	claimed_by  INTEGER NOT NULL DEFAULT 0,
	claimed_to  BIGINT NOT NULL DEFAULT 0,
	UNIQUE (actor_uri, activity_id)
);
CREATE INDEX inbox_items_open ON inbox_items (id) WHERE state = 'new';
CREATE INDEX inbox_items_age ON inbox_items (received_at);

-- Things gone before or after we heard of them (R09).
CREATE TABLE tombstones (
	uri        TEXT PRIMARY KEY,
	actor_uri  TEXT NOT NULL,
	deleted_at BIGINT NOT NULL
);
CREATE INDEX tombstones_age ON tombstones (deleted_at);

-- Our own activities: the exact bytes, for delivery, outboxes and checks.
CREATE TABLE activities (
	id       BIGINT PRIMARY KEY,
	uri      TEXT NOT NULL UNIQUE,
	actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	kind     TEXT NOT NULL,
	post_id  BIGINT,
	public   BOOLEAN NOT NULL,
	listed   BOOLEAN NOT NULL DEFAULT FALSE,
	body     TEXT NOT NULL
);
CREATE INDEX activities_outbox ON activities (actor_id, id) WHERE listed;
CREATE INDEX activities_post ON activities (post_id) WHERE post_id IS NOT NULL;

-- Deliveries that did not go through at once; a row a host and document.
CREATE TABLE deliveries (
	id          BIGINT PRIMARY KEY,
	host        TEXT NOT NULL,
	inbox       TEXT NOT NULL,
	activity_id TEXT NOT NULL,
	signer      TEXT NOT NULL,
	body        TEXT NOT NULL,
	attempts    INTEGER NOT NULL DEFAULT 0,
	next_at     BIGINT NOT NULL,
	expires_at  BIGINT NOT NULL,
	last_error  TEXT NOT NULL DEFAULT '',
	UNIQUE (inbox, activity_id)
);
CREATE INDEX deliveries_host ON deliveries (host, id);
CREATE INDEX deliveries_due ON deliveries (next_at);

CREATE TABLE moderation_log (
	id           BIGINT PRIMARY KEY,
	moderator_id BIGINT REFERENCES actors (id),
	deed         TEXT NOT NULL,
	target       TEXT NOT NULL,
	reason       TEXT NOT NULL DEFAULT ''
);

CREATE TABLE settings (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
);
