package instance

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of what a person can write, in characters unless said otherwise.
const (
	MaxTitle       = 150
	MaxText        = 5000
	MaxWarning     = 200
	MaxDescription = 1500
	MaxPictures    = 4
)

// KindPost is the kind of a post that is no more than that.
const KindPost = "post"

// KindHello is the kind of a post in which who is new says hello.
const KindHello = "hello"

// Post is what somebody said, here or elsewhere: a post of its own or a reply.
type Post struct {
	ID        PostID
	URI       string
	URL       string
	Author    Actor
	Group     *Actor // the place it was posted in; nil outside any
	Kind      string // post; offers, events and others come with their own nouns
	Title     string
	Content   string // sanitised HTML without the title
	Source    string // as typed; empty for posts from elsewhere
	Warning   string // plain text shown before the content
	Sensitive bool
	Language  string // BCP 47
	Audience  Audience
	Reach     Reach

	ReplyTo    PostID // 0 when it answers nothing we hold
	ReplyToURI string
	Thread     PostID // the first post of its thread; its own id if it is that
	Context    string

	Local       bool
	Pictures    []Picture
	Card        *Card         // of the first page it links to, nil without one
	Poll        *Poll         // what it asks; nil for nothing
	Proposal    *Proposal     // what it offers or asks for; nil for nothing
	Event       *Event        // when and where those meet whom it invites; nil for no meeting
	Notice      *Notice       // until when it holds as a notice; nil for none
	Campaign    *CampaignPart // what it was posted for; nil for no campaign
	Mentions    []Actor
	Tags        []string
	PublishedAt time.Time
	EditedAt    time.Time
	DeletedAt   time.Time
	RemovedAt   time.Time // hidden by a moderator
	// WaitsAt is since when it waits, as a reply from another server, until
	// somebody lets it through; zero if it does not.
	WaitsAt time.Time
	// Withdrawn is until when its author may put it back who deleted it; nobody
	// was told that it is gone. Zero if it stands, or is gone for good.
	Withdrawn time.Time

	Likes, Boosts, Replies int

	// Answered is who wrote what it answers, nil where we do not hold that.
	Answered *Actor

	// What the viewer did, when it was read for one.
	Liked, Boosted, Pinned, Bookmarked bool
	// ThreadMuted tells that the viewer wants no more notices of its thread.
	ThreadMuted bool
}

// Picture is one picture of a post.
type Picture struct {
	ID          ID
	Type        string // media type
	File, Thumb string // names in the media store; empty for others' pictures
	RemoteURL   string
	Width       int
	Height      int
	Blurhash    string
	Description string
	FocusX      float64
	FocusY      float64
}

// Gone tells whether only the place of the post is left.
func (p *Post) Gone() bool { return !p.DeletedAt.IsZero() || !p.RemovedAt.IsZero() }

// Waits tells whether only those read it who may let it through.
func (p *Post) Waits() bool { return !p.WaitsAt.IsZero() }

// Discreet tells whether only those whom a campaign brings together read it.
func (p *Post) Discreet() bool { return p.Campaign != nil && p.Campaign.Discreet }

// Leaves tells whether other servers can have the post at all: its audience
// leaves this one, and it is not discreet.
func (p *Post) Leaves() bool { return p.Audience.Leaves() && !p.Discreet() }

// Edit is how a post stood before it was edited at At.
type Edit struct {
	At                      time.Time
	Title, Content, Warning string
	Sensitive               bool
}

// Draft is what a person wants to post or to make of a post.
type Draft struct {
	Title     string
	Text      string // Markdown-lite
	Warning   string
	Sensitive bool
	Language  string
	Audience  Audience
	Reach     Reach
	Group     ActorID // the place; 0 for none
	ReplyTo   PostID  // 0 for none
	Pictures  []ID    // uploaded before, in order
	// Descriptions are those of Pictures from now on, in the same order; the
	// pictures beyond them keep theirs.
	Descriptions []string
	Poll         *PollDraft // nil for none
	// Kind is what the post is for; empty for just a post.
	Kind string
	// Proposal is what it offers or asks for, Event whom it invites to what; nil for
	// nothing. An edit that has none leaves what the post has.
	Proposal *Proposal
	Event    *Event
	// Campaign is what it is posted for; nil for no campaign. A discreet part makes
	// the audience that of the campaign.
	Campaign *CampaignPart
	// Once names this very press of the button, if it is not empty: a draft
	// that comes twice under one name is one post.
	Once string
}

// MaxOnce is the length in bytes of what [Draft.Once] can be.
const MaxOnce = 64

// Check returns an [Invalid] for the first thing in d that cannot be taken.
func (d *Draft) Check() error {
	d.Title = strings.TrimSpace(d.Title)
	d.Warning = strings.TrimSpace(d.Warning)
	for _, f := range []struct {
		name, text string
		most       int
	}{{"title", d.Title, MaxTitle}, {"text", d.Text, MaxText}, {"warning", d.Warning, MaxWarning}} {
		if utf8.RuneCountInString(f.text) > f.most {
			return &Invalid{Field: f.name, Code: "too-long", Limit: f.most}
		}
		if !utf8.ValidString(f.text) {
			return &Invalid{Field: f.name, Code: "malformed"}
		}
	}
	if strings.TrimSpace(d.Text) == "" && d.Title == "" && len(d.Pictures) == 0 {
		return &Invalid{Field: "text", Code: "missing"}
	}
	if len(d.Pictures) > MaxPictures {
		return &Invalid{Field: "pictures", Code: "too-many", Limit: MaxPictures}
	}
	if d.Poll != nil && len(d.Pictures) > 0 {
		return &Invalid{Field: "poll", Code: "with-pictures"}
	}
	if d.Poll != nil {
		if err := d.Poll.check(); err != nil {
			return err
		}
	}
	for _, text := range d.Descriptions {
		if utf8.RuneCountInString(text) > MaxDescription {
			return &Invalid{Field: "description", Code: "too-long", Limit: MaxDescription}
		}
	}
	if len(d.Once) > MaxOnce {
		return &Invalid{Field: "once", Code: "too-long", Limit: MaxOnce}
	}
	return nil
}
