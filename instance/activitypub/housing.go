package activitypub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/federation/client"
	"palier/federation/inbox"
	"palier/federation/signature"
	"palier/instance"
	"palier/instance/housing"
	"palier/instance/moderation"
	"palier/instance/store"
	"palier/protocol/as2"
	"palier/protocol/ledger"
	"palier/protocol/origin"
	"palier/protocol/twins"
	"palier/protocol/vocab"
)

// Housing is what programmes of homes do about what other servers say.
type Housing interface {
	// FollowedIn takes an ask to see the homes of a programme, and tells whether
	// it was one.
	FollowedIn(ctx context.Context, tx store.Tx, from, to instance.Actor, uri string) (bool, error)
	// UnfollowedIn takes the end of such an ask.
	UnfollowedIn(ctx context.Context, tx store.Tx, from instance.Actor, uri, programme string) (bool, error)
	// AnsweredIn takes an answer to an ask of ours.
	AnsweredIn(ctx context.Context, tx store.Tx, from instance.Actor, uri, programme string, yes bool) (bool, error)
	// ToldIn keeps what a partner tells of a home.
	ToldIn(ctx context.Context, tx store.Tx, from instance.Actor, o *as2.Object) error
	// TakenBackIn forgets a home.
	TakenBackIn(ctx context.Context, tx store.Tx, from instance.Actor, uri string) (bool, error)

	// Home, Ledger and Hear answer a server whose Group may see a home, and
	// return [instance.ErrNotFound] to every other.
	Home(ctx context.Context, signer, home string) ([]byte, error)
	Ledger(ctx context.Context, signer, home string, after int) ([]byte, error)
	Visited(ctx context.Context, signer, home string) ([]byte, error)
	// Pictures answers a Group to which beds are granted in a home, and no other.
	Pictures(ctx context.Context, signer, home string, id instance.ID, piece int) ([]byte, error)
	Hear(ctx context.Context, signer, home string, statement []byte) (housing.Answer, error)
	// Received keeps a file for a programme of ours, and signs for it.
	Received(ctx context.Context, signer, group string, p housing.Parcel) ([]byte, error)
	// TwinsFor and AnswerTwin answer a Group that may see the homes of a programme
	// of ours whether it lists one of them too.
	TwinsFor(ctx context.Context, signer, group string) (housing.Twins, error)
	AnswerTwin(ctx context.Context, signer, group string, question []byte) ([]byte, error)
	// DeskOf is what a programme of ours says of itself.
	DeskOf(ctx context.Context, group string) (housing.Desk, error)
}

// housingRoutes are what partners read and say about homes. To everyone else
// each of them is not there, whatever is.
func (s *Service) housingRoutes(r chi.Router) {
	r.Get("/h/{id}", s.answers(s.getHome))
	r.Get("/h/{id}/ledger", s.dated(s.getLedger))
	r.Get("/h/{id}/visited", s.getVisited)
	r.Get("/h/{id}/photographs", s.getPictures)
	r.Get("/h/{id}/photographs/{photograph}/{piece}", s.getPictures)
	r.Post("/h/{id}/ledger", s.dated(s.postLedger))
	r.Get("/g/{name}/desk", s.getDesk)
	r.Post("/g/{name}/files", s.dated(s.postFile))
	r.Get("/g/{name}/twins", s.getTwins)
	r.Post("/g/{name}/twins", s.postTwins)
}

