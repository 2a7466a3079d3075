package mastodon

import (
	"time"

	"palier/instance"
	"palier/instance/mastodon/entity"
)

// account shows somebody as everyone sees them.
func (s *Server) account(a instance.Actor) *entity.Account {
	avatar, header := s.portraits(a)
	shown := &entity.Account{
		ID: entity.ID(a.ID), Username: a.Username, Acct: a.Acct(), DisplayName: a.Name, Locked: a.Locked,
		Bot: a.Kind == instance.Service || a.Kind == instance.Application, Group: a.Kind == instance.Group,
		Discoverable: a.Discoverable, Indexable: a.Indexable, NoIndex: !a.Indexable, HideCollections: a.HideCollections,
		CreatedAt: entity.Time(a.CreatedAt.UTC().Truncate(24 * time.Hour)), Note: a.Summary, URL: pageOf(a), URI: a.URI,
		Avatar: avatar, AvatarStatic: avatar, Header: header, HeaderStatic: header,
		FollowersCount: a.FollowersCount, FollowingCount: a.FollowingCount, StatusesCount: max(0, a.PostsCount),
		LastStatusAt: entity.Day(a.LastPostedAt), Emojis: []entity.Emoji{}, Fields: fields(a.Fields), Roles: []entity.AccountRole{},
		Limited: !a.LimitedAt.IsZero(), Suspended: a.Gone(),
	}
	if a.Gone() {
		shown.DisplayName, shown.Note, shown.Fields = "", "", []entity.Field{}
	}
	return shown
}

// pageOf is where a browser finds somebody.
func pageOf(a instance.Actor) string {
	if a.URL != "" {
		return a.URL
	}
	return a.URI
}

// portraits are the addresses of somebody's picture and banner, never empty.
func (s *Server) portraits(a instance.Actor) (avatar, header string) {
	avatar, header = s.Site.Base()+missingAvatar, s.Site.Base()+missingHeader
	if a.Gone() {
		return avatar, header
	}
	if at := s.Site.Portrait(a); at != "" {
		avatar = at
	}
	if at := s.Site.Header(a); at != "" {
		header = at
	}
	return avatar, header
}

func fields(list []instance.Field) []entity.Field {
	shown := make([]entity.Field, len(list))
	for i, f := range list {
		shown[i] = entity.Field{Name: f.Name, Value: f.Value}
	}
	return shown
}

// accounts shows a list of people.
func (s *Server) accounts(list []instance.Actor) []*entity.Account {
	shown := make([]*entity.Account, len(list))
	for i, a := range list {
		shown[i] = s.account(a)
	}
	return shown
}

// faces shows the accounts of one answer, each once however often it stands
// there.
type faces struct {
	server *Server
	seen   map[instance.ActorID]*entity.Account
}

func (s *Server) faces() *faces {
	return &faces{server: s, seen: map[instance.ActorID]*entity.Account{}}
}

func (f *faces) of(a instance.Actor) *entity.Account {
	shown, ok := f.seen[a.ID]
	if !ok {
		shown = f.server.account(a)
		f.seen[a.ID] = shown
	}
	return shown
}
