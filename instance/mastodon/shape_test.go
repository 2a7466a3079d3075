package mastodon_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// What programs refuse an answer for when it is absent or of another type, entity
// by entity. A kind is what the value has to be: id (a number in a string), text,
// words (a text that is not empty), url, bool, number, time (three decimals and
// Z), day, object, list; a ? in front lets it be null.
var shapes = map[string]map[string]string{
	"account": {
		"id": "id", "username": "words", "acct": "words", "display_name": "text", "locked": "bool", "bot": "bool", "group": "bool",
		"discoverable": "bool", "indexable": "bool", "noindex": "bool", "hide_collections": "bool", "created_at": "time", "note": "text",
		"url": "url", "uri": "url", "avatar": "url", "avatar_static": "url", "header": "url", "header_static": "url",
		"followers_count": "number", "following_count": "number", "statuses_count": "number", "last_status_at": "?day",
		"emojis": "list", "fields": "list", "roles": "list",
	},
	"source": {
		"privacy": "words", "sensitive": "bool", "language": "words", "note": "text", "fields": "list", "follow_requests_count": "number",
		"discoverable": "bool", "indexable": "bool",
	},
	"role": {"id": "words", "name": "text", "color": "text", "permissions": "words", "highlighted": "bool"},
	"status": {
		"id": "id", "uri": "url", "url": "url", "created_at": "time", "account": "object", "content": "text", "visibility": "words",
		"sensitive": "bool", "spoiler_text": "text", "media_attachments": "list", "mentions": "list", "tags": "list", "emojis": "list",
		"replies_count": "number", "reblogs_count": "number", "favourites_count": "number", "in_reply_to_id": "?id",
		"in_reply_to_account_id": "?id", "reblog": "?object", "poll": "?object", "card": "?object", "language": "?words",
		"edited_at": "?time", "application": "?object",
	},
	"bonds":        {"favourited": "bool", "reblogged": "bool", "muted": "bool", "bookmarked": "bool", "filtered": "list"},
	"mention":      {"id": "id", "username": "words", "acct": "words", "url": "url"},
	"status tag":   {"name": "words", "url": "url"},
	"notification": {"id": "id", "type": "words", "created_at": "time", "group_key": "words", "account": "object"},
	"attachment": {
		"id": "id", "type": "words", "url": "url", "preview_url": "url", "remote_url": "?url", "meta": "object", "description": "?text", "blurhash": "?text",
	},
	"size": {"width": "number", "height": "number", "size": "words", "aspect": "number"},
	"poll": {
		"id": "id", "expires_at": "?time", "expired": "bool", "multiple": "bool", "votes_count": "number", "voters_count": "?number",
		"options": "list", "emojis": "list", "voted": "bool", "own_votes": "list",
	},
	"relationship": {
		"id": "id", "following": "bool", "showing_reblogs": "bool", "notifying": "bool", "languages": "?list", "followed_by": "bool",
		"blocking": "bool", "blocked_by": "bool", "muting": "bool", "muting_notifications": "bool", "requested": "bool",
		"requested_by": "bool", "domain_blocking": "bool", "endorsed": "bool", "note": "text",
	},
	"instance v2": {
		"domain": "words", "title": "words", "version": "words", "source_url": "url", "description": "text", "usage": "object",
		"thumbnail": "object", "icon": "list", "languages": "list", "configuration": "object", "registrations": "object",
		"contact": "object", "rules": "list", "api_versions": "object",
	},
	"instance v1": {
		"uri": "words", "title": "words", "short_description": "text", "description": "text", "email": "text", "version": "words",
		"urls": "object", "stats": "object", "thumbnail": "url", "languages": "list", "registrations": "bool", "approval_required": "bool",
		"invites_enabled": "bool", "configuration": "object", "contact_account": "?object", "rules": "list", "max_toot_chars": "number",
	},
	"configuration": {"urls": "object", "vapid": "object", "accounts": "object", "statuses": "object", "media_attachments": "object", "polls": "object", "translation": "object"},
	"tag":           {"name": "words", "url": "url", "history": "list", "following": "bool"},
	"list":          {"id": "id", "title": "words", "replies_policy": "words", "exclusive": "bool"},
	"filter": {
		"id": "id", "title": "words", "context": "list", "expires_at": "?time", "filter_action": "words", "keywords": "list", "statuses": "list",
	},
	"marker":       {"last_read_id": "id", "version": "number", "updated_at": "time"},
	"conversation": {"id": "id", "unread": "bool", "accounts": "list", "last_status": "?object"},
	"scheduled":    {"id": "id", "scheduled_at": "time", "params": "object", "media_attachments": "list"},
	"preferences": {
		"posting:default:visibility": "words", "posting:default:sensitive": "bool", "posting:default:language": "?words",
		"reading:expand:media": "words", "reading:expand:spoilers": "bool",
	},
	"token app": {"name": "words", "website": "?text", "vapid_key": "words"},
}

