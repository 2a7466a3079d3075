package activitypub

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/federation/client"
	"palier/federation/discovery"
	"palier/instance"
	"palier/instance/actors"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/protocol/as2"
	"palier/specs"
)

// Routes adds what other servers read to r. Pages for people are elsewhere; who
// asks for one at an id is sent there.
func (s *Service) Routes(r chi.Router) {
	about := discovery.NewSite(discovery.SiteOptions{
		Base: s.site.Base(), Actor: s.site.ServerActor(), Subjects: subjects{s}, About: about{s}, Now: s.now,
		Subscribe: s.site.Base() + "/follow?uri={uri}",
	})
	about.Mount(func(pattern string, h http.Handler) { r.Handle(pattern, h) })
	r.Get("/ns/v1.jsonld", s.getContext)
	r.Method(http.MethodPost, "/inbox", s.inbox)
	r.Method(http.MethodPost, "/actor/inbox", s.inbox)
	r.Get("/actor/outbox", s.answers(s.getServerOutbox))
	r.Get("/u/{id}", s.answers(s.getActor))
	r.Get("/g/{name}", s.answers(s.getActor))
	for _, kind := range []string{"/u/{id}", "/g/{name}"} {
		r.Method(http.MethodPost, kind+"/inbox", s.inbox)
		r.Get(kind+"/outbox", s.answers(s.getOutbox))
		r.Get(kind+"/followers", s.answers(s.getFollowers))
		r.Get(kind+"/following", s.answers(s.getFollowing))
		r.Get(kind+"/featured", s.answers(s.getFeatured))
	}
	s.housingRoutes(r)
	r.Get("/g/{name}/moderators", s.answers(s.getModerators))
	r.Get("/o/{id}", s.answers(s.getPost))
	r.Get("/o/{id}/replies", s.answers(s.getReplies))
	r.Get("/t/{id}", s.answers(s.getThread))
	r.Get("/a/{id}", s.answers(s.getActivity))
	r.Get("/a/{id}/whole", s.answers(s.getActivity))
}

// answer is a document, or where to go instead.
type answer struct {
	body    []byte
	page    string // for browsers
	private bool   // for this reader only
	gone    bool   // body is a Tombstone
}

// answers makes a handler of what finds a document. What is not there and what
// is not for this reader get the very same answer (security.md C12).
func (s *Service) answers(find func(*http.Request) (answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept, Signature")
		a, err := find(r)
		switch {
		case errors.Is(err, instance.ErrNotFound):
			problem(w, http.StatusNotFound, "not_found", "There is nothing here that you may have.")
			return
		case errors.Is(err, instance.ErrGone):
			problem(w, http.StatusGone, "gone", "It was here and will not come back.")
			return
		case errors.Is(err, store.ErrUnavailable):
			w.Header().Set("Retry-After", "10")
			problem(w, http.StatusServiceUnavailable, "unavailable", "Come back in a moment.")
			return
		case err != nil:
			s.log.Error("answer a server", "path", r.URL.Path, "error", err)
			problem(w, http.StatusInternalServerError, "internal", "Something went wrong here; it was noted.")
			return
		}
		if a.page != "" && wantsPage(r) {
			http.Redirect(w, r, a.page, http.StatusSeeOther)
			return
		}
		h := w.Header()
		h.Set("Content-Type", as2.MediaType)
		h.Set("X-Content-Type-Options", "nosniff")
		if a.private {
			h.Set("Cache-Control", "private, no-store")
		} else {
			h.Set("Cache-Control", "public, max-age=60")
		}
		if a.gone {
			w.WriteHeader(http.StatusGone)
		}
		if _, err := w.Write(a.body); err != nil {
			s.log.Debug("reader went away", "path", r.URL.Path, "error", err)
		}
	}
}

// problem answers a machine that something is wrong: a word for the program and
// a sentence for who reads its log.
func problem(w http.ResponseWriter, status int, word, detail string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The reader may be gone; there is nobody left to tell.
	_, _ = w.Write([]byte(`{"error":"` + word + `","detail":"` + detail + `"}`))
}

// wantsPage tells whether the reader is a browser rather than a server.
func wantsPage(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "text/html") && !strings.Contains(accept, "json")
}

// getContext answers with the context that defines our terms, so that they are
// defined wherever a server of ours is.
func (s *Service) getContext(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/ld+json")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "public, max-age=86400")
	if _, err := w.Write(specs.Context); err != nil {
		s.log.Debug("reader went away", "path", r.URL.Path, "error", err)
	}
}

// actorOf returns our actor that the path names.
func (s *Service) actorOf(r *http.Request) (instance.Actor, error) {
	uri := s.site.GroupURI(chi.URLParam(r, "name"))
	if id := chi.URLParam(r, "id"); id != "" {
		n, err := instance.ParseID(id)
		if err != nil {
			return instance.Actor{}, err
		}
		uri = s.site.PersonURI(instance.ActorID(n))
	}
	a, err := actors.ByURI(r.Context(), s.db.Read(), uri)
	if err != nil {
		return a, err
	}
	if !a.DeletedAt.IsZero() {
		return a, instance.ErrGone
	}
	if !a.SuspendedAt.IsZero() || !a.Local() {
		return a, instance.ErrNotFound
	}
	return a, nil
}

