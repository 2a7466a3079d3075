package housing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// Share is the job that tells partners what a home is now, or that it is taken
// back.
type Share struct {
	Listing instance.ListingID `json:"listing"`
}

// Kind names the job.
func (Share) Kind() string { return "housing_share" }

func (s *Service) share(ctx context.Context, j Share) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		l, err := listing(ctx, tx, j.Listing)
		if err != nil {
			return err
		}
		partners, err := agreed(ctx, tx, l.Programme)
		if err != nil || len(partners) == 0 {
			return err
		}
		from, err := actors.ByID(ctx, tx, l.Programme)
		if err != nil {
			return err
		}
		w, err := s.word(ctx, tx, l, from)
		if err != nil {
			return err
		}
		for _, w.To = range partners {
			if err := s.wire.Tell(ctx, tx, w); err != nil {
				return err
			}
		}
		return nil
	})
	return because(err, "tell partners of home %s", j.Listing)
}

// word is what partners are told of a home now. What they did not hear of before
// is as good told as changed.
func (s *Service) word(ctx context.Context, tx store.Tx, l instance.Listing, from instance.Actor) (Word, error) {
	off, err := s.offFor(ctx, tx, CutSearch, l)
	if err != nil || off || !l.State.Shown() || !l.MovedAt.IsZero() {
		return Word{Kind: TakenBack, From: from, URI: l.URI}, err
	}
	stopped, err := frozen(ctx, tx, l.Programme, l.URI)
	if err != nil || stopped {
		return Word{Kind: TakenBack, From: from, URI: l.URI}, err
	}
	fit, err := s.fit(ctx, tx, l.ID)
	if err != nil {
		return Word{}, err
	}
	if !fit && (l.State == instance.ListingAvailable || l.State == instance.ListingEnding) {
		return Word{Kind: TakenBack, From: from, URI: l.URI}, nil
	}
	home, err := s.homeOf(ctx, tx, l, from.URI)
	return Word{Kind: Changed, From: from, URI: l.URI, Home: &home}, err
}

// homeOf is a home as it is told, with the beds that are free in some night.
func (s *Service) homeOf(ctx context.Context, tx store.Tx, l instance.Listing, group string) (vocab.Home, error) {
	var taken int
	from := max(l.Stay.From, s.tonight(l.Commune))
	err := tx.QueryRow(ctx, `SELECT `+takenInAll("CAST($2 AS BIGINT)", "l.until_night")+` FROM housing_listings l WHERE l.id = $1`, l.ID, int64(from)).Scan(&taken)
	if err != nil {
		return vocab.Home{}, err
	}
	fit, err := s.fit(ctx, tx, l.ID)
	if err != nil {
		return vocab.Home{}, err
	}
	limit, ok, err := s.limitOf(ctx, tx, l.ID)
	if err != nil {
		return vocab.Home{}, err
	}
	switch {
	case !fit:
		taken = l.Places // nobody may move in
	case ok:
		taken = max(taken, l.Places-limit.Places+taken)
		if !limit.Children {
			l.Children = 0
		}
	}
	return s.told(l, group, max(0, l.Places-taken))
}

func (s *Service) document(ctx context.Context, tx store.Tx, l instance.Listing) ([]byte, error) {
	from, err := actors.ByID(ctx, tx, l.Programme)
	if err != nil {
		return nil, err
	}
	home, err := s.homeOf(ctx, tx, l, from.URI)
	if err != nil {
		return nil, err
	}
	return vocab.EncodeHome(home)
}

// ShareAll is the job that tells one partner of all homes there are, or takes
// them all back.
type ShareAll struct {
	Programme instance.ActorID `json:"programme"`
	Partner   instance.ActorID `json:"partner"`
	Back      bool             `json:"back,omitempty"`
}

// Kind names the job.
func (ShareAll) Kind() string { return "housing_share_all" }

