package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// errandRoutes are the pages of what neighbours fetch and do for one another.
func (s *Server) errandRoutes(r chi.Router) {
	r.Get("/errands/new", s.signedIn(s.getNewErrand))
	r.Post("/errands/new", s.signedIn(s.postErrand))
	r.Get("/errands/{id:[0-9]+}", s.page(s.getErrand))
	r.Get("/errands/{id:[0-9]+}/file", s.signedIn(s.getPrintout))
	r.Post("/errands/{id:[0-9]+}/ask", s.signedIn(s.askErrand))
	r.Post("/errands/{id:[0-9]+}/walks", s.signedIn(s.takeWalk))
	r.Post("/errands/{id:[0-9]+}/cancel", s.signedIn(s.cancelErrand))
	r.Post("/errands/{id:[0-9]+}/parts/{part:[0-9]+}", s.signedIn(s.answerErrand))
}

func errandPath(id instance.PostID) string { return "/errands/" + id.String() }

// getNewErrand is where an errand is posted.
func (s *Server) getNewErrand(w http.ResponseWriter, r *http.Request) error {
	o, err := s.begin(r)
	if err != nil {
		return err
	}
	mode := r.FormValue("mode")
	if !instance.Known(instance.ErrandModes, mode) {
		mode = "run"
	}
	return s.showNewErrand(w, r, http.StatusOK, o, mode, view.ErrandWriting{Lists: "3", At: "08:00"}, 0)
}

func (s *Server) showNewErrand(w http.ResponseWriter, r *http.Request, status int, o *opening, mode string, written view.ErrandWriting, days instance.Weekdays) error {
	choices, err := s.choices(r.Context(), o.place, o.draft.Audience)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	p := pages.NewErrand{Frame: f, Mode: mode, Once: o.draft.Once, Writing: written, Days: weekdays(days), Choices: choices, Problems: o.problems}
	in := ""
	if o.place != nil {
		place := personView(s.Site, o.place.Actor)
		p.In, in = &place, "&in="+place.ID
	}
	if p.Within, err = s.withinView(r); err != nil {
		return err
	}
	if p.Within != nil {
		in += "&campaign=" + p.Within.ID
	}
	for _, m := range instance.ErrandModes {
		p.Modes = append(p.Modes, view.Option{Value: m, Label: "/errands/new?mode=" + m + in, Selected: m == mode})
	}
	return s.HTML(w, r, status, p)
}

// postErrand posts an errand.
func (s *Server) postErrand(w http.ResponseWriter, r *http.Request) error {
	done, err := s.readUpload(w, r)
	defer done()
	if err != nil {
		return err
	}
	o, err := s.openingIn(r)
	if err != nil {
		return err
	}
	form := r.PostForm
	written := view.ErrandWriting{
		Title: o.draft.Title, Text: o.draft.Text, Place: form.Get("place"), Starts: form.Get("starts"), Lists: form.Get("lists"),
		List: form.Get("list"), Budget: form.Get("budget"), At: form.Get("at"), Urgent: form.Get("urgent") != "",
	}
	plan := instance.ErrandPlan{
		Mode: form.Get("mode"), Place: written.Place, List: written.List, Budget: written.Budget, At: o.moment(s, r, "starts"), Most: o.whole(r, "lists"), Urgent: written.Urgent,
	}
	days := daysIn(form["day"])
	if plan.Mode == "walk" {
		plan.Walks = o.walks(days, written.At)
	}
	var sheet *instance.Printout
	if plan.Mode == "print" {
		if sheet, err = printoutIn(r); err != nil {
			return err
		}
	}
	var p *instance.Post
	if o.fits() {
		if p, err = s.Errands.Open(r.Context(), visitOf(r).viewer, o.draft, plan, sheet); err != nil && !o.refuse(err) {
			return err
		}
	}
	if !o.fits() {
		return s.showNewErrand(w, r, http.StatusUnprocessableEntity, o, plan.Mode, written, days)
	}
	s.flashes.Set(w, view.Flash{Key: "errand.posted"})
	SeeOther(w, r, errandPath(p.ID))
	return nil
}

