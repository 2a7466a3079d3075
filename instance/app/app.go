// Package app puts one instance together: its database, its nouns, what it says
// to other servers and to people, and the work it does meanwhile.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"palier/federation/delivery"
	"palier/federation/signature"
	"palier/instance"
	"palier/instance/activitypub"
	"palier/instance/addresses"
	"palier/instance/albums"
	"palier/instance/alike"
	"palier/instance/assisted"
	"palier/instance/auth"
	"palier/instance/boundaries"
	"palier/instance/buildings"
	"palier/instance/calendars"
	"palier/instance/campaigns"
	"palier/instance/care"
	"palier/instance/clubs"
	"palier/instance/config"
	"palier/instance/conversations"
	"palier/instance/costs"
	"palier/instance/councils"
	"palier/instance/countries"
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
	"palier/instance/lists"
	"palier/instance/live"
	"palier/instance/mail"
	"palier/instance/markers"
	"palier/instance/markets"
	"palier/instance/media"
	"palier/instance/media/remote"
	"palier/instance/metrics"
	"palier/instance/moderation"
	"palier/instance/newcomers"
	"palier/instance/notifications"
	"palier/instance/organisations"
	"palier/instance/outreach"
	"palier/instance/passkeys"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/portraits"
	"palier/instance/posts"
	"palier/instance/previews"
	"palier/instance/proofs"
	"palier/instance/proofs/council"
	"palier/instance/purchases"
	"palier/instance/rides"
	"palier/instance/rules"
	"palier/instance/screens"
	"palier/instance/search"
	"palier/instance/shelves"
	"palier/instance/store"
	"palier/instance/tally"
	"palier/instance/timelines"
	"palier/instance/vault"
	"palier/instance/weather"
	"palier/instance/web/words"
)

// App is one instance.
type App struct {
	Config        config.Config
	Site          instance.Site
	DB            *store.DB
	Jobs          *jobs.Queue
	People        *people.Service
	Places        *places.Service
	Addresses     *addresses.Service
	Posts         *posts.Service
	Exchange      *exchange.Service
	Groups        *groups.Service
	Clubs         *clubs.Service
	Shelves       *shelves.Service
	Organisations *organisations.Service
	Rules         *rules.Service
	Timelines     *timelines.Service
	Markers       *markers.Service
	Conversations *conversations.Service
	Events        *events.Service
	Filters       *filters.Service
	Lists         *lists.Service
	Search        *search.Service
	Hashtags      *hashtags.Service
	Notifications *notifications.Service
	Moderation    *moderation.Service
	Federation    *activitypub.Service
	Sessions      *auth.Sessions
	Apps          *auth.Apps
	Live          *live.Hub
	Outreach      *outreach.Service
	Digest        *digest.Service
	Mail          *mail.Service
	Homes         *homes.Service
	Vault         *vault.Vault
	Housing       *housing.Service
	pack          countries.Pack // rules of the country on lending homes
	Households    *households.Service
	Costs         *costs.Service
	Hosts         *hosts.Service
	Joining       *joining.Service
	Passkeys      *passkeys.Service
	Pictures      *media.Pictures
	Others        *remote.Cache
	Passes        *media.Passes
	Portraits     *portraits.Service
	Previews      *previews.Service
	Purchases     *purchases.Service
	Rides         *rides.Service
	Calendars     *calendars.Service
	Feeds         *feeds.Service
	Markets       *markets.Service
	Albums        *albums.Service
	Councils      *councils.Service
	Tally         *tally.Service
	Newcomers     *newcomers.Service
	Errands       *errands.Service
	Help          *help.Service
	Leaving       *leaving.Service
	Care          *care.Service
	Informants    *informants.Service
	Weather       *weather.Service
	Assisted      *assisted.Service
	Proofs        *proofs.Service
	Boundaries    *boundaries.Service
	Campaigns     *campaigns.Service
	Dashboard     *dashboard.Service
	Buildings     *buildings.Service
	Screens       *screens.Service

	log     *slog.Logger
	version string
	now     func() time.Time
	ids     *instance.IDs
	worker  *activitypub.Worker
	settled uint64 // what had been worked when Settle last returned
	handler http.Handler
	folder  *media.Folder
	files   media.Store
	council *council.Council
	zone    *time.Location
	words   *words.Languages
	metrics *metrics.Metrics // nil if nobody counts
}

// Options are what an instance needs besides its configuration.
type Options struct {
	Log     *slog.Logger
	Now     func() time.Time
	Version string
	// NewKey makes the keys of new actors and PasswordCost is what a password
	// is hashed at. Both are what production wants where they are zero; tests
	// have many people who are in a hurry.
	NewKey       func(kind signature.Kind, id, owner string) (*signature.PrivateKey, error)
	PasswordCost people.Cost
}

