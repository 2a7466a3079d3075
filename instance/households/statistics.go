package households

import (
	"context"
	"fmt"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// Statistics are what an authority may know of a programme: numbers of which none
// is below [Fewest], rounded, and none that could be taken from others.
type Statistics struct {
	From, Until time.Time // months, the first day of each
	Offered     Shown     // homes that were offered, by département and month
	Placed      Shown     // stays that began
	Free        Shown     // beds that nobody has tonight, by département
	Nights      int       // that people slept in homes, or Hidden
	Days        int       // the middle of how long a stay is, or Hidden
	Waiting     int       // households that wait now
	Waited      int       // the middle of how many days it took until a home, or Hidden
	Ends        []Ended   // why cases were closed
	BySize      []Waiting // by size of household
	ByLanguage  []Waiting // by first language
}

// Ended counts why cases were closed.
type Ended struct {
	Why   instance.CaseEnd
	Count int
}

// Waiting is for how long those of one kind have waited for a home, so that
// anybody can see whether some wait longer (H17).
type Waiting struct {
	What  string
	Count int
	Days  int // the middle
}

// MaxMonths is over how many months is counted.
const MaxMonths = 12

// AreaOf returns the département of a commune, empty where nobody knows it.
type AreaOf func(commune string) string

// Statistics counts for the whole team, readers among them, who see nothing else.
// area names the département of a commune.
func (s *Service) Statistics(ctx context.Context, by instance.Account, programme instance.ActorID, area AreaOf) (Statistics, error) {
	var x Statistics
	if _, err := role(ctx, s.DB.Read(), programme, by.ID); err != nil {
		return x, because(err, "statistics of programme %s", programme)
	}
	now := s.Now().In(s.Zone)
	x.Until = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	x.From = x.Until.AddDate(0, -MaxMonths, 0)
	homes, err := s.offeredByMonth(ctx, programme, x.From, area)
	if err == nil {
		x.Offered = Suppress(tabled(homes, x.From))
		err = s.stays(ctx, programme, &x, area)
	}
	if err == nil {
		x.Free, err = s.freeTonight(ctx, programme, area)
	}
	if err == nil {
		err = s.ends(ctx, programme, &x)
	}
	if err == nil {
		err = s.waiting(ctx, programme, &x)
	}
	return x, because(err, "statistics of programme %s", programme)
}

// seen is something that happened in a département in a month.
type seen struct {
	area  string
	month time.Time
}

// tabled counts what happened by département and month.
func tabled(list []seen, from time.Time) Table {
	t := Table{}
	for i := range MaxMonths {
		t.Columns = append(t.Columns, from.AddDate(0, i, 0).Format("2006-01"))
	}
	for _, x := range list {
		if !slices.Contains(t.Rows, x.area) {
			t.Rows = append(t.Rows, x.area)
		}
	}
	slices.Sort(t.Rows)
	t.Counts = make([][]int, len(t.Rows))
	for i := range t.Counts {
		t.Counts[i] = make([]int, MaxMonths)
	}
	for _, x := range list {
		i, j := slices.Index(t.Rows, x.area), slices.Index(t.Columns, x.month.Format("2006-01"))
		if j >= 0 {
			t.Counts[i][j]++
		}
	}
	return t
}

func (s *Service) offeredByMonth(ctx context.Context, programme instance.ActorID, from time.Time, area AreaOf) ([]seen, error) {
	rows, err := s.DB.Read().Query(ctx, `
		SELECT commune, vetted_at FROM housing_listings WHERE programme_id = $1 AND vetted_at >= $2`, programme, store.Millis(from))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []seen
	for rows.Next() {
		var commune string
		var at int64
		if err := rows.Scan(&commune, &at); err != nil {
			return nil, err
		}
		list = append(list, seen{area(commune), store.Time(at).In(s.Zone)})
	}
	return list, rows.Err()
}

// freeTonight counts the beds of our homes that are offered and that nobody has
// tonight: none in an entire home where somebody has one. What is told follows the
// same rules as what happened: none below [Fewest], rounded, and none that the others
// would tell.
func (s *Service) freeTonight(ctx context.Context, programme instance.ActorID, area AreaOf) (Shown, error) {
	tonight := s.nights().SQL("l.commune")
	rows, err := s.DB.Read().Query(ctx, `
		SELECT commune, CASE WHEN category = 'entire-place' AND taken > 0 THEN 0 ELSE places - taken END
		  FROM (SELECT l.commune, l.category, l.places, (SELECT COUNT(*) FROM housing_nights n WHERE n.listing_id = l.id AND n.night = `+tonight+`) AS taken
		          FROM housing_listings l
		         WHERE l.programme_id = $1 AND l.state IN ('available', 'held', 'placed', 'ending') AND l.from_night <= `+tonight+` AND l.until_night > `+tonight+`) homes`, programme)
	if err != nil {
		return Shown{}, err
	}
	defer rows.Close()
	free := map[string]int{}
	for rows.Next() {
		var commune string
		var beds int
		if err := rows.Scan(&commune, &beds); err != nil {
			return Shown{}, err
		}
		free[area(commune)] += max(0, beds)
	}
	t := Table{Columns: []string{ledger.NightOf(s.Now().In(s.Zone)).String()}}
	for name := range free {
		t.Rows = append(t.Rows, name)
	}
	slices.Sort(t.Rows)
	for _, name := range t.Rows {
		t.Counts = append(t.Counts, []int{free[name]})
	}
	return Suppress(t), rows.Err()
}

// stays counts those that began, in our own homes: of a partner's home the
// partner tells.
func (s *Service) stays(ctx context.Context, programme instance.ActorID, x *Statistics, area AreaOf) error {
	rows, err := s.DB.Read().Query(ctx, `
		SELECT h.from_night, h.until_night, l.commune, `+s.nights().SQL("h.area")+`
		  FROM housing_case_holds k
		  JOIN housing_holds h ON h.id = k.hold_id
		  LEFT JOIN housing_listings l ON l.uri = h.home AND l.programme_id = h.programme_id
		 WHERE h.programme_id = $1 AND h.state IN ('placed', 'ended') AND h.from_night >= $2`, programme, int64(ledger.NightOf(x.From)))
	if err != nil {
		return err
	}
	defer rows.Close()
	var placed []seen
	var lengths []int
	nights := 0
	for rows.Next() {
		var from, until int64
		var commune *string
		var tonight ledger.Night
		if err := rows.Scan(&from, &until, &commune, &tonight); err != nil {
			return err
		}
		at := seen{area: "", month: ledger.Night(from).Date()}
		if commune != nil {
			at.area = area(*commune)
		}
		placed = append(placed, at)
		lengths = append(lengths, int(until-from))
		nights += max(0, int(min(ledger.Night(until), tonight)-ledger.Night(from)))
	}
	x.Placed = Suppress(tabled(placed, x.From))
	x.Nights, x.Days = Hidden, Hidden
	if len(placed) >= Fewest {
		x.Nights, x.Days = Count(nights), middle(lengths)
	}
	return rows.Err()
}

// middle is the middle of some numbers, rounded; Hidden of fewer than [Fewest].
func middle(list []int) int {
	if len(list) < Fewest {
		return Hidden
	}
	slices.Sort(list)
	return (list[len(list)/2] + Rounded/2) / Rounded * Rounded
}

func (s *Service) ends(ctx context.Context, programme instance.ActorID, x *Statistics) error {
	rows, err := s.DB.Read().Query(ctx, `
		SELECT why, COUNT(*) FROM housing_cases WHERE programme_id = $1 AND stage = 'closed' AND stage_since >= $2 GROUP BY why`,
		programme, store.Millis(x.From))
	if err != nil {
		return err
	}
	defer rows.Close()
	counts := make([]int, len(instance.CaseEnds))
	for rows.Next() {
		var why string
		var n int
		if err := rows.Scan(&why, &n); err != nil {
			return err
		}
		if i := slices.Index(instance.CaseEnds, instance.CaseEnd(why)); i >= 0 {
			counts[i] = n
		}
	}
	told := Suppress(Table{Rows: []string{""}, Columns: make([]string, len(counts)), Counts: [][]int{counts}})
	for i, why := range instance.CaseEnds {
		x.Ends = append(x.Ends, Ended{why, told.Cells[0][i]})
	}
	return rows.Err()
}

// mostFiles is how many files are opened for one count.
const mostFiles = 2000

// waiting opens the files of those who wait, counts by size and language, and
// keeps nothing of them. It is told in groups of at least [Fewest] or not at all.
func (s *Service) waiting(ctx context.Context, programme instance.ActorID, x *Statistics) error {
	keys, err := s.Vault.Keys(ctx, s.DB.Read(), programme)
	if err != nil {
		return err
	}
	rows, err := s.DB.Read().Query(ctx, `
		SELECT id, file, opened_at
		  FROM housing_cases
		 WHERE programme_id = $1 AND stage IN ('intake', 'vetting', 'proposal', 'meeting', 'agreement') AND erased_at IS NULL
		 ORDER BY id
		 LIMIT $2`, programme, mostFiles)
	if err != nil {
		return err
	}
	defer rows.Close()
	var all []int
	sizes, languages := map[string][]int{}, map[string][]int{}
	for rows.Next() {
		var id instance.CaseID
		var sealed []byte
		var opened int64
		if err := rows.Scan(&id, &sealed, &opened); err != nil {
			return err
		}
		var f File
		if err := keys.OpenJSON(kindCase, id, sealed, &f); err != nil {
			return fmt.Errorf("count case %s: %w", id, err)
		}
		days := int(s.Now().Sub(store.Time(opened)).Hours() / 24)
		size := sizeOf(f.Household)
		all, sizes[size] = append(all, days), append(sizes[size], days)
		if len(f.Household.Languages) > 0 {
			languages[f.Household.Languages[0]] = append(languages[f.Household.Languages[0]], days)
		}
	}
	x.Waiting, x.Waited = Count(len(all)), middle(all)
	x.BySize, x.ByLanguage = grouped(sizes), grouped(languages)
	return rows.Err()
}

// Sizes are the sizes of households as they are counted.
var Sizes = []string{"one", "two", "three-four", "five-more"}

func sizeOf(h instance.Household) string {
	switch n := len(h.Members); {
	case n <= 1:
		return "one"
	case n == 2:
		return "two"
	case n <= 4:
		return "three-four"
	}
	return "five-more"
}

// grouped tells of groups so that none can be taken from the sum of all.
func grouped(by map[string][]int) []Waiting {
	var names []string
	for name := range by {
		names = append(names, name)
	}
	slices.Sort(names)
	t := Table{Rows: []string{""}, Columns: names, Counts: [][]int{make([]int, len(names))}}
	for i, name := range names {
		t.Counts[0][i] = len(by[name])
	}
	told := Suppress(t)
	var list []Waiting
	for i, name := range names {
		w := Waiting{What: name, Count: told.Cells[0][i], Days: Hidden}
		if w.Count != Hidden {
			w.Days = middle(by[name])
		}
		list = append(list, w)
	}
	return list
}