// walks are those of the days at a time.
func (o *opening) walks(days instance.Weekdays, at string) (walks []instance.Walk) {
	t, err := time.Parse("15:04", at)
	if err != nil {
		o.problems = append(o.problems, view.Problem{Field: "at", Code: "moment"})
		return nil
	}
	for i := range 7 {
		if days&(1<<i) != 0 {
			walks = append(walks, instance.Walk{Day: i, Minute: t.Hour()*60 + t.Minute()})
		}
	}
	return walks
}

// printoutIn is the file that came with a form, nil for none.
func printoutIn(r *http.Request) (*instance.Printout, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return nil, nil
	}
	header := r.MultipartForm.File["file"][0]
	f, err := header.Open()
	if err != nil {
		return nil, fmt.Errorf("open an upload: %w", err)
	}
	content, err := io.ReadAll(io.LimitReader(f, instance.MaxPrintout+1))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, fmt.Errorf("read an upload: %w", err)
	}
	name := []rune(strings.ToValidUTF8(path.Base(strings.ReplaceAll(header.Filename, "\\", "/")), ""))
	return &instance.Printout{Name: string(name[:min(len(name), 100)]), Content: content}, nil
}

// getErrand shows an errand.
func (s *Server) getErrand(w http.ResponseWriter, r *http.Request) error {
	return s.showErrand(w, r, http.StatusOK, func(*pages.Errand) {})
}

func (s *Server) showErrand(w http.ResponseWriter, r *http.Request, status int, with func(*pages.Errand)) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	e, err := s.Errands.ByID(r.Context(), v.viewer, id)
	if err != nil {
		return err
	}
	p := pages.Errand{
		Post: s.postView(e.Post, v), Errand: *errandView(e.Post), Place: e.Place, List: e.List, Budget: e.Budget, File: e.File, Asks: e.Asks,
		MayAsk: v.account != nil && !e.Asks && e.Mine == nil && e.Mode != "walk" && !e.Post.Proposal.Gone(s.Now()),
	}
	for i := range e.Parts {
		p.Parts = append(p.Parts, s.errandPart(&e.Parts[i]))
	}
	if e.Mine != nil {
		mine := s.errandPart(e.Mine)
		p.Mine = &mine
	}
	for _, walk := range e.Walks {
		shown := view.Walk{Day: walk.Day + 1, Minute: walk.Minute, Clock: v.language.Clock(time.Date(2000, 1, 1, 0, walk.Minute, 0, 0, time.UTC))}
		if walk.Who != nil {
			shown.Who, shown.Mine = firstName(*walk.Who), walk.Who.ID == v.viewer.ID
		}
		p.Walks = append(p.Walks, shown)
	}
	with(&p)
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Here = p.Errand.Path
	w.Header().Set("Cache-Control", "private, no-store")
	return s.HTML(w, r, status, p)
}

func (s *Server) errandPart(p *instance.ErrandPart) view.ErrandPart {
	return view.ErrandPart{
		Seat: view.Seat{ID: p.ID.String(), Who: personView(s.Site, p.Actor), State: string(p.State)},
		List: p.List, Budget: p.Budget, Receipt: !p.Receipt.IsZero(), Handed: !p.Handed.IsZero(),
	}
}

// errandView is an errand as every reader of its post may know it; nil for a post
// that is none of ours.
func errandView(p *instance.Post) *view.Errand {
	q := p.Proposal
	if q == nil || p.Kind != instance.KindErrand || !p.Local || !instance.Known(instance.ErrandModes, q.Category) {
		return nil
	}
	return &view.Errand{Path: errandPath(p.ID), Mode: q.Category, Status: string(q.Status), Starts: q.Starts, Left: int(q.Available / instance.One), Urgent: q.Priority}
}

