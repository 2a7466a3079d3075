package instance

// Deed is something that was done, told inside the transaction that did it to
// those who have to act on it: feeds, notifications, the relay of groups, and
// other servers.
type Deed struct {
	Kind   DeedKind
	Actor  Actor  // who did it
	Target *Actor // the actor it was done to, if any
	Post   *Post  // the post it was done to, if any
	ID     ID     // of the follow, like, boost, block or report itself
	URI    string // of the same, as other servers know it
	Via    []string
	Text   string
	// Agreement is what was asked for, answered or taken back, if it was that.
	Agreement *Agreement
	// Choices are the positions of what was voted for.
	Choices []int
	// LetBy is who let a reply through that waited, and that is Posted only now;
	// 0 for all that did not wait.
	LetBy ActorID
	Origin
}

// Origin says where a deed was done. The zero Origin is here.
type Origin struct {
	// Remote tells that it was done on another server; we do not announce it
	// as ours.
	Remote bool
	// Activity is the very activity that server sent, empty where it sent
	// none. Groups of ours pass it on unchanged.
	Activity string
}

// DeedKind is what was done.
type DeedKind string

const (
	Posted        DeedKind = "posted"
	ReplyWaits    DeedKind = "reply-waits" // only those read the reply Post who may let it through; ID is its own if it came just now
	Edited        DeedKind = "edited"
	Deleted       DeedKind = "deleted"
	Withdrawn     DeedKind = "withdrawn" // gone here, and may be put back
	Restored      DeedKind = "restored"  // put back
	Liked         DeedKind = "liked"
	Unliked       DeedKind = "unliked"
	Boosted       DeedKind = "boosted"
	Unboosted     DeedKind = "unboosted"
	Voted         DeedKind = "voted"
	Counted       DeedKind = "counted"    // a poll counts more votes than before
	PollEnded     DeedKind = "poll-ended" // for all who voted or asked
	Settled       DeedKind = "settled"    // a proposal is open, agreed, done or closed now, or less of it is left
	AskMade       DeedKind = "asked"      // for a part of what Post proposes, as are the next three
	AskAccepted   DeedKind = "agreed"
	AskDeclined   DeedKind = "declined"
	AskCancelled  DeedKind = "ask-cancelled"
	AskMatched    DeedKind = "ask-matched"    // asked is what Target offers
	AskUnanswered DeedKind = "ask-unanswered" // for Target, who looks after the place
	LoanDue       DeedKind = "loan-due"       // tomorrow; this and the next two are for Target
	LoanLate      DeedKind = "loan-late"
	LoanOverdue   DeedKind = "loan-overdue" // for days
	LoanStuck     DeedKind = "loan-stuck"   // for Target, who looks after the place
	Pinned        DeedKind = "pinned"
	Unpinned      DeedKind = "unpinned"
	Followed      DeedKind = "followed" // asked to follow
	FollowGranted DeedKind = "follow-granted"
	FollowRefused DeedKind = "follow-refused" // also: taken back later
	Unfollowed    DeedKind = "unfollowed"
	Blocked       DeedKind = "blocked"
	Unblocked     DeedKind = "unblocked"
	Reported      DeedKind = "reported"
	ProfileEdited DeedKind = "profile-edited"
	Left          DeedKind = "left"           // an account closed
	TagUnfollowed DeedKind = "tag-unfollowed" // Text is the hashtag
	ModeratorIn   DeedKind = "moderator-in"
	ModeratorOut  DeedKind = "moderator-out"
	Coming        DeedKind = "coming"         // asks to come to the event Post; Text is what they say to it
	NotComing     DeedKind = "not-coming"     // takes that back
	ComingGranted DeedKind = "coming-granted" // Target may come to Post; URI is what they asked with
	ComingRefused DeedKind = "coming-refused" // Target may not, or no longer

	// What was seen of where the target lives: the actor is the place, the id that
	// of the proof or the term.
	HomeProved  DeedKind = "home-proved"   // a verified resident now
	HomeInDoubt DeedKind = "home-in-doubt" // has to prove it again
	HomeLost    DeedKind = "home-lost"     // a verified resident no longer
	// Moved tells that Actor, one of ours, is from now on Target: who follows the
	// one follows the other.
	Moved DeedKind = "moved"
)