// partner returns who signed a request. It returns [instance.ErrNotFound] for
// one that nobody signed, or a server that is shut out: it looks like any that
// may not see what it asks for (security.md C12).
func (s *Service) partner(r *http.Request, body []byte) (string, error) {
	if r.Header.Get("Signature") == "" {
		return "", instance.ErrNotFound
	}
	verified, err := s.verifier.Verify(r, body)
	if err != nil {
		s.log.Debug("a request about a home was refused", "error", err)
		return "", instance.ErrNotFound
	}
	host, _ := hostOf(verified.Owner)
	severity, err := s.nouns.Moderation.Severity(r.Context(), s.db.Read(), host)
	if err == nil && severity == moderation.Suspended {
		err = instance.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	if _, ok := s.partners.Take(host, s.now()); !ok {
		return "", fmt.Errorf("requests about homes from %s: %w", host, instance.ErrTooMany)
	}
	return verified.Owner, nil
}

func (s *Service) homeURI(r *http.Request) (string, error) {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	return s.site.HomeURI(id), err
}

func (s *Service) getHome(r *http.Request) (answer, error) {
	home, err := s.homeURI(r)
	if err != nil {
		return answer{}, err
	}
	signer, err := s.partner(r, nil)
	if err != nil {
		return answer{}, err
	}
	body, err := s.nouns.Housing.Home(r.Context(), signer, home)
	return answer{body: body, private: true}, err
}

// toPartner answers what is shown of a home to the programme that signed a request.
func (s *Service) toPartner(w http.ResponseWriter, r *http.Request, show func(signer, home string) ([]byte, error)) {
	s.private(w, r, func() (int, []byte, error) {
		home, err := s.homeURI(r)
		if err != nil {
			return 0, nil, err
		}
		signer, err := s.partner(r, nil)
		if err != nil {
			return 0, nil, err
		}
		body, err := show(signer, home)
		return http.StatusOK, body, err
	})
}

func (s *Service) getLedger(w http.ResponseWriter, r *http.Request) {
	s.toPartner(w, r, func(signer, home string) ([]byte, error) {
		after, err := strconv.Atoi(r.URL.Query().Get("after"))
		if err != nil {
			after = 0
		}
		return s.nouns.Housing.Ledger(r.Context(), signer, home, after)
	})
}

// getVisited shows partners that a home was visited, as long as that holds.
func (s *Service) getVisited(w http.ResponseWriter, r *http.Request) {
	s.toPartner(w, r, func(signer, home string) ([]byte, error) { return s.nouns.Housing.Visited(r.Context(), signer, home) })
}

// getPictures shows a partner to which beds are granted in a home its photographs,
// encrypted, one piece after another.
func (s *Service) getPictures(w http.ResponseWriter, r *http.Request) {
	s.toPartner(w, r, func(signer, home string) (body []byte, err error) {
		var id instance.ID
		piece := 0
		if text := chi.URLParam(r, "photograph"); text != "" {
			if id, err = instance.ParseID(text); err != nil || id == 0 {
				return nil, instance.ErrNotFound
			}
			if piece, err = strconv.Atoi(chi.URLParam(r, "piece")); err != nil {
				return nil, instance.ErrNotFound
			}
		}
		return s.nouns.Housing.Pictures(r.Context(), signer, home, id, piece)
	})
}

// mostSaid is more than any statement has.
const mostSaid = 16 << 10

func (s *Service) postLedger(w http.ResponseWriter, r *http.Request) {
	s.private(w, r, func() (int, []byte, error) {
		home, err := s.homeURI(r)
		if err != nil {
			return 0, nil, err
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostSaid))
		if err != nil {
			return 0, nil, fmt.Errorf("read a statement: %w", instance.ErrNotFound)
		}
		signer, err := s.partner(r, body)
		if err != nil {
			return 0, nil, err
		}
		a, err := s.nouns.Housing.Hear(r.Context(), signer, home, body)
		if a.Refusal != nil {
			return http.StatusConflict, a.Refusal, err
		}
		return http.StatusOK, a.Page, err
	})
}

// postFile takes a file from a caseworker of a partner. What is in it is not to
// be read here.
func (s *Service) postFile(w http.ResponseWriter, r *http.Request) {
	s.private(w, r, func() (int, []byte, error) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2*housing.MostParcel))
		if err != nil {
			return 0, nil, fmt.Errorf("read a file: %w", instance.ErrNotFound)
		}
		signer, err := s.partner(r, body)
		if err != nil {
			return 0, nil, err
		}
		var p housing.Parcel
		if err := json.Unmarshal(body, &p); err != nil {
			return 0, nil, fmt.Errorf("read a file: %w", instance.ErrNotFound)
		}
		receipt, err := s.nouns.Housing.Received(r.Context(), signer, s.site.GroupURI(chi.URLParam(r, "name")), p)
		return http.StatusOK, receipt, err
	})
}

