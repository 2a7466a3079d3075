// Package activitypub is the one package that knows both our nouns and the
// wire. It turns deeds into activities and has them delivered, turns what other
// servers send into deeds, and serves our actors, posts and collections.
package activitypub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"palier/federation/client"
	"palier/federation/delivery"
	"palier/federation/discovery"
	"palier/federation/inbox"
	"palier/federation/limits"
	"palier/federation/signature"
	"palier/instance"
	"palier/instance/actors"
	"palier/instance/auth"
	"palier/instance/jobs"
	"palier/instance/moderation"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/posts"
	"palier/instance/recall"
	"palier/instance/store"
	"palier/protocol/as2"
)

// Service speaks for the instance.
type Service struct {
	db      *store.DB
	site    instance.Site
	title   string
	version string

	openToAll bool // everybody may open an account
	ids       *instance.IDs
	now       func() time.Time
	log       *slog.Logger
	jobs      *jobs.Queue
	nouns     Nouns
	delivered func(outcome string, n int) // nil if nobody counts

	keys      *Keyring
	hosts     *Hosts
	client    *client.Client
	keyCache  *signature.KeyCache
	verifier  *signature.Verifier
	memory    *signature.Memory
	courier   *delivery.Courier
	discovery *discovery.Resolver
	inbox     *inbox.Inbox
	preparer  *inbox.Preparer
	partners  *limits.Buckets // requests about homes, by the host that signs them
	handlers  inbox.Handlers[store.Tx]
	// documents holds actors' documents by path.
	documents *recall.Lately[string, []byte]

	serverOnce sync.Mutex
	serverSelf instance.Actor
}

// Nouns are the use-cases that what comes in is turned into.
type Nouns struct {
	People     *people.Service
	Places     *places.Service
	Posts      *posts.Service
	Groups     Groups
	Moderation *moderation.Service
	Events     Events
	Exchange   Exchange
	Housing    Housing
}

// Groups is what a group's own moderators may do from elsewhere.
type Groups interface {
	// RemoveIn takes a post out of a group.
	RemoveIn(ctx context.Context, tx store.Tx, by instance.ActorID, group instance.Actor, p *instance.Post, reason string) error
}

// Options are what a [Service] stands on.
type Options struct {
	DB         *store.DB
	Site       instance.Site
	Title      string // of the server
	IDs        *instance.IDs
	Now        func() time.Time
	Log        *slog.Logger
	Jobs       *jobs.Queue
	Keyring    *Keyring
	PeersAllow []netip.Prefix
	Retries    delivery.Schedule
	// Deliveries bound what goes to one registered domain, Peers what comes from
	// one server, Follows and SiteFollows the follows from one actor and from all
	// below one registered domain; a zero Limit bounds nothing.
	Deliveries, Peers, Follows, SiteFollows auth.Limit
	Version                                 string
	// OpenToAll tells that everybody may open an account.
	OpenToAll bool
	// Delivered hears how many deliveries were "delivered", are "held" to be tried
	// again, were "dropped", or lead to an inbox that is "gone". Nil is nobody.
	Delivered func(outcome string, n int)
}

