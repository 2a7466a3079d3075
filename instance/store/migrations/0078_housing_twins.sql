-- +goose Up
-- Whether two associations list one home (protocol/twins). What stands here of a
-- home is its tag, which says nothing to who has not the programme's key; that is
-- sealed.
ALTER TABLE housing_programmes ADD COLUMN twins_key BYTEA;

CREATE TABLE housing_tags (
	listing_id   BIGINT PRIMARY KEY REFERENCES housing_listings (id),
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	tag          TEXT NOT NULL
);
CREATE INDEX housing_tags_programme ON housing_tags (programme_id, tag);

-- How a home of ours was compared with those of a partner: its own twins when
-- partner_id is the programme.
CREATE TABLE housing_twins (
	listing_id BIGINT NOT NULL REFERENCES housing_listings (id),
	partner_id BIGINT NOT NULL REFERENCES actors (id),
	found      BOOLEAN NOT NULL,
	at         BIGINT NOT NULL,
	settled_by BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	settled_at BIGINT, -- somebody looked, and it is another home after all
	PRIMARY KEY (listing_id, partner_id)
);

-- How often a partner asked, which is bounded.
CREATE TABLE housing_twin_questions (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	partner_id   BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	at           BIGINT NOT NULL
);
CREATE INDEX housing_twin_questions_partner ON housing_twin_questions (programme_id, partner_id, at);
