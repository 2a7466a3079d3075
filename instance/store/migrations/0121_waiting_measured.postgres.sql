-- +goose Up

-- Nothing is known of a column that was just added, and PostgreSQL takes it for
-- one that is hardly ever NULL: lists of posts would be read the wrong way round
-- until it counts by itself.
ANALYZE posts (waits_at);
