package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/places"
	"palier/instance/store"
)

// Three to a household, one address each, on a spread of about two kilometres.
const (
	perHousehold = 3
	numbers      = `WITH RECURSIVE n (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)`
	householdOf  = `2000000 + i / 3`
)

// sized is a place with so many residents, beside a village of thirty households.
type sized struct {
	*apptest.Server
	bourg, village instance.Neighbourhood
	reader         instance.Account
}

func newSized(t *testing.T, engine store.Engine, residents, open int) *sized {
	t.Helper()
	s := &sized{Server: apptest.Open(t, engine, nil)}
	canton := s.Place("canton", "commune")
	s.bourg, s.village = s.Place("bourg", "neighbourhood", canton.URI), s.Place("village", "neighbourhood", canton.URI)
	for n, at := range map[*instance.Neighbourhood]instance.Point{&s.bourg: {Latitude: 48.45, Longitude: -2.05}, &s.village: {Latitude: 48.48, Longitude: -2.05}} {
		if err := s.Places.Edit(t.Context(), n.ID, places.Plan{Title: n.Name, Latitude: at.Latitude, Longitude: at.Longitude, Within: n.Within}); err != nil {
			t.Fatal(err)
		}
	}
	s.fill(t, s.bourg, 0, residents-1, 48.45)
	s.fill(t, s.village, 10_000_000, 30*perHousehold, 48.48)
	s.reader = s.Resident("lectrice", s.bourg)
	s.propose(t, open)
	s.run(t, []string{`ANALYZE`}) // what came in at once is counted before it is read, as the servers do by themselves
	if err := s.Boundaries.CountAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// fill lets people live in a place, from a first number on, each three behind a
// door.
func (s *sized) fill(t *testing.T, place instance.Neighbourhood, first, people int, lat float64) {
	t.Helper()
	s.run(t, []string{
		`INSERT INTO streets (id, key, name, folded, insee, commune) VALUES (1, '1', 'rue', 'rue', '22050', 'Dinan') ON CONFLICT DO NOTHING`,
		`INSERT INTO actors (id, uri, kind, username, username_key, name, created_at, updated_at) ` + numbers + `
		 SELECT $2 + 1000000 + i, 'https://dinan.example/u/n' || CAST($2 + i AS TEXT), 'Person', 'n' || CAST($2 + i AS TEXT), 'n' || CAST($2 + i AS TEXT), 'Voisine ' || CAST(i AS TEXT), 1, 1 FROM n`,
		`INSERT INTO people (actor_id, email, email_key, password_hash, created_at, credentials_at, verified_at) ` + numbers + `
		 SELECT $2 + 1000000 + i, 'n' || CAST($2 + i AS TEXT) || '@exemple.fr', 'n' || CAST($2 + i AS TEXT) || '@exemple.fr', '', 1, 1, 1 FROM n`,
		`INSERT INTO addresses (id, key, street_id, number, lat, lon, source, imported_at) ` + numbers + `
		 SELECT $2 + ` + householdOf + `, CAST($2 + i AS TEXT), 1, i, CAST($4 AS DOUBLE PRECISION) + i * 7919 % 1000 * 0.00002, -2.06 + i * 104729 % 1000 * 0.00003, '', 0 FROM n WHERE i % 3 = 0 AND CAST($3 AS BIGINT) > 0`,
		`INSERT INTO homes (id, person_id, kind, place_id, address_id, since) ` + numbers + `
		 SELECT $2 + 1000000 + i, $2 + 1000000 + i, 'home', $3, $2 + ` + householdOf + `, 1 FROM n`,
		`INSERT INTO memberships (group_id, person_id, standing, joined_at, verified_at) ` + numbers + `
		 SELECT $3, $2 + 1000000 + i, 'verified', 1, 1 FROM n`,
	}, people, first, place.ID, lat)
}

// propose has residents offer and ask for something and invite, a third each, all
// of it open and of this morning.
func (s *sized) propose(t *testing.T, each int) {
	t.Helper()
	now := time.Now()
	base := instance.ID(now.Add(-time.Hour).UnixMilli()) << 16
	for k, purpose := range []string{"offer", "request", ""} {
		kind := "lending"
		if purpose == "" {
			kind = instance.KindEvent
		}
		from := base + instance.ID(k<<20) // each kind after the one before
		queries := []string{`INSERT INTO posts (id, uri, url, author_id, group_id, kind, title, content, source, audience, thread_id, local, language, published_at) ` + numbers + `
			SELECT $2 + i, 'https://dinan.example/p/' || CAST($2 + i AS TEXT), '', 1000000 + i % 50, $3, '` + kind + `', 'Une échelle n° ' || CAST(i AS TEXT), '<p>Pour samedi.</p>', 'Pour samedi.', 'neighbourhood', $2 + i, TRUE, 'fr', $4 FROM n`}
		if purpose == "" {
			queries = append(queries, `INSERT INTO events (post_id, starts_at, ends_at, status) `+numbers+` SELECT $2 + i, CAST($4 AS BIGINT) + 86400000 + i * 60000, NULL, 'confirmed' FROM n WHERE CAST($3 AS BIGINT) > 0`)
		} else {
			queries = append(queries, `INSERT INTO proposals (post_id, purpose, category, status, group_id, quantity, available) `+numbers+` SELECT $2 + i, '`+purpose+`', 'tools', 'open', $3, 1000, 1000 FROM n WHERE CAST($4 AS BIGINT) > 0`)
		}
		s.run(t, queries, each, from, s.bourg.ID, store.Millis(now.Add(-time.Hour)))
		s.run(t, []string{`INSERT INTO home_entries (owner_id, id, post_id) SELECT $1, id, id FROM posts WHERE id >= $2`}, s.reader.ID, from)
	}
}

// run executes statements with as many of the arguments as each has.
func (s *sized) run(t *testing.T, queries []string, args ...any) {
	t.Helper()
	err := s.DB.InTx(t.Context(), func(tx store.Tx) error {
		for _, q := range queries {
			with := args
			for len(with) > 0 && !strings.Contains(q, fmt.Sprintf("$%d", len(with))) {
				with = with[:len(with)-1]
			}
			if _, err := tx.Exec(t.Context(), q, with...); err != nil {
				return fmt.Errorf("%w: %s", err, q)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A hamlet of 60 is no dead room and a district of 30,000 no crowd: the pages of
// the place, its borders, its lists and the digest do in both, and none grows with
// the place.
func TestP12_AHamletAndADistrict(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		for _, c := range []struct {
			residents, open int
			households      string
			near            int
			borders         string // what its residents can propose
		}{
			{60, 4, "20", 1, "merge"},
			{30_000, 300, "10000", 0, "split"},
		} {
			t.Run(fmt.Sprint(c.residents), func(t *testing.T) {
				s := newSized(t, engine, c.residents, c.open)
				feed, err := s.Boundaries.Feed(t.Context(), s.bourg.ID)
				if err != nil || len(feed.Near) != c.near {
					t.Errorf("its feed takes in %v, %v; want %d places", feed, err, c.near)
				}
				b := s.SignedIn(s.reader)
				read := func(path string) *apptest.Page {
					t.Helper()
					p := b.Open(path)
					if p.Status != http.StatusOK || len(p.Body) > 150_000 {
						t.Errorf("%s: %d with %d bytes", path, p.Status, len(p.Body))
					}
					return p
				}
				borders := read("/@bourg/borders")
				for _, kind := range []string{"merge", "split"} {
					if has := borders.Has("form[action='/@bourg/borders/" + kind + "']"); has != (kind == c.borders) {
						t.Errorf("its residents can propose to %s: %v", kind, has)
					}
				}
				if text := strings.Join(strings.Fields(borders.Words("main")), ""); !strings.Contains(text, c.households+"foyers") {
					t.Errorf("of %s households: %q", c.households, text)
				}
				for _, path := range []string{
					"/home", "/@bourg", "/@bourg/events", "/@bourg/newcomers", "/@bourg/together", "/g/bourg/news", "/g/bourg/directory", "/g/bourg/print", "/g/bourg/market",
					"/g/bourg/shelf", "/g/bourg/clubs", "/compose?in=" + s.bourg.ID.String(), "/search?q=%C3%A9chelle", "/ask/new?kind=lending&category=tools",
				} {
					read(path)
				}
				if p := s.Browser().Open("/@bourg"); p.Status != http.StatusOK || strings.Contains(p.Words("main"), "Une échelle") {
					t.Errorf("a visitor reads %d: %s", p.Status, p.Words("main"))
				}
				var board map[string]any
				if err := json.Unmarshal([]byte(read("/g/bourg/dashboard.json").Body), &board); err != nil || len(board) == 0 {
					t.Errorf("the dashboard as JSON: %v, %v", board, err)
				}
				if n := s.walk(read, "/@bourg/exchange?purpose=offer", "article", c.open/20+2); n != c.open {
					t.Errorf("the list of offers ends after %d, want %d", n, c.open)
				}
				s.walk(read, "/@bourg/members", ".line, .person", 3)
				d, err := s.Digest.For(t.Context(), s.reader.ID)
				if err != nil || d.Items() == 0 || d.Items() > 100 {
					t.Errorf("the digest has %d items, %v", d.Items(), err)
				}
				if p := read("/digest"); !strings.Contains(p.Words("main"), "Vous êtes à jour") {
					t.Errorf("the digest has no end: %s", p.Words("main"))
				}
			})
		}
	})
}

// walk reads a list to its end, or so many pages of it, and counts what is on it.
func (s *sized) walk(read func(string) *apptest.Page, path, lines string, most int) (n int) {
	s.T.Helper()
	var seen []string
	for range most {
		if slices.Contains(seen, path) {
			s.T.Fatalf("the list leads from %v back to %s", seen, path)
		}
		seen = append(seen, path)
		p := read(path)
		n += p.Find("main " + lines).Length()
		next, ok := p.Find(".pager a[rel=next]").Attr("href")
		if !ok {
			return n
		}
		path = next
	}
	return n
}
