-- +goose Up

-- Browsers that are told of notices though no page is open.
CREATE TABLE browser_subscriptions (
	id         BIGINT PRIMARY KEY,
	person_id  BIGINT NOT NULL REFERENCES people (actor_id) ON DELETE CASCADE,
	endpoint   TEXT NOT NULL UNIQUE,
	p256dh     BYTEA NOT NULL,
	auth       BYTEA NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX browser_subscriptions_person ON browser_subscriptions (person_id);
