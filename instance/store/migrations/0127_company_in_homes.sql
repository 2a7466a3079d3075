-- +goose Up

-- Who else lives in a home, in one coarse word, as far as it was said: a woman at
-- least, children too, or men only.
ALTER TABLE housing_listings ADD COLUMN company TEXT NOT NULL DEFAULT '' CHECK (company IN ('', 'women', 'family', 'men'));
ALTER TABLE housing_homes ADD COLUMN company TEXT NOT NULL DEFAULT '' CHECK (company IN ('', 'women', 'family', 'men'));

-- What a partner's home has, as bits in the order of the list of what a home can have:
-- one comparison instead of one for each word.
ALTER TABLE housing_homes ADD COLUMN has BIGINT NOT NULL DEFAULT 0;

UPDATE housing_homes
   SET has = CASE WHEN ' ' || features || ' ' LIKE '% internet %' THEN 1 ELSE 0 END
           + CASE WHEN ' ' || features || ' ' LIKE '% step-free-access %' THEN 2 ELSE 0 END
           + CASE WHEN ' ' || features || ' ' LIKE '% lock %' THEN 4 ELSE 0 END
           + CASE WHEN ' ' || features || ' ' LIKE '% own-bathroom %' THEN 8 ELSE 0 END
           + CASE WHEN ' ' || features || ' ' LIKE '% kitchen %' THEN 16 ELSE 0 END
           + CASE WHEN ' ' || features || ' ' LIKE '% transport %' THEN 32 ELSE 0 END
           + CASE WHEN ' ' || features || ' ' LIKE '% host-has-pets %' THEN 64 ELSE 0 END;

-- All that one looks for stands in the index, in the order in which homes are shown: of
-- what does not fit nothing else is read.
DROP INDEX housing_homes_programme;
CREATE INDEX housing_homes_fit ON housing_homes
	(programme_id, id, has, free, adults, children, starts_at, ends_at, category, company, pets, smoking, area, languages);
