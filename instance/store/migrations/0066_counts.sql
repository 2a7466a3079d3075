-- +goose Up

-- How many verified people a place has, and who came lately, without a look at
-- each membership.
CREATE INDEX memberships_standing ON memberships (group_id, standing, verified_at, person_id);

-- What was done and lent in the last weeks.
CREATE INDEX agreements_closed ON agreements (closed_at, post_id) WHERE state = 'done';
CREATE INDEX agreements_handed ON agreements (handed_at, post_id) WHERE handed_at IS NOT NULL;

-- What a place says to those who live around it, among all that it keeps for
-- those who live there.
CREATE INDEX posts_around ON posts (group_id, id) WHERE audience = 'around';
