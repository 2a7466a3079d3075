-- +goose Up

-- Notices that strangers on servers we hardly know caused lately, or would have
-- caused had there not been so many (security.md I01). Swept after some days.
CREATE TABLE first_contacts (
	id       BIGINT PRIMARY KEY,
	owner_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	site     TEXT NOT NULL,
	told     BOOLEAN NOT NULL
);
CREATE INDEX first_contacts_told ON first_contacts (id) WHERE told;
CREATE INDEX first_contacts_owner ON first_contacts (owner_id);

-- Posts that their authors took back and may still put back: out of everyone's
-- sight already, told to nobody yet.
CREATE TABLE withdrawals (
	post_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
	until   BIGINT NOT NULL
);
CREATE INDEX withdrawals_until ON withdrawals (until);
