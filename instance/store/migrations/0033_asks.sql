-- +goose Up

-- What belongs to a proposal and is not for its readers: for whom it was made,
-- with their consent, and how far word of it has gone because nobody answered.
CREATE TABLE asks (
	post_id      BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	widens       BOOLEAN NOT NULL DEFAULT TRUE,
	behalf       TEXT NOT NULL DEFAULT '',
	consented_at BIGINT,
	widened_at   BIGINT,
	alerted_at   BIGINT
);

-- How far a loan has been seen to, and what has to be mended.
ALTER TABLE agreements ADD COLUMN stage INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agreements ADD COLUMN repair TEXT NOT NULL DEFAULT '';

CREATE INDEX posts_group_exchange ON posts (group_id, id)
 WHERE kind IN ('service', 'lending', 'give', 'swap', 'rent');
