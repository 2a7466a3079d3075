package servertest

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"palier/federation/signature"
	"palier/protocol/as2"
	"palier/protocol/jrd"
	"palier/protocol/vocab"
)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /.well-known/webfinger", s.webfinger)
	mux.HandleFunc("GET /users/{name}", s.actor)
	mux.HandleFunc("GET /o/{id}", s.post)
	mux.HandleFunc("GET /o/{id}/replies", s.list)
	mux.HandleFunc("GET /{page}", func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.PathValue("page"), "@") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, "<!doctype html><title>%s</title>", r.PathValue("page"))
	})
	mux.HandleFunc("POST /inbox", s.inbox)
	mux.HandleFunc("POST /users/{name}/inbox", s.inbox)
	mux.HandleFunc("POST /post", s.publish)
	return mux
}

func (s *Server) webfinger(w http.ResponseWriter, r *http.Request) {
	h, err := jrd.ParseHandle(r.URL.Query().Get("resource"))
	if err != nil || "http://"+h.Host != s.URL {
		http.NotFound(w, r)
		return
	}
	body, err := jrd.ForActor(h, s.Actor(h.Name), "", "").Encode()
	write(w, jrd.MediaType, body, err)
}

func (s *Server) actor(w http.ResponseWriter, r *http.Request) {
	id := s.Actor(r.PathValue("name"))
	key, err := s.keyOf(id)
	if err != nil {
		write(w, "", nil, err)
		return
	}
	pem, err := key.Public().MarshalPEM()
	if err != nil {
		write(w, "", nil, err)
		return
	}
	body, err := as2.Encode(as2.Actor{
		Context: vocab.ActorContext(), ID: id, Type: as2.TypePerson, PreferredUsername: r.PathValue("name"),
		Inbox: id + "/inbox", Outbox: id + "/outbox", Followers: id + "/followers", SharedInbox: s.URL + "/inbox",
		PublicKeys: []as2.PublicKey{{ID: key.ID, Owner: id, PEM: pem}},
	})
	write(w, as2.MediaType, body, err)
}

func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	id := s.URL + "/o/" + r.PathValue("id")
	body, err := as2.Encode(as2.Note{Context: vocab.PostContext(), ID: id, Type: as2.TypeNote, Replies: as2.IRI(id + "/replies")})
	write(w, as2.MediaType, body, err)
}

// perPage is how many notes a page of the list holds.
const perPage = 20

// list answers for the collection of notes, which is the same for every post.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	ids := s.notes.ids
	s.mu.Unlock()
	at := s.URL + r.URL.Path
	c := as2.Collection{Context: vocab.PlainContext(), ID: at, Type: as2.TypeOrderedCollection, First: as2.IRI(at + "?from=0")}
	if q := r.URL.Query().Get("from"); q != "" {
		from, err := strconv.Atoi(q)
		if err != nil || from < 0 || from > len(ids) {
			http.NotFound(w, r)
			return
		}
		c = as2.Collection{Context: vocab.PlainContext(), ID: at + "?from=" + q, Type: as2.TypeOrderedCollectionPage, PartOf: at}
		end := min(from+perPage, len(ids))
		for _, id := range ids[from:end] {
			c.Items = append(c.Items, as2.IRI(id))
		}
		if end < len(ids) {
			c.Next = as2.IRI(at + "?from=" + strconv.Itoa(end))
		}
	} else {
		n := len(ids)
		c.Total = &n
	}
	body, err := as2.Encode(c)
	write(w, as2.MediaType, body, err)
}

func write(w http.ResponseWriter, mediaType string, body []byte, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	_, _ = w.Write(body)
}

func (s *Server) inbox(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a, err := read(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	v, err := s.verifier.Verify(r, body)
	if err == nil && v.Owner != a.Actor {
		err = signature.ErrOwners
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	switch a.Type {
	case as2.TypeCreate:
		err = s.keep(a.Object().IRI)
	case as2.TypeFollow:
		s.follow(a)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func read(body []byte) (as2.Activity, error) {
	o, err := as2.Parse(body)
	if err != nil {
		return as2.Activity{}, err
	}
	return as2.ReadActivity(o)
}

func (s *Server) keep(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts++
	if s.o.Lose > 0 && s.posts%s.o.Lose == 0 {
		return nil
	}
	return s.notes.add(id)
}

// publish posts to the followers of whoever is named, before it answers.
func (s *Server) publish(w http.ResponseWriter, r *http.Request) {
	by := s.Actor(strings.TrimPrefix(r.URL.Query().Get("in"), "@"))
	if err := s.spread(r.Context(), by); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = fmt.Fprintf(w, "1\t%s/o/1\n", s.URL)
}
