package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/addresses"
	"palier/instance/albums"
	"palier/instance/assisted"
	"palier/instance/auth"
	"palier/instance/boundaries"
	"palier/instance/buildings"
	"palier/instance/calendars"
	"palier/instance/campaigns"
	"palier/instance/care"
	"palier/instance/clubs"
	"palier/instance/conversations"
	"palier/instance/costs"
	"palier/instance/councils"
	"palier/instance/dashboard"
	"palier/instance/digest"
	"palier/instance/errands"
	"palier/instance/events"
	"palier/instance/exchange"
	"palier/instance/feeds"
	"palier/instance/filters"
	"palier/instance/groups"
	"palier/instance/hashtags"
	"palier/instance/help"
	"palier/instance/homes"
	"palier/instance/hosts"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/informants"
	"palier/instance/jobs"
	"palier/instance/joining"
	"palier/instance/leaving"
	"palier/instance/live"
	"palier/instance/markets"
	"palier/instance/media"
	"palier/instance/media/remote"
	"palier/instance/moderation"
	"palier/instance/newcomers"
	"palier/instance/notifications"
	"palier/instance/opendata"
	"palier/instance/organisations"
	"palier/instance/outreach"
	"palier/instance/passkeys"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/portraits"
	"palier/instance/posts"
	"palier/instance/proofs"
	"palier/instance/proofs/council"
	"palier/instance/purchases"
	"palier/instance/rides"
	"palier/instance/rules"
	"palier/instance/screens"
	"palier/instance/search"
	"palier/instance/shelves"
	"palier/instance/tally"
	"palier/instance/timelines"
	"palier/instance/weather"
	"palier/instance/web/pages"
)

// Server answers browsers.
type Server struct {
	Options
	*Pages

	flashes Flashes
	moments *moments
	logins  *auth.Limiter
	deeds   *auth.Limiter
	lookups *auth.Limiter
	grants  *auth.Limiter
	letters *auth.Limiter // by the address that is written to
	askers  *auth.Limiter // by who asks for that
	codes   *auth.Limiter
	finds   *auth.Limiter
	open    *opendata.Service
}

// Options are what a [Server] stands on.
type Options struct {
	Site  instance.Site
	Title string // of the server
	// Version of the program, Engine of the database, and since when it runs:
	// what an administrator is asked for when something goes wrong.
	Version, Engine string
	Since           time.Time

	Now     func() time.Time
	Zone    *time.Location
	Country string // ISO 3166, for emergency numbers
	Log     *slog.Logger

	People        *people.Service
	Places        *places.Service
	Addresses     *addresses.Service
	Posts         *posts.Service
	Groups        *groups.Service
	Clubs         *clubs.Service
	Shelves       *shelves.Service
	Organisations *organisations.Service
	Rules         *rules.Service
	Timelines     *timelines.Service
	Search        *search.Service
	Hashtags      *hashtags.Service
	Filters       *filters.Service
	Conversations *conversations.Service
	Exchange      *exchange.Service
	Events        *events.Service
	Calendars     *calendars.Service
	Feeds         *feeds.Service
	Markets       *markets.Service
	Albums        *albums.Service
	Councils      *councils.Service
	Tally         *tally.Service
	Newcomers     *newcomers.Service
	Households    *households.Service
	Notifications *notifications.Service
	Moderation    *moderation.Service
	Network       Network
	Jobs          Jobs
	Sessions      *auth.Sessions
	Apps          *auth.Apps
	Pictures      *media.Pictures
	Live          *live.Hub
	Others        *remote.Cache
	Passes        *media.Passes
	Portraits     *portraits.Service
	Digest        *digest.Service
	Outreach      Outreach
	Purchases     *purchases.Service
	Rides         *rides.Service
	Errands       *errands.Service
	Help          *help.Service
	Care          *care.Service
	Informants    *informants.Service
	Weather       *weather.Service
	Assisted      *assisted.Service
	Housing       *housing.Service
	Hosts         *hosts.Service
	Costs         *costs.Service
	// OpenLicence is under which tables for programs are given away, and whether.
	OpenLicence opendata.Licence
	Leaving     *leaving.Service
	Proofs      *proofs.Service
	Council     *council.Council // nil where none is asked
	Boundaries  *boundaries.Service
	Campaigns   *campaigns.Service
	Dashboard   *dashboard.Service
	Buildings   *buildings.Service
	Screens     *screens.Service

	Joining  *joining.Service
	Passkeys *passkeys.Service
	Homes    *homes.Service
	// Finder reads back addresses that were looked up; nil where none are.
	Finder AddressFinder

	Login, Deeds, Lookup, Grants, Letters auth.Limit

	Codes auth.Limit // of codes that prove where somebody lives

	Finds auth.Limit // per address of whoever asks: a street and a number
}

