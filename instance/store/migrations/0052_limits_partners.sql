-- +goose Up

-- How often a week somebody gives what they offer (0: as often as they are
-- asked), since when they rest, and when associations were told of an ask that
-- nobody answered.
ALTER TABLE asks ADD COLUMN weekly INTEGER NOT NULL DEFAULT 0 CHECK (weekly >= 0);
ALTER TABLE asks ADD COLUMN paused_at BIGINT;
ALTER TABLE asks ADD COLUMN partner_at BIGINT;

-- The asks that an organisation agrees to hear of when no neighbour answers.
CREATE TABLE organisation_asks (
	organisation_id BIGINT NOT NULL REFERENCES organisations (actor_id) ON DELETE CASCADE,
	category        TEXT NOT NULL,
	PRIMARY KEY (organisation_id, category)
);
CREATE INDEX organisation_asks_category ON organisation_asks (category);

-- What whoever gives something shows whoever fetches it, and that it was shown.
ALTER TABLE agreements ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE agreements ADD COLUMN met BOOLEAN NOT NULL DEFAULT FALSE;
