-- +goose Up

-- When somebody who goes with people was told not to go, since the case or the home was
-- frozen, or beds were given back while they were at the door; none once they may again.
ALTER TABLE housing_walks ADD COLUMN gone_at BIGINT;