// Open opens the database of an instance, brings it up to date, and puts the
// instance together. [App.Close] ends it.
func Open(ctx context.Context, c config.Config, o Options) (*App, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	site, err := instance.NewSite(c.URL)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, err
	}
	a := &App{Config: c, Site: site, log: o.Log, version: o.Version, now: o.Now, ids: instance.NewIDs(o.Now, c.Lane), zone: zone}
	a.openMetrics()
	if a.DB, err = store.Open(ctx, c.Database, store.Options{Logger: o.Log, Asked: a.asked()}); err != nil {
		return nil, err
	}
	if err := a.build(ctx, o); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	return a, nil
}

// fanOuts is how many posts are brought to other servers at once. Each is brought
// to all its servers at once in turn, so that a few suffice.
const fanOuts = 16

// asksAtOnce is how many pages that posts link to are asked for at once.
const asksAtOnce = 2

func (a *App) build(ctx context.Context, o Options) error {
	if err := a.DB.Migrate(ctx); err != nil {
		return err
	}
	if err := a.goOnFrom(ctx); err != nil {
		return err
	}
	var err error
	if a.words, err = words.Load(); err != nil {
		return err
	}
	a.Jobs = jobs.New(a.DB, jobs.Options{
		Logger: a.log, Worked: a.worked(), Work: a.Config.Does("worker"), Queues: map[string]int{activitypub.DeliveryQueue: fanOuts, outreach.Queue: outreach.Workers, previews.Queue: asksAtOnce, calendars.Queue: asksAtOnce, feeds.Queue: asksAtOnce, mail.Queue: mail.Workers},
	})
	if err := a.openMedia(); err != nil {
		return err
	}
	if err := a.seal(ctx); err != nil {
		return err
	}
	a.Mail = mail.New(mail.Options{
		DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Log: a.log, Jobs: a.Jobs, Title: a.Config.Title, Server: a.Config.Mail.Server(),
	})
	if a.Addresses, err = addresses.New(ctx, addresses.Options{DB: a.DB, IDs: a.ids, Now: a.now}); err != nil {
		return err
	}
	proofKey, err := a.openProofs(ctx)
	if err != nil {
		return err
	}
	if a.Passkeys, err = passkeys.New(passkeys.Options{DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Title: a.Config.Title}); err != nil {
		return err
	}
	keyring := activitypub.NewKeyring(a.DB, a.now, o.NewKey)
	federation, err := activitypub.New(activitypub.Options{
		DB: a.DB, Site: a.Site, Title: a.Config.Title, IDs: a.ids, Now: a.now, Log: a.log, Jobs: a.Jobs, Keyring: keyring,
		PeersAllow: a.Config.PeersAllow, Retries: delivery.Schedule{First: a.Config.FirstRetry, Longest: a.Config.LongestRetry},
		Deliveries: a.Config.Limits.Deliveries, Peers: a.Config.Limits.Peers,
		Follows: a.Config.Limits.Follows, SiteFollows: a.Config.Limits.SiteFollows, Version: o.Version,
		OpenToAll: a.Config.Registrations == joining.Open, Delivered: a.delivered(),
	})
	if err != nil {
		return err
	}
	a.Federation = federation
	a.Sessions = auth.NewSessions(a.DB, a.Site, a.now)
	a.Outreach, err = outreach.New(ctx, outreach.Options{
		DB: a.DB, Site: a.Site, Now: a.now, Log: a.log, Jobs: a.Jobs, Notices: a.notice, IDs: a.ids, Courier: federation.Courier(),
	})
	if err != nil {
		return err
	}
	a.Vault = vault.New(a.Config.Keys(), a.now)
	if a.pack, err = countries.Of(a.Config.Country); err != nil {
		return err
	}
	a.nouns(keyring, proofKey, o.PasswordCost)
	hostsKey, err := a.DB.Secret(ctx, "links of hosts")
	if err != nil {
		return err
	}
	a.Hosts = hosts.New(hosts.Options{
		DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Jobs: a.Jobs, Mail: a.Mail, Vault: a.Vault, Homes: a.Housing, Pack: a.pack, Paused: switches{a.Housing}.hosts,
		Title: a.Config.Title, Say: a.say, Tell: a.private, Zone: a.zone, Key: hostsKey, Off: switches{a.Housing}.comes,
		Alike: func(ctx context.Context, tx store.Tx, programme instance.ActorID, host instance.HostID, c alike.Contact) error {
			return a.Households.HostAlikeIn(ctx, tx, programme, host, c)
		},
	})
	if err := errors.Join(a.Housing.KeepKeysApart(ctx), a.Hosts.KeepApart(ctx)); err != nil {
		return err
	}
	if err := a.openCases(ctx); err != nil {
		return err
	}
	if err := a.openScreens(ctx); err != nil {
		return err
	}
	if err := a.openLeaving(ctx); err != nil {
		return err
	}
	a.Assisted, err = assisted.New(ctx, assisted.Options{DB: a.DB, IDs: a.ids, Now: a.now, Prepare: a.People.Prepare, Declare: a.Places.DeclareIn})
	if err != nil {
		return err
	}
	if err := a.openDigest(ctx); err != nil {
		return err
	}
	a.showOthers()
	federation.Use(activitypub.Nouns{People: a.People, Places: a.Places, Posts: a.Posts, Groups: a.Groups, Moderation: a.Moderation, Events: a.Events, Exchange: a.Exchange, Housing: a.Housing})
	if err := federation.Found(ctx); err != nil {
		return err
	}
	a.schedule()
	a.worker = federation.NewWorker(a.Config.Lane)
	a.handler, err = a.routes()
	return err
}

