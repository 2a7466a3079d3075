package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/buildings"
	"palier/instance/organisations"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// spaceRoutes are the pages of what the people of a house share.
func (s *Server) spaceRoutes(r chi.Router) {
	r.Get("/g/{name}/space", s.signedIn(s.getSpace))
	r.Get("/g/{name}/space/new", s.signedIn(s.getNewInSpace))
	r.Post("/g/{name}/space/new", s.signedIn(s.addToSpace))
	r.Get("/g/{name}/space/documents/{id:[0-9]+}", s.signedIn(s.getDocument))
	r.Post("/g/{name}/space/incidents/{id:[0-9]+}", s.signedIn(s.moveIncident))
	r.Post("/g/{name}/space/question", s.signedIn(s.askFromSpace))
	r.Post("/g/{name}/space/{sort:works|meetings|documents|incidents}/{id:[0-9]+}/withdraw", s.signedIn(s.withdrawFromSpace))
	r.Get("/g/{name}/managers", s.signedIn(s.getManagers))
	r.Post("/g/{name}/managers", s.signedIn(s.setManager))
}

// house is the house that the path names, as somebody comes into it.
type house struct {
	instance.Neighbourhood
	buildings.Reader

	managers  []instance.Actor
	residents int // verified
}

func (h *house) path() string { return "/g/" + h.Username + "/space" }

// house lets the one who asks into the house that the path names. Where they may
// not come in, nothing is there.
func (s *Server) house(r *http.Request) (*house, error) {
	a, err := s.place(r)
	if err != nil {
		return nil, err
	}
	h := &house{}
	if h.Reader, err = s.Buildings.Enter(r.Context(), visitOf(r).viewer, a.ID); err != nil {
		return nil, err
	}
	if h.Neighbourhood, err = s.Places.ByID(r.Context(), a.ID); err != nil {
		return nil, err
	}
	if h.managers, err = s.Buildings.Managers(r.Context(), a.ID); err != nil {
		return nil, err
	}
	all, err := s.Places.CountResidents(r.Context(), a.ID)
	h.residents = all.Verified
	return h, err
}

// getSpace shows the space of a house.
func (s *Server) getSpace(w http.ResponseWriter, r *http.Request) error {
	h, err := s.house(r)
	if err != nil {
		return err
	}
	return s.showSpace(w, r, http.StatusOK, h, pages.Space{Once: newOnce()})
}

// askedOnPage is how many answered questions a space shows.
const askedOnPage = 10

