-- +goose Up

-- When readers elsewhere were last told how a proposal of ours stands.
ALTER TABLE proposals ADD COLUMN told_at BIGINT;

-- Who takes how much of what was proposed, and how far the two have come. It is
-- between them: nobody else reads it. uri is the Offer by which it was asked for.
CREATE TABLE agreements (
	id          BIGINT PRIMARY KEY,
	post_id     BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
	taker_id    BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	uri         TEXT NOT NULL UNIQUE,
	quantity    BIGINT NOT NULL CHECK (quantity > 0),
	unit        TEXT NOT NULL DEFAULT 'one',
	state       TEXT NOT NULL CHECK (state IN ('asked', 'accepted', 'declined', 'handed-over', 'returned', 'done', 'cancelled')),
	starts_at   BIGINT,
	ends_at     BIGINT,
	note        TEXT NOT NULL DEFAULT '',
	reason      TEXT NOT NULL DEFAULT '',
	thread_id   BIGINT,
	answered_at BIGINT,
	handed_at   BIGINT,
	closed_at   BIGINT,
	CHECK (ends_at IS NULL OR starts_at IS NULL OR ends_at >= starts_at)
);
-- One of each person at a time; who was declined is not asked twice.
CREATE UNIQUE INDEX agreements_once ON agreements (post_id, taker_id)
 WHERE state IN ('asked', 'accepted', 'declined', 'handed-over');
CREATE INDEX agreements_post ON agreements (post_id, id);
CREATE INDEX agreements_taker ON agreements (taker_id, id);