// nouns makes the use-cases and lets each deed be heard by all who act on it.
// Other servers are told of a post before groups relay it, since what a group
// announces is that telling.
func (a *App) nouns(keyring *activitypub.Keyring, proofKey []byte, cost people.Cost) {
	tell := a.tell
	a.Apps = auth.NewApps(auth.AppsOptions{DB: a.DB, IDs: a.ids, Now: a.now, Log: a.log})
	a.Live = live.New(live.Options{
		DB: a.DB, Log: a.log, Now: a.now, Readers: places.Readers, Limits: a.Config.Limits.Lines,
		Sessions: a.Sessions.Holding, Tokens: a.Apps.Holding, Ended: auth.Ended,
	})
	a.People = people.New(people.Options{DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Keys: keyring, Tell: tell, SignOut: a.Apps.SignOutEverywhere, Left: a.nameLeft, Cost: cost})
	a.Places = places.New(places.Options{DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Keys: keyring, Tell: tell})
	a.Homes = homes.New(homes.Options{DB: a.DB, IDs: a.ids, Now: a.now})
	a.Joining = joining.New(joining.Options{
		DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Log: a.log, Jobs: a.Jobs, Mail: a.Mail, Title: a.Config.Title, Registrations: a.Config.Registrations,
		Say: a.say, People: a.People, Places: a.Places, Homes: a.Homes,
	})
	a.Proofs = proofs.New(proofs.Options{DB: a.DB, IDs: a.ids, Now: a.now, Zone: a.zone, Key: proofKey, Places: a.Places, Tell: tell})
	a.Rules = rules.New(rules.Options{DB: a.DB, Initial: instance.Rules{ShopNotices: true, NoticesAMonth: a.Config.Limits.Notices, PostsADay: a.Config.Limits.PlacePosts}})
	a.Posts = posts.New(posts.Options{
		DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Places: a.Places, Finder: a.Federation, Rules: a.Rules, Jobs: a.Jobs, Pictures: a.Pictures, Tell: tell,
		Hears: func(ctx context.Context, tx store.Tx, place, root instance.ActorID, author instance.Actor) (bool, error) {
			return a.Groups.Heard(ctx, tx, place, root, author)
		},
	})
	a.Campaigns = campaigns.New(campaigns.Options{DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Posts: a.Posts, Jobs: a.Jobs, Tell: a.private})
	a.Events = events.New(events.Options{
		DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Jobs: a.Jobs, Posts: a.Posts, Places: a.Places, Post: posts.ByIDIn, Tell: tell,
		Notices: func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error {
			return a.Notifications.Concern(ctx, tx, notifications.Kind(kind), from, post, whom)
		},
		Mail: a.Mail, Say: a.say, Title: a.Config.Title,
	})
	a.Newcomers = newcomers.New(newcomers.Options{DB: a.DB, Now: a.now, Posts: a.Posts})
	a.Tally = tally.New(tally.Options{DB: a.DB, Now: a.now, Zone: a.zone})
	a.Calendars = calendars.New(calendars.Options{
		DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Zone: a.zone, Jobs: a.Jobs, Events: a.Events, Fetch: a.Federation,
	})
	a.Feeds = feeds.New(feeds.Options{DB: a.DB, IDs: a.ids, Now: a.now, Jobs: a.Jobs, Owners: a.Calendars, Rules: a.Rules, Fetch: a.Federation})
	a.Exchange = exchange.New(exchange.Options{DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Jobs: a.Jobs, Posts: a.Posts, Readers: a.Places, Tell: tell})
	a.Exchange.Use()
	a.Previews = previews.New(previews.Options{
		DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Log: a.log, Jobs: a.Jobs, Fetch: a.Federation, Shut: a.shutOut, Delay: a.Config.CardDelay,
	})
	a.Portraits = portraits.New(portraits.Options{DB: a.DB, Now: a.now, Pictures: a.Pictures, Tell: tell})
	a.Boundaries = boundaries.New(boundaries.Options{
		DB: a.DB, IDs: a.ids, Now: a.now, Jobs: a.Jobs, Founder: founder{a.Places}, Readers: places.Readers, Tell: tell,
	})
	a.Dashboard = dashboard.New(dashboard.Options{DB: a.DB, Now: a.now, Posts: a.Posts, Feeds: a.Boundaries})
	a.Buildings = buildings.New(buildings.Options{DB: a.DB, IDs: a.ids, Now: a.now, Posts: a.Posts, Files: a.files, Pictures: a.Pictures, Tell: a.private})
	a.Groups = groups.New(groups.Options{DB: a.DB, IDs: a.ids, Now: a.now, Posts: a.Posts, KeptAway: a.keptAway})
	a.Clubs = clubs.New(clubs.Options{DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Keys: keyring, Places: a.Places, Posts: a.Posts, Tell: tell})
	a.Shelves = shelves.New(a.DB, a.ids)
	a.Costs = costs.New(a.DB, a.now)
	a.Housing = housing.New(housing.Options{
		DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Zone: a.zone, Country: a.pack.Code, Keys: keyring, Jobs: a.Jobs, Wire: a.Federation, Pictures: a.Pictures, Files: a.files, Log: a.log,
		Vault: a.Vault, Where: whereabouts{a}, Cases: households.Gate{Now: a.now, Site: a.Site}, Notify: a.private,
	})
	a.Organisations = organisations.New(organisations.Options{DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Keys: keyring, Posts: a.Posts, Rules: a.Rules, Key: proofKey, Tell: tell, Notify: a.private, Fetch: a.Federation})
	a.Albums = albums.New(albums.Options{
		DB: a.DB, IDs: a.ids, Now: a.now, Posts: a.Posts, Events: a.Events, Files: a.files, Pictures: a.Pictures,
		Asked: func(ctx context.Context, tx store.Tx, from instance.ActorID, event instance.PostID, whom []instance.ActorID) error {
			return a.Notifications.Concern(ctx, tx, notifications.EventPhoto, from, event, whom)
		},
	})
	a.Markets = markets.New(markets.Options{DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Zone: a.zone, Agents: a.Organisations})
	a.Timelines = timelines.New(timelines.Options{DB: a.DB, Now: a.now, Posts: a.Posts, Readers: places.Readers})
	a.Markers = markers.New(markers.Options{DB: a.DB, Now: a.now})
	a.Conversations = conversations.New(conversations.Options{DB: a.DB, IDs: a.ids, Now: a.now, Posts: a.Posts})
	a.Hashtags = hashtags.New(hashtags.Options{DB: a.DB, IDs: a.ids, Now: a.now, Tell: tell})
	a.Lists = lists.New(lists.Options{DB: a.DB, IDs: a.ids, Now: a.now, Readers: places.Readers})
	a.Filters = filters.New(filters.Options{DB: a.DB, IDs: a.ids, Now: a.now, Posts: a.Posts, Changed: a.Live.Refiltered})
	a.Search = search.New(search.Options{
		DB: a.DB, Site: a.Site, Now: a.now, Zone: a.zone, Posts: a.Posts, Network: a.Federation, Pace: auth.NewLimiter(a.Config.Limits.Lookup, a.now),
	})
	a.Notifications = notifications.New(notifications.Options{DB: a.DB, IDs: a.ids, Now: a.now, Posts: a.Posts, Strangers: a.Config.Limits.Strangers, Written: a.written})
	a.Errands = errands.New(errands.Options{DB: a.DB, IDs: a.ids, Now: a.now, Posts: a.Posts, Files: a.files, Jobs: a.Jobs, Concern: a.concern})
	a.Help = help.New(help.Options{DB: a.DB, IDs: a.ids, Now: a.now, Tell: a.private})
	a.Care = care.New(care.Options{DB: a.DB, IDs: a.ids, Now: a.now, Zone: a.zone, Jobs: a.Jobs, Tell: a.private})
	a.Weather = weather.New(weather.Options{DB: a.DB, Now: a.now, Tell: a.private})
	a.Informants = informants.New(informants.Options{DB: a.DB, IDs: a.ids, Now: a.now, Posts: a.Posts, Readers: a.Places, Circles: a.Care, Jobs: a.Jobs, Tell: a.concern})
	a.Rides = rides.New(rides.Options{
		DB: a.DB, IDs: a.ids, Now: a.now, Zone: a.zone, Posts: a.Posts, Communes: a.Addresses, Jobs: a.Jobs, Concern: a.concern,
		Afar: a.Exchange,
	})
	a.Purchases = purchases.New(purchases.Options{DB: a.DB, IDs: a.ids, Now: a.now, Posts: a.Posts, Jobs: a.Jobs, Concern: a.concern, Afar: a.Exchange})
	a.Exchange.Keep(instance.KindCarpool, a.Rides)
	a.Exchange.Keep(instance.KindPurchase, a.Purchases)
	a.Moderation = moderation.New(moderation.Options{
		DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Posts: a.Posts, Tell: tell, SignOut: a.Apps.SignOutEverywhere,
		Purge: a.purge,
	})
}

