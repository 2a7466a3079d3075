package instance

// Club is a circle of neighbours around something they like to do: a Group that
// is no place but belongs to one. What stays inside is for its members; what is
// public in it may be followed from anywhere.
type Club struct {
	Actor
	Place   Actor // it belongs to
	Topic   ClubTopic
	Entry   Entry
	Source  string // of the summary, as typed
	Members int
	Asking  int // who wait to be let in
}

// ClubTopic is what a club is about.
type ClubTopic string

// ClubTopics are what a club can be about.
var ClubTopics = []ClubTopic{"sport", "garden", "music", "reading", "games", "crafts", "walking", "cooking", "languages", "parents", "seniors", "mutual-aid", "committee", "other"}

// Entry is how one comes into a club.
type Entry string

// One comes in by oneself, or a moderator of the club says yes.
const (
	EntryOpen     Entry = "open"
	EntryApproval Entry = "approval"
)

// Part is how somebody stands to a club.
type Part string

// The zero Part is none.
const (
	NoPart Part = ""
	Asked  Part = "asked"
	Member Part = "member"
)
