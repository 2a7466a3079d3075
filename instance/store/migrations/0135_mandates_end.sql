-- +goose Up

-- Until when a mandate holds, where an administrator said so, and of which end its leads
-- were told.
ALTER TABLE housing_mandates ADD COLUMN until_at BIGINT;
ALTER TABLE housing_mandates ADD COLUMN told_until BIGINT;
CREATE INDEX housing_mandates_until ON housing_mandates (until_at) WHERE ended_at IS NULL AND until_at IS NOT NULL;
