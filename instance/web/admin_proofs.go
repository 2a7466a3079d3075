package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/proofs"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// proofsRoutes are the pages of those who decide about proofs.
func (s *Server) proofsRoutes(r chi.Router) {
	r.Get("/admin/letters", s.admins(s.getLetters))
	r.Post("/admin/letters/print", s.admins(s.printLetters))
	r.Post("/admin/letters/sent", s.admins(s.sendLetters))
	r.Post("/admin/letters/{id:[0-9]+}/drop", s.admins(s.dropLetter))
	r.Get("/admin/people/{id:[0-9]+}/proofs", s.moderators(s.getAdminProofs))
	r.Post("/admin/people/{id:[0-9]+}/proofs", s.admins(s.decideProof))
	r.Get("/admin/neighbourhoods/{id:[0-9]+}/proving", s.signedIn(s.getProving))
	r.Post("/admin/neighbourhoods/{id:[0-9]+}/proving", s.signedIn(s.changeProving))
}

// getLetters lists the letters of the next batch.
func (s *Server) getLetters(w http.ResponseWriter, r *http.Request) error {
	waiting, err := s.Proofs.WaitingLetters(r.Context())
	if err != nil {
		return err
	}
	var p pages.AdminLetters
	for _, x := range waiting {
		if !x.PrintedAt.IsZero() {
			p.Printed++
		}
	}
	if p.Waiting, err = s.letterViews(r.Context(), waiting); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, "letters"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) letterViews(ctx context.Context, waiting []proofs.Waiting) ([]view.Letter, error) {
	var ids []instance.ActorID
	for _, x := range waiting {
		ids = append(ids, x.Place)
	}
	names, err := s.Proofs.Actors(ctx, ids)
	if err != nil {
		return nil, err
	}
	var letters []view.Letter
	for _, x := range waiting {
		letters = append(letters, view.Letter{
			ID: x.ID.String(), Name: x.Name, Lines: strings.Split(x.Address, "\n"), Place: names[x.Place].Shown(), Asked: x.AskedAt, Printed: x.PrintedAt,
		})
	}
	return letters, nil
}

// printLetters answers with the letters themselves: their codes are shown this
// once and cannot be shown by another address.
func (s *Server) printLetters(w http.ResponseWriter, r *http.Request) error {
	sheets, err := s.Proofs.PrintLetters(r.Context())
	if err != nil {
		return err
	}
	if len(sheets) == 0 {
		SeeOther(w, r, "/admin/letters")
		return nil
	}
	waiting := make([]proofs.Waiting, len(sheets))
	for i, sheet := range sheets {
		waiting[i] = sheet.Waiting
	}
	p := pages.LetterSheets{URL: s.Site.Base() + "/prove/code"}
	if p.Letters, err = s.letterViews(r.Context(), waiting); err != nil {
		return err
	}
	for i, sheet := range sheets {
		p.Letters[i].Code, p.Letters[i].Expires = proofs.Grouped(sheet.Code), sheet.PrintedAt.Add(proofs.LetterFor)
	}
	if p.Frame, err = s.frame(w, r, "letters"); err != nil {
		return err
	}
	p.Here = "/admin/letters"
	return s.HTML(w, r, http.StatusOK, p)
}

// sendLetters notes that what was printed is in the post.
func (s *Server) sendLetters(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Proofs.SendLetters(r.Context()); err != nil {
		return err
	}
	return s.done(w, r, "letters.sent", "/admin/letters")
}

// dropLetter takes one out of the batch.
func (s *Server) dropLetter(w http.ResponseWriter, r *http.Request) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := s.Proofs.DropLetter(r.Context(), id); err != nil {
		return err
	}
	return s.done(w, r, "letters.dropped", "/admin/letters")
}