// Network is what pages ask of other servers.
type Network interface {
	// Look finds what somebody typed: a handle or an address. It returns
	// [instance.ErrNotFound] if there is nothing, and [instance.ErrUnreachable]
	// if its server did not say.
	Look(ctx context.Context, query string) (instance.Sighting, error)
	// Servers returns a page of the other servers by name, from after one.
	Servers(ctx context.Context, after string, limit int) ([]instance.OtherServer, error)
	// Server returns one other server.
	Server(ctx context.Context, name string) (instance.OtherServer, error)
	// RetryHost has what waits for a server tried now.
	RetryHost(ctx context.Context, host string) error
	// Probe asks a server about itself, and has what waits for it tried if it
	// answers.
	Probe(ctx context.Context, host string) error
	// Held returns a page of what waits for a server, from after an id.
	Held(ctx context.Context, host string, after instance.ID, limit int) ([]instance.HeldDelivery, error)
	// Tally counts servers and what waits for them.
	Tally(ctx context.Context) (instance.NetworkTally, error)
	// Stuck returns a page of what came in and could not be worked, the newest
	// first, from before an id.
	Stuck(ctx context.Context, before instance.ID, limit int) ([]instance.StuckItem, error)
	// Unstick has one of them worked again.
	Unstick(ctx context.Context, id instance.ID) error
}

// Outreach tells browsers of what concerns people, though no page is open.
type Outreach interface {
	// PushKey is the public key by which push services know this server.
	PushKey() string
	// SubscribeBrowser has a browser of somebody's told at an address.
	SubscribeBrowser(ctx context.Context, person instance.ActorID, a outreach.Address) error
	// UnsubscribeBrowser has a browser of somebody's told nothing any more.
	UnsubscribeBrowser(ctx context.Context, person instance.ActorID, endpoint string) error
}

// Jobs is what pages ask of the work that is done meanwhile.
type Jobs interface {
	// Failed returns a page of the jobs that used up their tries.
	Failed(ctx context.Context, page jobs.Page) ([]jobs.Job, error)
	// Counts returns how many jobs there are of each kind in each state.
	Counts(ctx context.Context) ([]jobs.Count, error)
	// Retry has a failed job worked again.
	Retry(ctx context.Context, id int64) error
}

// New returns a server on o. It fails if a catalogue is wrong.
func New(o Options) (*Server, error) {
	set, err := pages.New(pages.Options{})
	if err != nil {
		return nil, err
	}
	moments, err := newMoments()
	if err != nil {
		return nil, err
	}
	s := &Server{
		Options: o, Pages: NewPages(set), moments: moments,
		flashes: Flashes{Cookie: auth.CookieName(o.Site, "flash"), Secure: o.Site.Secure()},
		logins:  auth.NewLimiter(o.Login, o.Now),
		deeds:   auth.NewLimiter(o.Deeds, o.Now),
		lookups: auth.NewLimiter(o.Lookup, o.Now),
		grants:  auth.NewLimiter(o.Grants, o.Now),
		letters: auth.NewLimiter(o.Letters, o.Now),
		askers:  auth.NewLimiter(auth.Limit{Burst: 4 * o.Letters.Burst, Every: o.Letters.Every / 4}, o.Now),
		codes:   auth.NewLimiter(o.Codes, o.Now),
		finds:   auth.NewLimiter(o.Finds, o.Now),
	}
	s.open = opendata.New(opendata.Options{Now: o.Now, Licence: o.OpenLicence, Base: o.Site.Base(), Readers: s.openTables()})
	o.Sessions.OnError(s.lost)
	return s, nil
}