// Send brings a file to a programme elsewhere. It is [housing.Wire].
func (s *Service) Send(ctx context.Context, as instance.Actor, group string, p housing.Parcel) ([]byte, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return s.speak(ctx, as, group+"/files", body, "send a file to "+group)
}

// speak brings something to a partner, and returns what it answers. It returns
// [instance.ErrNotFound] if there is nothing for us, and [instance.ErrUnreachable]
// for any other answer than yes.
func (s *Service) speak(ctx context.Context, as instance.Actor, to string, body []byte, deed string) ([]byte, error) {
	sign, err := s.signAs(ctx, as, signature.DigestOf(body))
	if err != nil {
		return nil, err
	}
	r, err := s.client.Speak(ctx, to, body, sign)
	switch {
	case err != nil:
		return nil, errors.Join(instance.ErrUnreachable, err)
	case r.Status == http.StatusOK && r.Body != nil:
		return r.Body, nil
	case r.Status == http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", deed, instance.ErrNotFound)
	}
	return nil, fmt.Errorf("%s: answered %d: %w", deed, r.Status, instance.ErrUnreachable)
}

// twinsJSON is what a programme shows its partners of its homes.
type twinsJSON struct {
	Key  string   `json:"key"`
	Tags []string `json:"tags"`
}

func (s *Service) getTwins(w http.ResponseWriter, r *http.Request) {
	s.private(w, r, func() (int, []byte, error) {
		signer, err := s.partner(r, nil)
		if err != nil {
			return 0, nil, err
		}
		t, err := s.nouns.Housing.TwinsFor(r.Context(), signer, s.site.GroupURI(chi.URLParam(r, "name")))
		if err != nil {
			return 0, nil, err
		}
		j := twinsJSON{Key: t.Public, Tags: make([]string, len(t.Tags))}
		for i, tag := range t.Tags {
			j.Tags[i] = tag.String()
		}
		body, err := json.Marshal(j)
		return http.StatusOK, body, err
	})
}

// mostAsked is more than a question about a home has.
const mostAsked = 1 << 10

func (s *Service) postTwins(w http.ResponseWriter, r *http.Request) {
	s.private(w, r, func() (int, []byte, error) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostAsked))
		if err != nil {
			return 0, nil, fmt.Errorf("read a question: %w", instance.ErrNotFound)
		}
		signer, err := s.partner(r, body)
		if err != nil {
			return 0, nil, err
		}
		answer, err := s.nouns.Housing.AnswerTwin(r.Context(), signer, s.site.GroupURI(chi.URLParam(r, "name")), body)
		return http.StatusOK, answer, err
	})
}

// Twins asks a programme elsewhere for the tags of its homes. It is
// [housing.Wire].
func (s *Service) Twins(ctx context.Context, as instance.Actor, group string) (housing.Twins, error) {
	var t housing.Twins
	sign, err := s.signAs(ctx, as, signature.Digest{})
	if err != nil {
		return t, err
	}
	f, err := s.client.JSONAs(ctx, group+"/twins", sign)
	if err != nil {
		return t, outcome(err)
	}
	var j twinsJSON
	if err := json.Unmarshal(f.Body, &j); err != nil || !origin.Same(f.URL, group) {
		return t, fmt.Errorf("tags of %s: %w", group, errors.Join(instance.ErrUnreachable, err))
	}
	t.Public, t.Tags = j.Key, make([]twins.Tag, len(j.Tags))
	for i, word := range j.Tags {
		if t.Tags[i], err = twins.ParseTag(word); err != nil {
			return t, fmt.Errorf("tags of %s: %w", group, errors.Join(instance.ErrUnreachable, err))
		}
	}
	return t, nil
}

