-- +goose Up

-- When a host closed their account. Their file is erased at once, or, where somebody
-- lives in a home of theirs, as soon as nobody does any more.
ALTER TABLE housing_hosts ADD COLUMN left_at BIGINT;
CREATE INDEX housing_hosts_left ON housing_hosts (left_at) WHERE left_at IS NOT NULL AND erased_at IS NULL;
