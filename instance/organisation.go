package instance

import "time"

// Organisation is an association, a shop, a council or the like that has a page
// of its own. Nobody signs in as one: people act for it, and read as the
// neighbours they are.
type Organisation struct {
	Actor
	Place    Actor // where it is at home
	Sort     OrganisationSort
	Source   string // of the summary, as typed
	Hours    Hours
	Holidays string   // when the hours do not hold, in words
	Needs    []string // what it looks for
	Waiting  int      // questions without an answer
}

// OrganisationSort is what an organisation is.
type OrganisationSort string

// What organisations are.
const (
	Association OrganisationSort = "association"
	Shop        OrganisationSort = "shop"
	Council     OrganisationSort = "council"
	Syndic      OrganisationSort = "syndic" // who manages a house, or lets it
	Institution OrganisationSort = "institution"
)

// OrganisationSorts are what an organisation can be.
var OrganisationSorts = []OrganisationSort{Association, Shop, Council, Syndic, Institution}

// KindNotice is the kind of a post by which an organisation lets everyone know
// something.
const KindNotice = "notice"

// Notice is what a post says as a notice.
type Notice struct {
	Until time.Time        // it holds
	Sort  OrganisationSort // whose it is; empty for one from elsewhere
	Level NoticeLevel
}

// NoticeLevel is how much a notice matters.
type NoticeLevel string

// Most notices are info. What is important, and alerts, stand on top of the places
// they are for; only what is official goes there.
const (
	LevelInfo      NoticeLevel = "info"
	LevelImportant NoticeLevel = "important"
	LevelAlert     NoticeLevel = "alert"
)

// NoticeLevels are the levels, the least first.
var NoticeLevels = []NoticeLevel{LevelInfo, LevelImportant, LevelAlert}

// Official tells whether what an organisation of a sort says can be more than
// info.
func (s OrganisationSort) Official() bool { return s == Council || s == Institution }

// Office is to what somebody was elected, as a council says.
type Office struct {
	Council Actor
	Title   string
}

// QuestionID is the id of a [Question].
type QuestionID = ID

// Question is what a neighbour asked an organisation.
type Question struct {
	ID         QuestionID
	To         ActorID
	Place      ActorID // the house it is about; 0 for none
	Asker      Actor
	Text       string
	Shared     bool // who asked agrees that the residents read it
	Answer     string
	AskedAt    time.Time
	AnsweredAt time.Time // zero: not yet
}

// Rules are what the administrators of this server set for those who write
// here.
type Rules struct {
	PostsADay     int       `json:"posts_a_day"`     // of one person in one place; 0: any
	NoticesAMonth int       `json:"notices_a_month"` // of one organisation; 0: any
	ShopNotices   bool      `json:"shop_notices"`    // shops have notices too
	ElectionFrom  time.Time `json:"election_from"`   // councils are silent from here …
	ElectionUntil time.Time `json:"election_until"`  // … to here; zero: never
}

// Election tells whether councils are silent at now.
func (r Rules) Election(now time.Time) bool {
	return !r.ElectionFrom.IsZero() && !now.Before(r.ElectionFrom) && now.Before(r.ElectionUntil)
}
