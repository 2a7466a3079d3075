package web

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

func (s *Server) statistics(r *http.Request) (households.Statistics, view.CaseProgramme, error) {
	id, err := actorID(r)
	if err != nil {
		return households.Statistics{}, view.CaseProgramme{}, err
	}
	p, err := s.caseProgramme(r, id)
	if err != nil {
		return households.Statistics{}, p, err
	}
	x, err := s.Households.Statistics(r.Context(), *me(r), id, instance.DepartementOf)
	return x, p, err
}

// getStatistics are the numbers that may be told, with how they are counted.
func (s *Server) getStatistics(w http.ResponseWriter, r *http.Request) error {
	x, programme, err := s.statistics(r)
	if err != nil {
		return err
	}
	p := pages.CaseStatistics{
		Programme: programme, From: x.From, Until: x.Until, Nights: x.Nights, Days: x.Days, Waiting: x.Waiting, Waited: x.Waited,
		Fewest: households.Fewest, Rounded: households.Rounded,
		Tables: []view.StatisticsTable{tableView("offered", x.Offered), tableView("placed", x.Placed)},
	}
	for i, name := range x.Free.Rows {
		p.Free = append(p.Free, view.StatisticsRow{Name: name, Cells: x.Free.Cells[i][:1]})
	}
	p.FreeInAll = households.Hidden
	if n := len(x.Free.Cells); n > 0 {
		p.FreeInAll = x.Free.Cells[n-1][0]
	}
	for _, e := range x.Ends {
		p.Ends = append(p.Ends, view.StatisticsRow{Name: string(e.Why), Cells: []int{e.Count}})
	}
	for _, g := range x.BySize {
		p.BySize = append(p.BySize, view.StatisticsRow{Name: g.What, Cells: []int{g.Count, g.Days}})
	}
	for _, g := range x.ByLanguage {
		p.ByLanguage = append(p.ByLanguage, view.StatisticsRow{Name: g.What, Cells: []int{g.Count, g.Days}})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func tableView(name string, t households.Shown) view.StatisticsTable {
	v := view.StatisticsTable{Name: name, Columns: t.Columns}
	for i, row := range t.Rows {
		v.Rows = append(v.Rows, view.StatisticsRow{Name: row, Cells: t.Cells[i]})
	}
	return v
}

// told is a count in a file: empty where it is not told.
func told(n int) string {
	if n == households.Hidden {
		return ""
	}
	return strconv.Itoa(n)
}

// getStatisticsCSV is the same as a table for programs. An empty count is one that
// is not told.
func (s *Server) getStatisticsCSV(w http.ResponseWriter, r *http.Request) error {
	x, _, err := s.statistics(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="statistics.csv"`)
	c := csv.NewWriter(w)
	lines := [][]string{{"what", "area", "month", "count", "days"}}
	for _, t := range []struct {
		name string
		of   households.Shown
	}{{"offered", x.Offered}, {"placed", x.Placed}, {"free", x.Free}} {
		for i, area := range t.of.Rows {
			for j, month := range t.of.Columns {
				lines = append(lines, []string{t.name, area, month, told(t.of.Cells[i][j]), ""})
			}
		}
	}
	for _, e := range x.Ends {
		lines = append(lines, []string{"ended", "", string(e.Why), told(e.Count), ""})
	}
	lines = append(lines, []string{"nights", "", "", told(x.Nights), ""}, []string{"stay", "", "", "", told(x.Days)}, []string{"waiting", "", "", told(x.Waiting), told(x.Waited)})
	for _, g := range append(append([]households.Waiting(nil), x.BySize...), x.ByLanguage...) {
		lines = append(lines, []string{"waiting", "", g.What, told(g.Count), told(g.Days)})
	}
	return c.WriteAll(lines)
}

// getStatisticsJSON is the same as JSON: null is a count that is not told.
func (s *Server) getStatisticsJSON(w http.ResponseWriter, r *http.Request) error {
	x, _, err := s.statistics(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(statisticsJSON(x))
}

type countJSON struct {
	Area  string `json:"area,omitempty"`
	Month string `json:"month,omitempty"`
	What  string `json:"what,omitempty"`
	Count *int   `json:"count"`
	Days  *int   `json:"days,omitempty"`
}

func statisticsJSON(x households.Statistics) any {
	n := func(i int) *int {
		if i == households.Hidden {
			return nil
		}
		return &i
	}
	table := func(t households.Shown) []countJSON {
		list := []countJSON{}
		for i, area := range t.Rows {
			for j, month := range t.Columns {
				list = append(list, countJSON{Area: area, Month: month, Count: n(t.Cells[i][j])})
			}
		}
		return list
	}
	groups := func(all []households.Waiting) []countJSON {
		list := []countJSON{}
		for _, g := range all {
			list = append(list, countJSON{What: g.What, Count: n(g.Count), Days: n(g.Days)})
		}
		return list
	}
	ends := []countJSON{}
	for _, e := range x.Ends {
		ends = append(ends, countJSON{What: string(e.Why), Count: n(e.Count)})
	}
	return map[string]any{
		"from": x.From.Format("2006-01"), "until": x.Until.Format("2006-01"), "fewest": households.Fewest, "rounded": households.Rounded,
		"offered": table(x.Offered), "placed": table(x.Placed), "free": table(x.Free), "ended": ends, "nights": n(x.Nights), "days": n(x.Days),
		"waiting": n(x.Waiting), "waited": n(x.Waited), "by_size": groups(x.BySize), "by_language": groups(x.ByLanguage),
	}
}
