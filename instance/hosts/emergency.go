package hosts

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// Emergency is a time of nights in which a programme asks its hosts each day whether a
// bed is free.
type Emergency struct {
	Area  string       // a code; empty for everywhere
	Until ledger.Night // the first of which nobody is asked any more
}

// MostEmergency is for how many nights hosts are asked at most, until somebody of the
// team says again that it goes on.
const MostEmergency = 14

const (
	// asksFrom is the hour at which hosts are asked, asksUntil the one after which
	// nobody is any more. At four in the afternoon people know their evening, whoever
	// works can still answer before the number for shelter is called, and a host has the
	// time to air a room; at nine in the evening a question would only wake somebody.
	asksFrom, asksUntil = 16, 21
	// morning is when a night is over, as for who looks for a bed in it.
	morning = 6 * time.Hour
)

// thisNight is the night that is, or that comes.
func (s *Service) thisNight() ledger.Night { return ledger.NightOf(s.now().In(s.o.Zone).Add(-morning)) }

// asking tells whether it is the time of the day at which hosts are asked.
func (s *Service) asking() bool {
	hour := s.now().In(s.o.Zone).Hour()
	return hour >= asksFrom && hour < asksUntil
}

// Areas are those in which a programme has homes that are offered, in order, for those
// who keep cases.
func (s *Service) Areas(ctx context.Context, by instance.Account, programme instance.ActorID) ([]string, error) {
	err := keeps(ctx, s.db.Read(), programme, by)
	if err != nil {
		return nil, because(err, "areas of programme %s", programme)
	}
	list, err := areas(ctx, s.db.Read(), programme)
	return list, because(err, "areas of programme %s", programme)
}

func areas(ctx context.Context, tx store.Tx, programme instance.ActorID) ([]string, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT commune FROM housing_listings WHERE programme_id = $1 AND state IN ('available', 'held', 'placed', 'ending')`, programme)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var commune string
		if err := rows.Scan(&commune); err != nil {
			return nil, err
		}
		list = append(list, instance.DepartementOf(commune))
	}
	slices.Sort(list)
	return slices.Compact(list), rows.Err()
}

// AskEachDay has the hosts of a programme who wish it asked each day whether a bed is
// free, in an area or everywhere, for some nights from this one on; what was said for
// that area before ends. It returns an [instance.Invalid] for no night or more than
// [MostEmergency], and for an area in which there is no home, and [instance.ErrConflict]
// for a programme that is frozen or has no mandate.
func (s *Service) AskEachDay(ctx context.Context, by instance.Account, programme instance.ActorID, area string, nights int) error {
	if nights < 1 || nights > MostEmergency {
		return because(&instance.Invalid{Field: "for", Code: "malformed", Limit: MostEmergency}, "ask hosts each day")
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := keeps(ctx, tx, programme, by); err != nil {
			return err
		}
		switch err := open(ctx, tx, programme); {
		case errors.Is(err, instance.ErrNotFound):
			return instance.ErrConflict // frozen, or without a mandate
		case err != nil:
			return err
		}
		known, err := areas(ctx, tx, programme)
		if err != nil {
			return err
		}
		if area != "" && !slices.Contains(known, area) {
			return &instance.Invalid{Field: "area", Code: "unknown"}
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_emergencies (programme_id, area, until_night, by_id, at)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (programme_id, area) DO UPDATE SET until_night = excluded.until_night, by_id = excluded.by_id, at = excluded.at`,
			programme, area, int64(s.thisNight())+int64(nights), by.ID, store.Millis(s.now()))
		if err != nil || !s.asking() {
			return err
		}
		return s.o.Jobs.Enqueue(ctx, tx, AskTonight{Programme: programme})
	})
	return because(err, "ask hosts of programme %s each day", programme)
}

// AskNoMore ends that hosts are asked each day, in an area or, where that is empty, what
// was said for everywhere.
func (s *Service) AskNoMore(ctx context.Context, by instance.Account, programme instance.ActorID, area string) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		if err := keeps(ctx, tx, programme, by); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM housing_emergencies WHERE programme_id = $1 AND area = $2`, programme, area)
		return err
	})
	return because(err, "ask hosts of programme %s no more", programme)
}

// Emergencies are where the hosts of a programme are asked each day now, and until
// when, for those who keep cases.
func (s *Service) Emergencies(ctx context.Context, by instance.Account, programme instance.ActorID) ([]Emergency, error) {
	err := keeps(ctx, s.db.Read(), programme, by)
	if err != nil {
		return nil, because(err, "where hosts of programme %s are asked", programme)
	}
	list, err := s.emergencies(ctx, s.db.Read(), programme)
	return list, because(err, "where hosts of programme %s are asked", programme)
}

func (s *Service) emergencies(ctx context.Context, tx store.Tx, programme instance.ActorID) ([]Emergency, error) {
	rows, err := tx.Query(ctx, `
		SELECT area, until_night FROM housing_emergencies WHERE programme_id = $1 AND until_night > $2 ORDER BY area`, programme, int64(s.thisNight()))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Emergency
	for rows.Next() {
		var e Emergency
		var until int64
		if err := rows.Scan(&e.Area, &until); err != nil {
			return nil, err
		}
		e.Until = ledger.Night(until)
		list = append(list, e)
	}
	return list, rows.Err()
}

// callOut has the hosts of each programme asked that has nights of emergency, at the
// time of the day for it, and forgets what was said for nights that are over.
func (s *Service) callOut(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx store.Tx) error {
		night := int64(s.thisNight())
		if err := s.noteAsked(ctx, tx, night); err != nil {
			return err
		}
		for _, sql := range []string{
			`DELETE FROM housing_free_nights WHERE night < $1`,
			`DELETE FROM housing_emergencies WHERE until_night <= $1`,
		} {
			if _, err := tx.Exec(ctx, sql, night); err != nil {
				return err
			}
		}
		if !s.asking() {
			return nil
		}
		rows, err := tx.Query(ctx, `SELECT DISTINCT programme_id FROM housing_emergencies`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var asks []jobs.Args
		for rows.Next() {
			var a AskTonight
			if err := rows.Scan(&a.Programme); err != nil {
				return err
			}
			asks = append(asks, a)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		return s.o.Jobs.EnqueueAll(ctx, tx, asks)
	})
}

// noteAsked forgets who was asked for nights that are over, and writes of each night into
// the log of its programme how many they were: once, since whoever deletes them counts
// them. Whoever had their file erased in that night is not among them.
func (s *Service) noteAsked(ctx context.Context, tx store.Tx, before int64) error {
	rows, err := tx.Query(ctx, `DELETE FROM housing_host_asks WHERE night < $1 RETURNING programme_id, night`, before)
	if err != nil {
		return err
	}
	defer rows.Close()
	type askedIn struct {
		programme instance.ActorID
		night     ledger.Night
	}
	asked := map[askedIn]int{}
	for rows.Next() {
		var a askedIn
		if err := rows.Scan(&a.programme, &a.night); err != nil {
			return err
		}
		asked[a]++
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	lines := store.Many{Into: "housing_log (id, programme_id, deed, about, at)"}
	for _, a := range slices.SortedFunc(maps.Keys(asked), func(a, b askedIn) int {
		return cmp.Or(cmp.Compare(a.night, b.night), cmp.Compare(a.programme, b.programme))
	}) {
		if err := lines.Add(ctx, tx, s.o.IDs.Next(), a.programme, "hosts-asked", a.night.String()+"/"+strconv.Itoa(asked[a]), store.Millis(s.now())); err != nil {
			return err
		}
	}
	return lines.End(ctx, tx)
}