// Question asks a programme elsewhere for the tag of a home that the question
// hides. It is [housing.Wire].
func (s *Service) Question(ctx context.Context, as instance.Actor, group string, question []byte) ([]byte, error) {
	return s.speak(ctx, as, group+"/twins", question, "ask "+group+" about a home")
}

// private answers one server alone.
func (s *Service) private(w http.ResponseWriter, r *http.Request, find func() (int, []byte, error)) {
	h := w.Header()
	h.Set("Vary", "Accept, Signature")
	h.Set("Cache-Control", "private, no-store")
	status, body, err := find()
	switch {
	case errors.Is(err, instance.ErrNotFound):
		h.Del("Cache-Control")
		problem(w, http.StatusNotFound, "not_found", "There is nothing here that you may have.")
		return
	case errors.Is(err, instance.ErrTooMany):
		h.Set("Retry-After", "60")
		problem(w, http.StatusTooManyRequests, "too_many", "Your server asks too often. Nothing was held by this request.")
		return
	case errors.Is(err, instance.ErrInvalid):
		problem(w, http.StatusBadRequest, "statement_malformed", "This is no statement in its one form.")
		return
	case err != nil:
		if !errors.Is(err, store.ErrUnavailable) {
			s.log.Error("answer a partner", "path", r.URL.Path, "error", err)
		}
		h.Set("Retry-After", "10")
		problem(w, http.StatusServiceUnavailable, "unavailable", "Nothing was held. Come back in a moment.")
		return
	}
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.log.Debug("reader went away", "path", r.URL.Path, "error", err)
	}
}

// deskJSON is what a programme says of itself to anyone.
type deskJSON struct {
	Group     string `json:"group"`
	Profile   string `json:"profile"`
	Recipient string `json:"recipient"`
	Seal      string `json:"seal"`
}

func (s *Service) getDesk(w http.ResponseWriter, r *http.Request) {
	d, err := s.nouns.Housing.DeskOf(r.Context(), s.site.GroupURI(chi.URLParam(r, "name")))
	if errors.Is(err, instance.ErrNotFound) {
		problem(w, http.StatusNotFound, "not_found", "There is nothing here that you may have.")
		return
	}
	var body []byte
	if err == nil {
		body, err = json.Marshal(deskJSON{d.Group, vocab.Housing1, d.Recipient, string(d.Seal)})
	}
	if err != nil {
		s.log.Error("answer with a desk", "path", r.URL.Path, "error", err)
		problem(w, http.StatusInternalServerError, "internal", "Something went wrong here; it was noted.")
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "public, max-age=60")
	if _, err := w.Write(body); err != nil {
		s.log.Debug("reader went away", "path", r.URL.Path, "error", err)
	}
}

// Desk asks the server of a Group what it says of itself as a programme. It is
// [housing.Wire].
func (s *Service) Desk(ctx context.Context, group string) (housing.Desk, error) {
	f, err := s.client.Document(ctx, group)
	if err != nil {
		return housing.Desk{}, outcome(err)
	}
	o, err := as2.Parse(f.Body)
	if err != nil {
		return housing.Desk{}, errors.Join(instance.ErrNotFound, err)
	}
	a, err := as2.ReadActor(o)
	if err != nil || a.ID != group || !origin.Same(f.URL, group) {
		return housing.Desk{}, fmt.Errorf("desk of %s: %w", group, errors.Join(instance.ErrNotFound, err))
	}
	if !vocab.Implements(a, vocab.KeepsHousing1) {
		return housing.Desk{Group: group}, nil
	}
	at := group + "/desk"
	if f, err = s.client.JSON(ctx, at, "application/json"); err != nil {
		return housing.Desk{}, outcome(err)
	}
	var d deskJSON
	if err := json.Unmarshal(f.Body, &d); err != nil || d.Group != group || d.Profile != vocab.Housing1 || !origin.Same(f.URL, group) {
		return housing.Desk{}, fmt.Errorf("desk of %s: %w", group, errors.Join(instance.ErrNotFound, err))
	}
	return housing.Desk{Group: group, Seal: ledger.Seal(d.Seal), Recipient: d.Recipient, Keeps: true}, nil
}

