-- +goose Up
-- Where something is proposed, kept with it, so that what is open in one place is
-- found without looking through what is open in the town.
ALTER TABLE proposals ADD COLUMN group_id BIGINT;
UPDATE proposals SET group_id = (SELECT p.group_id FROM posts p WHERE p.id = proposals.post_id);
CREATE INDEX proposals_place ON proposals (group_id, post_id) WHERE status = 'open';
