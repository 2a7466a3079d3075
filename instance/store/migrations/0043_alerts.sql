-- +goose Up

-- How much a notice matters: only those of councils and institutions go beyond
-- info, and an alert is published by somebody else than who wrote it.
ALTER TABLE notices ADD COLUMN level TEXT NOT NULL DEFAULT 'info' CHECK (level IN ('info', 'important', 'alert'));

-- Alerts that wait for somebody else who acts for the same organisation.
CREATE TABLE alert_drafts (
	id              BIGINT PRIMARY KEY,
	organisation_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	author_id       BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
	title           TEXT NOT NULL DEFAULT '',
	text            TEXT NOT NULL,
	language        TEXT NOT NULL DEFAULT '',
	until           BIGINT NOT NULL,
	once            TEXT,
	UNIQUE (author_id, once)
);
CREATE INDEX alert_drafts_organisation ON alert_drafts (organisation_id, id);