// signAs signs requests with the key of one of our actors.
func (s *Service) signAs(ctx context.Context, a instance.Actor, digest signature.Digest) (client.Sign, error) {
	keys, err := s.keys.Of(ctx, s.db.Read(), a.ID, a.URI)
	if err != nil {
		return nil, err
	}
	return func(r *http.Request) error {
		return signature.Sign(r, keys.RSA, signature.Cavage, digest, s.now())
	}, nil
}

// believed tells apart who is not shown anything from who is not believed: a
// signature is as good as the clock it was made by. To a server whose clock is far
// from ours there is nothing, and nothing may be concluded from that.
func (s *Service) believed(theirs time.Time, err error) error {
	if off := s.now().Sub(theirs).Abs(); theirs.IsZero() || off <= ledger.Skew || !errors.Is(err, instance.ErrNotFound) {
		return err
	}
	return fmt.Errorf("it is %s there: %w", theirs.UTC().Format(time.RFC3339), errors.Join(instance.ErrUnreachable, instance.ErrClocks))
}

// dated says what time it is here, whatever else is answered.
func (s *Service) dated(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
		h(w, r)
	}
}

// Say brings a statement to who keeps the ledger of a home. It is
// [housing.Wire].
func (s *Service) Say(ctx context.Context, as instance.Actor, home string, statement []byte) (housing.Answer, error) {
	sign, err := s.signAs(ctx, as, signature.DigestOf(statement))
	if err != nil {
		return housing.Answer{}, err
	}
	r, err := s.client.Speak(ctx, home+"/ledger", statement, sign)
	switch {
	case err != nil:
		return housing.Answer{}, errors.Join(instance.ErrUnreachable, err)
	case r.Status == http.StatusOK && r.Body != nil:
		return housing.Answer{Page: r.Body}, nil
	case r.Status == http.StatusConflict && r.Body != nil:
		return housing.Answer{Refusal: r.Body}, nil
	case r.Status == http.StatusNotFound:
		return housing.Answer{}, fmt.Errorf("say something about %s: %w", home, s.believed(r.Date, instance.ErrNotFound))
	}
	return housing.Answer{}, fmt.Errorf("say something about %s: answered %d: %w", home, r.Status, instance.ErrUnreachable)
}

// Entries asks for what stands in the ledger of a home after an entry. It is
// [housing.Wire].
func (s *Service) Entries(ctx context.Context, as instance.Actor, home string, after int) ([]byte, error) {
	sign, err := s.signAs(ctx, as, signature.Digest{})
	if err != nil {
		return nil, err
	}
	f, err := s.client.JSONAs(ctx, home+"/ledger?after="+strconv.Itoa(after), sign)
	if err != nil {
		var date time.Time
		if answered, ok := errors.AsType[*client.StatusError](err); ok {
			date = answered.Date
		}
		return nil, s.believed(date, outcome(err))
	}
	if !origin.Same(f.URL, home) {
		return nil, fmt.Errorf("ledger of %s: it came from elsewhere: %w", home, instance.ErrUnreachable)
	}
	return f.Body, nil
}

// Visited asks a server for what its programme signed of the visit to a home. It is
// [housing.Wire].
func (s *Service) Visited(ctx context.Context, as instance.Actor, home string) ([]byte, error) {
	return s.underHome(ctx, as, home, "/visited")
}

// Pictures asks a server which photographs a home has, or for a piece of one. It is
// [housing.Wire].
func (s *Service) Pictures(ctx context.Context, as instance.Actor, home string, id instance.ID, piece int) ([]byte, error) {
	if id == 0 {
		return s.underHome(ctx, as, home, "/photographs")
	}
	return s.underHome(ctx, as, home, "/photographs/"+id.String()+"/"+strconv.Itoa(piece))
}

