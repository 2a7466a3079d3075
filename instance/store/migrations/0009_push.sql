-- +goose Up

-- Where programs want to be told of notices though they are not open: one a
-- token, gone with it. Programs keep the number in 32 bits. The token is sealed;
-- see specs/decisions/0060-tokens-in-push-messages.md.
CREATE TABLE push_subscriptions (
	id         INTEGER PRIMARY KEY,
	token_id   BIGINT NOT NULL UNIQUE REFERENCES access_tokens (id) ON DELETE CASCADE,
	person_id  BIGINT NOT NULL REFERENCES people (actor_id) ON DELETE CASCADE,
	endpoint   TEXT NOT NULL,
	p256dh     BYTEA NOT NULL,
	auth       BYTEA NOT NULL,
	standard   BOOLEAN NOT NULL DEFAULT FALSE,
	alerts     TEXT NOT NULL DEFAULT '', -- as ',mention,follow,'
	policy     TEXT NOT NULL DEFAULT 'all' CHECK (policy IN ('all', 'followed', 'follower', 'none')),
	sealed     BYTEA NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX push_subscriptions_person ON push_subscriptions (person_id);