// tell lets each deed be heard by all who act on it, in the transaction that does
// it.
func (a *App) tell(ctx context.Context, tx store.Tx, d instance.Deed) error {
	for _, hear := range []func(context.Context, store.Tx, instance.Deed) error{
		a.Conversations.Hear, a.Lists.Hear, a.Search.Hear, a.Timelines.Hear, a.Notifications.Hear, a.Live.Hear, a.Federation.Hear, a.Groups.Hear,
		a.Previews.Hear, a.Purchases.Hear, a.Rides.Hear, a.Errands.Hear, a.Events.Hear,
		a.Exchange.Hear,
		a.Clubs.Hear,
		a.Organisations.Hear,
		a.Campaigns.Hear,
		a.Informants.Hear,
	} {
		if err := hear(ctx, tx, d); err != nil {
			return err
		}
	}
	return nil
}

// say returns a sentence of the catalogues in a language.
func (a *App) say(locale, key string, args ...any) string {
	return a.words.Match(locale, "").Say(key, args...)
}

// written has a notice told to whom it is for.
func (a *App) written(ctx context.Context, tx store.Tx, w notifications.Written) error {
	if err := a.Live.Notified(ctx, tx, w.Owner, w.ID); err != nil {
		return err
	}
	if err := a.Digest.Written(ctx, tx, w.Owner, string(w.Kind), w.ID); err != nil {
		return err
	}
	return a.Outreach.Written(ctx, tx, w.Owner, string(w.Kind), w.From, w.ID)
}