// underHome asks, as a programme, for something that stands under a home.
func (s *Service) underHome(ctx context.Context, as instance.Actor, home, path string) ([]byte, error) {
	sign, err := s.signAs(ctx, as, signature.Digest{})
	if err != nil {
		return nil, err
	}
	f, err := s.client.JSONAs(ctx, home+path, sign)
	if err != nil {
		return nil, outcome(err)
	}
	if !origin.Same(f.URL, home) {
		return nil, fmt.Errorf("%s of %s: it came from elsewhere: %w", path, home, instance.ErrUnreachable)
	}
	return f.Body, nil
}

// Tell queues what a partner is told about homes, for the inbox of its Group
// alone and never a shared one, without a proof. It is [housing.Wire].
func (s *Service) Tell(ctx context.Context, tx store.Tx, w housing.Word) error {
	a, err := s.told(w)
	if err != nil {
		return fmt.Errorf("tell %s of %s: %w", w.To.URI, w.URI, err)
	}
	a.Actor, a.To = w.From.URI, []string{w.To.URI}
	out, err := s.write(ctx, tx, w.From, a, draft{})
	if err != nil {
		return err
	}
	return s.send(ctx, tx, FanOut{Sender: w.From.ID, Plain: out.id, Actors: []instance.ActorID{w.To.ID}, Own: true})
}

func (s *Service) told(w housing.Word) (as2.Activity, error) {
	id := s.site.ActivityURI(s.ids.Next())
	switch w.Kind {
	case housing.AsksToSee:
		return follow(w.URI, w.From, w.To), nil
	case housing.MaySee, housing.MayNotSee:
		asked := follow(w.URI, w.To, w.From)
		asked.Context = nil
		item, err := as2.Embed(asked)
		typ := as2.TypeReject
		if w.Kind == housing.MaySee {
			typ = as2.TypeAccept
		}
		return as2.Activity{Context: vocab.PlainContext(), ID: id, Type: typ, Objects: []as2.Item{item}}, err
	case housing.NoLonger:
		return s.undo(w.From, follow(w.URI, w.From, w.To)), nil
	case housing.Offered, housing.Changed:
		item, err := vocab.HomeItem(*w.Home)
		typ := as2.TypeUpdate
		if w.Kind == housing.Offered {
			typ = as2.TypeCreate
		}
		return as2.Activity{Context: vocab.HomeContext(), ID: id, Type: typ, Objects: []as2.Item{item}, Published: s.now().UTC()}, err
	case housing.TakenBack:
		return as2.Activity{Context: vocab.PlainContext(), ID: id, Type: as2.TypeDelete, Objects: []as2.Item{as2.IRI(w.URI)}}, nil
	}
	return as2.Activity{}, fmt.Errorf("no word for %q", w.Kind)
}

// onHome keeps a home that is told of. It never becomes a post, whoever it is
// sent to and whoever shares it.
func (s *Service) onHome(ctx context.Context, tx store.Tx, by inbox.By, o *as2.Object) error {
	if by.Group != "" {
		return fmt.Errorf("a home that %s passes on: %w", by.Group, instance.ErrForbidden)
	}
	from, err := s.actor(ctx, tx, by.Actor)
	if err != nil {
		return err
	}
	return s.nouns.Housing.ToldIn(ctx, tx, from, o)
}

// answersAsk tells whether an answer is one to an ask of ours to see homes, and
// takes it.
func (s *Service) answersAsk(ctx context.Context, tx store.Tx, d inbox.Answer, yes bool) (bool, error) {
	if d.Of.Type != "" && d.Of.Type != as2.TypeFollow {
		return false, nil
	}
	from, err := s.actor(ctx, tx, d.Actor)
	if err != nil {
		return false, err
	}
	return s.nouns.Housing.AnsweredIn(ctx, tx, from, d.Of.ID, d.Of.Actor, yes)
}
