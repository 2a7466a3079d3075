-- +goose Up

-- What is posted in the place stays in it, whatever was asked.
ALTER TABLE neighbourhoods ADD COLUMN keeps BOOLEAN NOT NULL DEFAULT FALSE;
