// Package addresses knows where doors are, from files that public offices give
// away, so that nobody has to be asked elsewhere where somebody lives. What is
// typed is looked for and forgotten.
package addresses

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"sync"
	"time"

	"palier/instance"
	"palier/instance/france"
	"palier/instance/store"
)

// Words is the index of streets by their words and those of their commune.
const Words store.Words = "street_words"

// Service keeps addresses and finds them.
type Service struct {
	db     *store.DB
	ids    *instance.IDs
	now    func() time.Time
	sealer cipher.AEAD

	mu    sync.Mutex
	kept  *gazetteer
	until time.Time // when kept is read again
}

// Options are what a [Service] stands on.
type Options struct {
	DB  *store.DB
	IDs *instance.IDs
	Now func() time.Time
}

// New returns a service on o. It asks the database for the key of sealed
// addresses.
func New(ctx context.Context, o Options) (*Service, error) {
	sealer, err := newSealer(ctx, o.DB)
	if err != nil {
		return nil, fmt.Errorf("open addresses: %w", err)
	}
	return &Service{db: o.DB, ids: o.IDs, now: o.Now, sealer: sealer}, nil
}

// columns are those of address a in street s, as scan reads them.
const columns = `a.id, a.number, a.suffix, s.name, s.postal_code, s.insee, s.commune, a.lat, a.lon`

func scan(row store.Row) (instance.Address, error) {
	var a instance.Address
	var lat, lon *float64
	err := row.Scan(&a.ID, &a.Number, &a.Suffix, &a.Street, &a.PostalCode, &a.INSEE, &a.Commune, &lat, &lon)
	a.Point = point(lat, lon)
	return a, err
}

func point(lat, lon *float64) *instance.Point {
	if lat == nil || lon == nil {
		return nil
	}
	return &instance.Point{Latitude: *lat, Longitude: *lon}
}

// ByID returns an address. It returns [instance.ErrNotFound] if there is none.
func (s *Service) ByID(ctx context.Context, id instance.AddressID) (instance.Address, error) {
	a, err := scan(s.db.Read().QueryRow(ctx, `
		SELECT `+columns+`
		  FROM addresses a JOIN streets s ON s.id = a.street_id
		 WHERE a.id = $1`, id))
	if errors.Is(err, store.ErrNoRows) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return a, fmt.Errorf("address by id: %w", err) // not which: it is somebody's
	}
	return a, nil
}

// Count returns how many addresses are kept.
func (s *Service) Count(ctx context.Context) (int, error) {
	var n int
	if err := s.db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM addresses`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count addresses: %w", err)
	}
	return n, nil
}

// mostNumbers is how many numbers of one street are listed.
const mostNumbers = 2000

// Numbers returns the doors of a street in their order. It returns
// [instance.ErrNotFound] for a street nobody knows.
func (s *Service) Numbers(ctx context.Context, street instance.ID) ([]instance.Address, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+columns+`
		  FROM addresses a JOIN streets s ON s.id = a.street_id
		 WHERE a.street_id = $1
		 ORDER BY a.number, a.suffix, a.id
		 LIMIT $2`, street, mostNumbers)
	if err != nil {
		return nil, fmt.Errorf("numbers of street %s: %w", street, err)
	}
	defer rows.Close()
	var list []instance.Address
	for rows.Next() {
		a, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("numbers of street %s: %w", street, err)
		}
		if n := len(list); n > 0 && list[n-1].Number == a.Number && list[n-1].Suffix == a.Suffix {
			continue // in two files under two keys
		}
		list = append(list, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("numbers of street %s: %w", street, err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("numbers of street %s: %w", street, instance.ErrNotFound)
	}
	return list, nil
}

// Communes returns communes by their INSEE codes, as far as they exist.
func (s *Service) Communes(ctx context.Context, codes ...string) (map[string]france.Commune, error) {
	g, err := s.gazetteer(ctx)
	if err != nil {
		return nil, err
	}
	found := map[string]france.Commune{}
	for _, code := range codes {
		if c, ok := g.byCode[code]; ok {
			found[code] = c
		}
	}
	return found, nil
}