// getAdminProofs shows those who moderate what was seen of a person: facts only.
func (s *Server) getAdminProofs(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := s.accountIn(r)
	if err != nil {
		return err
	}
	p := pages.AdminProofs{Person: personView(s.Site, a.Actor)}
	if p.Homes, err = s.provenHomes(ctx, a.ID); err != nil {
		return err
	}
	all, err := s.Proofs.Of(ctx, a.ID)
	if err != nil {
		return err
	}
	who, err := s.actorsOf(ctx, all)
	if err != nil {
		return err
	}
	for _, one := range all {
		by := who[one.SeenBy]
		p.Proofs = append(p.Proofs, s.proofView(one, personView(s.Site, who[one.Place]), &by))
	}
	if p.Chain, err = s.chainViews(ctx, a.ID); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, "people"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// chainViews are the steps between somebody and a strong proof.
func (s *Server) chainViews(ctx context.Context, person instance.ActorID) ([]view.ChainLink, error) {
	links, err := s.Proofs.Chain(ctx, person)
	if err != nil {
		return nil, err
	}
	all := make([]proofs.Proof, len(links))
	for i, l := range links {
		all[i] = l.Proof
	}
	who, err := s.actorsOf(ctx, all)
	if err != nil {
		return nil, err
	}
	var chain []view.ChainLink
	for _, l := range links {
		chain = append(chain, view.ChainLink{Depth: l.Depth, By: personView(s.Site, who[l.SeenBy]), Of: personView(s.Site, who[l.Person]), Since: l.SeenAt})
	}
	return chain, nil
}

// decideProof takes a proof back, or asks for another.
func (s *Server) decideProof(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.accountIn(r)
	if err != nil {
		return err
	}
	ctx, path := r.Context(), personPath(a)+"/proofs"
	switch r.PostFormValue("deed") {
	case "revoke":
		id, err := instance.ParseID(r.PostFormValue("proof"))
		if err != nil {
			return err
		}
		if _, err := s.Proofs.ByID(ctx, a.ID, id); err != nil {
			return err
		}
		if err := s.Proofs.Revoke(ctx, id); err != nil {
			return err
		}
		return s.done(w, r, "proof.revoked", path)
	case "recheck":
		place, err := instance.ParseID(r.PostFormValue("place"))
		if err != nil {
			return err
		}
		days, err := strconv.Atoi(r.PostFormValue("days"))
		if err != nil {
			return unknownDeed("days")
		}
		until := s.Now().Add(time.Duration(days) * 24 * time.Hour)
		if err := s.Proofs.Recheck(ctx, instance.ActorID(place), a.ID, me(r).ID, until); err != nil {
			return err
		}
		return s.done(w, r, "proof.asked", path)
	}
	return unknownDeed("deed")
}

// getProving shows how people prove that they live in a place.
func (s *Server) getProving(w http.ResponseWriter, r *http.Request) error {
	group, err := s.tended(r)
	if err != nil {
		return err
	}
	return s.showProving(w, r, http.StatusOK, group, pages.AdminProving{})
}

func (s *Server) showProving(w http.ResponseWriter, r *http.Request, status int, group instance.Actor, p pages.AdminProving) error {
	agents, err := s.Proofs.Agents(r.Context(), group.ID)
	if err != nil {
		return err
	}
	for _, a := range agents {
		p.Agents = append(p.Agents, personView(s.Site, a))
	}
	if err := s.houseProving(r, group, &p); err != nil {
		return err
	}
	p.PlaceTabs, p.VouchAfter = tabs(group, "proving"), int(proofs.VouchAfter/(24*time.Hour))
	if p.Frame, err = s.frame(w, r, "neighbourhoods"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// changeProving changes who looks at documents for a place.
func (s *Server) changeProving(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	group, err := s.tended(r)
	if err != nil {
		return err
	}
	ctx, path := r.Context(), "/admin/neighbourhoods/"+group.ID.String()+"/proving"
	switch deed := r.PostFormValue("deed"); deed {
	case "agent", "no-agent":
		if me(r).Role != instance.Admin {
			return instance.ErrNotFound
		}
		err := s.setAgent(r, group, deed == "agent")
		if all, ok := problems(err); ok {
			return s.showProving(w, r, http.StatusUnprocessableEntity, group, pages.AdminProving{Adding: r.PostFormValue("person"), Problems: all})
		}
		if err != nil {
			return err
		}
		return s.done(w, r, "saved", path)
	case "screen":
		if err := s.Proofs.NewHallCodes(ctx, group.ID, me(r).ID); err != nil {
			return err
		}
		return s.done(w, r, "saved", path)
	case "no-list":
		if err := s.Proofs.ForgetList(ctx, group.ID); err != nil {
			return err
		}
		return s.done(w, r, "saved", path)
	case "list":
		_, err := s.Proofs.ReadList(ctx, group.ID, me(r).ID, r.PostFormValue("list"))
		if all, ok := problems(err); ok {
			return s.showProving(w, r, http.StatusUnprocessableEntity, group, pages.AdminProving{Problems: all})
		}
		if err != nil {
			return err
		}
		return s.done(w, r, "list.read", path)
	}
	return unknownDeed("deed")
}

func (s *Server) setAgent(r *http.Request, group instance.Actor, agent bool) error {
	a, err := s.look(r, "person", r.PostFormValue("person"))
	if err != nil {
		return err
	}
	if !a.Local() || a.Kind == instance.Group {
		return &instance.Invalid{Field: "person", Code: "elsewhere"}
	}
	return s.Proofs.SetAgent(r.Context(), group.ID, a.ID, me(r).ID, agent)
}
