-- +goose Up

-- Warnings of the weather, as the last file says that was imported for each
-- department: 2 yellow, 3 orange, 4 red.
CREATE TABLE weather_warnings (
	department TEXT NOT NULL,
	phenomenon TEXT NOT NULL,
	level      INTEGER NOT NULL CHECK (level BETWEEN 2 AND 4),
	starts_at  BIGINT NOT NULL,
	ends_at    BIGINT NOT NULL,
	source     TEXT NOT NULL,
	PRIMARY KEY (department, phenomenon)
);

-- How old what is known of a department is, so that no older file replaces it.
CREATE TABLE weather_departments (
	department TEXT PRIMARY KEY,
	updated_at BIGINT NOT NULL
);