func (s *Server) showSpace(w http.ResponseWriter, r *http.Request, status int, h *house, p pages.Space) error {
	ctx, v := r.Context(), visitOf(r)
	works, err := s.Buildings.Works(ctx, h.Reader)
	if err != nil {
		return err
	}
	meetings, err := s.Buildings.Meetings(ctx, h.Reader)
	if err != nil {
		return err
	}
	incidents, err := s.Buildings.Incidents(ctx, h.Reader, 0, perPage)
	if err != nil {
		return err
	}
	before := idIn(r, "before")
	papers, err := s.Buildings.Documents(ctx, h.Reader, before, perPage)
	if err != nil {
		return err
	}
	polls, err := s.Buildings.Polls(ctx, h.Reader)
	if err != nil {
		return err
	}
	p.House, p.Kind, p.Path, p.Resident, p.Readers = personView(s.Site, h.Actor), string(h.House), h.path(), h.Resident, h.residents
	p.Managers, p.Names = s.personViews(h.managers), s.looksAfter(r, h.Actor)
	for _, one := range h.managers {
		if one.ID == h.Manages {
			manages := personView(s.Site, one)
			p.Manages = &manages
		}
	}
	now := s.Now()
	for _, one := range works {
		p.Works = append(p.Works, view.Works{
			HouseLine: s.houseLine(h, "works", one.What, one.Addressed), What: one.What, Concerns: one.Concerns, Cut: one.Cut,
			From: one.From.In(s.Zone), Until: one.Until.In(s.Zone), Going: !one.From.After(now),
		})
	}
	for _, one := range meetings {
		p.Meetings = append(p.Meetings, s.assemblyView(h, one))
	}
	for _, one := range incidents {
		shown := view.Incident{
			HouseLine: s.houseLine(h, "incidents", one.What, one.Addressed), What: one.What, Where: one.Where, State: string(one.State), Note: one.Note, Since: one.Since.In(s.Zone),
		}
		if one.By.ID != 0 {
			shown.Mover = one.By.Shown()
		}
		if one.State != instance.IncidentSettled {
			shown.Move = h.path() + "/incidents/" + one.ID.String()
		}
		p.Incidents = append(p.Incidents, shown)
	}
	for _, one := range papers {
		p.Documents = append(p.Documents, s.documentView(h, one))
	}
	if before != 0 {
		p.Pager.Newer = h.path() + "#documents"
	}
	if len(papers) == perPage {
		p.Pager.Older = h.path() + "?before=" + papers[perPage-1].ID.String() + "#documents"
	}
	for _, one := range polls {
		p.Polls = append(p.Polls, s.postView(one, v))
	}
	if h.Resident {
		asked, err := s.Organisations.AskedIn(ctx, v.viewer.ID, h.ID, 0, askedOnPage)
		if err != nil {
			return err
		}
		p.Questions = s.questionViews(r, asked)
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Here = h.path()
	w.Header().Set("Cache-Control", "private, no-store")
	return s.HTML(w, r, status, p)
}

// looksAfter tells whether the one who asks may decide about a place: who runs
// the server, and who moderates it.
func (s *Server) looksAfter(r *http.Request, a instance.Actor) bool {
	v := visitOf(r)
	return v.account != nil && (v.account.Role == instance.Admin || slices.Contains(v.viewer.Tends, a.ID))
}

func (s *Server) houseLine(h *house, sort, named string, a instance.Addressed) view.HouseLine {
	line := view.HouseLine{ID: a.ID.String(), Named: named, By: personView(s.Site, a.Author), Hall: a.Hall}
	for _, one := range h.managers {
		if one.ID == a.To {
			line.To = one.Shown()
		}
	}
	if h.MayWithdraw(a) {
		line.Withdraw = h.path() + "/" + sort + "/" + line.ID + "/withdraw"
	}
	return line
}

func (s *Server) assemblyView(h *house, a instance.Assembly) view.Assembly {
	shown := view.Assembly{
		HouseLine: s.houseLine(h, "meetings", a.Where, a.Addressed), At: a.At.In(s.Zone), Where: a.Where, Agenda: a.Agenda, Over: a.At.Before(s.Now()),
		Add: h.path() + "/new?sort=documents&meeting=" + a.ID.String(),
	}
	for _, d := range a.Documents {
		shown.Documents = append(shown.Documents, s.documentView(h, d))
	}
	return shown
}

func (s *Server) documentView(h *house, d instance.Document) view.Document {
	return view.Document{
		HouseLine: s.houseLine(h, "documents", d.Title, d.Addressed), Title: d.Title, Path: h.path() + "/documents/" + d.ID.String(),
		Picture: strings.HasPrefix(d.Kind, "image/"), Kilobytes: int((d.Size + 1023) >> 10),
	}
}

// getNewInSpace is where something is put into the space of a house.
func (s *Server) getNewInSpace(w http.ResponseWriter, r *http.Request) error {
	h, err := s.house(r)
	if err != nil {
		return err
	}
	return s.showSpaceForm(w, r, http.StatusOK, h, view.HouseWriting{Meeting: r.FormValue("meeting")}, nil)
}

// sortIn is what is to be put into the space of a house.
func sortIn(r *http.Request) string {
	if sort := r.URL.Query().Get("sort"); slices.Contains(buildings.Sorts, sort) {
		return sort
	}
	return buildings.Sorts[0]
}

func (s *Server) showSpaceForm(w http.ResponseWriter, r *http.Request, status int, h *house, written view.HouseWriting, all []view.Problem) error {
	p := pages.SpaceForm{
		House: personView(s.Site, h.Actor), Kind: string(h.House), Sort: sortIn(r), Path: h.path(), Readers: h.residents, Resident: h.Resident,
		Managers: s.personViews(h.managers), Writing: written, Problems: all,
	}
	if p.Sort == "documents" {
		meetings, err := s.Buildings.Meetings(r.Context(), h.Reader)
		if err != nil {
			return err
		}
		for _, one := range meetings {
			p.Meetings = append(p.Meetings, s.assemblyView(h, one))
		}
	}
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// addToSpace puts something into the space of a house.
func (s *Server) addToSpace(w http.ResponseWriter, r *http.Request) error {
	done, err := s.readUpload(w, r)
	defer done()
	if err != nil {
		return err
	}
	h, err := s.house(r)
	if err != nil {
		return err
	}
	form := r.PostForm
	written := view.HouseWriting{
		Title: form.Get("title"), Concerns: form.Get("concerns"), Cut: form.Get("cut"), Starts: form.Get("starts"), Ends: form.Get("ends"),
		Where: form.Get("where"), Agenda: form.Get("agenda"), Meeting: form.Get("meeting"), To: form.Get("to"), Hall: form.Get("hall") != "",
	}
	err = s.putIntoSpace(r, h, written)
	if all, ok := problems(err); ok {
		return s.showSpaceForm(w, r, http.StatusUnprocessableEntity, h, written, all)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "space.added", h.path()+"#"+sortIn(r))
}

func (s *Server) putIntoSpace(r *http.Request, h *house, written view.HouseWriting) error {
	ctx, v := r.Context(), visitOf(r).viewer
	t := buildings.Telling{Hall: written.Hall}
	if written.To != "" {
		to, err := instance.ParseID(written.To)
		if err != nil {
			return &instance.Invalid{Field: "to", Code: "unknown"}
		}
		t.To = instance.ActorID(to)
	}
	starts, err := s.momentIn(r, "starts")
	if err != nil {
		return err
	}
	ends, err := s.momentIn(r, "ends")
	if err != nil {
		return err
	}
	switch sortIn(r) {
	case "works":
		_, err = s.Buildings.Announce(ctx, v, h.ID, t, instance.WorksPlan{What: written.Title, Concerns: written.Concerns, Cut: written.Cut, From: starts, Until: ends})
	case "meetings":
		_, err = s.Buildings.Convene(ctx, v, h.ID, t, instance.AssemblyPlan{At: starts, Where: written.Where, Agenda: written.Agenda})
	case "incidents":
		_, err = s.Buildings.Report(ctx, v, h.ID, t, instance.IncidentPlan{What: written.Title, Where: written.Where})
	case "documents":
		plan := instance.DocumentPlan{Title: written.Title}
		if plan.Content, err = fileIn(r, "file", instance.MaxDocument); err != nil {
			return err
		}
		if written.Meeting != "" {
			if plan.Assembly, err = instance.ParseID(written.Meeting); err != nil {
				return &instance.Invalid{Field: "meeting", Code: "unknown"}
			}
		}
		_, err = s.Buildings.Add(ctx, v, h.ID, t.To, plan)
	}
	return err
}

// fileIn is what came in a field of a form, of at most so many bytes and one
// more, nil for nothing.
func fileIn(r *http.Request, field string, most int) ([]byte, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File[field]) == 0 {
		return nil, nil
	}
	f, err := r.MultipartForm.File[field][0].Open()
	if err != nil {
		return nil, fmt.Errorf("open an upload: %w", err)
	}
	content, err := io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read an upload: %w", err)
	}
	return content, nil
}