var (
	idShape   = regexp.MustCompile(`^[1-9][0-9]*$`)
	timeShape = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	dayShape  = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
)

// fits tells whether a value is of a kind.
func fits(kind string, v any) bool {
	if rest, ok := strings.CutPrefix(kind, "?"); ok {
		return v == nil || fits(rest, v)
	}
	text, isText := v.(string)
	switch kind {
	case "id":
		return isText && idShape.MatchString(text)
	case "text":
		return isText
	case "words":
		return isText && text != ""
	case "url":
		return isText && (strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://"))
	case "time":
		return isText && timeShape.MatchString(text)
	case "day":
		return isText && dayShape.MatchString(text)
	case "bool":
		_, ok := v.(bool)
		return ok
	case "number":
		_, ok := v.(float64)
		return ok
	case "object":
		_, ok := v.(map[string]any)
		return ok
	case "list":
		_, ok := v.([]any)
		return ok
	}
	return false
}

// shaped fails the test for every field of v that is not as its entity's is.
func shaped(t *testing.T, entity, where string, v any) {
	t.Helper()
	of, ok := v.(map[string]any)
	if !ok {
		t.Errorf("%s: no %s but %v", where, entity, v)
		return
	}
	fields, ok := shapes[entity]
	if !ok {
		t.Fatalf("no entity %s", entity)
	}
	for _, name := range keys(fields) {
		got, there := of[name]
		if !there || !fits(fields[name], got) {
			t.Errorf("%s: %s.%s is %v (there: %v), want %s", where, entity, name, got, there, fields[name])
		}
	}
}

func keys(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// shapedStatus fails the test for whatever in a post is not as it has to be.
func shapedStatus(t *testing.T, where string, v any) {
	t.Helper()
	shaped(t, "status", where, v)
	shaped(t, "bonds", where, v)
	of, ok := v.(map[string]any)
	if !ok {
		return
	}
	shaped(t, "account", where, of["account"])
	for list, entity := range map[string]string{"mentions": "mention", "tags": "status tag", "media_attachments": "attachment"} {
		for _, one := range of[list].([]any) {
			shaped(t, entity, where, one)
		}
	}
	if !slices.Contains([]string{"public", "unlisted", "private", "direct"}, fmt.Sprint(of["visibility"])) {
		t.Errorf("%s: visibility %v", where, of["visibility"])
	}
	if of["reblog"] != nil {
		shapedStatus(t, where+" of", of["reblog"])
	}
	if of["poll"] != nil {
		shaped(t, "poll", where, of["poll"])
	}
}

func TestEveryEntityHasItsShape(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, nil)
	centre := s.Place("centre", "neighbourhood")
	amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
	a, b := s.Program(amina), s.Program(bo)
	s.Post(amina, centre.ID, instance.ToNeighbourhood, "entre nous #vélo @bo")
	post := a.Post("/api/v1/statuses", "status", "Bonjour @centre @bo #vélo", "visibility", "public").Object()
	poll := a.Post("/api/v1/statuses", "status", "Quand ?", "visibility", "public", "poll[options][]", "samedi", "poll[options][]", "dimanche", "poll[expires_in]", "3600").Object()
	id := post["id"].(string)
	b.Post("/api/v1/statuses", "status", "@amina oui", "in_reply_to_id", id, "visibility", "public").Object()
	b.Post("/api/v1/statuses/" + id + "/favourite").Object()
	shapedStatus(t, "share", b.Post("/api/v1/statuses/"+id+"/reblog").Object())
	shapedStatus(t, "post", post)
	shapedStatus(t, "poll", poll)

	own := a.Get("/api/v1/accounts/verify_credentials").Object()
	shaped(t, "account", "own account", own)
	shaped(t, "source", "own account", own["source"])
	shaped(t, "role", "own account", own["role"])
	if own["acct"] != "amina" || strings.Contains(own["acct"].(string), "@") {
		t.Errorf("own acct %v", own["acct"])
	}
	place := a.Get("/api/v1/accounts/lookup?acct=centre").Object()
	shaped(t, "account", "place", place)
	if place["group"] != true {
		t.Error("a neighbourhood is no group")
	}
	for _, path := range []string{"/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/tag/v%C3%A9lo", "/api/v1/accounts/" + place["id"].(string) + "/statuses", "/api/v1/accounts/" + own["id"].(string) + "/statuses"} {
		list := b.Get(path).List()
		if len(list) == 0 {
			t.Errorf("%s: nothing", path)
		}
		for _, one := range list {
			shapedStatus(t, path, one)
		}
	}
	around := a.Get("/api/v1/statuses/" + id + "/context").Object()
	for _, one := range around["descendants"].([]any) {
		shapedStatus(t, "context", one)
	}
	notices := a.Get("/api/v1/notifications").List()
	if len(notices) < 3 {
		t.Errorf("%d notices", len(notices))
	}
	for _, n := range notices {
		shaped(t, "notification", "notices", n)
		shaped(t, "account", "notices", n["account"])
		if n["status"] != nil {
			shapedStatus(t, "notices", n["status"])
		}
	}
	v2 := a.Get("/api/v2/instance").Object()
	shaped(t, "instance v2", "instance", v2)
	shaped(t, "configuration", "instance", v2["configuration"])
	shaped(t, "instance v1", "instance", a.Get("/api/v1/instance").Object())
	for path, entity := range map[string]string{
		"/api/v1/preferences": "preferences", "/api/v1/apps/verify_credentials": "token app", "/api/v1/tags/v%C3%A9lo": "tag",
	} {
		shaped(t, entity, path, a.Get(path).Object())
	}
	for _, r := range a.Get("/api/v1/accounts/relationships?id[]=" + bo.ID.String() + "&id[]=" + place["id"].(string)).List() {
		shaped(t, "relationship", "relationships", r)
	}
	// Whoever waits for a yes is a relationship all the same.
	shaped(t, "relationship", "follow", a.Post("/api/v1/accounts/"+bo.ID.String()+"/follow").Object())
	shaped(t, "list", "list", a.Post("/api/v1/lists", "title", "amis").Object())
	shaped(t, "filter", "filter", a.Post("/api/v2/filters", "title", "Outils", "context[]", "home", "keywords_attributes[][keyword]", "perceuse").Object())
	markers := a.Post("/api/v1/markers", "home[last_read_id]", id).Object()
	shaped(t, "marker", "marker", markers["home"])
	a.Post("/api/v1/statuses", "status", "@bo entre nous", "visibility", "direct").Object()
	for _, c := range b.Get("/api/v1/conversations").List() {
		shaped(t, "conversation", "conversations", c)
		shapedStatus(t, "conversations", c["last_status"])
	}
	soon := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	shaped(t, "scheduled", "a later post", a.JSON(http.MethodPost, "/api/v1/statuses", map[string]any{"status": "plus tard", "scheduled_at": soon}).Object())
	// What programs ask for at their start has to be there, if only empty.
	for _, path := range []string{
		"/api/v1/custom_emojis", "/api/v1/lists", "/api/v2/filters", "/api/v1/filters", "/api/v1/announcements", "/api/v1/follow_requests",
		"/api/v1/followed_tags", "/api/v1/bookmarks", "/api/v1/favourites", "/api/v1/blocks", "/api/v1/mutes", "/api/v1/domain_blocks",
		"/api/v1/scheduled_statuses", "/api/v1/featured_tags", "/api/v1/trends/statuses", "/api/v1/trends/tags", "/api/v1/trends/links",
		"/api/v1/suggestions", "/api/v1/endorsements", "/api/v1/instance/rules", "/api/v1/instance/peers", "/api/v1/directory",
		"/api/v1/accounts/familiar_followers?id[]=" + bo.ID.String(),
	} {
		var list []any
		if a.Get(path).Into(&list); list == nil {
			t.Errorf("%s is null", path)
		}
	}
	if got := a.Get("/api/v1/push/subscription").Is(http.StatusNotFound).Sentence(); got == "" {
		t.Error("no push subscription, and no sentence")
	}
}
