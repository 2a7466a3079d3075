-- +goose Up

-- What people did in a programme, for its leads. It holds ids and words of ours,
-- never what anybody typed, and only ever gets longer.
CREATE TABLE housing_log (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id),
	person_id    BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	deed         TEXT NOT NULL,
	about        TEXT NOT NULL DEFAULT '',
	at           BIGINT NOT NULL
);
CREATE INDEX housing_log_programme ON housing_log (programme_id, id);

-- +goose StatementBegin
CREATE TRIGGER housing_log_changed BEFORE UPDATE OF id, programme_id, deed, about, at ON housing_log
BEGIN
	SELECT RAISE(ABORT, 'what stands in the log stays');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER housing_log_gone BEFORE DELETE ON housing_log
BEGIN
	SELECT RAISE(ABORT, 'what stands in the log stays');
END;
-- +goose StatementEnd

-- Who wrote the facts of a home last: neither they nor who began it may vet it.
ALTER TABLE housing_listings ADD COLUMN changed_by BIGINT REFERENCES actors (id) ON DELETE SET NULL;