// getDocument answers with a paper of a house.
func (s *Server) getDocument(w http.ResponseWriter, r *http.Request) error {
	h, err := s.house(r)
	if err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	d, content, err := s.Buildings.Document(r.Context(), h.Reader, id)
	if err != nil {
		return err
	}
	sendFile(w, d.Kind, d.Title, content)
	return nil
}

// endings are those of the files we let people take home.
var endings = map[string]string{"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif"}

// sendFile answers with a file for nobody else, under headers by which no browser
// runs it.
func sendFile(w http.ResponseWriter, kind, title string, content []byte) {
	h := w.Header()
	Secure(h)
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": title + endings[kind]}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(content) // who asked may have gone
}

// moveIncident takes an incident up or settles it.
func (s *Server) moveIncident(w http.ResponseWriter, r *http.Request) error {
	return s.inSpace(w, r, "space.moved", func(h *house, id instance.ID) (string, error) {
		err := s.Buildings.Move(r.Context(), visitOf(r).viewer, h.ID, id, instance.IncidentState(r.PostFormValue("state")), r.PostFormValue("note"))
		if errors.Is(err, instance.ErrConflict) {
			err = nil // somebody else just did: the page shows it
		}
		return "#incidents", err
	})
}

// withdrawFromSpace takes something out of the space.
func (s *Server) withdrawFromSpace(w http.ResponseWriter, r *http.Request) error {
	return s.inSpace(w, r, "space.withdrawn", func(h *house, id instance.ID) (string, error) {
		sort := chi.URLParam(r, "sort")
		return "#" + sort, s.Buildings.Withdraw(r.Context(), visitOf(r).viewer, h.ID, sort, id)
	})
}

