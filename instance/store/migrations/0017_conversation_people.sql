-- +goose Up

-- people holds the ids of all who take part, its owner among them, as ',12,34,',
-- and people_key a hash of it; both are the same for everyone in a conversation.
ALTER TABLE conversations RENAME COLUMN others TO people;
ALTER TABLE conversations RENAME COLUMN others_key TO people_key;
