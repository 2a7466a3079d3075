package addresses

import (
	"context"
	"slices"
	"strings"

	"palier/instance/france"
)

// Called returns the communes that somebody means by what they typed: a name, a
// postal code, or both, the largest first. A name has to be whole.
func (s *Service) Called(ctx context.Context, typed string) ([]france.Commune, error) {
	g, err := s.gazetteer(ctx)
	if err != nil {
		return nil, err
	}
	const most = 50
	typed = strings.TrimSpace(typed)
	code, name, _ := strings.Cut(typed, " ")
	if len(code) != 5 || strings.Trim(code, "0123456789AB") != "" {
		code, name = "", typed
	}
	words := strings.Join(telling(fold(name)), " ")
	if code == "" {
		if words == "" {
			return nil, nil
		}
		found := g.called(strings.Fields(words), most)
		return slices.DeleteFunc(found, func(c france.Commune) bool { return callName(c) != words }), nil
	}
	found := g.posted(code, most)
	if words == "" {
		return found, nil
	}
	return slices.DeleteFunc(found, func(c france.Commune) bool { return callName(c) != words }), nil
}