func (s *Service) shareAll(ctx context.Context, j ShareAll) error {
	ids, err := s.idsOf(ctx, `
		SELECT id FROM housing_listings
		 WHERE programme_id = $1 AND state IN ('available', 'held', 'placed', 'ending')
		 ORDER BY id`, j.Programme)
	if err != nil {
		return because(err, "homes of programme %s", j.Programme)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		both, err := actors.ByIDs(ctx, tx, []instance.ActorID{j.Programme, j.Partner})
		if err != nil {
			return err
		}
		may, err := maySee(ctx, tx, j.Programme, j.Partner)
		if err != nil || may == j.Back {
			return err // a person has decided otherwise since
		}
		for _, id := range ids {
			if err := s.shareOne(ctx, tx, id, both[j.Programme], both[j.Partner], j.Back); err != nil {
				return err
			}
		}
		return nil
	})
	return because(err, "tell %s of homes of programme %s", j.Partner, j.Programme)
}

func (s *Service) shareOne(ctx context.Context, tx store.Tx, id instance.ListingID, from, to instance.Actor, back bool) error {
	l, err := listing(ctx, tx, id)
	if err != nil || !l.State.Shown() {
		return err
	}
	w := Word{Kind: TakenBack, From: from, URI: l.URI}
	if !back {
		if w, err = s.word(ctx, tx, l, from); err != nil {
			return err
		}
		if w.Kind == Changed {
			w.Kind = Offered
		}
	}
	w.To = to
	return s.wire.Tell(ctx, tx, w)
}

func maySee(ctx context.Context, tx store.Tx, programme, partner instance.ActorID) (bool, error) {
	var may bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_partners WHERE programme_id = $1 AND partner_id = $2 AND sees_ours = 'agreed')`,
		programme, partner).Scan(&may)
	return may, err
}

// ToldIn keeps what a partner tells of one of its homes, for those of our
// programmes that it agreed to show them to. From anyone else it returns
// [instance.ErrForbidden], and for a document that tells too much
// [instance.ErrInvalid]: neither is kept.
func (s *Service) ToldIn(ctx context.Context, tx store.Tx, from instance.Actor, o *as2.Object) error {
	home, err := vocab.ReadHome(o)
	if err != nil {
		return fmt.Errorf("home of %s: %w: %w", from.URI, &instance.Invalid{Field: "home", Code: "malformed"}, err)
	}
	if home.Group != from.URI {
		return fmt.Errorf("home of %s: %w", home.Group, instance.ErrForbidden)
	}
	programmes, err := seeing(ctx, tx, from.ID)
	if err != nil {
		return because(err, "home of %s", from.URI)
	}
	if len(programmes) == 0 {
		return errUnseen
	}
	document, err := vocab.EncodeHome(home) // only what may be told, whatever came
	if err != nil {
		return because(err, "home of %s", from.URI)
	}
	for _, p := range programmes {
		if err := s.keepHome(ctx, tx, p, from.ID, home, string(document)); err != nil {
			return because(err, "home %s", home.ID)
		}
	}
	return nil
}

func (s *Service) keepHome(ctx context.Context, tx store.Tx, programme, partner instance.ActorID, h vocab.Home, document string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO housing_homes (id, programme_id, partner_id, uri, status, territory, starts_at, ends_at, places, free, document, updated_at, heard_at,
			area, place, category, bedrooms, adults, children, pets, smoking, languages, features, has, company)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
		ON CONFLICT (programme_id, uri) DO UPDATE
		   SET status = excluded.status, territory = excluded.territory, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
		       places = excluded.places, free = excluded.free, document = excluded.document, updated_at = excluded.updated_at, heard_at = excluded.heard_at,
		       area = excluded.area, place = excluded.place, category = excluded.category, bedrooms = excluded.bedrooms, adults = excluded.adults,
		       children = excluded.children, pets = excluded.pets, smoking = excluded.smoking, languages = excluded.languages, features = excluded.features,
		       has = excluded.has, company = excluded.company
		 WHERE housing_homes.partner_id = excluded.partner_id AND housing_homes.updated_at <= excluded.updated_at`,
		s.ids.Next(), programme, partner, h.ID, string(h.Status), string(h.Area.Territory), store.Millis(h.Starts), store.Millis(h.Ends),
		h.Places, h.Free, document, store.Millis(h.Updated), store.Millis(s.now()), AreaOf(h.Area), h.Area.Name, string(h.Category), h.Bedrooms, h.Adults,
		h.Children, h.Pets, string(h.Smoking), strings.Join(h.Languages, " "), features(h.Features), has(h.Features), string(h.Company))
	if err != nil {
		return err
	}
	return s.lookIfOurs(ctx, tx, programme, h.ID)
}

