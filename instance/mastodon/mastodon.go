// Package mastodon answers the programs people read and write with on their
// phones and desks: the client API of Mastodon 4.2, as those programs use it.
//
// A neighbourhood is an account with group: true. Posts for a circle of
// neighbours are shown to those who may read them as private, and what a
// program asks to publish never reaches more people than the place and the
// person allow (specs/decisions/0051-circles-in-apps.md).
package mastodon

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/conversations"
	"palier/instance/filters"
	"palier/instance/groups"
	"palier/instance/hashtags"
	"palier/instance/lists"
	"palier/instance/live"
	"palier/instance/markers"
	"palier/instance/media"
	"palier/instance/moderation"
	"palier/instance/notifications"
	"palier/instance/outreach"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/portraits"
	"palier/instance/posts"
	"palier/instance/search"
	"palier/instance/store"
	"palier/instance/timelines"
)

// Server answers programs.
type Server struct {
	Options
	deeds      *auth.Limiter
	answers    *answers
	identities *identities
	grants     *auth.Limiter
}

// Options are what a [Server] stands on.
type Options struct {
	Site  instance.Site
	Title string // of the server
	// OpenToAll tells that everybody may open an account, on a page of ours.
	OpenToAll bool
	Version   string // of the program
	Now       func() time.Time
	Log       *slog.Logger

	DB            *store.DB
	Apps          *auth.Apps
	People        *people.Service
	Places        *places.Service
	Posts         *posts.Service
	Groups        *groups.Service
	Timelines     *timelines.Service
	Search        *search.Service
	Hashtags      *hashtags.Service
	Lists         *lists.Service
	Filters       *filters.Service
	Conversations *conversations.Service
	Markers       *markers.Service
	Notifications *notifications.Service
	Moderation    *moderation.Service
	Network       Network
	Pictures      *media.Pictures
	Portraits     *portraits.Service
	Passes        *media.Passes
	Live          *live.Hub
	Outreach      *outreach.Service

	Deeds  auth.Limit // per address: whatever changes something
	Grants auth.Limit // per address: registering, and trading codes

	// PushKey is the public key of web push, as programs want it; nil for none.
	PushKey func() string
}

// Network is what programs ask of other servers.
type Network interface {
	// Look finds what somebody typed: a handle or an address. It returns
	// [instance.ErrNotFound] if there is nothing, and [instance.ErrUnreachable]
	// if its server did not say.
	Look(ctx context.Context, query string) (instance.Sighting, error)
	// Servers returns a page of the other servers by name, from after one.
	Servers(ctx context.Context, after string, limit int) ([]instance.OtherServer, error)
	// Tally counts servers and what waits for them.
	Tally(ctx context.Context) (instance.NetworkTally, error)
}

// New returns a server on o.
func New(o Options) *Server {
	return &Server{
		Options: o, deeds: auth.NewLimiter(o.Deeds, o.Now), grants: auth.NewLimiter(o.Grants, o.Now),
		answers: newAnswers(o.Now), identities: newIdentities(o.Now),
	}
}

// Routes adds the API to r.
func (s *Server) Routes(r chi.Router) {
	api := chi.NewRouter()
	api.Use(shared, packed)
	api.NotFound(s.nothing)
	api.MethodNotAllowed(s.nothing)
	s.appRoutes(api)
	s.instanceRoutes(api)
	s.accountRoutes(api)
	s.bondRoutes(api)
	s.peopleListRoutes(api)
	s.ownAccountRoutes(api)
	s.reportRoutes(api)
	s.statusRoutes(api)
	s.pollRoutes(api)
	s.scheduledRoutes(api)
	s.statusDeedRoutes(api)
	s.timelineRoutes(api)
	s.notificationRoutes(api)
	s.searchRoutes(api)
	s.tagRoutes(api)
	s.listRoutes(api)
	s.filterRoutes(api)
	s.conversationRoutes(api)
	s.markerRoutes(api)
	s.pushRoutes(api)
	s.streamingRoutes(r)
	s.mediaRoutes(api)
	r.Mount("/api", api)
	s.grantRoutes(r)
	r.Get(missingAvatar, drawn(missingPortrait))
	r.Get(missingHeader, drawn(missingBanner))
}

// Routes are told apart by who may ask.

// open lets anyone read; a token, if there is one, has to allow scope.
func (s *Server) open(r chi.Router, path, scope string, h handler) {
	r.Get(path, s.answering(scope, anyone, h))
}

// program answers whoever has a token, also a program that speaks for nobody.
func (s *Server) program(r chi.Router, method, path, scope string, h handler) {
	r.MethodFunc(method, path, s.answering(scope, anyProgram, h))
}

// person answers a program that speaks for somebody.
func (s *Server) person(r chi.Router, method, path, scope string, h handler) {
	r.MethodFunc(method, path, s.answering(scope, somebody, h))
}

// nothing answers at an address where there is nothing.
func (s *Server) nothing(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, &call{}, instance.ErrNotFound)
}
