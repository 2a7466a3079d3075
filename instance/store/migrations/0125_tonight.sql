-- +goose Up

-- The night for which a household of a case has no bed, as somebody of the team marked
-- it; it is over by itself in the morning.
ALTER TABLE housing_cases DROP COLUMN tonight;
ALTER TABLE housing_cases ADD COLUMN tonight_for BIGINT;
CREATE INDEX housing_cases_tonight ON housing_cases (programme_id, tonight_for) WHERE tonight_for IS NOT NULL;

-- Until when what was asked for one night is kept for it, unless somebody signs before.
ALTER TABLE housing_case_holds ADD COLUMN drop_at BIGINT;
CREATE INDEX housing_case_holds_drop ON housing_case_holds (drop_at) WHERE drop_at IS NOT NULL;
