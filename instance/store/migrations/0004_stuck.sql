-- +goose Up

-- What could not be worked however often it was tried, for those who run the
-- server, among all that came in a month.
CREATE INDEX inbox_items_failed ON inbox_items (id) WHERE state = 'failed';

-- What was said about somebody before.
CREATE INDEX reports_target ON reports (target_id, id);
