package live

import (
	"palier/instance"
)

// Name is what a stream is called; those that apps know by the name they give
// it.
type Name string

// The streams.
const (
	User          Name = "user"              // what comes home, and what concerns one
	Notifications Name = "user:notification" // what concerns one
	Public        Name = "public"
	PublicLocal   Name = "public:local"
	PublicRemote  Name = "public:remote"
	Tag           Name = "hashtag"
	TagLocal      Name = "hashtag:local"
	List          Name = "list"
	Direct        Name = "direct"
	Place         Name = "place"  // what a neighbourhood's page shows
	Thread        Name = "thread" // what a thread's page shows
)

// Stream is what somebody listens to.
type Stream struct {
	Name  Name
	Media bool        // of the public ones: with something attached only
	Tag   string      // of a hashtag
	ID    instance.ID // of a list, a place or a thread; of the owner of what is theirs alone
}

// Own tells whether a stream is another one for everybody.
func (s Stream) Own() bool { return s.Name == User || s.Name == Notifications || s.Name == Direct }

// facts are what decides who may be told of a post.
type facts struct {
	id       instance.PostID
	author   instance.ActorID
	group    instance.ActorID // 0 for none
	audience instance.Audience
	thread   instance.PostID
	reply    bool
	local    bool
	media    bool
	gone     bool
	waits    bool
	tags     []string
}

// shows tells whether a stream is one that shows a post by what it is; whether
// to somebody is another question.
func (s Stream) shows(e Event, f facts) bool {
	if e.Kind == Deleted {
		return s.knew(f)
	}
	boosted := e.Kind == Boosted
	open := f.audience == instance.ToPublic && !boosted && (!s.Media || f.media)
	switch s.Name {
	case User, List:
		return true
	case Public:
		return open && !f.reply
	case PublicLocal:
		return open && !f.reply && f.local
	case PublicRemote:
		return open && !f.reply && !f.local
	case Tag, TagLocal:
		return f.audience != instance.ToUnlisted && !boosted && f.tagged(s.Tag) && (s.Name == Tag || f.local)
	case Direct:
		return f.audience == instance.ToMentioned && e.Kind == Posted
	case Place:
		if boosted {
			return instance.ActorID(s.ID) == e.Actor
		}
		return instance.ActorID(s.ID) == f.group && f.audience.Local() && !f.reply
	case Thread:
		return !boosted && instance.PostID(s.ID) == f.thread
	}
	return false
}

// knew tells whether a stream may have shown a post that is gone. What it was
// tagged with is forgotten by now.
func (s Stream) knew(f facts) bool {
	switch s.Name {
	case User, List:
		return true
	case Public, PublicLocal, PublicRemote:
		return f.audience == instance.ToPublic && !f.reply
	case Tag, TagLocal:
		return f.audience != instance.ToUnlisted
	}
	return false
}

func (f facts) tagged(tag string) bool {
	for _, t := range f.tags {
		if t == tag {
			return true
		}
	}
	return false
}