// inSpace does something with what the path names by number and leads back to
// where on the page it stands.
func (s *Server) inSpace(w http.ResponseWriter, r *http.Request, flash string, do func(h *house, id instance.ID) (string, error)) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, err := s.house(r)
	if err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	at, err := do(h, id)
	if all, ok := problems(err); ok {
		return s.showSpace(w, r, http.StatusUnprocessableEntity, h, pages.Space{Once: newOnce(), Problems: all})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, flash, h.path()+at)
}

// askFromSpace puts a question about the house to who manages it.
func (s *Server) askFromSpace(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, err := s.house(r)
	if err != nil {
		return err
	}
	if !h.Resident {
		return fmt.Errorf("ask from house %s: %w", h.ID, instance.ErrNotFound)
	}
	form := pages.Space{Once: r.PostFormValue("once"), Text: r.PostFormValue("text"), To: r.PostFormValue("to"), Shared: r.PostFormValue("shared") != ""}
	i := slices.IndexFunc(h.managers, func(a instance.Actor) bool { return a.ID.String() == form.To })
	if i < 0 {
		form.Problems = []view.Problem{{Field: "to", Code: "unknown"}}
		return s.showSpace(w, r, http.StatusUnprocessableEntity, h, form)
	}
	err = s.Organisations.Ask(r.Context(), me(r).ID, organisations.Ask{To: h.managers[i].ID, Place: h.ID, Text: form.Text, Shared: form.Shared, Once: form.Once})
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showSpace(w, r, http.StatusUnprocessableEntity, h, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "question.sent", h.path()+"#questions")
}

// ownHouse is the house that the path names, if the one who asks looks after it.
func (s *Server) ownHouse(r *http.Request) (instance.Neighbourhood, error) {
	a, err := s.place(r)
	if err != nil {
		return instance.Neighbourhood{}, err
	}
	if !a.Level.House() || !s.looksAfter(r, a) {
		return instance.Neighbourhood{}, fmt.Errorf("look after %s: %w", a.Username, instance.ErrNotFound)
	}
	return s.Places.ByID(r.Context(), a.ID)
}

// getManagers is where it is said who manages a house.
func (s *Server) getManagers(w http.ResponseWriter, r *http.Request) error {
	n, err := s.ownHouse(r)
	if err != nil {
		return err
	}
	return s.showManagers(w, r, http.StatusOK, n, "", nil)
}

func (s *Server) showManagers(w http.ResponseWriter, r *http.Request, status int, n instance.Neighbourhood, typed string, all []view.Problem) error {
	list, err := s.Buildings.Managers(r.Context(), n.ID)
	if err != nil {
		return err
	}
	p := pages.Managers{House: personView(s.Site, n.Actor), Kind: string(n.House), Managers: s.personViews(list), Typed: typed, Problems: all}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// setManager names who manages a house, or takes that back.
func (s *Server) setManager(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	n, err := s.ownHouse(r)
	if err != nil {
		return err
	}
	typed := strings.TrimPrefix(strings.TrimSpace(r.PostFormValue("organisation")), "@")
	a, err := s.People.Known(r.Context(), typed)
	if err == nil {
		err = s.Buildings.SetManager(r.Context(), visitOf(r).viewer, me(r).Role == instance.Admin, n.ID, a.ID, r.PostFormValue("deed") == "add")
	}
	if errors.Is(err, instance.ErrNotFound) {
		return s.showManagers(w, r, http.StatusUnprocessableEntity, n, typed, []view.Problem{{Field: "organisation", Code: "not-found"}})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "saved", "/g/"+n.Username+"/managers")
}

// houseKind is what people share a house for, empty if a place is none.
func (s *Server) houseKind(ctx context.Context, a instance.Actor) (string, error) {
	if !a.Level.House() {
		return "", nil
	}
	n, err := s.Places.ByID(ctx, a.ID)
	return string(n.House), err
}

// houseOf adds to the page of a house how the one who reads comes into its space.
func (s *Server) houseOf(ctx context.Context, v *visit, a instance.Actor, shown *view.Neighbourhood) error {
	shown.Tended = v.account.Role == instance.Admin || v.tends(&a)
	if shown.House == "" {
		return nil
	}
	_, err := s.Buildings.Enter(ctx, v.viewer, a.ID)
	if errors.Is(err, instance.ErrNotFound) {
		return nil
	}
	shown.Space = "/g/" + a.Username + "/space"
	return err
}
