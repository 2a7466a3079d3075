package web

import (
	"net/http"
	"time"

	"palier/instance"
	"palier/instance/web/view"
)

// warnings are what is warned of where a place lies; may tells that the one who
// reads can plan a campaign there, for which each has the form that is filled in.
func (s *Server) warnings(r *http.Request, a instance.Actor, may bool) ([]view.Warning, error) {
	list, err := s.Weather.At(r.Context(), a.ID)
	if err != nil {
		return nil, err
	}
	var shown []view.Warning
	for _, w := range list {
		v := view.Warning{Phenomenon: w.Phenomenon, Level: w.Level.String(), Starts: w.Starts.In(s.Zone), Ends: w.Ends.In(s.Zone), Source: w.Source, Going: !w.Starts.After(s.Now())}
		if may {
			v.Plan = "/g/" + a.Username + "/campaigns/new?template=" + w.Template() + "&warning=" + w.Phenomenon
		}
		shown = append(shown, v)
	}
	return shown, nil
}

// campaignFor fills in the fields of a campaign from the warning that the address
// names, if it holds in the place: it says what is warned of and whose word that
// is, and lasts at least as long.
func (s *Server) campaignFor(r *http.Request, a instance.Actor, written view.CampaignWriting) (view.CampaignWriting, error) {
	named := r.URL.Query().Get("warning")
	if named == "" {
		return written, nil
	}
	list, err := s.Weather.At(r.Context(), a.ID)
	if err != nil {
		return written, err
	}
	l := visitOf(r).language
	for _, w := range list {
		if w.Phenomenon != named {
			continue
		}
		title := l.Say("weather."+w.Level.String(), "What", l.Say("weather.what."+w.Phenomenon))
		if written.Name == "" {
			written.Name = title
		}
		said := title + ". " + l.Say("weather.said", "Department", w.Department, "Day", l.Date(s.Now().In(s.Zone), w.Ends.In(s.Zone)), "Source", w.Source) + " " + l.Say("weather.do."+w.Phenomenon)
		if written.Text != "" {
			said += "\n\n" + written.Text
		}
		written.Text = said
		if starts := w.Starts.In(s.Zone); starts.After(s.Now()) {
			written.Starts = starts.Format(time.DateOnly)
		}
		written.Ends = max(written.Ends, w.Ends.In(s.Zone).Format(time.DateOnly))
		return written, nil
	}
	return written, nil
}
