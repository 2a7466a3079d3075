package housing

import (
	"context"
	"sync"
	"time"

	"palier/instance/countries"
)

// Counters are what everyone may know of the homes that the programmes of this
// server have and see. A number below [Least] is told as zero: who watches it
// change by one would know of one household.
type Counters struct {
	Homes     int // that are lent now, ours and those of partners
	Free      int // beds that nobody has in some night
	Countries int
	Partners  int // associations elsewhere that show their homes
}

// Least is the smallest number of homes or beds that anybody is told.
const Least = 11

// countedFor is how long a count is told before it is made again, so that nobody
// sees by it when one home changes.
const countedFor = time.Hour

// counted is the last count.
type counted struct {
	sync.Mutex
	at time.Time
	Counters
}

// Counters returns what everyone may know.
func (s *Service) Counters(ctx context.Context) (Counters, error) {
	s.counted.Lock()
	defer s.counted.Unlock()
	if now := s.now(); !s.counted.at.IsZero() && now.Sub(s.counted.at) < countedFor && !now.Before(s.counted.at) {
		return s.counted.Counters, nil
	}
	c, err := s.count(ctx)
	if err != nil {
		return c, because(err, "count homes")
	}
	s.counted.at, s.counted.Counters = s.now(), c
	return c, nil
}

// count counts each home once, however many programmes see it.
func (s *Service) count(ctx context.Context) (Counters, error) {
	var c Counters
	nights := countries.NightsAt(s.now())
	ourNight, theirNight := nights.SQL("l.commune"), nights.SQL("x.area")+" * CAST(86400000 AS BIGINT)"
	ends := int64(nights.First) * dayMillis
	var ours, ourBeds, theirs, theirBeds int
	err := s.db.Read().QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM housing_listings l WHERE l.state IN ('available', 'held', 'placed', 'ending') AND l.until_night > `+ourNight+`),
		       (SELECT COALESCE(SUM(l.places - `+takenInOne(ourNight, ourNight+" + 1")+`), 0) FROM housing_listings l WHERE l.state IN ('available', 'held', 'placed', 'ending') AND l.until_night > `+ourNight+`),
		       (SELECT COUNT(*) FROM (SELECT x.uri FROM housing_homes x WHERE x.ends_at > $1 AND x.ends_at > `+theirNight+` GROUP BY x.uri) homes),
		       (SELECT COALESCE(SUM(free), 0) FROM (SELECT MIN(x.free) AS free FROM housing_homes x WHERE x.ends_at > $1 AND x.ends_at > `+theirNight+` GROUP BY x.uri) beds),
		       (SELECT COUNT(DISTINCT partner_id) FROM housing_partners WHERE we_see = 'agreed')`, ends).
		Scan(&ours, &ourBeds, &theirs, &theirBeds, &c.Partners)
	if err != nil {
		return c, err
	}
	in := map[string]bool{}
	rows, err := s.db.Read().Query(ctx, `
		SELECT DISTINCT l.commune FROM housing_listings l WHERE l.state IN ('available', 'held', 'placed', 'ending') AND l.until_night > `+ourNight+`
		UNION
		SELECT DISTINCT x.territory FROM housing_homes x WHERE x.ends_at > $1 AND x.ends_at > `+theirNight, ends)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	for rows.Next() {
		var territory string
		if err := rows.Scan(&territory); err != nil {
			return c, err
		}
		in[countries.CountryOf(territory)] = true
	}
	c.Homes, c.Free, c.Countries = enough(ours+theirs), enough(ourBeds+theirBeds), len(in)
	if c.Homes == 0 {
		c.Countries = 0
	}
	return c, rows.Err()
}

// enough is a number as everyone may know it.
func enough(n int) int {
	if n < Least {
		return 0
	}
	return n
}