// concern tells people of something about a post that concerns them.
func (a *App) concern(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error {
	return a.Notifications.Concern(ctx, tx, notifications.Kind(kind), from, post, whom)
}

// private tells people of something about no post that concerns them.
func (a *App) private(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error {
	return a.concern(ctx, tx, kind, from, 0, whom)
}

// Start begins the work that this process does besides answering.
func (a *App) Start(ctx context.Context) error {
	if err := a.Jobs.Start(ctx); err != nil {
		return err
	}
	if a.Config.Does("web") {
		a.Live.Start(ctx)
	}
	if !a.Config.Does("worker") {
		return nil
	}
	if err := a.Federation.Mend(ctx); err != nil {
		return err
	}
	return a.worker.Start(ctx)
}

// Stop ends that work; what is not finished is given back.
func (a *App) Stop(ctx context.Context) error {
	if a.Config.Does("worker") {
		a.worker.Stop()
	}
	return errors.Join(a.Live.Stop(ctx), a.Jobs.Stop(ctx))
}

// Settle returns once nothing is left to be sent or worked now, and whether
// anything was since it last returned. It is for tests and demonstrations; the
// instance must have been started. One goroutine at a time may call it.
func (a *App) Settle(ctx context.Context) (worked bool, err error) {
	before := a.settled
	for {
		// What is worked may leave a job, and a job may bring in what is to be
		// worked: both have to be seen idle while neither did anything.
		a.settled = a.Jobs.Begun() + a.worker.Worked()
		if err := a.Jobs.Idle(ctx); err != nil {
			return false, err
		}
		if err := a.worker.Idle(ctx); err != nil {
			return false, err
		}
		if a.Jobs.Begun()+a.worker.Worked() == a.settled {
			return a.settled != before, nil
		}
	}
}

// Close closes the database. Nothing of the instance works after it.
func (a *App) Close() error {
	a.Others.Close()
	a.Federation.Close()
	return errors.Join(a.closeMedia(), a.DB.Close())
}

// Handler answers requests.
func (a *App) Handler() http.Handler { return a.handler }
