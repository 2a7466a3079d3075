package mastodon

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/hashtags"
	"palier/instance/mastodon/entity"
	"palier/instance/media"
	"palier/instance/people"
)

// spoken is the API we speak: programs read the number in front and turn on
// what it promises.
const spoken = "4.2.10"

const (
	maxPinned = 5
	urlCounts = 23 // characters that a link counts
)

func (s *Server) instanceRoutes(r chi.Router) {
	s.open(r, "/v2/instance", "", s.getInstance)
	s.open(r, "/v1/instance", "", s.getInstanceV1)
	s.open(r, "/v1/instance/rules", "", s.getRules)
	s.open(r, "/v1/instance/peers", "", s.getPeers)
	s.open(r, "/v1/instance/extended_description", "", s.getExtendedDescription)
	s.open(r, "/v1/instance/translation_languages", "", func(w http.ResponseWriter, _ *http.Request, _ *call) error {
		return reply(w, struct{}{})
	})
	for _, path := range []string{"/v1/custom_emojis", "/v1/announcements"} {
		s.open(r, path, "", s.getNone)
	}
}

// getNone answers where there is never anything.
func (s *Server) getNone(w http.ResponseWriter, _ *http.Request, _ *call) error {
	return reply(w, []struct{}{})
}

// version is what programs take us for, and what we are.
func (s *Server) version() string { return spoken + " (compatible; Palier " + s.Version + ")" }

func (s *Server) configuration() entity.InstanceConfiguration {
	var c entity.InstanceConfiguration
	c.URLs.Streaming = "ws" + strings.TrimPrefix(s.Site.Base(), "http")
	c.Accounts.MaxFeaturedTags, c.Accounts.MaxPinnedStatuses, c.Accounts.MaxProfileFields = hashtags.MaxFeatured, maxPinned, people.MaxFields
	c.VAPID.PublicKey = s.Outreach.PushKey()
	c.Statuses.MaxCharacters, c.Statuses.MaxMediaAttachments, c.Statuses.CharactersReservedPerURL = instance.MaxText, instance.MaxPictures, urlCounts
	limits := s.Pictures.Limits()
	c.MediaAttachments.DescriptionLimit = instance.MaxDescription
	c.MediaAttachments.ImageMatrixLimit, c.MediaAttachments.ImageSizeLimit = limits.MaxPixels, limits.MaxBytes
	c.MediaAttachments.SupportedMIMETypes = media.Types()
	c.MediaAttachments.VideoFrameRateLimit, c.MediaAttachments.VideoMatrixLimit, c.MediaAttachments.VideoSizeLimit = 60, limits.MaxPixels, limits.MaxBytes
	c.Polls.MaxOptions, c.Polls.MaxCharactersPerOption = 4, 50
	c.Polls.MinExpiration, c.Polls.MaxExpiration = 300, 2629746
	return c
}

// about is what the server says of itself in a few words.
func (s *Server) about() string { return s.Title }

// contact is whose word counts here: the first of those who run the server, nil
// if there is nobody yet.
func (s *Server) contact(ctx context.Context) (*entity.Account, error) {
	admin, err := s.People.Operator(ctx)
	if err != nil || admin == nil {
		return nil, err
	}
	return s.account(*admin), nil
}

func (s *Server) getInstance(w http.ResponseWriter, r *http.Request, _ *call) error {
	contact, err := s.contact(r.Context())
	if err != nil {
		return err
	}
	return reply(w, entity.Instance{
		Domain: s.Site.Host(), Title: s.Title, Version: s.version(), SourceURL: s.Site.Base(), Description: s.about(),
		Thumbnail: entity.InstanceThumbnail{URL: s.Site.Base() + missingHeader, Versions: map[string]string{"@1x": s.Site.Base() + missingHeader}},
		Icon:      []entity.InstanceIcon{{Src: s.Site.Base() + missingAvatar, Size: "400x400"}},
		Languages: instance.Locales(), Configuration: s.configuration(), APIVersions: map[string]int{"mastodon": 1},
		Registrations: s.registrations(), Contact: entity.InstanceContact{Account: contact}, Rules: []entity.Rule{},
	})
}

// registrations tell where one can join: on a page, not from a program, since
// one has to say where one lives.
func (s *Server) registrations() entity.InstanceRegistrations {
	r := entity.InstanceRegistrations{Enabled: s.OpenToAll}
	if r.Enabled {
		at := s.Site.Base() + "/join"
		r.URL = &at
	}
	return r
}

// getInstanceV1 is getInstance for older programs. How many people use the
// server is nobody's business, here as in what it tells other servers.
func (s *Server) getInstanceV1(w http.ResponseWriter, r *http.Request, _ *call) error {
	posts, err := s.Posts.CountSince(r.Context(), time.Time{})
	if err != nil {
		return err
	}
	tally, err := s.Network.Tally(r.Context())
	if err != nil {
		return err
	}
	contact, err := s.contact(r.Context())
	if err != nil {
		return err
	}
	c := s.configuration()
	return reply(w, entity.InstanceV1{
		URI: s.Site.Host(), Title: s.Title, ShortDescription: s.about(), Description: s.about(), Version: s.version(),
		URLs: map[string]string{"streaming_api": c.URLs.Streaming}, Thumbnail: s.Site.Base() + missingHeader, Languages: instance.Locales(),
		Stats:         entity.InstanceStats{StatusCount: posts, DomainCount: tally.Servers},
		Registrations: s.OpenToAll, Configuration: c, ContactAccount: contact, Rules: []entity.Rule{}, MaxTootChars: instance.MaxText,
	})
}

func (s *Server) getRules(w http.ResponseWriter, _ *http.Request, _ *call) error {
	return reply(w, []entity.Rule{})
}

// mostPeers is how many other servers one answer names.
const mostPeers = 5000

func (s *Server) getPeers(w http.ResponseWriter, r *http.Request, _ *call) error {
	servers, err := s.Network.Servers(r.Context(), "", mostPeers)
	if err != nil {
		return err
	}
	names := make([]string, len(servers))
	for i, o := range servers {
		names[i] = o.Name
	}
	return reply(w, names)
}

func (s *Server) getExtendedDescription(w http.ResponseWriter, _ *http.Request, _ *call) error {
	return reply(w, entity.ExtendedDescription{UpdatedAt: entity.Time(s.Now()), Content: ""})
}