// getPrintout answers with what is to be printed.
func (s *Server) getPrintout(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	p, err := s.Errands.Printout(r.Context(), visitOf(r).viewer, id)
	if err != nil {
		return err
	}
	h := w.Header()
	Secure(h)
	h.Set("Content-Type", p.Kind)
	h.Set("Content-Disposition", "attachment")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Length", strconv.Itoa(len(p.Content)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(p.Content) // who asked may have gone
	return nil
}

// askErrand takes part in an errand.
func (s *Server) askErrand(w http.ResponseWriter, r *http.Request) error {
	return s.errandWith(w, r, "errand.asked", func(ctx context.Context, id instance.PostID) error {
		return s.Errands.Ask(ctx, visitOf(r).viewer, id, r.PostFormValue("list"), r.PostFormValue("budget"))
	})
}

// cancelErrand ends an errand of one's own.
func (s *Server) cancelErrand(w http.ResponseWriter, r *http.Request) error {
	return s.errandWith(w, r, "errand.cancelled", func(ctx context.Context, id instance.PostID) error {
		return s.Errands.Cancel(ctx, me(r).ID, id)
	})
}

// takeWalk takes a walk on, or lets it go.
func (s *Server) takeWalk(w http.ResponseWriter, r *http.Request) error {
	return s.errandWith(w, r, "errand.walk", func(ctx context.Context, id instance.PostID) error {
		day, minute, _ := strings.Cut(r.PostFormValue("walk"), "-")
		d, err := strconv.Atoi(day)
		if err != nil {
			d = 0
		}
		m, err := strconv.Atoi(minute)
		if err != nil {
			m = -1
		}
		return s.Errands.SignUp(ctx, visitOf(r).viewer, id, d-1, m, r.PostFormValue("undo") == "")
	})
}

// answerErrand does what a button beside a part says. The code of a parcel is
// shown in the answer, once.
func (s *Server) answerErrand(w http.ResponseWriter, r *http.Request) error {
	part, err := instance.ParseID(chi.URLParam(r, "part"))
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	flash, code := "errand."+r.PostFormValue("answer"), ""
	err = s.errandDone(w, r, flash, func(ctx context.Context, id instance.PostID) (err error) {
		v := visitOf(r).viewer
		switch r.PostFormValue("answer") {
		case "agree":
			code, err = s.Errands.Agree(ctx, v.ID, id, part)
		case "decline":
			err = s.Errands.Decline(ctx, v.ID, id, part)
		case "receipt":
			err = s.Errands.Receipt(ctx, v, id, part)
		case "handed":
			err = s.Errands.Handed(ctx, v, id, part, strings.TrimSpace(r.PostFormValue("code")))
		default:
			err = instance.ErrInvalid
		}
		return err
	}, func() bool { return code != "" })
	if err != nil || code == "" {
		return err
	}
	return s.showErrand(w, r, http.StatusOK, func(p *pages.Errand) { p.Code = code })
}

// errandWith does something with an errand and leads back, or shows why not.
func (s *Server) errandWith(w http.ResponseWriter, r *http.Request, flash string, do func(context.Context, instance.PostID) error) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	return s.errandDone(w, r, flash, do, func() bool { return false })
}

// errandDone does something with an errand and leads back, unless stays, or shows
// why it cannot be.
func (s *Server) errandDone(w http.ResponseWriter, r *http.Request, flash string, do func(context.Context, instance.PostID) error, stays func() bool) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	err = do(r.Context(), id)
	if all, ok := problems(err); ok {
		return s.showErrand(w, r, http.StatusUnprocessableEntity, func(p *pages.Errand) {
			p.Problems, p.Typed = all, view.ErrandWriting{List: r.PostFormValue("list"), Budget: r.PostFormValue("budget")}
		})
	}
	if err != nil || stays() {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: flash})
	SeeOther(w, r, errandPath(id))
	return nil
}