// New returns a service on o. [Service.Use] gives it the nouns, which in turn
// tell it of deeds.
func New(o Options) (*Service, error) {
	s := &Service{
		db: o.DB, site: o.Site, title: o.Title, version: o.Version, openToAll: o.OpenToAll, ids: o.IDs, now: o.Now, log: o.Log, jobs: o.Jobs, keys: o.Keyring,
		delivered: o.Delivered,
		hosts:     &Hosts{db: o.DB, now: o.Now},
		documents: recall.New[string, []byte](mostKept, documentsFor, o.Now),
	}
	s.client = client.New(client.Options{
		UserAgent: "Palier/" + o.Version + " (+" + o.Site.Base() + "/)", PeersAllow: o.PeersAllow, Now: o.Now, Sign: s.signFetch,
	})
	resolver := &signature.Resolver{Dereference: s.client.Document, Local: o.Site.Owns, Learned: s.learned}
	s.keyCache = signature.NewKeyCache(signature.CacheOptions{Fetch: resolver.Fetch, Store: &RemoteKeys{db: o.DB}, Now: o.Now})
	verifier, err := signature.NewVerifier(s.keyCache, signature.Policy{Origins: []string{o.Site.Base()}, Now: o.Now})
	if err != nil {
		return nil, err
	}
	s.verifier = verifier
	s.memory = signature.NewMemory(signature.MemoryOptions{Store: s.hosts, Now: o.Now, Report: func(err error) {
		o.Log.Warn("signature memory", "error", err)
	}})
	s.courier = delivery.New(delivery.Options{
		Client: s.client, Keys: s.keys, Ledger: &Ledger{db: o.DB, ids: o.IDs}, Registry: s.hosts, Schemes: s.memory, Now: o.Now,
		Schedule: o.Retries, SiteRate: rateOf(o.Deliveries), SiteBurst: max(1, o.Deliveries.Burst),
	})
	s.discovery = discovery.New(discovery.Options{Client: s.client, Local: o.Site.Owns, Now: o.Now})
	s.preparer = inbox.NewPreparer(inbox.PrepareOptions{
		Lookup: s.discovery, Stored: stored{s}, Keys: s.keyCache, Policy: policy{s}, Local: o.Site.Owns, Now: o.Now,
	})
	s.inbox = inbox.New(inbox.Options{
		Verifier: s.verifier, Keys: s.keyCache, Intake: intake{s}, Policy: policy{s}, Stored: stored{s}, Local: o.Site.Owns, Now: o.Now,
		Heard: s.heard, Lookup: s.discovery, PerHost: rateOf(o.Peers), Burst: max(1, o.Peers.Burst),
		Follows: rateOf(o.Follows), FollowBurst: max(1, o.Follows.Burst),
		SiteFollows: rateOf(o.SiteFollows), SiteFollowBurst: max(1, o.SiteFollows.Burst),
	})
	s.partners = limits.New(rateOf(o.Peers), max(1, o.Peers.Burst), mostPartners)
	s.handlers = s.newHandlers()
	jobs.Handle(o.Jobs, s.fanOut, jobs.HandleOptions{Queue: DeliveryQueue, Timeout: 5 * time.Minute})
	jobs.Handle(o.Jobs, s.refreshPoll, jobs.HandleOptions{MaxAttempts: 3})
	jobs.Handle(o.Jobs, s.drain, jobs.HandleOptions{Queue: DeliveryQueue, Timeout: 5 * time.Minute})
	jobs.Handle(o.Jobs, s.acquaint, jobs.HandleOptions{Queue: DeliveryQueue, Timeout: time.Minute})
	return s, nil
}

// mostPartners is of how many hosts it is counted how often they ask about homes.
const mostPartners = 1000

// rateOf is how many a second a limit allows in the long run.
func rateOf(l auth.Limit) rate.Limit {
	if l.Burst == 0 {
		return rate.Inf
	}
	return rate.Every(l.Every)
}

// DeliveryQueue is where deliveries wait, so that slow hosts keep no other work
// waiting.
const DeliveryQueue = "delivery"

// Use gives the service the nouns it works on. It is called once, before
// anything is served or heard.
func (s *Service) Use(n Nouns) { s.nouns = n }

// Close ends idle connections.
func (s *Service) Close() { s.client.Close() }

// learned keeps the actor that a key was fetched with, so that nobody has to
// fetch it again to know who signed.
func (s *Service) learned(ctx context.Context, o *as2.Object) {
	s.discovery.Learn(ctx, o)
	err := s.db.Joined(ctx, func(tx store.Tx) error {
		_, err := s.keepActor(ctx, tx, o)
		return err
	})
	if err != nil {
		s.log.Info("actor behind a key was not kept", "actor", o.ID(), "error", err)
	}
}

// signFetch signs a GET with the key of the server's own actor.
func (s *Service) signFetch(r *http.Request) error {
	ctx := r.Context()
	server, err := s.server(ctx)
	if err != nil {
		return err
	}
	keys, err := s.keys.Of(ctx, s.db.Read(), server.ID, server.URI)
	if err != nil {
		return err
	}
	return signature.Sign(r, keys.RSA, signature.Cavage, signature.Digest{}, s.now())
}

// server returns the server's own actor. The first time ever, it is made.
func (s *Service) server(ctx context.Context) (instance.Actor, error) {
	s.serverOnce.Lock()
	defer s.serverOnce.Unlock()
	if s.serverSelf.ID != 0 {
		return s.serverSelf, nil
	}
	uri := s.site.ServerActor()
	a, err := actors.ByURI(ctx, s.db.Read(), uri)
	if err == nil {
		s.serverSelf = a
		return a, nil
	}
	return a, fmt.Errorf("the server's own actor: %w", err)
}

