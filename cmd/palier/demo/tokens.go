package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"palier/instance"
	"palier/instance/auth"
)

// tokens returns a token with every scope for each of a server's people, by
// their name: those of an earlier run as long as they open something. A server
// keeps no token, so that they wait in a file beside it; in the demo everyone
// knows everyone's password anyway.
func (s *server) tokens(ctx context.Context) (map[string]string, error) {
	path := filepath.Join(s.folder, "tokens.json")
	kept := make(map[string]string)
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(b, &kept); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
	}
	own, err := s.app.Apps.Own(ctx, "palier demo")
	if err != nil {
		return nil, err
	}
	for _, one := range s.town.people {
		_, err := s.app.Apps.Access(ctx, kept[one.username])
		if err == nil {
			continue
		}
		if !errors.Is(err, instance.ErrUnauthenticated) {
			return nil, err
		}
		p, err := s.app.People.Named(ctx, one.username)
		if err != nil {
			return nil, err
		}
		if kept[one.username], err = s.app.Apps.Issue(ctx, own, p.ID, auth.AllScopes); err != nil {
			return nil, err
		}
	}
	if b, err = json.Marshal(kept); err != nil {
		return nil, err
	}
	return kept, os.WriteFile(path, b, 0o600)
}
