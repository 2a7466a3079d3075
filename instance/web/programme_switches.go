package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/protocol/vocab"
)

// getCuts shows what is switched off in a programme.
func (s *Server) getCuts(w http.ResponseWriter, r *http.Request) error {
	return s.showCuts(w, r, http.StatusOK, pages.ProgrammeCuts{})
}

// getAllCuts shows an administrator what is switched off on the whole server.
func (s *Server) getAllCuts(w http.ResponseWriter, r *http.Request) error {
	return s.showCuts(w, r, http.StatusOK, pages.ProgrammeCuts{})
}

func (s *Server) showCuts(w http.ResponseWriter, r *http.Request, status int, p pages.ProgrammeCuts) error {
	var id instance.ActorID
	var err error
	section := ""
	if p.All = chi.URLParam(r, "id") == ""; p.All {
		section = "mandates"
	} else if p.ProgrammeHead, id, err = s.programme(r, "switches"); err != nil {
		return err
	}
	const shown = 50
	list, err := s.Housing.Cuts(r.Context(), *me(r), id, shown)
	if err != nil {
		return err
	}
	for _, c := range list {
		v := view.Cut{
			ID: c.ID.String(), Areas: strings.Join(c.Areas, ", "), Category: string(c.Category), Reason: c.Reason, Own: c.Programme == id, At: s.local(c.At), Ended: s.local(c.EndedAt),
		}
		for _, f := range c.Functions {
			v.Functions = append(v.Functions, string(f))
		}
		p.Cuts = append(p.Cuts, v)
	}
	p.Action = r.URL.Path
	if p.Frame, err = s.frame(w, r, section); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// switchFunctions switches functions off in one act, or ends such an act.
func (s *Server) switchFunctions(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	var id instance.ActorID
	if chi.URLParam(r, "id") != "" {
		var err error
		if _, id, err = s.programme(r, "switches"); err != nil {
			return err
		}
	}
	f := r.PostForm
	if f.Get("deed") == "on" {
		cut, err := instance.ParseID(f.Get("cut"))
		if err == nil {
			err = s.Housing.SwitchOn(r.Context(), *me(r), id, cut)
		}
		if err != nil && said(w, r, r.URL.Path, err) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.done(w, r, "programme.restored", r.URL.Path)
	}
	form := pages.CutForm{Functions: f["functions"], Areas: f.Get("areas"), Category: f.Get("category"), Reason: f.Get("reason")}
	c := housing.Cut{Programme: id, Category: vocab.HomeCategory(form.Category), Reason: form.Reason}
	for _, x := range form.Functions {
		c.Functions = append(c.Functions, housing.Function(x))
	}
	c.Areas = strings.FieldsFunc(strings.ToUpper(form.Areas), func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '\n' || r == '\r' || r == '\t' })
	err := s.Housing.SwitchOff(r.Context(), *me(r), c)
	if all, ok := problems(err); ok {
		return s.showCuts(w, r, http.StatusUnprocessableEntity, pages.ProgrammeCuts{Form: form, Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.switched", r.URL.Path)
}

// counters are what everyone may know of the homes of this server.
func (s *Server) counters(ctx context.Context) ([]view.ProgrammeCount, error) {
	c, err := s.Housing.Counters(ctx)
	if err != nil {
		return nil, err
	}
	var list []view.ProgrammeCount
	for _, x := range []view.ProgrammeCount{{What: "homes", Count: c.Homes}, {What: "free", Count: c.Free}, {What: "countries", Count: c.Countries}, {What: "partners", Count: c.Partners}} {
		if x.Count > 0 {
			list = append(list, x)
		}
	}
	return list, nil
}