// Found makes the server's own actor if there is none yet. It is called once at
// the start.
func (s *Service) Found(ctx context.Context) error {
	uri := s.site.ServerActor()
	known, err := actors.ByURIs(ctx, s.db.Read(), []string{uri})
	if err != nil || len(known) > 0 {
		return err
	}
	keep, err := s.keys.Mint()
	if err != nil {
		return err
	}
	now := s.now().UTC()
	a := instance.Actor{
		ID: instance.ActorID(s.ids.Next()), URI: uri, Kind: instance.Application, Username: s.site.Name(), Name: s.title,
		URL: s.site.Base() + "/", Inbox: uri + "/inbox", SharedInbox: s.site.Inbox(), Outbox: uri + "/outbox", CreatedAt: now, UpdatedAt: now,
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if err := actors.Save(ctx, tx, a, ""); err != nil {
			return err
		}
		return keep(ctx, tx, a)
	})
	if err != nil {
		// Another process may have been faster: then it is there.
		if known, e := actors.ByURIs(ctx, s.db.Read(), []string{uri}); e == nil && len(known) > 0 {
			return nil
		}
		if errors.Is(err, instance.ErrConflict) {
			err = s.elsewhere(ctx, err)
		}
		return fmt.Errorf("found the server's own actor: %w", err)
	}
	return nil
}

// elsewhere says at which address the server is that a database is of.
func (s *Service) elsewhere(ctx context.Context, conflict error) error {
	var base string
	err := s.db.Read().QueryRow(ctx, `SELECT url FROM actors WHERE host = '' AND kind = $1`, string(instance.Application)).Scan(&base)
	if err != nil {
		return errors.Join(conflict, err)
	}
	return fmt.Errorf("the database is that of %s, and not of %s/: %w", base, s.site.Base(), conflict)
}

// suspensions returns a question asked of many hosts, each answered once.
func (s *Service) suspensions(ctx context.Context) func(host string) (bool, error) {
	asked := map[string]bool{}
	return func(host string) (bool, error) {
		if out, ok := asked[host]; ok {
			return out, nil
		}
		severity, err := s.nouns.Moderation.Severity(ctx, s.db.Read(), host)
		asked[host] = severity == moderation.Suspended
		return asked[host], err
	}
}

// follow acts on what came of a round of deliveries: hosts that have to wait
// are drained when their time has come.
func (s *Service) follow(ctx context.Context, report delivery.Report) error {
	s.count(report)
	for _, d := range report.Dropped {
		s.log.Info("delivery given up", "host", d.Host, "activity", d.ActivityID, "reason", d.Reason)
	}
	// One transaction a host: many fan-outs end at once and name the same hosts,
	// and whoever holds one host's job must not wait for another's.
	for _, w := range report.Waiting {
		err := s.db.Joined(ctx, func(tx store.Tx) error {
			return s.jobs.Enqueue(ctx, tx, Drain{Host: w.Host}, jobs.At(w.At), jobs.Unique(w.Host))
		})
		if err != nil {
			return fmt.Errorf("have %s drained: %w", w.Host, err)
		}
	}
	for _, g := range report.Gone {
		if err := s.db.InTx(ctx, func(tx store.Tx) error { return s.endFollows(ctx, tx, g) }); err != nil {
			return err
		}
	}
	return nil
}

// endFollows ends what those behind a dead inbox follow, so that nothing more
// is sent there (R04). A shared inbox has to say itself that it is gone for
// good before everyone behind it goes.
func (s *Service) endFollows(ctx context.Context, tx store.Tx, g delivery.Gone) error {
	behind := `SELECT id FROM actors WHERE inbox = $1`
	if g.Status == http.StatusGone {
		behind += ` OR shared_inbox = $1`
	}
	_, err := tx.Exec(ctx, `
		UPDATE actors
		   SET followers_count = followers_count - (
		       SELECT COUNT(*) FROM follows f
		        WHERE f.followee_id = actors.id AND f.state = 'accepted' AND f.follower_id IN (`+behind+`))
		 WHERE id IN (SELECT f.followee_id FROM follows f WHERE f.follower_id IN (`+behind+`))`, g.Inbox)
	if err != nil {
		return fmt.Errorf("end follows behind %s: %w", g.Inbox, err)
	}
	_, err = tx.Exec(ctx, `DELETE FROM follows WHERE follower_id IN (`+behind+`)`, g.Inbox)
	if err != nil {
		return fmt.Errorf("end follows behind %s: %w", g.Inbox, err)
	}
	return nil
}

// count tells how many deliveries came to what.
func (s *Service) count(report delivery.Report) {
	if s.delivered == nil {
		return
	}
	s.delivered("delivered", report.Delivered)
	s.delivered("held", report.Held)
	s.delivered("dropped", len(report.Dropped))
	s.delivered("gone", len(report.Gone))
}
