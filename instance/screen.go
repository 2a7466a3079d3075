package instance

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// ScreenID is the id of a [Screen].
type ScreenID = ID

// Screen is a device that hangs in a hall and shows what is public in its place,
// and what the people of the house put up there.
type Screen struct {
	ID    ScreenID
	Place ActorID
	ScreenPlan
	BoundAt time.Time
	SeenAt  time.Time // when it last asked, zero for never
	Blank   bool      // it shows nothing until it is told to again
	Restart bool      // it is to begin anew the next time it asks
}

// ScreenPlan is what a screen is to show.
type ScreenPlan struct {
	Name     string   // where it hangs
	Playlist []string // of [ScreenSections], in their order
	Tag      string   // the hashtag of a campaign, folded; empty for the one that runs
	Language string   // of what is around, one of [Locales]
	Easy     bool     // it begins with large letters, one thing at a time
}

// ScreenSections are what a screen can show, what matters most first.
var ScreenSections = []string{"alerts", "building", "events", "asks", "campaign", "codes"}

const maxScreenName = 60

// Check brings a plan into its form and returns an [Invalid] for the first thing
// that cannot be.
func (p *ScreenPlan) Check() error {
	p.Name = strings.TrimSpace(p.Name)
	p.Tag = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(p.Tag), "#"))
	var ordered []string
	for _, s := range ScreenSections {
		if slices.Contains(p.Playlist, s) {
			ordered = append(ordered, s)
		}
	}
	switch {
	case p.Name == "":
		return &Invalid{Field: "where", Code: "missing"}
	case utf8.RuneCountInString(p.Name) > maxScreenName:
		return &Invalid{Field: "where", Code: "too-long", Limit: maxScreenName}
	case !sound(p.Name) || !sound(p.Tag):
		return &Invalid{Field: "where", Code: "malformed"}
	case len(ordered) == 0 || len(ordered) != len(p.Playlist):
		return &Invalid{Field: "playlist", Code: "unknown"}
	case utf8.RuneCountInString(p.Tag) > maxScreenName || strings.ContainsAny(p.Tag, " \t\n"):
		return &Invalid{Field: "tag", Code: "malformed"}
	case !slices.Contains(Locales(), p.Language):
		return &Invalid{Field: "language", Code: "unknown"}
	}
	p.Playlist = ordered
	return nil
}

// Shows tells whether a section is on the playlist.
func (p *ScreenPlan) Shows(section string) bool { return slices.Contains(p.Playlist, section) }
