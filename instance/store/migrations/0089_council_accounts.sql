-- +goose Up

-- Whose account of the council or association signs them in here: tied by
-- themselves while they were signed in. account is a digest under a key that lies
-- elsewhere, one of each person.
CREATE TABLE council_accounts (
	account   TEXT PRIMARY KEY,
	person_id BIGINT NOT NULL UNIQUE REFERENCES actors (id) ON DELETE CASCADE,
	tied_at   BIGINT NOT NULL
);
