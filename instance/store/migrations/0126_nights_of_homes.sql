-- +goose Up

-- Where a home is for which beds were asked, as a département or a country: its nights
-- are those of the clock there, also once its association shows it no more.
ALTER TABLE housing_holds ADD COLUMN area TEXT NOT NULL DEFAULT '';

UPDATE housing_holds
   SET area = COALESCE(
		(SELECT CASE WHEN SUBSTR(l.commune, 1, 2) IN ('97', '98') THEN SUBSTR(l.commune, 1, 3) ELSE SUBSTR(l.commune, 1, 2) END
		   FROM housing_listings l WHERE l.uri = housing_holds.home),
		(SELECT x.area FROM housing_homes x WHERE x.uri = housing_holds.home ORDER BY x.id LIMIT 1),
		'');

-- What was seen to before a household goes into another country: which of the points
-- that the rules of that country name, by whom and when. What came of it stands in the
-- file of the case.
CREATE TABLE housing_case_across (
	case_id BIGINT NOT NULL REFERENCES housing_cases (id) ON DELETE CASCADE,
	country TEXT NOT NULL,
	need    TEXT NOT NULL CHECK (need IN ('stay', 'address', 'care', 'children')),
	by_id   BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at      BIGINT NOT NULL,
	PRIMARY KEY (case_id, country, need)
);
