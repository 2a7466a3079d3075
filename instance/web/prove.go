package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/places"
	"palier/instance/proofs"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/protocol/vocab"
)

// proveRoutes are the pages on which people prove where they live.
func (s *Server) proveRoutes(r chi.Router) {
	s.vouchRoutes(r)
	s.hallRoutes(r)
	s.councilRoutes(r)
	r.Get("/prove", s.signedIn(s.getProve))
	r.Get("/prove/seen/{id:[0-9]+}", s.signedIn(s.getProof))
	r.Get("/prove/letter", s.signedIn(s.getLetter))
	r.Post("/prove/letter", s.signedIn(s.askLetter))
	r.Get("/prove/code", s.signedIn(s.getLetterCode))
	r.Post("/prove/code", s.signedIn(s.useLetterCode))
	r.Get("/prove/desk", s.signedIn(s.getDeskNumber))
	r.Get("/desk", s.signedIn(s.getDesk))
	r.Post("/desk", s.signedIn(s.findVisitor))
	r.Post("/desk/see", s.signedIn(s.seeDocument))
	r.Get("/desk/{id:[0-9]+}/undo", s.signedIn(s.getUndoDocument))
	r.Post("/desk/{id:[0-9]+}/undo", s.signedIn(s.undoDocument))
}

