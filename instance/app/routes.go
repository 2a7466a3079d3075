package app

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"palier/instance/joining"
	"palier/instance/mastodon"
	"palier/instance/store"
	"palier/instance/web"
)

// routes is everything this instance answers.
func (a *App) routes() (http.Handler, error) {
	r := chi.NewRouter()
	if a.metrics != nil {
		r.Use(a.metrics.Watch)
	}
	r.Use(a.clientAddress, a.recovered, a.dated, middleware.GetHead)
	r.Get("/healthz", a.healthy)
	r.Get("/readyz", a.ready)
	a.Federation.Routes(r)
	pages, err := web.New(web.Options{
		Site:          a.Site,
		Title:         a.Config.Title,
		Now:           a.now,
		Zone:          a.zone,
		Country:       a.Config.Country,
		Log:           a.log,
		Version:       a.version,
		Engine:        engines[a.DB.Engine()],
		Since:         a.now(),
		Jobs:          a.Jobs,
		People:        a.People,
		Places:        a.Places,
		Posts:         a.Posts,
		Groups:        a.Groups,
		Clubs:         a.Clubs,
		Shelves:       a.Shelves,
		Organisations: a.Organisations,
		Rules:         a.Rules,
		Timelines:     a.Timelines,
		Search:        a.Search,
		Hashtags:      a.Hashtags,
		Notifications: a.Notifications,
		Moderation:    a.Moderation,
		Network:       a.Federation,
		Sessions:      a.Sessions,
		Apps:          a.Apps,
		Pictures:      a.Pictures,
		Passes:        a.Passes,
		Live:          a.Live,
		Filters:       a.Filters,
		Conversations: a.Conversations,
		Others:        a.Others,
		Portraits:     a.Portraits,
		Purchases:     a.Purchases,
		Rides:         a.Rides,
		Calendars:     a.Calendars,
		Feeds:         a.Feeds,
		Markets:       a.Markets,
		Albums:        a.Albums,
		Councils:      a.Councils,
		Tally:         a.Tally,
		Newcomers:     a.Newcomers,
		Households:    a.Households,
		Costs:         a.Costs,
		OpenLicence:   a.Config.OpenData,
		Errands:       a.Errands,
		Help:          a.Help,
		Care:          a.Care,
		Informants:    a.Informants,
		Weather:       a.Weather,
		Assisted:      a.Assisted,
		Housing:       a.Housing,
		Hosts:         a.Hosts,
		Leaving:       a.Leaving,
		Joining:       a.Joining,
		Passkeys:      a.Passkeys,
		Homes:         a.Homes,
		Finder:        a.Addresses,
		Letters:       a.Config.Limits.Letters,
		Login:         a.Config.Limits.Login,
		Deeds:         a.Config.Limits.Pages,
		Lookup:        a.Config.Limits.Lookup,
		Grants:        a.Config.Limits.Apps,
		Digest:        a.Digest,
		Outreach:      a.Outreach,
		Proofs:        a.Proofs,
		Council:       a.council,
		Codes:         a.Config.Limits.Codes,
		Boundaries:    a.Boundaries,
		Campaigns:     a.Campaigns,
		Exchange:      a.Exchange,
		Addresses:     a.Addresses,
		Finds:         a.Config.Limits.Addresses,
		Dashboard:     a.Dashboard,
		Events:        a.Events,
		Buildings:     a.Buildings,
		Screens:       a.Screens,
	})
	if err != nil {
		return nil, err
	}
	mastodon.New(mastodon.Options{
		Site:          a.Site,
		Title:         a.Config.Title,
		Version:       a.version,
		OpenToAll:     a.Config.Registrations == joining.Open,
		Now:           a.now,
		Log:           a.log,
		DB:            a.DB,
		Apps:          a.Apps,
		People:        a.People,
		Places:        a.Places,
		Posts:         a.Posts,
		Groups:        a.Groups,
		Timelines:     a.Timelines,
		Search:        a.Search,
		Hashtags:      a.Hashtags,
		Lists:         a.Lists,
		Filters:       a.Filters,
		Conversations: a.Conversations,
		Markers:       a.Markers,
		Notifications: a.Notifications,
		Moderation:    a.Moderation,
		Network:       a.Federation,
		Pictures:      a.Pictures,
		Portraits:     a.Portraits,
		Passes:        a.Passes,
		Deeds:         a.Config.Limits.Programs,
		Grants:        a.Config.Limits.Apps,
		Live:          a.Live,
		Outreach:      a.Outreach,
		PushKey:       a.Outreach.PushKey,
	}).Routes(r)
	pages.Routes(r)
	return r, a.counted(r)
}

// engines are the databases by the names they give themselves.
var engines = map[store.Engine]string{store.SQLite: "SQLite", store.Postgres: "PostgreSQL"}

// healthy says that the process answers.
func (a *App) healthy(w http.ResponseWriter, _ *http.Request) { status(w, http.StatusOK, "ok") }

// ready says that the database answers and is as new as the program.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.DB.Ping(r.Context()); err != nil {
		a.log.Warn("not ready", "error", err)
		w.Header().Set("Retry-After", "5")
		status(w, http.StatusServiceUnavailable, "database")
		return
	}
	status(w, http.StatusOK, "ready")
}

func status(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(text + "\n")) // who asked may have gone
}

// recovered turns a panic into an answer, and a line in the log.
func (a *App) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p) // that is how a handler hangs up
				}
				a.log.Error("panic", "path", r.URL.Path, "panic", p)
				status(w, http.StatusInternalServerError, "our fault")
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// dated gives every answer the time by which this instance signs and checks
// signatures: others compare it with theirs (security.md R15).
func (a *App) dated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", a.now().UTC().Format(http.TimeFormat))
		next.ServeHTTP(w, r)
	})
}

// clientAddress puts the address of whoever asks into the request: from a
// proxy we trust, the rightmost of X-Forwarded-For that is no such proxy
// itself; from anyone else their own, whatever they claim (security.md G01).
func (a *App) clientAddress(next http.Handler) http.Handler {
	trusted := func(s string) bool {
		addr, err := netip.ParseAddr(s)
		if err != nil {
			return false
		}
		for _, p := range a.Config.TrustedProxies {
			if p.Contains(addr.Unmap()) {
				return true
			}
		}
		return false
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !trusted(peer.Addr().String()) {
			next.ServeHTTP(w, r)
			return
		}
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop := strings.TrimSpace(hops[i])
			if addr, err := netip.ParseAddr(hop); err == nil && !trusted(hop) {
				r.RemoteAddr = netip.AddrPortFrom(addr, peer.Port()).String()
				break
			}
		}
		next.ServeHTTP(w, r)
	})
}