// lookIfOurs has our copy of the ledger of a partner's home brought up to date where
// something of a programme's is or was held there.
func (s *Service) lookIfOurs(ctx context.Context, tx store.Tx, programme instance.ActorID, home string) error {
	var ours bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_holds WHERE programme_id = $1 AND home = $2
		                AND state IN ('sending', 'unanswered', 'waiting', 'held', 'agreed', 'placed', 'lapsed'))`, programme, home).Scan(&ours)
	if err != nil || !ours {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, Look{programme, home}, jobs.Unique(programme.String()+" "+home))
}

// seeing returns our programmes that a partner agreed to show its homes to.
func seeing(ctx context.Context, tx store.Tx, partner instance.ActorID) ([]instance.ActorID, error) {
	rows, err := tx.Query(ctx, `
		SELECT programme_id FROM housing_partners WHERE partner_id = $1 AND we_see = 'agreed' ORDER BY programme_id`, partner)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// TakenBackIn forgets a home that its association takes back, and tells whether
// there was one.
func (s *Service) TakenBackIn(ctx context.Context, tx store.Tx, from instance.Actor, uri string) (bool, error) {
	rows, err := tx.Query(ctx, `DELETE FROM housing_homes WHERE partner_id = $1 AND uri = $2 RETURNING programme_id`, from.ID, uri)
	if err != nil {
		return false, because(err, "home %s is taken back", uri)
	}
	ids, err := scanIDs(rows)
	for _, id := range ids {
		if err == nil {
			err = s.lookIfOurs(ctx, tx, instance.ActorID(id), uri)
		}
		if err == nil {
			err = s.tellTaken(ctx, tx, instance.ActorID(id), uri)
		}
	}
	return len(ids) > 0, because(err, "home %s is taken back", uri)
}

// kept is how long a home of a partner is kept after it ended (protocol.md
// §4.2).
const kept = 7 * 24 * time.Hour

// purge forgets homes of partners that ended.
func (s *Service) purge(ctx context.Context) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM housing_homes WHERE ends_at < $1`, store.Millis(s.now().Add(-kept)))
		return err
	})
	return because(err, "homes that ended")
}

// Seen is a home of a partner, and when it was last told of.
type Seen struct {
	vocab.Home
	Partner instance.ActorID
	HeardAt time.Time
}

// Homes returns the homes of partners that a programme sees, those that were
// told last first, to those of its team; those before an id, 0 begins.
func (s *Service) Homes(ctx context.Context, by instance.Account, programme instance.ActorID, limit int) ([]Seen, error) {
	if _, err := role(ctx, s.db.Read(), programme, by.ID); err != nil {
		return nil, because(err, "homes that programme %s sees", programme)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT partner_id, document, heard_at
		  FROM housing_homes
		 WHERE programme_id = $1
		 ORDER BY heard_at DESC, id DESC
		 LIMIT $2`, programme, limit)
	if err != nil {
		return nil, because(err, "homes that programme %s sees", programme)
	}
	defer rows.Close()
	var list []Seen
	for rows.Next() {
		var x Seen
		var document string
		var heard int64
		if err := rows.Scan(&x.Partner, &document, &heard); err != nil {
			return nil, because(err, "homes that programme %s sees", programme)
		}
		o, err := as2.Parse([]byte(document))
		if err == nil {
			x.Home, err = vocab.ReadHome(o)
		}
		if err != nil {
			return nil, because(err, "a home that was kept")
		}
		x.HeardAt = store.Time(heard)
		list = append(list, x)
	}
	return list, because(errors.Join(rows.Err()), "homes that programme %s sees", programme)
}
