-- +goose Up

-- What kind of harm a report tells of, and how it ended.
ALTER TABLE reports ADD COLUMN category TEXT NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN decision TEXT NOT NULL DEFAULT '';

-- What a neighbourhood tells of itself, as typed.
ALTER TABLE neighbourhoods ADD COLUMN summary TEXT NOT NULL DEFAULT '';
