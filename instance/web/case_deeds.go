package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/web/pages"
	"palier/protocol/ledger"
)

// caseDeeds are what is done on the page of a case.
var caseDeeds = map[string]func(*Server, *http.Request, instance.Case, *pages.Case) error{
	"step": func(s *Server, r *http.Request, c instance.Case, _ *pages.Case) error {
		step, ok := instance.CaseStepNamed(r.PostFormValue("step"))
		if !ok {
			return unknownDeed("steps")
		}
		return later("steps", s.Households.Step(r.Context(), *me(r), c.ID, step, instance.CaseEnd(r.PostFormValue("why"))))
	},
	"freeze": func(s *Server, r *http.Request, c instance.Case, _ *pages.Case) error {
		return s.Households.Freeze(r.Context(), *me(r), c.ID, true)
	},
	"thaw": func(s *Server, r *http.Request, c instance.Case, _ *pages.Case) error {
		return later("steps", s.Households.Freeze(r.Context(), *me(r), c.ID, false))
	},
	"tonight": func(s *Server, r *http.Request, c instance.Case, _ *pages.Case) error {
		return later("steps", s.Households.NeedsBed(r.Context(), *me(r), c.ID, true))
	},
	"not-tonight": func(s *Server, r *http.Request, c instance.Case, _ *pages.Case) error {
		return later("steps", s.Households.NeedsBed(r.Context(), *me(r), c.ID, false))
	},
	"agree": func(s *Server, r *http.Request, c instance.Case, _ *pages.Case) error {
		return s.Households.SetConsent(r.Context(), *me(r), c.ID, households.Telling(r.PostFormValue("to")), true)
	},
	"disagree": func(s *Server, r *http.Request, c instance.Case, _ *pages.Case) error {
		return s.Households.SetConsent(r.Context(), *me(r), c.ID, households.Telling(r.PostFormValue("to")), false)
	},
	"hand-over": func(s *Server, r *http.Request, c instance.Case, _ *pages.Case) error {
		to, err := instance.ParseID(r.PostFormValue("keeper"))
		if err != nil {
			return unknownDeed("keeper")
		}
		return s.Households.HandOver(r.Context(), *me(r), c.ID, instance.ActorID(to))
	},
	"note": func(s *Server, r *http.Request, c instance.Case, p *pages.Case) error {
		p.Text = r.PostFormValue("text")
		doer, _ := instance.ParseID(r.PostFormValue("doer"))
		due, _ := time.ParseInLocation(time.DateOnly, r.PostFormValue("due"), s.Zone)
		return s.Households.Note(r.Context(), *me(r), c.ID, households.EntryKind(r.PostFormValue("kind")), p.Text, due, instance.ActorID(doer))
	},
	"done": func(s *Server, r *http.Request, _ instance.Case, _ *pages.Case) error {
		id, err := instance.ParseID(r.PostFormValue("task"))
		if err != nil {
			return err
		}
		return s.Households.Done(r.Context(), *me(r), id)
	},
	"across": func(s *Server, r *http.Request, c instance.Case, _ *pages.Case) error {
		return s.Households.SeeAcross(r.Context(), *me(r), c.ID, r.PostFormValue("there"), r.PostForm["need"])
	},
	"sign": func(s *Server, r *http.Request, _ instance.Case, _ *pages.Case) error {
		id, err := instance.ParseID(r.PostFormValue("hold"))
		if err != nil {
			return err
		}
		_, err = s.Households.Sign(r.Context(), *me(r), id)
		return later("homes", err)
	},
	"extend": func(s *Server, r *http.Request, _ instance.Case, _ *pages.Case) error {
		id, err := instance.ParseID(r.PostFormValue("hold"))
		if err != nil {
			return err
		}
		_, err = s.Households.Extend(r.Context(), *me(r), id)
		return later("holds", err)
	},
	"leave": func(s *Server, r *http.Request, c instance.Case, p *pages.Case) error {
		id, err := instance.ParseID(r.PostFormValue("hold"))
		if err != nil {
			return err
		}
		h, err := s.Households.Holds(r.Context(), *me(r), c.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(h, func(x households.CaseHold) bool { return x.ID == id }) {
			return instance.ErrNotFound
		}
		p.Leaving, p.LeaveWhy = r.PostFormValue("leaving"), r.PostFormValue("leave-why")
		night, err := s.leaving(p.Leaving, p.LeaveWhy, households.WholeStay(h, id))
		if invalid, ok := errors.AsType[*instance.Invalid](err); ok && invalid.Field == "why" {
			return &instance.Invalid{Field: "leave-why", Code: invalid.Code}
		}
		if err != nil {
			return err
		}
		return later("homes", s.Households.Leave(r.Context(), *me(r), c.ID, id, night, ledger.Reason(p.LeaveWhy)))
	},
	"renew-guest": renew(households.PartyGuest),
	"renew-host":  renew(households.PartyHost),
	"code": func(s *Server, r *http.Request, c instance.Case, p *pages.Case) error {
		code, err := s.Households.NewCode(r.Context(), *me(r), c.ID)
		p.Code = households.Grouped(code)
		return err
	},
	"reference": func(s *Server, r *http.Request, c instance.Case, p *pages.Case) error {
		reference, err := s.Households.Reference(r.Context(), *me(r), c.ID)
		p.Reference = households.Grouped(reference)
		return err
	},
}

func renew(who households.Party) func(*Server, *http.Request, instance.Case, *pages.Case) error {
	return func(s *Server, r *http.Request, _ instance.Case, _ *pages.Case) error {
		id, err := instance.ParseID(r.PostFormValue("hold"))
		if err != nil {
			return err
		}
		return later("holds", s.Households.Renew(r.Context(), *me(r), id, who, night(r.PostFormValue("until"))))
	}
}

// later gives what cannot be done now its sentence on the page, beside a field.
func later(field string, err error) error {
	switch {
	case errors.Is(err, instance.ErrUnreachable):
		return &instance.Invalid{Field: "home", Code: "no-answer"}
	case errors.Is(err, instance.ErrConflict), errors.Is(err, instance.ErrForbidden):
		return &instance.Invalid{Field: field, Code: "not-now"}
	}
	return err
}

// changeCase does one of them.
func (s *Server) changeCase(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	c, _, err := s.caseIn(r)
	if err != nil {
		return err
	}
	do, ok := caseDeeds[r.PostFormValue("deed")]
	if !ok {
		return unknownDeed("deed")
	}
	var p pages.Case
	err = do(s, r, c, &p)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showCase(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return unseen(err)
	}
	if p.Code != "" || p.Reference != "" {
		return s.showCase(w, r, http.StatusOK, p)
	}
	return s.done(w, r, "case.saved", casePath(c.ID))
}
