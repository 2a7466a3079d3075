package activitypub

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"palier/federation/discovery"
	"palier/instance"
	"palier/instance/actors"
	"palier/protocol/jrd"
	"palier/protocol/nodeinfo"
)

// subjects lets others find our actors. It is a [discovery.Subjects].
type subjects struct{ s *Service }

func (x subjects) ByName(ctx context.Context, name string) (discovery.Subject, bool, error) {
	a, err := actors.ByName(ctx, x.s.db.Read(), name, "")
	return x.s.subject(a, err)
}

func (x subjects) ByURL(ctx context.Context, url string) (discovery.Subject, bool, error) {
	if name, ok := strings.CutPrefix(url, x.s.site.Base()+"/@"); ok {
		return x.ByName(ctx, name)
	}
	a, err := actors.ByURI(ctx, x.s.db.Read(), url)
	return x.s.subject(a, err)
}

func (s *Service) subject(a instance.Actor, err error) (discovery.Subject, bool, error) {
	if errors.Is(err, instance.ErrNotFound) || err == nil && (a.Gone() || !a.Local()) {
		return discovery.Subject{}, false, nil
	}
	if err != nil {
		s.log.Error("find an actor for another server", "error", err)
		return discovery.Subject{}, false, err
	}
	return discovery.Subject{Handle: jrd.Handle{Name: a.Username, Host: s.site.Host()}, ID: a.URI, Page: a.URL}, true, nil
}

// about tells of this server. It is a [discovery.About].
type about struct{ s *Service }

func (x about) Application(ctx context.Context) ([]byte, error) {
	if kept, ok := x.s.documents.Get("/actor"); ok {
		return kept, nil
	}
	body, err := x.s.serverDocument(ctx)
	if err != nil {
		x.s.log.Error("document of the server's own actor", "error", err)
		return nil, err
	}
	x.s.documents.Add("/actor", body)
	return body, nil
}

// NodeInfo tells what the server is. How many people use it is nobody's
// business; how much was posted openly is.
func (x about) NodeInfo(ctx context.Context) (nodeinfo.Document, error) {
	d, err := x.s.nodeInfo(ctx)
	if err != nil {
		x.s.log.Error("node info", "error", err)
	}
	return d, err
}

func (s *Service) nodeInfo(ctx context.Context) (nodeinfo.Document, error) {
	var posts int64
	err := s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*) FROM posts WHERE local AND audience = 'public' AND deleted_at IS NULL`).Scan(&posts)
	if err != nil {
		return nodeinfo.Document{}, fmt.Errorf("count posts: %w", err)
	}
	places, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM actors a
		 WHERE a.host = '' AND a.kind = 'Group' AND a.level <> '' AND a.deleted_at IS NULL AND a.discoverable
		 ORDER BY a.id
		 LIMIT 200`))
	if err != nil {
		return nodeinfo.Document{}, fmt.Errorf("list neighbourhoods: %w", err)
	}
	here := &nodeinfo.Neighbourhood{}
	for _, p := range places {
		here.Groups = append(here.Groups, p.URI)
		here.Territories = append(here.Territories, strings.Fields(p.Territory)...)
	}
	return nodeinfo.Document{
		Software:  nodeinfo.Software{Name: "palier", Version: s.version},
		Protocols: []string{"activitypub"}, OpenRegistrations: s.openToAll, Usage: nodeinfo.Usage{LocalPosts: &posts},
		Metadata: nodeinfo.Metadata{
			NodeName: s.title, Federation: &nodeinfo.Federation{Enabled: true}, Neighbourhood: here,
			Upstream: &nodeinfo.Upstream{Name: "mastodon"},
		},
	}, nil
}
