-- +goose Up

-- What a search narrows to without a word, the newest first: posts of one kind,
-- of any kind but talk, and what is asked for or offered, by what it is about.
CREATE INDEX posts_kind ON posts (kind, id) WHERE kind <> 'post';
CREATE INDEX posts_no_talk ON posts (id) WHERE kind <> 'post';
CREATE INDEX proposals_purpose ON proposals (purpose, post_id);
CREATE INDEX proposals_category ON proposals (category, post_id);

-- Posts say in the index of words what they are and where: those of before are
-- taken up anew.
INSERT INTO word_backlog (noun, below)
SELECT 'posts', MAX(id) + 1 FROM posts HAVING COUNT(*) > 0
    ON CONFLICT (noun) DO UPDATE SET below = excluded.below;
