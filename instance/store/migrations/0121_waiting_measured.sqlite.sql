-- +goose Up

-- SQLite guesses nothing of a column that is in no index.
SELECT 1;
