package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/live"
	"palier/instance/mastodon/entity"
	"palier/instance/notifications"
)

// happening is an event in the words of programs.
type happening struct {
	name    string
	payload []byte // nil for none
}

// listener is who is told of events.
type listener struct {
	server *Server
	person instance.ActorID
	scopes auth.Scopes
}

// errUntold says that an event is nothing to the one who listens, or nothing any
// more.
var errUntold = errors.New("nothing to tell")

// events are what happens to posts in the words of programs.
var events = map[live.Kind]string{
	live.Posted: "update", live.Boosted: "update", live.Edited: "status.update", live.Deleted: "delete", live.Unboosted: "delete",
	live.Notified: "notification", live.Filters: "filters_changed",
}

// happening says what is told on a line, as the one at its end sees it. What is
// the same for all is made once. It returns [errUntold] for nothing.
func (l *listener) happening(ctx context.Context, t live.Telling) (happening, error) {
	h := happening{name: events[t.Kind]}
	var err error
	switch t.Kind {
	case live.Filters:
		return h, nil
	case live.Deleted:
		h.payload = []byte(t.Post.String())
	case live.Unboosted:
		h.payload = []byte(t.Boost.String())
	case live.Notified:
		h.payload, err = l.notice(ctx, t)
	case live.Posted, live.Boosted, live.Edited:
		if t.Stream.Name == live.Direct {
			h.name = "conversation"
			h.payload, err = l.conversation(ctx, t)
			break
		}
		h.payload, err = l.told(ctx, t)
	default:
		return h, errUntold
	}
	return h, err
}

// notice shows a notice to its owner.
func (l *listener) notice(ctx context.Context, t live.Telling) ([]byte, error) {
	if !l.scopes.Allows("read:notifications") {
		return nil, errUntold
	}
	s := l.server
	c, err := l.call(ctx)
	if err != nil {
		return nil, err
	}
	n, err := s.Notifications.ByID(ctx, c.viewer, t.Notice)
	if errors.Is(err, instance.ErrNotFound) || err == nil && noticeTypes[n.Kind] == "" {
		return nil, errUntold
	}
	if err != nil {
		return nil, err
	}
	shown, err := s.notices(ctx, c, []notifications.Notice{n})
	if err != nil {
		return nil, err
	}
	if len(shown) == 0 {
		return nil, errUntold
	}
	return json.Marshal(shown[0])
}

// conversation shows one who takes part in a conversation what it has become by
// a message.
func (l *listener) conversation(ctx context.Context, t live.Telling) ([]byte, error) {
	c, err := l.call(ctx)
	if err != nil {
		return nil, err
	}
	talk, err := l.server.Conversations.Latest(ctx, c.viewer, t.Post)
	if errors.Is(err, instance.ErrNotFound) || err == nil && talk.Last == nil {
		return nil, errUntold
	}
	if err != nil {
		return nil, err
	}
	shown, err := l.server.talks(ctx, c, []instance.Conversation{talk})
	if err != nil {
		return nil, err
	}
	return json.Marshal(shown[0])
}

// call is what the one who listens would ask by.
func (l *listener) call(ctx context.Context) (*call, error) {
	v, err := l.server.Places.Viewer(ctx, l.person)
	return &call{viewer: v}, err
}

// told shows a post, to most of its readers in the same way.
func (l *listener) told(ctx context.Context, t live.Telling) ([]byte, error) {
	if !l.scopes.Allows("read:statuses") {
		return nil, errUntold
	}
	if !t.Personal {
		return t.Once("status", func() ([]byte, error) {
			// The author may read it, whoever else may.
			return l.server.tellPost(ctx, &call{}, instance.Viewer{ID: t.Author}, t.Event)
		})
	}
	c, err := l.call(ctx)
	if err != nil {
		return nil, err
	}
	return l.server.tellPost(ctx, c, c.viewer, t.Event)
}

// tellPost shows a post that v may read as the caller sees it, or, if that is
// nobody, as one who never had to do with it.
func (s *Server) tellPost(ctx context.Context, c *call, v instance.Viewer, e live.Event) ([]byte, error) {
	found, err := s.Posts.Load(ctx, v, []instance.PostID{e.Post})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 || found[0].Gone() {
		return nil, errUntold
	}
	f := s.faces()
	all, err := s.show(ctx, c, found, f)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errUntold
	}
	shown := all[0]
	if c.me() == 0 {
		shown.Bonds = &entity.Bonds{Filtered: []entity.FilterResult{}}
		if shown.Poll != nil {
			shown.Poll.Voted, shown.Poll.OwnVotes = new(bool), &[]int{}
		}
	}
	if e.Kind == live.Boosted {
		by, err := s.People.KnownByID(ctx, e.Actor)
		if err != nil {
			return nil, err
		}
		shown = s.share(e.Boost, by, shown, f)
	}
	return json.Marshal(shown)
}

// frame is an event on a socket.
type frame struct {
	Stream  []string `json:"stream"`
	Event   string   `json:"event"`
	Payload *string  `json:"payload,omitempty"`
}

// frame writes an event for a socket, that came on the stream labelled.
func (l *listener) frame(ctx context.Context, t live.Telling, label []string) ([]byte, error) {
	compose := func() ([]byte, error) {
		h, err := l.happening(ctx, t)
		if err != nil {
			return nil, err
		}
		f := frame{Stream: label, Event: h.name}
		if h.payload != nil {
			text := string(h.payload)
			f.Payload = &text
		}
		return json.Marshal(f)
	}
	if t.Personal {
		return compose()
	}
	if !l.scopes.Allows("read:statuses") {
		return nil, errUntold
	}
	return t.Once("socket "+strings.Join(label, " "), compose)
}
