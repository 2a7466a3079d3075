-- +goose Up

-- What one chooses homes of partners by, beside the document that it was read from.
ALTER TABLE housing_homes ADD COLUMN area TEXT NOT NULL DEFAULT '';
ALTER TABLE housing_homes ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE housing_homes ADD COLUMN category TEXT NOT NULL DEFAULT '';
ALTER TABLE housing_homes ADD COLUMN bedrooms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE housing_homes ADD COLUMN adults INTEGER NOT NULL DEFAULT 0;
ALTER TABLE housing_homes ADD COLUMN children INTEGER NOT NULL DEFAULT 0;
ALTER TABLE housing_homes ADD COLUMN pets BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE housing_homes ADD COLUMN smoking TEXT NOT NULL DEFAULT '';
ALTER TABLE housing_homes ADD COLUMN languages TEXT NOT NULL DEFAULT '';
ALTER TABLE housing_homes ADD COLUMN features TEXT NOT NULL DEFAULT '';

UPDATE housing_homes
   SET place = json_extract(document, '$.location.name'),
       category = json_extract(document, '$.accommodation.accommodationCategory'),
       bedrooms = json_extract(document, '$.accommodation.numberOfBedrooms'),
       adults = json_extract(document, '$.accommodation.maxAdults'),
       children = json_extract(document, '$.accommodation.maxChildren'),
       pets = json_extract(document, '$.accommodation.petsAllowed'),
       smoking = json_extract(document, '$.accommodation.smoking'),
       languages = COALESCE((SELECT group_concat(value, ' ') FROM json_each(document, '$.accommodation.availableLanguage')), ''),
       features = COALESCE((SELECT group_concat(json_extract(value, '$.name'), ' ') FROM json_each(document, '$.accommodation.amenityFeature')), ''),
       area = CASE WHEN territory LIKE 'FR:COG:97%' OR territory LIKE 'FR:COG:98%' THEN substr(territory, 8, 3)
                   WHEN territory LIKE 'FR:COG:%' THEN substr(territory, 8, 2)
                   WHEN territory LIKE 'FR:%' AND length(json_extract(document, '$.location.name')) <= 3 THEN json_extract(document, '$.location.name')
                   ELSE substr(territory, 1, instr(territory, ':') - 1) END;

CREATE INDEX housing_homes_programme ON housing_homes (programme_id, id);
CREATE INDEX housing_homes_area ON housing_homes (programme_id, area, id);

-- Photographs of homes. They are kept here and never leave.
CREATE TABLE housing_photographs (
	id         BIGINT PRIMARY KEY,
	listing_id BIGINT NOT NULL REFERENCES housing_listings (id) ON DELETE CASCADE,
	file       TEXT NOT NULL,
	seal       BYTEA NOT NULL,
	kind       TEXT NOT NULL,
	added_by   BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	added_at   BIGINT NOT NULL
);
CREATE INDEX housing_photographs_listing ON housing_photographs (listing_id, id);

-- When those who were placed came, as the association that placed them noted it.
ALTER TABLE housing_holds ADD COLUMN arrived_at BIGINT;

-- What is switched off, where and for which kind of home: by a programme for
-- itself, or by an administrator for all of the server (programme_id 0). An act
-- is one row; what ends it is written beside it.
CREATE TABLE housing_cuts (
	id           BIGINT PRIMARY KEY,
	programme_id BIGINT NOT NULL,
	functions    TEXT NOT NULL,
	areas        TEXT NOT NULL DEFAULT '',
	category     TEXT NOT NULL DEFAULT '',
	reason       TEXT NOT NULL,
	cut_by       BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	cut_at       BIGINT NOT NULL,
	ended_by     BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	ended_at     BIGINT
);
CREATE INDEX housing_cuts_open ON housing_cuts (programme_id) WHERE ended_at IS NULL;