func (s *Service) getActor(r *http.Request) (answer, error) {
	if kept, ok := s.documents.Get(r.URL.Path); ok && !wantsPage(r) {
		return answer{body: kept}, nil
	}
	a, err := s.actorOf(r)
	if err != nil {
		return answer{}, err
	}
	body, err := s.actorDocument(r.Context(), s.db.Read(), a)
	if err == nil {
		s.documents.Add(r.URL.Path, body)
	}
	return answer{body: body, page: a.URL}, err
}

// documentsFor is how long an actor's document is answered from memory. An edit
// on another process shows after that; one on this process at once.
const documentsFor = 20 * time.Second

func (s *Service) getPost(r *http.Request) (answer, error) {
	p, private, err := s.postFor(r, s.site.PostURI)
	if err != nil {
		return answer{}, err
	}
	if p.Gone() {
		body, err := as2.Encode(as2.Tombstone{
			Context: plain(), ID: p.URI, Type: as2.TypeTombstone, FormerType: postType(p), Deleted: goneAt(p),
		})
		return answer{body: body, gone: true}, err
	}
	body, err := as2.Encode(s.note(p))
	return answer{body: body, page: p.URL, private: private}, err
}

func goneAt(p *instance.Post) time.Time {
	if !p.DeletedAt.IsZero() {
		return p.DeletedAt
	}
	return p.RemovedAt
}

// postFor returns the post of ours that the path names, if the one who asks
// may have it: anyone an open one, its addressees a restricted one, nobody one
// that stays here.
func (s *Service) postFor(r *http.Request, uri func(instance.PostID) string) (p *instance.Post, private bool, err error) {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return nil, false, err
	}
	p, err = posts.ByURI(r.Context(), s.db.Read(), uri(instance.PostID(id)))
	if err != nil {
		return nil, false, err
	}
	switch {
	case !p.Withdrawn.IsZero(): // it may come back, and who hears of an end does not look again
		return nil, false, instance.ErrNotFound
	case !p.Local || p.Author.Gone() || !p.Leaves():
		return nil, false, instance.ErrNotFound
	case p.Audience.Open():
		return p, false, nil
	case p.Gone():
		return nil, false, instance.ErrNotFound
	}
	may, err := s.addressed(r, p)
	if err != nil {
		return nil, false, err
	}
	if !may {
		return nil, false, instance.ErrNotFound
	}
	return p, true, nil
}

// addressed tells whether a signed request comes from the server of somebody a
// restricted post is for.
func (s *Service) addressed(r *http.Request, p *instance.Post) (bool, error) {
	if r.Header.Get("Signature") == "" {
		return false, nil
	}
	verified, err := s.verifier.Verify(r, nil)
	if err != nil {
		s.log.Debug("signed fetch refused", "path", r.URL.Path, "error", err)
		return false, nil // like one that is not signed
	}
	var may bool
	err = s.db.Read().QueryRow(r.Context(), `
		SELECT EXISTS (
			SELECT 1
			  FROM actors a
			  JOIN actors signer ON signer.uri = $1 AND signer.host = a.host AND signer.suspended_at IS NULL AND signer.deleted_at IS NULL
			 WHERE a.id IN (SELECT actor_id FROM post_mentions WHERE post_id = $2)
			    OR $3 AND a.id IN (SELECT follower_id FROM follows WHERE followee_id = $4 AND state = 'accepted'))`,
		verified.Owner, p.ID, p.Audience == instance.ToFollowers, p.Author.ID).Scan(&may)
	return may, err
}

// stands holds for activities c that are not about a post that is gone; its end
// may be read for good, and so may an Announce that names no more than its id.
const stands = `(c.kind IN ('Delete', 'Undo') OR NOT EXISTS (
	SELECT 1 FROM posts p WHERE p.id = c.post_id AND (p.deleted_at IS NOT NULL OR p.removed_at IS NOT NULL)))`

func (s *Service) getActivity(r *http.Request) (answer, error) {
	if _, err := instance.ParseID(chi.URLParam(r, "id")); err != nil {
		return answer{}, err
	}
	var body string
	err := s.db.Read().QueryRow(r.Context(), `
		SELECT c.body
		  FROM activities c JOIN actors a ON a.id = c.actor_id
		 WHERE c.uri = $1 AND c.public AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND (c.kind = 'Announce' AND c.listed OR `+stands+`)`, s.site.Base()+r.URL.Path).Scan(&body)
	if errors.Is(err, store.ErrNoRows) {
		return answer{}, instance.ErrNotFound
	}
	return answer{body: []byte(body)}, err
}

// Fetch dereferences a document of another server, signed by the server's own
// actor. It is for those who need one outside of what comes in.
func (s *Service) Fetch(ctx context.Context, uri string) (client.Fetched, error) {
	return s.client.Document(ctx, uri)
}