// maxForm bounds a form without pictures, in bytes; maxUpload one with them.
const (
	maxForm   = 256 << 10
	maxUpload = 4*(16<<20) + maxForm
)

// Routes adds every page to r.
func (s *Server) Routes(r chi.Router) {
	r.Handle("/static/*", s.set.Assets())
	r.Get("/media/{shard}/{file}", s.reader(s.getPicture))
	r.Get("/media/others/{of}/{id:[0-9]+}/{seal}", s.reader(s.getOthersPicture))
	r.Get("/media/others/{of}/{id:[0-9]+}/{seal}/small", s.reader(s.getOthersPicture))
	r.Get("/data/{file}", s.public(s.getOpenFile))
	r.Get("/data/catalog.jsonld", s.public(s.getOpenCatalog))
	r.Group(func(r chi.Router) {
		r.Use(http.NewCrossOriginProtection().Handler, s.Sessions.Load)
		s.residentRoutes(r)
		s.meetingRoutes(r)
		s.adminRoutes(r)
		s.proveRoutes(r)
		s.proofsRoutes(r)
		r.NotFound(s.page(s.getNothing))
	})
}

// getNothing answers at an address where there is nothing, unless it is one of
// ours written another way, as %40name for @name.
func (s *Server) getNothing(w http.ResponseWriter, r *http.Request) error {
	if r.URL.RawPath == "" || !strings.HasPrefix(r.URL.Path, "/@") || r.Method != http.MethodGet {
		return instance.ErrNotFound
	}
	plain := url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	SeeOther(w, r, plain.String())
	return nil
}

// getPicture answers with a file of the media store, if the reader may see it or
// holds a pass for it.
func (s *Server) getPicture(w http.ResponseWriter, r *http.Request) error {
	file := chi.URLParam(r, "shard") + "/" + chi.URLParam(r, "file")
	if q := r.URL.Query(); q.Has("pass") {
		post, err := s.Posts.PartOf(r.Context(), file)
		if err != nil {
			return err
		}
		if s.Passes.Holds(file, int64(post), q, s.Now()) {
			return s.Pictures.Serve(w, r, file, media.Holder)
		}
	}
	restricted, err := s.Posts.MaySee(r.Context(), visitOf(r).viewer, file)
	if err != nil {
		return err
	}
	readers := media.Anyone
	if restricted {
		readers = media.Reader
	}
	return s.Pictures.Serve(w, r, file, readers)
}

// getOthersPicture answers with a picture of another server, by an address that
// we made ourselves.
func (s *Server) getOthersPicture(w http.ResponseWriter, r *http.Request) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	of := instance.PictureOf(chi.URLParam(r, "of"))
	src, err := s.Others.Find(r.Context(), of, id)
	if err != nil {
		return err
	}
	if !s.Site.Made(of, id, src.URL, chi.URLParam(r, "seal")) {
		return instance.ErrNotFound
	}
	readers := media.Anyone
	switch q := r.URL.Query(); {
	case src.Open:
	case q.Has("pass") && s.Passes.Holds(string(of)+"/"+id.String(), int64(src.Post), q, s.Now()):
		readers = media.Holder
	default:
		readers = media.Reader
		if _, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, src.Post); err != nil {
			return err
		}
	}
	small := strings.HasSuffix(r.URL.Path, "/small") || of == instance.OfPortrait || of == instance.OfCard
	return s.Others.Serve(w, r, of, id, src, readers, small)
}