// getProve shows what was seen of where somebody lives, and what more they can
// show.
func (s *Server) getProve(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	homes, err := s.provenHomes(ctx, me(r).ID)
	if err != nil {
		return err
	}
	// Whoever is verified in a house or a neighbourhood is so in all it lies in,
	// and has nothing more to show there.
	inner := visitOf(r).viewer.Inner
	for i, h := range homes {
		if h.Standing != view.Verified && slices.ContainsFunc(inner, func(id instance.ActorID) bool { return id.String() == h.ID }) {
			homes[i].Standing, homes[i].Within, homes[i].Routes = view.Verified, true, nil
		}
	}
	desks, err := s.Proofs.Desks(ctx, me(r).ID)
	if err != nil {
		return err
	}
	p := pages.Prove{Homes: homes, Desk: len(desks) > 0}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// provenHomes are the places of a person with what was seen, as they see it.
func (s *Server) provenHomes(ctx context.Context, person instance.ActorID) ([]view.ProvenHome, error) {
	residences, err := s.Places.Residences(ctx, person)
	if err != nil {
		return nil, err
	}
	all, err := s.Proofs.Of(ctx, person)
	if err != nil {
		return nil, err
	}
	terms, err := s.Proofs.Terms(ctx, person)
	if err != nil {
		return nil, err
	}
	var homes []view.ProvenHome
	for _, h := range residences {
		home := view.ProvenHome{
			PlaceLine: view.PlaceLine{Person: personView(s.Site, h.Place), Level: view.Level(h.Place.Level)},
			Standing:  view.Standing(h.Standing), Routes: s.routesFor(h.Place),
		}
		for _, p := range all {
			if p.Place == h.Place.ID && p.Counts(s.Now()) {
				home.Proofs = append(home.Proofs, s.proofView(p, home.Person, nil))
			}
		}
		for _, t := range terms {
			if t.Place == h.Place.ID {
				home.Term = &view.Term{Reason: t.Reason, Due: t.DueAt}
			}
		}
		homes = append(homes, home)
	}
	return homes, nil
}

// routesFor are the routes by which one can prove to live in a place.
func (s *Server) routesFor(place instance.Actor) []string {
	routes := []string{"letter", "desk"}
	switch {
	case place.Level.House():
		routes = []string{"letter", "neighbours", "hall", "list", "desk"}
	case place.Level == vocab.LevelNeighbourhood:
		routes = []string{"letter", "neighbours", "desk"}
	}
	if s.Council != nil {
		routes = append(routes, "council")
	}
	return routes
}

// proofView is a proof as a page shows it, with who saw it where the reader may
// know.
func (s *Server) proofView(p proofs.Proof, place view.Person, by *instance.Actor) view.Proof {
	shown := view.Proof{
		ID: p.ID.String(), Route: string(p.Route), Place: place, Seen: p.SeenAt, Expires: p.ExpiresAt,
		Revoked: p.RevokedAt, Reason: p.Reason, Counts: p.Counts(s.Now()), Strong: p.Route.Strong(),
	}
	if p.Route == proofs.Desk {
		shown.Document = p.Document
	}
	if by != nil && by.ID != 0 {
		who := personView(s.Site, *by)
		shown.By = &who
	}
	return shown
}

// actorsOf are the people and places that proofs are about, and who saw them.
func (s *Server) actorsOf(ctx context.Context, all []proofs.Proof) (map[instance.ActorID]instance.Actor, error) {
	var ids []instance.ActorID
	for _, p := range all {
		ids = append(ids, p.Person, p.Place, p.SeenBy)
	}
	return s.Proofs.Actors(ctx, ids)
}

// provingAt is the place that a form or an address is about: one of those where
// the one who asks says that they live, the narrowest if none is named.
func (s *Server) provingAt(r *http.Request) (places.Residence, pages.ProveAt, error) {
	residences, err := s.Places.Residences(r.Context(), me(r).ID)
	if err != nil {
		return places.Residence{}, pages.ProveAt{}, err
	}
	in := r.FormValue("in")
	for _, h := range residences {
		if in == "" || h.Place.ID.String() == in {
			return h, pages.ProveAt{In: h.Place.ID.String(), Place: personView(s.Site, h.Place)}, nil
		}
	}
	return places.Residence{}, pages.ProveAt{}, instance.ErrNotFound
}

// slowCodes turns away whoever tries codes of many people from one address.
func (s *Server) slowCodes(r *http.Request) error {
	if wait, ok := s.codes.Allow(auth.From(r)); !ok {
		return &auth.TooFast{Wait: wait}
	}
	return nil
}

// proved leads to the page about what was seen.
func (s *Server) proved(w http.ResponseWriter, r *http.Request, p proofs.Proof) error {
	SeeOther(w, r, "/prove/seen/"+p.ID.String())
	return nil
}

// getProof says what was seen, by whom, and until when it counts.
func (s *Server) getProof(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	proof, err := s.Proofs.ByID(ctx, me(r).ID, id)
	if err != nil {
		return err
	}
	who, err := s.actorsOf(ctx, []proofs.Proof{proof})
	if err != nil {
		return err
	}
	standing, err := s.Places.Standing(ctx, proof.Place, me(r).ID)
	if err != nil {
		return err
	}
	var by *instance.Actor
	if agent := who[proof.SeenBy]; proof.Route == proofs.Desk {
		by = &agent
	}
	p := pages.ProveSeen{Proof: s.proofView(proof, personView(s.Site, who[proof.Place]), by), Standing: view.Standing(standing)}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getLetter is where somebody asks for a letter with a code.
func (s *Server) getLetter(w http.ResponseWriter, r *http.Request) error {
	h, at, err := s.provingAt(r)
	if err != nil {
		return err
	}
	p := pages.ProveLetter{ProveAt: at, Name: fullName(me(r))}
	if p.Address, err = s.addressAt(r.Context(), me(r).ID, h.Place.ID); err != nil {
		return err
	}
	return s.showLetter(w, r, http.StatusOK, h, p)
}

// addressAt is the address that somebody gave for a place, empty if they gave
// none.
func (s *Server) addressAt(ctx context.Context, person, place instance.ActorID) (string, error) {
	all, err := s.Homes.Of(ctx, person)
	if err != nil {
		return "", err
	}
	for _, h := range all {
		if h.Former.IsZero() && h.Group == place && h.Label != "" {
			return strings.TrimPrefix(h.Door+"\n"+h.Label, "\n"), nil
		}
	}
	return "", nil
}

func (s *Server) showLetter(w http.ResponseWriter, r *http.Request, status int, h places.Residence, p pages.ProveLetter) (err error) {
	if p.Asked, err = s.Proofs.AskedLetter(r.Context(), h.Place.ID, me(r).ID); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// askLetter has a letter sent. The answer is the same for every address
// (security.md G03).
func (s *Server) askLetter(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	h, at, err := s.provingAt(r)
	if err != nil {
		return err
	}
	to := proofs.Envelope{Name: r.PostFormValue("name"), Address: strings.ReplaceAll(r.PostFormValue("address"), "\r\n", "\n")}
	err = s.Proofs.AskLetter(r.Context(), h.Place.ID, me(r).ID, to)
	if all, ok := problems(err); ok {
		at.Problems = all
		return s.showLetter(w, r, http.StatusUnprocessableEntity, h, pages.ProveLetter{ProveAt: at, Name: to.Name, Address: to.Address})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "letter.asked", "/prove/letter?in="+at.In)
}

// getLetterCode is where somebody types the code of a letter.
func (s *Server) getLetterCode(w http.ResponseWriter, r *http.Request) error {
	return s.showLetterCode(w, r, http.StatusOK, nil)
}

func (s *Server) showLetterCode(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, status, pages.ProveCode{Frame: f, Problems: all})
}

// useLetterCode proves with it where they live.
func (s *Server) useLetterCode(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := s.slowCodes(r); err != nil {
		return err
	}
	p, err := s.Proofs.UseLetter(r.Context(), me(r).ID, r.PostFormValue("code"))
	if all, ok := problems(err); ok {
		return s.showLetterCode(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	return s.proved(w, r, p)
}
