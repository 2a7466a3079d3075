package weather

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/sheets"
)

// MaxFile is how many bytes of a file are read: all of France is well below it.
const MaxFile = 8 << 20

// Bulletin is what a file says.
type Bulletin struct {
	Updated     time.Time
	Departments []string // of which it speaks, each once
	Warnings    []instance.Warning
}

// Holds tells whether the beginning of a file is that of warnings in JSON.
func Holds(head []byte) bool { return bytes.Contains(head, []byte(`"phenomenon_items"`)) }

// Reads tells whether a table is one of warnings.
func Reads(t *sheets.Sheet) bool {
	return t.Has("domain_id") && t.Has("phenomenon_id") && t.Has("color_id") && t.Has("begin_time") && t.Has("end_time")
}

// document is the map of warnings of Météo-France ("cartevigilance"), as far as it
// is read. Other fields are left alone.
type document struct {
	Product struct {
		UpdateTime string   `json:"update_time"`
		Periods    []period `json:"periods"`
	} `json:"product"`
}

type period struct {
	Begins   string `json:"begin_validity_time"`
	Ends     string `json:"end_validity_time"`
	Timelaps struct {
		Domains []domain `json:"domain_ids"`
	} `json:"timelaps"`
}

type domain struct {
	ID    string `json:"domain_id"`
	Items []struct {
		Phenomenon number `json:"phenomenon_id"`
		Color      number `json:"phenomenon_max_color_id"`
		Spans      []struct {
			Begins string `json:"begin_time"`
			Ends   string `json:"end_time"`
			Color  number `json:"color_id"`
		} `json:"timelaps_items"`
	} `json:"phenomenon_items"`
}

// number is a number that some files write as text.
type number int

// UnmarshalJSON reads a number or the text of one; anything else is 0, which is no
// phenomenon and no level.
func (n *number) UnmarshalJSON(b []byte) error {
	i, err := strconv.Atoi(strings.Trim(string(b), `"`))
	if err == nil {
		*n = number(i)
	}
	return nil
}

// department is the form of a department; coasts, which have four characters, are
// none: what is for the shore is not for the whole department.
var department = regexp.MustCompile(`^(0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-6])$`)

// Read reads a file of warnings in JSON. A file that says nothing of any
// department is an error.
func Read(r io.Reader) (Bulletin, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return Bulletin{}, err
	}
	if len(raw) > MaxFile {
		return Bulletin{}, errors.New("the file is too large for warnings")
	}
	var d document
	if err := json.Unmarshal(raw, &d); err != nil {
		return Bulletin{}, fmt.Errorf("the file is no JSON of warnings: %w", err)
	}
	g := gathering{}
	for _, p := range d.Product.Periods {
		for _, x := range p.Timelaps.Domains {
			id := strings.ToUpper(x.ID)
			if !department.MatchString(id) {
				continue
			}
			g.speaks(id)
			for _, item := range x.Items {
				if len(item.Spans) == 0 {
					g.add(id, item.Phenomenon, item.Color, p.Begins, p.Ends)
				}
				for _, span := range item.Spans {
					g.add(id, item.Phenomenon, span.Color, cmp.Or(span.Begins, p.Begins), cmp.Or(span.Ends, p.Ends))
				}
			}
		}
	}
	return g.bulletin(d.Product.UpdateTime)
}

// ReadSheet reads a table of warnings, a line for each department, phenomenon and
// span of time.
func ReadSheet(t *sheets.Sheet) (Bulletin, error) {
	g, updated := gathering{}, ""
	for t.Next() {
		id := strings.ToUpper(t.Get("domain_id"))
		if !department.MatchString(id) {
			t.Refuse("no department")
			continue
		}
		g.speaks(id)
		updated = max(updated, t.Get("product_datetime", "update_time"))
		phenomenon, _ := strconv.Atoi(t.Get("phenomenon_id")) // 0 is none
		color, _ := strconv.Atoi(t.Get("color_id"))
		g.add(id, number(phenomenon), number(color), t.Get("begin_time"), t.Get("end_time"))
	}
	if err := t.Err(); err != nil {
		return Bulletin{}, err
	}
	return g.bulletin(updated)
}

// gathering puts spans of time together, by department and phenomenon.
type gathering map[key]instance.Warning

// speaks notes that a department is spoken of: whatever was known is over.
func (g gathering) speaks(department string) { g[key{department, ""}] = instance.Warning{} }

// add takes a span in; of several of one phenomenon the worst level stands, from
// the first to the last of those from yellow on.
func (g gathering) add(department string, phenomenon, color number, begins, ends string) {
	if phenomenon < 1 || int(phenomenon) > len(instance.Phenomena) || color < number(instance.WarningYellow) || color > number(instance.WarningRed) {
		return
	}
	from, err := time.Parse(time.RFC3339, begins)
	if err != nil {
		return
	}
	until, err := time.Parse(time.RFC3339, ends)
	if err != nil || !until.After(from) {
		return
	}
	k := key{department, instance.Phenomena[phenomenon-1]}
	w, known := g[k]
	if !known {
		w = instance.Warning{Department: department, Phenomenon: k.phenomenon, Starts: from, Ends: until}
	}
	w.Level = max(w.Level, instance.WarningLevel(color))
	if from.Before(w.Starts) {
		w.Starts = from
	}
	if until.After(w.Ends) {
		w.Ends = until
	}
	g[k] = w
}

func (g gathering) bulletin(updated string) (Bulletin, error) {
	var b Bulletin
	var err error
	if b.Updated, err = time.Parse(time.RFC3339, updated); err != nil {
		return b, errors.New("the file does not say when it was made (update_time)")
	}
	for k, w := range g {
		if k.phenomenon == "" {
			b.Departments = append(b.Departments, k.department)
		} else {
			b.Warnings = append(b.Warnings, w)
		}
	}
	if len(b.Departments) == 0 {
		return b, errors.New("the file says nothing of any department")
	}
	slices.Sort(b.Departments)
	slices.SortFunc(b.Warnings, func(x, y instance.Warning) int {
		return cmp.Or(cmp.Compare(x.Department, y.Department), cmp.Compare(x.Phenomenon, y.Phenomenon))
	})
	return b, nil
}
