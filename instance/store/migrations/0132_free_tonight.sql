-- +goose Up

-- Until which night, which is no more of them, a programme asks its hosts each day
-- whether a bed is free: in one area, or everywhere where none is named.
CREATE TABLE housing_emergencies (
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	area         TEXT NOT NULL,
	until_night  BIGINT NOT NULL,
	by_id        BIGINT REFERENCES actors (id) ON DELETE SET NULL,
	at           BIGINT NOT NULL,
	PRIMARY KEY (programme_id, area)
);
CREATE INDEX housing_emergencies_until ON housing_emergencies (until_night);

-- Since when a host wants to be asked; nobody is who did not say so.
ALTER TABLE housing_hosts ADD COLUMN tonight_at BIGINT;

-- Which host was asked for which night: once, whoever asks at the same time.
CREATE TABLE housing_host_asks (
	host_id      BIGINT NOT NULL REFERENCES housing_hosts (id) ON DELETE CASCADE,
	night        BIGINT NOT NULL,
	programme_id BIGINT NOT NULL REFERENCES housing_programmes (group_id) ON DELETE CASCADE,
	asked_at     BIGINT NOT NULL,
	PRIMARY KEY (host_id, night)
);
CREATE INDEX housing_host_asks_night ON housing_host_asks (programme_id, night);

-- How many beds are free in a home for one night, as its host says; 0 is not tonight.
CREATE TABLE housing_free_nights (
	listing_id BIGINT NOT NULL REFERENCES housing_listings (id) ON DELETE CASCADE,
	night      BIGINT NOT NULL,
	beds       INTEGER NOT NULL CHECK (beds BETWEEN 0 AND 50),
	at         BIGINT NOT NULL,
	PRIMARY KEY (listing_id, night)
);
CREATE INDEX housing_free_nights_night ON housing_free_nights (night);
